"""What the tests run inside the box: source text comes over a socket, what it prints goes back."""

from __future__ import annotations

import contextlib
import io
import socket
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hocvuso.kernels.zygote import ChildLimits, Ended, Spawned, Zygote

PATIENCE = 240


def main(fds: list[int]) -> None:
    """The entry: run the source that comes over the first descriptor."""
    with socket.socket(fileno=fds[0]) as channel:
        source = channel.makefile("rb").read()
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            try:
                exec(compile(source, "cell", "exec"), {"__name__": "__main__"})  # noqa: S102
            except BaseException:  # noqa: BLE001
                printed.write(traceback.format_exc(limit=-1))
        channel.sendall(printed.getvalue().encode())


def boxes(**options: object) -> Zygote:
    """A zygote whose children can run this module."""
    options.setdefault("preload", ("numpy", "pandas"))
    return Zygote(paths=[Path(__file__).parent], **options)


@dataclass
class Running:
    """A child that runs some source."""

    child: Spawned
    channel: socket.socket

    def printed(self) -> str:
        """All that it prints until it ends."""
        with self.channel:
            return self.channel.makefile("rb").read().decode()

    def first_line(self) -> str:
        """What it sends over descriptor 3 itself, while it runs."""
        return self.channel.makefile("rb").readline().decode().strip()


@contextmanager
def running(zygote: Zygote, source: str, *, isolated: bool = True, **limits: int) -> Iterator[Running]:
    """A child that runs ``source``; it has ended when the block ends."""
    here, there = socket.socketpair()
    with here:
        here.settimeout(PATIENCE)
        with there:
            limited = ChildLimits(**limits)
            child = zygote.spawn("box_child:main", [there.fileno()], isolated=isolated, limits=limited)
        here.sendall(source.encode())
        here.shutdown(socket.SHUT_WR)
        try:
            yield Running(child, here)
        finally:
            child.kill()
            assert child.wait(PATIENCE) is not None


def run(zygote: Zygote, source: str, *, isolated: bool = True, **limits: int) -> tuple[str, Ended]:
    """What ``source`` printed, and how its process ended."""
    with running(zygote, source, isolated=isolated, **limits) as started:
        printed = started.printed()
        ended = started.child.wait(PATIENCE)
    assert ended is not None
    return printed, ended
