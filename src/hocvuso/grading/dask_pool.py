"""The workers of a Dask cluster: ``hocvuso grade --scheduler ADDRESS``.

What crosses the wire is bytes, JSON made and read by `hocvuso.grading.task`, in both directions; the only other thing
is the name of the function. A worker needs hocvuso in the same version, and bubblewrap for learners' code; no course
folder, no gradebook, no key. Dask itself gives a dead worker's tasks to another one. Whoever reaches a scheduler can
run programs on its workers: it belongs on a private network, or behind TLS, which is set in Dask's own configuration.
"""

from __future__ import annotations

import logging
import uuid
from collections import deque
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hocvuso import __version__
from hocvuso.errors import HocVuSoError, SandboxError, SetupError, StorageError
from hocvuso.grading.assess import Assessment, Assessor, with_code
from hocvuso.grading.task import Asked, Fitness, Scored, failed, fitness, make_task, read_reply, work
from hocvuso.language import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from types import TracebackType
    from typing import Self

    from hocvuso.exchange.collect import Taken
    from hocvuso.lessons.master import Master

PATIENCE = 30  # seconds to wait for a scheduler and its first worker
AHEAD = 3  # tasks handed out for each thread of the cluster: none waits for work, and few are in memory
IN_A_TASK = 32  # submissions without code, each of which takes less than the way there and back
_LOOK = 5  # seconds between two looks whether there is a worker at all
_PLAIN = ["dask", "msgpack"]  # how results come back: nothing that a worker sends is unpickled as one


class DaskPool:
    """A `Pool` on a cluster: connected when it is first needed, and again when it was lost; a context manager."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._client: Any = None  # distributed has no types

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._forget()

    def assess(self, assessor: Assessor, batch: Sequence[Taken]) -> Iterator[Assessment | Exception]:
        """Read here, score there. An exception for a submission that its workers did not survive.

        StorageError when the scheduler is lost, SetupError when a worker is of no use.
        """
        found = [_read(assessor, taken) for taken in batch]
        groups = list(_grouped(found))
        tasks = (make_task(master, [_asked(one) for _, one in group]) for master, group in groups)
        with self._told_when_lost():
            replies = list(self._map(tasks))
        for (master, group), reply in zip(groups, replies, strict=True):
            for place, scored in zip(
                (place for place, _ in group), _scored(reply, master, len(group)), strict=True
            ):
                found[place] = _completed(found[place], scored)
        return iter(found)

    @property
    def width(self) -> int:
        """How many submissions are assessed at once."""
        with self._told_when_lost():
            threads: dict[str, int] = self._connected().nthreads()
            return max(1, sum(threads.values()))

    def check(self) -> None:
        """SetupError unless there is a scheduler, and workers of use."""
        with self._told_when_lost():
            self._connected()

    @contextmanager
    def _told_when_lost(self) -> Iterator[None]:
        """StorageError when the scheduler went away; the next call looks for it anew."""
        try:
            yield
        except OSError as error:
            self._forget()
            raise StorageError(
                N_("Mất liên lạc với bộ điều phối Dask {address}; chưa mất gì, bài vẫn chờ."),
                address=self._address,
            ) from error

    def _map(self, tasks: Iterable[bytes]) -> Iterator[bytes | Exception]:
        """What `work` gives for each task, in order; few tasks are under way at a time."""
        client = self._connected()
        most = AHEAD * max(1, sum(client.nthreads().values()))
        waiting: deque[Any] = deque()
        rest = iter(tasks)
        try:
            while True:
                for task in islice(rest, most - len(waiting)):
                    waiting.append(client.submit(work, task, key=f"hocvuso-{uuid.uuid4().hex}", pure=False))
                if not waiting:
                    return
                yield self._outcome(waiting[0])
                waiting.popleft()
        finally:
            with suppress(Exception):  # nobody may be there to hear it
                client.cancel(list(waiting))

    def _outcome(self, future: Any) -> bytes | Exception:
        from distributed import KilledWorker
        from distributed.client import FutureCancelledError

        try:
            return self._result(future)
        except KilledWorker:
            return SandboxError(N_("Máy chấm dừng nhiều lần khi chấm bài này; bài vẫn chờ."))
        except FutureCancelledError as error:
            raise OSError(str(error)) from error  # told by `_told_when_lost`
        except (HocVuSoError, OSError):
            raise
        except ImportError as error:  # a worker that came later
            raise SetupError(
                N_("Một máy chấm của cụm Dask chưa cài hocvuso {version}: hãy cài rồi khởi động lại máy đó."),
                version=__version__,
            ) from error
        except Exception as error:  # noqa: BLE001  (whatever else a worker met; the other tasks go on)
            return failed(type(error).__name__)

    def _result(self, future: Any) -> bytes:
        """What came back; StorageError when no worker is left that could do it."""
        alone = 0
        while alone * _LOOK < PATIENCE:
            try:
                return bytes(future.result(timeout=_LOOK))
            except TimeoutError:
                alone = 0 if self._client.nthreads() else alone + 1
        raise StorageError(N_("Cụm Dask không còn máy chấm nào; chưa mất gì, bài vẫn chờ."))

    def _connected(self) -> Any:
        if self._client is not None and self._client.status != "running":
            self._forget()
        if self._client is None:
            self._client = _connect(self._address)
            try:
                _check_workers(self._client)
            except BaseException:
                self._forget()
                raise
        return self._client

    def _forget(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):  # one that lost its scheduler may fail in this too
                client.close(timeout=1)


def _connect(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        raise SetupError(N_("Máy này chưa có Dask: hãy chạy pip install 'dask[distributed]'.")) from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what concerns us is raised
    is_file = "://" not in address
    try:
        if is_file and not Path(address).is_file():  # Dask would wait for it
            raise FileNotFoundError(address)
        where = {"scheduler_file" if is_file else "address": address}
        return Client(  # type: ignore[no-untyped-call]
            **where, timeout=PATIENCE, set_as_default=False, name="hocvuso-grade",
            serializers=_PLAIN, deserializers=_PLAIN,
        )  # fmt: skip
    except (OSError, TimeoutError, ValueError) as error:
        raise SetupError(
            N_("Không kết nối được bộ điều phối Dask {address}: hãy xem địa chỉ, hoặc tệp của bộ điều phối."),
            address=address,
        ) from error


def _check_workers(client: Any) -> None:
    """SetupError unless there is a worker, and every worker can do what this machine would do itself."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError as error:
        raise SetupError(N_("Cụm Dask chưa có máy chấm nào: hãy khởi động dask worker.")) from error
    from importlib.metadata import version

    # by the standard library first: a worker that lacks our package can't even read the name of our function
    versions = client.run(version, "hocvuso", on_error="return")
    for worker, found in versions.items():
        if found != __version__:
            raise SetupError(
                N_("Máy chấm {worker} có hocvuso {found}, cần {version}: hãy cài rồi khởi động lại máy đó."),
                worker=worker,
                found="?" if isinstance(found, Exception) else found,
                version=__version__,
            )
    for worker, found in client.run(fitness, on_error="return").items():
        fit = Fitness.read(found) if isinstance(found, bytes) else Fitness(__version__, type(found).__name__)
        if fit.fault is not None:
            raise SetupError(
                N_("Máy chấm {worker} không chạy được mã lệnh trong hộp cát: {why}"),
                worker=worker,
                why=fit.fault,
            )


