"""``hocvuso grade --watch``: grades each submission as it arrives, and keeps the export of grades fresh."""

from __future__ import annotations

import logging
import time
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hocvuso.errors import HocVuSoError
from hocvuso.exchange.collect import Waiting, find_waiting, sweep
from hocvuso.grading.grade import cause_of, grade_these
from hocvuso.records.export import write_export

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from pathlib import Path

    from hocvuso.places import Places

EVERY = 0.25  # seconds between two looks at the site's submissions
LABS_EVERY = 4  # the JupyterLabs' folders, of which there may be thousands, at every fourth look
AFTER_FAILURE = 5.0  # seconds until the next look when one failed as a whole
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
) -> None:
    """Grade what arrives until ``stop`` is set. An error is logged and the watch goes on."""
    sweep(places)
    watcher = _Watcher(places, lesson, report, now, new_id)
    look = 0
    while not stop.is_set():
        well = watcher.look(labs=look % LABS_EVERY == 0)
        look += 1
        stop.wait(EVERY if well else AFTER_FAILURE)
    watcher.finish()


class _Watcher:
    def __init__(
        self,
        places: Places,
        lesson: str | None,
        report: Callable[[str], None],
        now: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self._places = places
        self._lesson = lesson
        self._report = report
        self._now = now
        self._new_id = new_id
        self._retry: dict[Path, float] = {}
        self._stale = True  # an export from before a crash may lack what was graded
        self._export_at = 0.0

    def look(self, *, labs: bool) -> bool:
        """Grade what waits; False when that failed, which is logged without names."""
        return self._tried(lambda: self._grade(labs=labs))

    def _grade(self, *, labs: bool) -> None:
        due = [w for w in find_waiting(self._places, self._lesson, labs=labs) if self._is_due(w)]
        if due:
            summary = grade_these(
                self._places, due, self._report, now=self._now, new_id=self._new_id, failed=self._put_off
            )
            self._stale = self._stale or summary.taken > 0
        if self._stale and time.monotonic() >= self._export_at:
            self.export()

    def _tried(self, act: Callable[[], None]) -> bool:
        try:
            act()
        except HocVuSoError as error:
            self._report(error.tell("vi"))
            return False
        except Exception as error:  # noqa: BLE001  (a full disk or a locked database must not end the watch)
            log.error("a look at the submissions failed: %s", cause_of(error))  # noqa: TRY400
            return False
        return True

    def export(self) -> None:
        """Write the export; the larger it is, the longer until the next one."""
        started = time.monotonic()
        write_export(self._places)
        self._stale = False
        ended = time.monotonic()
        self._export_at = ended + 10 * (ended - started)

    def finish(self) -> None:
        """Leave a complete export behind, if it can be written."""
        if self._stale:
            self._tried(self.export)

    def _is_due(self, waiting: Waiting) -> bool:
        return time.monotonic() >= self._retry.get(waiting.path, 0.0)

    def _put_off(self, waiting: Waiting) -> None:
        self._retry[waiting.path] = time.monotonic() + RETRY_AFTER
