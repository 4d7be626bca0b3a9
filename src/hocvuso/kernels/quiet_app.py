"""ipykernel's application without what talks to the outside: no sockets, no heartbeat, no thread, no file.

What stays is all that cells can see: the order of initialisation, the configuration, the hooks into `pdb`,
``faulthandler``, logging and matplotlib, the shell with its magics.
"""

from __future__ import annotations

import contextlib
import io
import logging
import signal
import sys
import threading
import types
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ipykernel.displayhook import ZMQDisplayHook
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from traitlets import Any as AnyTrait

from hocvuso.kernels.quicker import (
    keep_styles,
    know_cells,
    know_parameters,
    pass_plain_python,
    share_tracebacks,
)
from hocvuso.kernels.streams import OutStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hocvuso.kernels.outputs import Outputs
    from hocvuso.kernels.streams import Raw


@dataclass(frozen=True, slots=True)
class Parts:
    """What takes the place of the sockets."""

    outputs: Outputs
    raw: Raw


class _Nowhere(io.TextIOBase):
    """Takes text and keeps none; no file, as a child may have closed all that it inherited."""

    def write(self, text: str, /) -> int:
        return len(text)


class CollectingKernel(IPythonKernel):
    """The kernel, whose CPU timer interrupts a cell as an interrupt from outside does."""

    @contextlib.contextmanager
    def _cancel_on_sigint(self, future: Any) -> Iterator[None]:
        with super()._cancel_on_sigint(future):
            before = signal.signal(signal.SIGPROF, signal.getsignal(signal.SIGINT))
            try:
                yield
            finally:
                signal.signal(signal.SIGPROF, before)


class CollectingApp(IPKernelApp):
    """The application; `initialize` makes ``kernel`` and ``streams``."""

    parts = AnyTrait()
    streams: tuple[OutStream, ...] = ()

    def _nothing(self, *_: object, **__: object) -> None:
        """What needs the outside is left out."""

    init_blackhole = init_poller = init_sockets = init_heartbeat = init_signal = _nothing
    init_connection_file = write_connection_file = log_connection_info = _nothing

    def init_io(self) -> None:
        """Python's streams and display hook, as ipykernel sets them."""
        self.configure_tornado_logger()  # type: ignore[no-untyped-call]
        for handler in self.log.handlers:  # what the application logs is not the learner's
            if isinstance(handler, logging.StreamHandler):
                handler.setStream(_Nowhere())
        self.streams = tuple(OutStream(self.session, name) for name in ("stdout", "stderr"))
        sys.stdout, sys.stderr = self.streams
        self.displayhook = ZMQDisplayHook(self.session, self)  # type: ignore[no-untyped-call]
        sys.displayhook = self.displayhook
        self.patch_io()  # type: ignore[no-untyped-call]

    def init_kernel(self) -> None:
        """The kernel, its shell and its loop."""
        from tornado.ioloop import IOLoop

        self.kernel = CollectingKernel.instance(
            parent=self,
            session=self.session,
            iopub_socket=self,
            shell_channel_thread=types.SimpleNamespace(parent_thread=threading.main_thread()),
            log=self.log,
            profile_dir=self.profile_dir,
            user_ns=self.user_ns,
        )
        kernel: Any = self.kernel
        kernel.io_loop = IOLoop.current()
        kernel.shell.exit_now = False
        keep_styles()
        know_cells()
        know_parameters()
        pass_plain_python(kernel.shell)
        share_tracebacks(kernel.shell)
        self.displayhook.get_execution_count = lambda: kernel.execution_count