def _read(assessor: Assessor, taken: Taken) -> Assessment | Exception:
    try:
        return assessor.read(taken)
    except Exception as error:  # noqa: BLE001  (one submission must not stop the others)
        return error


def _grouped(
    found: Sequence[Assessment | Exception],
) -> Iterator[tuple[Master, list[tuple[int, Assessment]]]]:
    """What is left to score, by master: question lessons many in a task, code one by one; each with its place."""
    groups: dict[str, list[tuple[int, Assessment]]] = {}
    for place, one in enumerate(found):
        if isinstance(one, Exception) or one.master is None:
            continue
        group = groups.setdefault(one.master.hash, [])
        group.append((place, one))
        if one.master.tests or len(group) == IN_A_TASK:
            yield one.master, groups.pop(one.master.hash)
    for group in groups.values():
        master = group[0][1].master
        assert master is not None  # noqa: S101  (others are in no group)
        yield master, group


def _asked(one: Assessment) -> Asked:
    answers = one.book.answers if one.book else {}
    values = {name: record.answer for name, record in answers.items() if name in one.pieces}
    damaged = tuple(name for name in one.damaged if name in one.pieces)
    with_code = one.master is not None and one.master.tests
    return Asked(values, damaged, one.taken.files[f"{one.edition}.ipynb"] if with_code else None)


def _scored(reply: bytes | Exception, master: Master, count: int) -> Sequence[Scored | Exception]:
    if isinstance(reply, Exception):
        return [reply] * count
    try:
        scored = read_reply(reply, master)
    except (ValueError, KeyError, TypeError) as error:
        raise _disagrees() from error
    if len(scored) != count:
        raise _disagrees()
    return scored


def _completed(found: Assessment | Exception, scored: Scored | Exception) -> Assessment | Exception:
    """``found`` with what came back. Of questions this machine knows the marks too, and shows them from its sheet."""
    if isinstance(scored, Exception) or isinstance(found, Exception):
        return scored if isinstance(scored, Exception) else found
    if found.marks != scored.marks:
        raise _disagrees()
    if found.master is not None and found.master.tests:
        return with_code(found, scored.code, scored.fault)
    return found


def _disagrees() -> SetupError:
    return SetupError(
        N_("Một máy chấm của cụm Dask cho điểm khác máy này: hãy cài cùng một bản hocvuso trên mọi máy.")
    )
