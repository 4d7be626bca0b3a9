"""Unix sockets in the abstract namespace, which no file system hides, and known socket files.

A success: something that listens outside hears it.
"""

CELLS = {
    "tong": """
import glob, socket
noi = ["\\0{{ABSTRACT}}", "/run/dbus/system_bus_socket", "/run/docker.sock", "/run/systemd/private"]
try:
    noi += ["\\0" + d.split("@")[1].strip() for d in open("/proc/net/unix") if "@" in d]
except OSError:
    pass
for ten in noi + glob.glob("/tmp/**/*.sock", recursive=True):
    for kieu in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            with socket.socket(socket.AF_UNIX, kieu) as s:
                s.settimeout(1); s.connect(ten); s.send(b"x")
        except OSError:
            pass
""",
}
EXPECTED = {"state": "graded", "scores": {}}
