"""A zygote without walls: ``kernels_forker.py DESCRIPTOR``. Forks a learner's process for each descriptor it gets."""

from __future__ import annotations

import os
import socket
import sys
import tempfile

from hocvuso.kernels import learner
from hocvuso.kernels.wire import Wire, WireClosed


def main() -> None:
    """Import once, then fork until the test hangs up; each child has a folder of its own."""
    learner.warm_up()
    control = Wire(socket.socket(fileno=int(sys.argv[1])), fds=1)
    control.send({"ready": True})
    while True:
        try:
            _, fds = control.receive()
        except WireClosed:
            return
        with tempfile.TemporaryDirectory() as folder:
            pid = os.fork()
            if pid == 0:
                try:
                    control.close()
                    os.chdir(folder)
                    learner.main(fds)
                finally:
                    os._exit(1)
            os.close(fds[0])
            _, status = os.waitpid(pid, 0)
        control.send({"status": os.waitstatus_to_exitcode(status)})


if __name__ == "__main__":
    main()
