"""Messages between the processes of a run: JSON objects over a unix stream socket, and file descriptors.

A message is four bytes of length (big endian), then that many bytes of UTF-8 JSON, always one object. The peer
may be hostile: whatever it sends, `Wire.receive` gives a bounded JSON value or raises a `WireError`, within the
deadline, and no descriptor stays open that the caller didn't get. Deadlines are moments of `time.monotonic`.
"""

from __future__ import annotations

import array
import contextlib
import json
import math
import os
import re
import select
import socket
import struct
import time
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence

DEPTH = 100  # nested lists and objects; far from where Python's own recursion ends
_HEADER = struct.Struct(">I")
_PIECE = 262_144
_LONG = 1_000_000_000  # milliseconds; what poll takes has an end
_HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")  # JSON can write half a surrogate pair, UTF-8 can't


class WireError(Exception):
    """The peer broke the rules (too long, no JSON object, too deep …); nothing more comes over this wire."""


class WireClosed(WireError):  # noqa: N818  (says what happened)
    """The peer has closed its end, or is gone."""


class WireTimeout(WireError):  # noqa: N818  (says what happened)
    """The deadline came first. What had arrived is kept: a later `receive` goes on from there."""


class Wire:
    """One end of a connection.

    ``limit`` bounds a message's bytes, both ways; in memory a message takes up to about 25 times as much.
    ``fds`` is how many descriptors one received message may carry: by default none.
    """

    def __init__(self, sock: socket.socket, *, limit: int = 4_000_000, fds: int = 0) -> None:
        sock.setblocking(True)  # each call says itself that it doesn't wait; waiting is `_wait`'s
        self._sock = sock
        self._limit = limit
        self._most_fds = fds
        self._frame = bytearray()
        self._fds: list[int] = []
        self._broken = ""

    def fileno(self) -> int:
        """The socket's descriptor, for a selector."""
        return self._sock.fileno()

    def send(
        self, message: dict[str, Any], fds: Sequence[int] = (), *, deadline: float | None = None
    ) -> None:
        """Send ``message``, with copies of the descriptors ``fds``; WireError when it can't be sent as it is.

        A send that ended in WireTimeout half way leaves the wire broken.
        """
        if self._broken:
            raise WireError(self._broken)
        payload = _encode(message)
        if len(payload) > self._limit:
            raise WireError("the message is too long")
        rest = memoryview(_HEADER.pack(len(payload)) + payload)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        started = False
        while rest:
            try:
                sent = self._sock.sendmsg([rest], rights, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
            except BlockingIOError:
                try:
                    self._wait(select.POLLOUT, deadline)
                except WireTimeout:
                    self._broken = "an earlier message was sent only in part" if started else ""
                    raise
            except OSError as error:
                raise WireClosed(f"can't send: {error.strerror}") from error
            else:
                rest, rights, started = rest[sent:], [], True

    def receive(self, deadline: float | None = None) -> tuple[dict[str, Any], list[int]]:
        """The next message and its descriptors (the caller closes them).

        Raises WireClosed, WireTimeout or WireError. Numbers are finite, texts can be encoded as UTF-8.
        """
        if self._broken:
            raise WireError(self._broken)
        try:
            self._fill(_HEADER.size, deadline)
            self._fill(_HEADER.size + self._length(), deadline)
            message = _decode(bytes(self._frame[_HEADER.size :]))
        except WireTimeout:
            raise
        except WireError as error:
            self._broken = str(error)
            self._drop_fds()
            raise
        fds, self._fds = self._fds, []
        self._frame.clear()
        return message, fds

    def close(self) -> None:
        """Close this end, and what came over it and was never fetched."""
        self._broken = "this end is closed"
        self._drop_fds()
        self._sock.close()

    def _length(self) -> int:
        length: int = _HEADER.unpack(self._frame[: _HEADER.size])[0]
        if length > self._limit:
            raise WireError("the message is too long")
        return length

    def _fill(self, size: int, deadline: float | None) -> None:
        """Read until the frame has ``size`` bytes, and never more: descriptors belong to their message."""
        while len(self._frame) < size:
            try:
                self._frame += self._read(min(size - len(self._frame), _PIECE))
            except BlockingIOError:
                self._wait(select.POLLIN, deadline)
            else:
                if deadline is not None and len(self._frame) < size and time.monotonic() >= deadline:
                    raise WireTimeout("the message did not come in time")

    def _read(self, size: int) -> bytes:
        space = socket.CMSG_SPACE((self._most_fds + 1) * array.array("i").itemsize)
        flags = socket.MSG_DONTWAIT | socket.MSG_CMSG_CLOEXEC
        try:
            data, ancillary, got, _ = self._sock.recvmsg(size, space, flags)
        except BlockingIOError:
            raise
        except OSError as error:
            raise WireClosed(f"can't receive: {error.strerror}") from error
        for level, kind, value in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                numbers = array.array("i")
                numbers.frombytes(value[: len(value) - len(value) % numbers.itemsize])
                self._fds.extend(numbers)
        if got & socket.MSG_CTRUNC or len(self._fds) > self._most_fds:
            raise WireError(f"more descriptors than the {self._most_fds} that this wire takes")
        if not data:
            raise WireClosed("closed in the middle of a message" if self._frame else "closed by the peer")
        return data

    def _wait(self, event: int, deadline: float | None) -> None:
        poll = select.poll()
        try:
            poll.register(self._sock, event)
        except ValueError as error:
            raise WireClosed("this end is closed") from error
        while True:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise WireTimeout("the peer did not answer in time")
            if poll.poll(None if left is None else min(math.ceil(left * 1000), _LONG)):
                return

    def _drop_fds(self) -> None:
        for descriptor in self._fds:
            with contextlib.suppress(OSError):
                os.close(descriptor)
        self._fds = []


def _encode(message: dict[str, Any]) -> bytes:
    try:
        text = json.dumps(message, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
        if _too_deep(message, text.count("[") + text.count("{")):
            raise WireError("the message is nested too deeply")
        try:
            return text.encode("utf-8")
        except UnicodeEncodeError:  # half a character, as learners' texts may have: JSON can say it in ASCII
            return json.dumps(message, allow_nan=False, separators=(",", ":")).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        raise WireError(f"the message is no plain JSON: {error}") from error


def _decode(payload: bytes) -> dict[str, Any]:
    try:
        message = json.loads(payload.decode("utf-8"), parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise WireError("the message is no JSON, or nested too deeply") from error
    if not isinstance(message, dict):
        raise WireError("the message is no JSON object")
    if _too_deep(message, payload.count(b"[") + payload.count(b"{")):
        raise WireError("the message is nested too deeply")
    if _HALF_CHARACTER.search(payload):
        whole = _whole_text(message)
        assert isinstance(whole, dict)  # noqa: S101  (an object stays an object)
        return whole
    return message


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError("a number beyond a float's range")
    return value


def _too_deep(value: object, containers: int) -> bool:
    """Whether ``value`` is nested more than DEPTH deep; ``containers`` is at least how many it has."""
    if containers <= DEPTH:
        return False
    level: list[object] = [value]
    for _ in range(DEPTH):
        inner: list[object] = []
        for item in level:
            if isinstance(item, dict):
                inner.extend(v for v in item.values() if isinstance(v, dict | list | tuple))
            elif isinstance(item, list | tuple):
                inner.extend(v for v in item if isinstance(v, dict | list | tuple))
        if not inner:
            return False
        level = inner
    return True


def _whole_text(value: object) -> object:
    """``value`` with each half of a surrogate pair replaced by a question mark."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [_whole_text(item) for item in value]
    if isinstance(value, dict):
        return {_whole_text(name): _whole_text(item) for name, item in value.items()}
    return value
