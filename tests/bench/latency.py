"""From handing in to the result: real calls of the site's `submit` at a steady rate beside ``hocvuso grade --watch``.

Each submission has a moment at which it is due, and its time counts from then, so that one that had to wait for the
one before it does not look faster than it was. It ends when the result record can be read under its name.
"""

from __future__ import annotations

import subprocess
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from tests.bench.class_maker import book_bytes, learner_name, master_of, some_answers
from tests.bench.processes import Meter, hocvuso, until

from hocvuso.exchange.answers import AnswerStore
from hocvuso.exchange.receipts import SiteKey
from hocvuso.exchange.submit import submit
from hocvuso.grading.result import result_path
from hocvuso.places import Places, folder_of

PATIENCE = 120.0  # seconds until a result counts as lost
LOOK = 0.01  # seconds between two looks for results: the most that a figure is too large by
FIRST_ASKED, THEN = 0.25, 1.3  # the waiting page's own numbers
FIRST = 500_000  # the number of the first learner, so that they have not handed in before


@dataclass(slots=True)
class Stream:
    """What came of one run: for each submission the seconds until its result, and those of the call of `submit`."""

    seconds: list[float] = field(default_factory=list)
    submit_seconds: list[float] = field(default_factory=list)
    page_seconds: list[float] = field(default_factory=list)
    peak_mb: float = 0.0
    lost: int = 0

    def done(self, seconds: float, submitting: float) -> None:
        """A result was there after ``seconds``, of which the call of `submit` took ``submitting``."""
        self.seconds.append(seconds)
        self.submit_seconds.append(submitting)
        self.page_seconds.append(submitting + asked_at(seconds - submitting))


def percentile(seconds: list[float], share: float) -> float:
    """The time within which ``share`` of the submissions were done."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def asked_at(ready: float) -> float:
    """When the waiting page (``site/static/result.js``) first asks after a result is ready."""
    moment = delay = FIRST_ASKED
    while moment < ready:
        delay *= THEN
        moment += delay
    return moment


def measure(places: Places, edition: str, *, rate: float, duration: float, log: Path) -> Stream:
    """Hand in at ``rate`` per second for ``duration`` seconds, after one that shows that the grader is there."""
    count = int(rate * duration)
    _save_answers(places, edition, count + 1)
    stream = Stream()
    with log.open("wb") as written:
        watch = subprocess.Popen(hocvuso(places.root, "grade", "--watch"), stdout=written, stderr=written)
    try:
        with Meter(watch.pid) as meter:
            _submit(places, edition, FIRST)
            warm = result_path(places, learner_name(FIRST), edition)
            until("the grader grades", lambda: warm.exists() or watch.poll() is not None, PATIENCE)
            _run(places, edition, stream, count, rate)
        stream.peak_mb = meter.peak_mb
    finally:
        watch.terminate()
        watch.wait(60)
    return stream


def _run(places: Places, edition: str, stream: Stream, count: int, rate: float) -> None:
    due: dict[Path, float] = {}
    submitting: dict[Path, float] = {}
    lock, handed_in = threading.Lock(), threading.Event()
    started = time.perf_counter() + 0.5

    def hand_in(number: int) -> None:
        moment = started + number / rate
        time.sleep(max(0.0, moment - time.perf_counter()))
        learner = FIRST + 1 + number
        path = result_path(places, learner_name(learner), edition)
        _submit(places, edition, learner)
        with lock:
            submitting[path] = time.perf_counter() - moment
            due[path] = moment

    def look() -> None:
        while True:
            last = handed_in.is_set()
            with lock:
                waiting = list(due.items())
            for path, moment in waiting:
                if path.exists():
                    stream.done(time.perf_counter() - moment, submitting[path])
                    with lock:
                        del due[path]
            late = time.perf_counter() > started + count / rate + PATIENCE
            if last and (not due or late):
                stream.lost = len(due)
                return
            time.sleep(LOOK)

    looking = threading.Thread(target=look)
    looking.start()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(hand_in, range(count)))
    handed_in.set()
    looking.join()


def _save_answers(places: Places, edition: str, count: int) -> None:
    """The answers that the site's store holds before anybody hands in."""
    master = master_of(places, edition)
    for number in range(count):
        folder = places.answers / folder_of(learner_name(FIRST + number)) / edition
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "answers.json").write_bytes(book_bytes(edition, some_answers(master, Random(number))))


def _submit(places: Places, edition: str, number: int) -> None:
    store = AnswerStore(places.answers, lambda: datetime.now(UTC))
    submit(
        places,
        store,
        SiteKey.load_or_make(places.site_keys),
        learner_name(number),
        edition,
        now=datetime.now(UTC),
        new_id=lambda: str(uuid.uuid4()),
    )
