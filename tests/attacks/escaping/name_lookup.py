"""Data leaves as names that are looked up.

A success: a name server is asked. (Here: the machine's own loopback answers.)
"""

CELLS = {
    "tong": """
import socket, subprocess
socket.setdefaulttimeout(2)
for lam in (
    lambda: socket.getaddrinfo("chim.example", 80),
    lambda: socket.gethostbyname("chim.example"),
    lambda: subprocess.run(["getent", "hosts", "chim.example"], timeout=5),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"\\0" * 12, ("127.0.0.1", {{UDP}})),
):
    try:
        lam()
    except Exception:
        pass
""",
}
EXPECTED = {"state": "graded", "scores": {}}
