"""TCP and UDP to the machine's own services, where the hub listens; IPv6 and raw sockets too.

A success: something that listens outside hears it.
"""

CELLS = {
    "tong": """
import socket
for ho, dia_chi in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::ffff:127.0.0.1"), (socket.AF_INET6, "::1")):
    try:
        with socket.socket(ho, socket.SOCK_STREAM) as s:
            s.settimeout(1); s.connect((dia_chi, {{TCP}})); s.send(b"GET /")
    except OSError:
        pass
    try:
        with socket.socket(ho, socket.SOCK_DGRAM) as s:
            s.sendto(b"x", (dia_chi, {{UDP}}))
    except OSError:
        pass
for ho in (socket.AF_PACKET, socket.AF_NETLINK, 40, 16):
    for kieu in (socket.SOCK_RAW, socket.SOCK_DGRAM):
        try:
            socket.socket(ho, kieu).close()
        except OSError:
            pass
""",
}
EXPECTED = {"state": "graded", "scores": {}}
