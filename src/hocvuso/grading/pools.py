"""Where assessments are made: a pool applies a function to a batch and gives the results in the batch's order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

T = TypeVar("T")
R = TypeVar("R")


class Pool(Protocol):
    """Workers that make assessments."""

    def map(self, act: Callable[[T], R], batch: Sequence[T]) -> Iterable[R]:
        """What ``act`` gives for each of ``batch``, in its order; the first exception of ``act`` is raised."""


class LocalPool:
    """The threads of this process, one for each core; a context manager.

    Code runs in processes of its own (`hocvuso.kernels`), which the threads wait for. Answers to questions are scored
    in one thread: it takes less than to hand them over.
    """

    def __init__(self, workers: int | None = None) -> None:
        self._threads = ThreadPoolExecutor(workers or os.cpu_count() or 1, thread_name_prefix="assess")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(cancel_futures=True)

    def map(self, act: Callable[[T], R], batch: Sequence[T]) -> Iterator[R]:
        """Each of ``batch`` in the next free thread."""
        return iter(self._threads.map(act, batch))
