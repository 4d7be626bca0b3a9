"""Ports for what a test serves: free, and such that no outgoing connection can take them before they are used."""

from __future__ import annotations

from pathlib import Path
from random import SystemRandom

from hocvuso.hub.settings import is_free

HOST = "127.0.0.1"
_OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")
_CHOICE = 12_000


def free_port(in_a_row: int = 4) -> int:
    """A port that is free now, as those after it are: hub, proxy and site take these."""
    end = int(_OUTGOING.read_text("ascii").split()[0]) - in_a_row
    chance = SystemRandom()  # not the one that each test starts with the same seed
    while True:
        first = chance.randrange(max(1024, end - _CHOICE), end)
        if all(is_free(HOST, port) for port in range(first, first + in_a_row)):
            return first
