"""A kernel in a fork of the zygote: ipykernel, whose sockets were made by whoever asked for it.

The entry `main` is called in an isolated child (`hocvuso.kernels.isolate`) with descriptors: a pipe from which it
reads what a connection file holds, and one listening unix socket per channel, in the order of jupyter_client's
``port_names``. So the kernel has no folder in common with anybody: the sockets' files lie where it can't see them.

The zygote has imported what lessons use (`hocvuso.kernels.parents`) and made the kernel and its shell (`warm_up`), so
that a fork shares them; ZeroMQ's contexts, the event loop and all threads begin in the child.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import sys
import uuid
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import zmq
from ipykernel.control import ControlThread
from ipykernel.heartbeat import Heartbeat
from ipykernel.iostream import IOPubThread
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.shellchannel import ShellChannelThread
from jupyter_client.connect import port_names
from traitlets import Dict
from traitlets.config import Config
from zmq.eventloop.zmqstream import ZMQStream

from hocvuso.kernels import commands
from hocvuso.kernels.sandbox import HOME

if TYPE_CHECKING:
    from collections.abc import Sequence

_USED_LATER = (  # by ipykernel and IPython, only when first needed
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "tornado.platform.asyncio",
)
_FIRST_CELLS = ("def f(x):\n    return x + 1\nf(1)", "%time 1", "%%capture\n1", "!true", "await f()", "f(")
_FROM_FORKS = f"ipc://{HOME}/.from-forks"
_ARENA_MAX = -8  # mallopt's number for how many heaps threads get
_PR_SET_NAME, _NAME = 15, b"hocvuso-kernel"


def warm_up() -> None:
    """In the zygote: make the kernel and its shell, all but what talks to the outside."""
    _leave_out_debugger()
    for name in _USED_LATER:
        import_module(name)
    ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)  # a heap per thread would count against each kernel's memory
    config = Config()
    config.HistoryManager.enabled = False
    config.IPKernelApp.log_level = "CRITICAL"
    started_as = sys.modules["__main__"]  # the shell puts its own there; the zygote's must stay alive
    app: Any = ForkedApp.instance(config=config)
    app.initialize([])
    app.started_as = started_as
    _let_widgets_listen()
    app.warm_up()


def main(fds: Sequence[int]) -> None:
    """Be a kernel until told to shut down."""
    pipe, *listening = fds
    with os.fdopen(pipe, "rb") as told:
        connection = told.read()
    ctypes.CDLL(None).prctl(_PR_SET_NAME, _NAME, 0, 0, 0)  # what an operator sees in `ps` and `top`
    app: Any = ForkedApp.instance()
    app.connect(connection, listening)
    commands.install()
    try:
        app.start()
    finally:
        atexit._run_exitfuncs()  # noqa: SLF001  (a forked child ends without it)


def _let_widgets_listen() -> None:
    """Do what ipywidgets does when a cell imports it, which here came before there was a kernel to listen at."""
    widgets = sys.modules.get("ipywidgets")
    if widgets:
        widgets.register_comm_target()


def _leave_out_debugger() -> None:
    """ipykernel's debugger needs a network, and would be ten megabytes for nobody."""
    sys.modules["debugpy"] = None  # type: ignore[assignment]  # Python's way to say that there is none
    import_module("ipykernel.debugger")
    del sys.modules["debugpy"]


