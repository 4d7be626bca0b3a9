"""ipykernel's way of sending what code shows, without sockets and threads: messages go to `Outputs`.

Three roads lead there: Python's own ``sys.stdout`` and ``sys.stderr`` (buffered as ipykernel does: text of the
two streams keeps its order within a stream, not between them), the display machinery, and whatever writes to
the descriptors 1 and 2 directly: libraries in C, programs that the code starts. The third goes to files in
memory, which nobody has to empty while the code runs; what a forked child prints comes the same way.
"""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import json
import os
import tempfile
import threading
from collections import defaultdict
from io import StringIO
from typing import TYPE_CHECKING, Any

from ipykernel.iostream import IOPubThread
from ipykernel.iostream import OutStream as IPythonStream
from jupyter_client.session import Session

from hocvuso.kernels.outputs import TooMuchOutput

if TYPE_CHECKING:
    from hocvuso.kernels.outputs import Budget, Outputs

# learner code can replace these in `os`; what is used after it ran is taken before
_getpid, _dup2, _open, _close, _write, _pread = (
    os.getpid, os.dup2, os.open, os.close, os.write, os.pread,
)  # fmt: skip
_lseek, _ftruncate = os.lseek, os.ftruncate
_PIECE = 1_000_000


class _File:
    """A file in memory that grows at its end, whoever writes."""

    def __init__(self) -> None:
        self.fd = _memory_file()
        self._position = 0

    def new(self, most: int) -> bytes:
        """What was written since the last call, at most about ``most`` bytes of it; the rest is dropped."""
        try:
            end = _lseek(self.fd, 0, os.SEEK_END)
            if end <= self._position:
                return b""
            data = _pread(self.fd, min(end - self._position, most), self._position)
            self._position = end
            if end > _PIECE:
                _ftruncate(self.fd, 0)
                self._position = 0
        except OSError:  # the code has closed it: then it shows nothing this way
            return b""
        return data

    def close(self) -> None:
        with contextlib.suppress(OSError):
            _close(self.fd)


def _memory_file() -> int:
    try:
        made = os.memfd_create("shown", os.MFD_CLOEXEC)
    except OSError:  # a filter of system calls may forbid it: a file without a name does as well
        made, name = tempfile.mkstemp()
        os.unlink(name)  # noqa: PTH108
    fcntl.fcntl(made, fcntl.F_SETFL, os.O_APPEND)
    return made


class Raw:
    """What is written to the descriptors 1 and 2, and what forked children print."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._files: dict[str, _File] = {}
        self._decoders: dict[str, codecs.IncrementalDecoder] = {}
        self.pid = 0
        self.nowhere = -1

    def open(self) -> None:
        """Take over the descriptors 0, 1 and 2 of this process (after a fork: from the parent)."""
        self.pid = _getpid()
        for file in self._files.values():
            file.close()
        if self.nowhere < 0:
            self.nowhere = _open(os.devnull, os.O_RDWR)
        _dup2(self.nowhere, 0)
        for name, fd in (("stdout", 1), ("stderr", 2)):
            self._files[name] = _File()
            _dup2(self._files[name].fd, fd)
            self._decoders[name] = codecs.getincrementaldecoder("utf-8")("replace")

    def text(self, name: str) -> str:
        """New text on descriptor 1 ("stdout") or 2 ("stderr")."""
        if _getpid() != self.pid:
            return ""
        data = self._files[name].new(self._budget.limit + 1)
        return self._decoders[name].decode(data) if data else ""

    def tell(self, name: str, text: str) -> None:
        """In a child: show ``text`` in the parent's cell."""
        with contextlib.suppress(OSError, KeyError):
            _write(self._files[name].fd, text.encode("utf-8", "replace"))


