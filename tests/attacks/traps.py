"""Traps: what hostile code would touch if it got out of its box. Each remembers that it was touched."""

from __future__ import annotations

import os
import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path

import psutil

MARK = "hocvuso-dau-vet-"  # files and processes of such names are left by attacks where they can
ARCHIVED = MARK + "zip"  # what stands in the archives that are handed in
MARKED = {  # where an attack would leave them
    str(Path.home()): "file in the home folder",
    **{folder: f"file in {folder}" for folder in ("/tmp", "/var/tmp", "/dev/shm")},  # noqa: S108
}


class Traps:
    """Listeners on the machine's own network, an abstract socket, and the places where files would be left."""

    def __init__(self) -> None:
        self.sprung: set[str] = set()
        self._mark = f"{MARK}{os.getpid()}"  # two runs at once must not take each other's traps for their own
        self._abstract = f"hocvuso-bay-{os.getpid()}"
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.tcp = self._listen(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0), "TCP on loopback")
        self.udp = self._listen(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0), "UDP on loopback")
        self._listen(socket.AF_UNIX, socket.SOCK_STREAM, "\0" + self._abstract, "abstract unix socket")

    @property
    def named(self) -> dict[str, str]:
        """What ``{{…}}`` in an attack's code stands for."""
        return {"TCP": str(self.tcp), "UDP": str(self.udp), "MARK": self._mark, "ABSTRACT": self._abstract}

    def close(self) -> set[str]:
        """Stop listening; the names of the traps that were sprung."""
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join(10)
        for folder in {*MARKED, *sys.path}:
            for mark in (*Path(folder).glob(self._mark + "*"), *Path(folder).glob(ARCHIVED + "*")):
                self.sprung.add(MARKED.get(folder, "file among Python's modules"))
                mark.unlink()
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if self._mark in process.cmdline():
                    self.sprung.add("a process that was left running")
                    process.kill()
        return self.sprung

    def _listen(self, family: int, kind: int, address: object, name: str) -> int:
        trap = socket.socket(family, kind)
        trap.bind(address)
        if kind == socket.SOCK_STREAM:
            trap.listen()
        trap.settimeout(0.2)
        self._open.append(trap)
        thread = threading.Thread(target=self._wait, args=(trap, name), daemon=True)
        thread.start()
        self._threads.append(thread)
        return trap.getsockname()[1] if family == socket.AF_INET else 0

    def _wait(self, trap: socket.socket, name: str) -> None:
        while trap.fileno() >= 0:
            try:
                if trap.type == socket.SOCK_STREAM:
                    trap.accept()[0].close()
                else:
                    trap.recvfrom(1)
            except TimeoutError:
                continue
            except OSError:
                return
            self.sprung.add(name)
