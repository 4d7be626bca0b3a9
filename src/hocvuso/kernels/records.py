"""What was asked of the learner's code and what it answered: kept, and played back.

With the record of a test its expected values can be corrected and the test judged again without running any
learner code, as long as the corrected test asks the same things in the same order.
"""

from __future__ import annotations

import json
from typing import Any, Protocol

from hocvuso.kernels.wire import WireError

Message = dict[str, Any]
KEPT = 256_000  # bytes of JSON of one test's record


class Peer(Protocol):
    """The end of a connection: a `hocvuso.kernels.wire.Wire`, or what stands for one."""

    def send(self, message: Message, fds: Any = (), *, deadline: float | None = None) -> None:
        """Send a message."""

    def receive(self, deadline: float | None = None) -> tuple[Message, list[int]]:
        """The next message."""


def _question(message: Message) -> Message:
    """What was asked, without how long it might take."""
    asked: Message = json.loads(
        json.dumps({name: part for name, part in message.items() if name != "seconds"})
    )
    return asked


class Recorder:
    """A connection that keeps what passes over it, as far as it is not too much."""

    def __init__(self, wire: Peer) -> None:
        self._wire = wire
        self._kept: list[list[Any]] = []
        self._size = 0

    def begin(self) -> None:
        """Begin a new record."""
        self._kept, self._size = [], 0

    @property
    def record(self) -> list[list[Any]] | None:
        """What passed since `begin`; None when it was too much to keep."""
        return self._kept if self._size <= KEPT else None

    def send(self, message: Message, fds: Any = (), *, deadline: float | None = None) -> None:
        """Send a message and keep it."""
        self._keep("asked", _question(message))
        self._wire.send(message, fds, deadline=deadline)

    def receive(self, deadline: float | None = None) -> tuple[Message, list[int]]:
        """The next message, which is kept."""
        message, fds = self._wire.receive(deadline)
        self._keep("answered", message)
        return message, fds

    def _keep(self, kind: str, message: Message) -> None:
        if self._size > KEPT:
            return
        self._size += len(json.dumps(message))
        if self._size > KEPT:
            self._kept = []
        else:
            self._kept.append([kind, message])


class Replayed:
    """Answers from a record. WireError when something else is asked than was asked then."""

    def __init__(self, record: list[list[Any]]) -> None:
        self._rest = list(reversed(record))
        self.unknown = False

    def send(self, message: Message, fds: Any = (), *, deadline: float | None = None) -> None:
        """Ask again what was asked."""
        del fds, deadline
        if self.unknown or not self._rest or self._rest.pop() != ["asked", _question(message)]:
            self.unknown = True
            raise WireError("this was not asked")

    def receive(self, deadline: float | None = None) -> tuple[Message, list[int]]:
        """The answer of then."""
        del deadline
        if self.unknown or not self._rest or self._rest[-1][0] != "answered":
            self.unknown = True
            raise WireError("this was not answered")
        return self._rest.pop()[1], []