class CollectingSession(Session):
    """A session whose messages go nowhere but to `Outputs`, in the form that JSON gives them."""

    outputs: Outputs
    raw: Raw

    def send(  # noqa: PLR0913, PLR0917  (jupyter_client's signature)
        self,
        stream: Any,
        msg_or_type: Any,
        content: Any = None,
        parent: Any = None,
        ident: Any = None,
        buffers: Any = None,
        track: bool = False,  # noqa: FBT001, FBT002
        header: Any = None,
        metadata: Any = None,
    ) -> Any:
        """Pack the message as for a socket (with the same errors), and hand it over."""
        del stream, ident, buffers, track
        message = msg_or_type
        if not isinstance(message, dict):
            message = self.msg(msg_or_type, content=content, parent=parent, header=header, metadata=metadata)
        kind, content = message["header"]["msg_type"], message["content"]
        if _getpid() == self.raw.pid:
            packed = self._packed(message)
            parent_id = (message["parent_header"] or {}).get("msg_id")
            self.outputs.add(kind, parent_id, self.unpack(packed), len(packed))
        elif kind == "stream":  # ipykernel, too, lets a forked child print but not display
            self.raw.tell(content["name"], content["text"])
        return message

    def _packed(self, message: Any) -> bytes:
        if message["header"]["msg_type"] != "stream":
            packed: bytes = self.serialize(message)[-1]
            return packed
        content = message["content"]
        text = content["text"].encode("utf-8", "replace").decode("utf-8")  # half characters can't be sent
        return json.dumps({**content, "text": text}).encode("ascii")


class _NoThread(IOPubThread):
    """Stands where ipykernel's output thread does; what it is asked to do happens at once, or at the next flush."""

    def __init__(self) -> None:  # no sockets, no loop, no thread
        no_thread: Any = None
        loop: Any = self
        self.thread, self.io_loop = no_thread, loop

    def schedule(self, f: Any) -> None:
        f()

    def call_later(self, *_: object) -> None:
        """A timer that flushes a stream; here the end of the cell does."""


class OutStream(IPythonStream):
    """``sys.stdout`` or ``sys.stderr`` of the code that runs. Its class has ipykernel's name: errors show it."""

    def __init__(self, session: CollectingSession, name: str) -> None:
        super().__init__(session, _NoThread(), name, watchfd=False)  # type: ignore[no-untyped-call]
        self._raw = session.raw
        self._budget = session.outputs.budget
        self._buffers = _Buffers(self)

    def take_over(self) -> None:
        """After a fork: belong to this process."""
        self._master_pid = self._raw.pid
        self._buffer_lock = threading.RLock()  # a thread that is gone may have held the old one
        self._original_stdstream_copy = self._raw.nowhere  # ipykernel: where the descriptor led before

    def new_buffer(self) -> StringIO:
        """A buffer that counts what is written to it."""
        return _Counting(self._budget)

    def take_raw(self) -> None:
        """Buffer what has come to the descriptor meanwhile: it belongs to the cell that runs."""
        text = self._raw.text(self.name)
        if text:
            dict.__getitem__(self._buffers, self._now()).write(text)

    def _now(self) -> frozenset[Any]:
        now = frozenset(self._parent_header_global.items())
        self._buffers.setdefault(now, self.new_buffer())
        return now

    def _rotate_buffers(self) -> defaultdict[Any, StringIO]:
        with self._buffer_lock:
            old, self._buffers = self._buffers, _Buffers(self)
        return old

    def _flush(self) -> None:
        """Hand the buffered text over; what is too much is dropped, as the flush comes from anywhere."""
        with contextlib.suppress(TooMuchOutput):
            self.take_raw()
        super()._flush()  # type: ignore[no-untyped-call]


class _Counting(StringIO):
    def __init__(self, budget: Budget) -> None:
        super().__init__()
        self._budget = budget

    def write(self, text: str, /) -> int:
        self._budget.take(len(text) if text.isascii() else 2 * len(text))
        return super().write(text)


class _Buffers(defaultdict[Any, StringIO]):
    """The buffers of a stream, by request; what went to the descriptor before comes before."""

    def __init__(self, stream: OutStream) -> None:
        super().__init__(stream.new_buffer)
        self._stream = stream

    def __getitem__(self, parent: Any, /) -> StringIO:
        self._stream.take_raw()
        return super().__getitem__(parent)
