"""Where assessments are made: in this process (`LocalPool`) or on a Dask cluster (`hocvuso.grading.dask_pool`)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from hocvuso.exchange.collect import Taken
    from hocvuso.grading.assess import Assessment, Assessor


class Pool(Protocol):
    """Workers that make assessments."""

    @property
    def width(self) -> int:
        """How many submissions are assessed at once."""

    def assess(self, assessor: Assessor, batch: Sequence[Taken]) -> Iterable[Assessment | Exception]:
        """The assessment of each of ``batch``, in its order; an exception for one that could not be made.

        Raises when none can be made now, and all of the batch is to be tried again.
        """


class LocalPool:
    """The threads of this process, one for each core; a context manager.

    Code runs in processes of its own (`hocvuso.kernels`), which the threads wait for.
    """

    def __init__(self, workers: int | None = None) -> None:
        self.width = workers or os.cpu_count() or 1
        self._threads = ThreadPoolExecutor(self.width, thread_name_prefix="assess")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(cancel_futures=True)

    def assess(self, assessor: Assessor, batch: Sequence[Taken]) -> Iterator[Assessment | Exception]:
        """Each of ``batch`` in the next free thread."""
        return iter(self._threads.map(partial(_assess, assessor), batch))


def _assess(assessor: Assessor, taken: Taken) -> Assessment | Exception:
    try:
        return assessor.assess(taken)
    except Exception as error:  # noqa: BLE001  (one submission must not stop the others)
        return error