class ForkedApp(IPKernelApp):
    """ipykernel's application in two halves: `initialize` before the fork, `connect` after it.

    There is no debugger (it needs a network). ``listening`` are the descriptors of the sockets by port.
    """

    listening: Any = Dict()
    started_as: Any = None

    def _nothing(self, *_: object, **__: object) -> None:
        """What belongs after the fork, or to files that somebody else keeps."""

    init_blackhole = init_poller = init_connection_file = _nothing
    write_connection_file = log_connection_info = _nothing
    init_sockets = init_heartbeat = init_io = init_signal = _nothing

    def warm_up(self) -> None:
        """Do once what every first cell would do again."""
        shell: Any = self.shell
        for source in _FIRST_CELLS:
            shell.transform_cell(source)
        shell.display_formatter.format([0])
        try:
            int("warming up")
        except ValueError as error:
            shell.InteractiveTB.structured_traceback(type(error), error, error.__traceback__)

    def connect(self, connection: bytes, listening: Sequence[int]) -> None:
        """Take the sockets; from now on this process is a kernel like any other."""
        file = Path(HOME, "kernel.json")
        file.write_bytes(connection)
        sys.argv = ["ipykernel_launcher", "-f", str(file)]
        self.connection_file = str(file)
        self.session.pid = os.getpid()  # it drops what another process sends
        self.session.session = str(uuid.uuid4())
        self.load_connection_file()
        self.listening = dict(zip((getattr(self, name) for name in port_names), listening, strict=True))
        super().init_sockets()  # type: ignore[no-untyped-call]
        self._start_heartbeat()
        super().init_io()  # type: ignore[no-untyped-call]
        super().init_signal()  # type: ignore[no-untyped-call]
        self._join_kernel()

    def _join_kernel(self) -> None:
        """Tell the kernel and its shell of the sockets."""
        kernel: Any = self.kernel
        kernel.ident = str(uuid.uuid4())
        kernel.control_stream = ZMQStream(self.control_socket, self.control_thread.io_loop)
        kernel.shell_stream = ZMQStream(self.shell_socket, self.shell_channel_thread.io_loop)
        kernel.control_thread, kernel.stdin_socket = self.control_thread, self.stdin_socket
        kernel.shell_channel_thread = self.shell_channel_thread
        self.shell_channel_thread.shell_stream = kernel.shell_stream
        self.control_thread.start()
        self.shell_channel_thread.start()
        kernel.iopub_thread, kernel.iopub_socket = self.iopub_thread, self.iopub_socket
        kernel._stdout, kernel._stderr = sys.stdout, sys.stderr  # noqa: SLF001
        kernel.record_ports({name: getattr(self, name) for name in port_names})
        self.displayhook.get_execution_count = lambda: kernel.execution_count
        shell = kernel.shell
        shell.displayhook.pub_socket = shell.display_pub.pub_socket = self.iopub_socket
        shell.displayhook.topic = kernel._topic("execute_result")  # noqa: SLF001
        shell.starting_dir = str(Path.cwd())
        Path(shell.profile_dir.location).mkdir(parents=True, exist_ok=True)

    def init_kernel(self) -> None:
        """The kernel, without sockets."""
        self.kernel = IPythonKernel.instance(
            parent=self,
            session=self.session,
            log=self.log,
            profile_dir=self.profile_dir,
            user_ns=self.user_ns,
        )

    def _try_bind_socket(self, s: zmq.Socket[bytes], port: int) -> int:
        s.setsockopt(zmq.USE_FD, self.listening[port])
        s.bind(f"ipc://{self.ip}-{port}")
        return port

    def init_control(self, context: zmq.Context[Any]) -> None:
        """The control channel and its thread, and the thread that hands out shell messages; no debugger's sockets."""
        self.control_socket = context.socket(zmq.ROUTER)
        self.control_socket.linger = 1000
        self._apply_curve_server_options(self.control_socket)
        self.control_port = self._bind_socket(self.control_socket, self.control_port)  # type: ignore[no-untyped-call]
        self.control_socket.router_handover = 1
        self.control_thread = ControlThread(daemon=True)  # type: ignore[no-untyped-call]
        self.shell_channel_thread = ShellChannelThread(context, daemon=True)

    def init_iopub(self, context: zmq.Context[Any]) -> None:
        """The channel for what cells show, and its thread."""
        self.iopub_socket = context.socket(zmq.XPUB)
        self.iopub_socket.linger = 1000
        self._apply_curve_server_options(self.iopub_socket)
        self.iopub_port = self._bind_socket(self.iopub_socket, self.iopub_port)  # type: ignore[no-untyped-call]
        self.configure_tornado_logger()  # type: ignore[no-untyped-call]
        self.iopub_thread = _Publisher(self.iopub_socket, pipe=True, session=self.session)  # type: ignore[no-untyped-call]
        self.iopub_thread.start()  # type: ignore[no-untyped-call]
        self.iopub_socket = self.iopub_thread.background_socket

    def _start_heartbeat(self) -> None:
        """The heartbeat, in a context of its own, as ipykernel says why."""
        self.heartbeat = _Heartbeat(  # type: ignore[no-untyped-call]
            zmq.Context(),
            (self.transport, self.ip, self.hb_port),
            curve_publickey=self.curve_publickey,
            curve_secretkey=self.curve_secretkey,
        )
        self.heartbeat.listening = self.listening[self.hb_port]
        self.heartbeat.start()


class _Publisher(IOPubThread):
    """Takes what forks of the kernel show over a unix socket: there is no network here, not even this machine's own."""

    def _setup_pipe_in(self) -> None:
        self._pipe_uuid = os.urandom(16)
        pipe = self.socket.context.socket(zmq.PULL)
        pipe.linger = 0
        pipe.bind(_FROM_FORKS)
        self._pipe_in = ZMQStream(pipe, self.io_loop)
        self._pipe_in.on_recv(self._handle_pipe_msg)

    def _setup_pipe_out(self) -> tuple[zmq.Context[Any], zmq.Socket[bytes]]:
        context: zmq.Context[Any] = zmq.Context()  # a context isn't carried over a fork
        pipe = context.socket(zmq.PUSH)
        pipe.linger = 3000
        pipe.connect(_FROM_FORKS)
        return context, pipe


class _Heartbeat(Heartbeat):
    """Answers on a socket that listens already."""

    listening = -1

    def _try_bind_socket(self) -> None:
        self.socket.setsockopt(zmq.USE_FD, self.listening)
        super()._try_bind_socket()  # type: ignore[no-untyped-call]
