"""``hocvuso grade --watch``: grades each submission as it arrives, and keeps the export of grades fresh."""

from __future__ import annotations

import logging
import os
import time
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from hocvuso.errors import HocVuSoError
from hocvuso.exchange.collect import Waiting, find_waiting, sweep
from hocvuso.grading.failures import cause_of
from hocvuso.grading.grade import Grader
from hocvuso.grading.notes import Notes
from hocvuso.records.grades_csv import write_export

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from hocvuso.grading.pools import Pool
    from hocvuso.places import Places

EVERY = 0.1  # seconds between two looks at the site's submissions
LABS_EVERY = 10  # the JupyterLabs' folders, of which there may be thousands, at every tenth look
AFTER_FAILURE = 5.0  # seconds until the next look when one failed as a whole
SETTLED_NS = 50_000_000  # how fine a file system tells when a folder changed, generously
RETRY_AFTER = 30.0  # seconds until a submission that failed because of us is tried again
log = logging.getLogger("hocvuso.grading")


def watch(  # noqa: PLR0913  (the two sources of chance and time, and who is told)
    places: Places,
    stop: threading.Event,
    *,
    lesson: str | None = None,
    report: Callable[[str], None] = lambda _: None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
    unprotected: bool = False,
    pool: Pool | None = None,
) -> None:
    """Grade what arrives until ``stop`` is set. An error is logged and the watch goes on."""
    sweep(places)
    with _Watcher(places, stop, lesson, report, now, new_id, unprotected=unprotected, pool=pool) as watcher:
        look = 0
        while not stop.is_set():
            well = watcher.look(labs=look % LABS_EVERY == 0)
            look += 1
            stop.wait(EVERY if well else AFTER_FAILURE)


class _Watcher:
    def __init__(  # noqa: PLR0913, PLR0917
        self,
        places: Places,
        stop: threading.Event,
        lesson: str | None,
        report: Callable[[str], None],
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        *,
        unprotected: bool,
        pool: Pool | None,
    ) -> None:
        self._places = places
        self._stop = stop
        self._lesson = lesson
        self._report = report
        self._open = partial(
            Grader, places, report, now=now, new_id=new_id, unprotected=unprotected, pool=pool
        )
        self._grader: Grader | None = None
        self._now = now
        self._notes = Notes(places, watching=True, now=now)
        self._retry: dict[Path, float] = {}
        self._seen: int | None = None
        self._stale = True  # an export from before a crash may lack what was graded
        self._export_at = 0.0
        self._exporter = ThreadPoolExecutor(1, thread_name_prefix="export")
        self._exporting: Future[bool] | None = None

    def __enter__(self) -> Self:
        self._notes.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave a complete export behind, if it can be written."""
        self._close()
        self._notes.__exit__(kind, error, trace)
        if self._exporting is not None:
            self._stale = not self._exporting.result() or self._stale
        if self._stale and error is None:
            self._export()
        self._exporter.shutdown()

    def look(self, *, labs: bool) -> bool:
        """Grade what waits; False when that failed, which is logged without names."""
        if labs or self._has_changed():
            trouble = self._trouble_of(lambda: self._grade(labs=labs))
            self._notes.looked(trouble)
            if trouble is not None:
                self._close()  # and open everything anew
                self._seen = None
                return False
        self._keep_export_fresh()
        return True

    def _has_changed(self) -> bool:
        """Whether anything was put into the site's folder, or is due again; however much waits there."""
        try:
            changed = self._places.inbound.stat().st_mtime_ns
        except FileNotFoundError:
            return False
        # what changes in the same instant after our look would go unseen
        settled = time.time_ns() - changed > SETTLED_NS
        if changed == self._seen and not any(time.monotonic() >= due for due in self._retry.values()):
            return False
        self._seen = changed if settled else None
        return True

    def _grade(self, *, labs: bool) -> None:
        due = (w for w in find_waiting(self._places, self._lesson, labs=labs) if self._is_due(w))
        first = next(due, None)
        if first is None:
            return
        if self._grader is None:
            self._grader = self._open()
        summary = self._grader.grade(
            chain([first], due), for_others=False, enough=self._stop.is_set, failed=self._put_off
        )
        self._stale = self._stale or summary.taken > 0
        self._forget_settled()
        self._seen = None  # what is left, and what came meanwhile

    def _close(self) -> None:
        if self._grader is not None:
            grader, self._grader = self._grader, None
            self._tried(grader.close)

    def _tried(self, act: Callable[[], None]) -> bool:
        return self._trouble_of(act) is None

    def _trouble_of(self, act: Callable[[], None]) -> str | None:
        """Why ``act`` failed, in words that name nobody; it has been told already."""
        try:
            act()
        except HocVuSoError as error:
            self._report(error.tell("vi"))
            return cause_of(error)
        except Exception as error:  # noqa: BLE001  (a full disk or a locked database must not end the watch)
            log.error("a look at the submissions failed: %s", cause_of(error))  # noqa: TRY400
            return cause_of(error)
        return None

    def _keep_export_fresh(self) -> None:
        """Write the export beside the grading; the larger it is, the longer until the next one."""
        if self._exporting is not None:
            if not self._exporting.done():
                return
            self._stale = not self._exporting.result() or self._stale
            self._exporting = None
        if self._stale and time.monotonic() >= self._export_at:
            self._stale = False
            self._exporting = self._exporter.submit(self._export)

    def _export(self) -> bool:
        started = time.monotonic()
        well = self._tried(self._write_export)
        ended = time.monotonic()
        self._export_at = ended + (10 * (ended - started) if well else AFTER_FAILURE)
        return well

    def _write_export(self) -> None:
        write_export(self._places)

    def _is_due(self, waiting: Waiting) -> bool:
        return time.monotonic() >= self._retry.get(waiting.path, 0.0)

    def _put_off(self, waiting: Waiting, reason: str) -> None:
        self._retry[waiting.path] = time.monotonic() + RETRY_AFTER
        self._notes.failed(waiting, reason, self._now() + timedelta(seconds=RETRY_AFTER))

    def _forget_settled(self) -> None:
        """What was tried again and is done needs no third time."""
        for path in [path for path in self._retry if not os.path.lexists(path)]:
            del self._retry[path]
            self._notes.settled(path)
