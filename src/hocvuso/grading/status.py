"""``hocvuso status``: what waits, what is being graded, what is done, what was refused and why.

It only looks: no lock is held, nothing is made, and a gradebook that can't be read now takes only its own lines away.
It counts and names no learner; a reason is told without what filled it, which may come from a learner's folder.
"""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from hocvuso.database import connect, is_sqlite, said_by
from hocvuso.exchange.claims import find_claimed
from hocvuso.exchange.collect import find_waiting
from hocvuso.grading.begun import find_begun
from hocvuso.grading.notes import Note, read_notes
from hocvuso.language import N_, get_language, languages
from hocvuso.lessons.editions import lesson_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy.engine import Engine

    from hocvuso.places import Places

PATIENCE = 2  # seconds that a locked gradebook is waited for
OTHER = N_("(lý do khác)")
_SHORTEST = 20  # letters of a catalogue message's own, so that it is told apart from others by them

# a submission that was graded again has several lines in the log; the last one says how it ended
_DONE = """
SELECT s.edition, s.state, s.reason, count(*) FROM hocvuso_scores s
JOIN (SELECT max(id) AS id FROM hocvuso_scores GROUP BY submission, learner) newest ON newest.id = s.id
GROUP BY s.edition, s.state, s.reason
"""


@dataclass(slots=True)
class Status:
    """Counts by lesson; ``reasons`` are catalogue messages. ``gradebook``: why it could not be read, else None."""

    at: datetime
    waiting: Counter[str] = field(default_factory=Counter)
    oldest_seconds: float | None = None
    running: Counter[str] = field(default_factory=Counter)
    done: dict[str, Counter[str]] = field(default_factory=dict)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    graders: tuple[Note, ...] = ()
    regrading: dict[str, bool] = field(default_factory=dict)  # begun and not ended: whether it runs
    exported: datetime | None = None
    gradebook: str | None = None

    @property
    def alive(self) -> tuple[Note, ...]:
        """The graders that run."""
        return tuple(note for note in self.graders if note.alive)

    def count(self, *states: str) -> int:
        """How many submissions ended in one of ``states``."""
        return sum(states_of[state] for states_of in self.done.values() for state in states)

    def record(self) -> dict[str, Any]:
        """As JSON, for programs. The keys are fixed; reasons are in Vietnamese."""
        return {
            "format": 1,
            "at": _text(self.at),
            "graders": [
                {
                    "host": n.host,
                    "pid": n.pid,
                    "watching": n.watching,
                    "since": _text(n.since),
                    "trouble": n.trouble,
                }
                for n in self.alive
            ],
            "waiting": {
                "total": self.waiting.total(),
                "lessons": dict(self.waiting),
                "oldest_seconds": self.oldest_seconds,
            },
            "running": {"total": self.running.total(), "lessons": dict(self.running)},
            "done": {
                "total": self.count("graded", "partly"),
                "lessons": {
                    lesson: {state: n for state, n in sorted(states.items()) if state != "refused"}
                    for lesson, states in sorted(self.done.items())
                },
            },
            "refused": {
                "total": self.count("refused"),
                "reasons": [
                    {"lesson": lesson, "reason": _told(reason, "vi"), "count": n}
                    for (lesson, reason), n in self.reasons.most_common()
                ],
            },
            "retrying": [
                {
                    "lesson": one.lesson,
                    "reason": one.reason,
                    "tries": one.tries,
                    "last": _text(one.last),
                    "retry": one.retry and _text(one.retry),
                }
                for note in self.graders
                for one in note.failures
            ],
            "regrading": [{"lesson": one, "running": runs} for one, runs in self.regrading.items()],
            "export": {"at": self.exported and _text(self.exported)},
            "gradebook": {"readable": self.gradebook is None, "why": self.gradebook},
        }


def find_status(places: Places, now: datetime) -> Status:
    """How the grading stands."""
    status = Status(now, graders=tuple(read_notes(places)), regrading=find_begun(places))
    _look_at_waiting(places, status)
    _look_at_gradebook(places, status)
    with suppress(OSError):
        written = (places.exports / "grades.csv").stat().st_mtime
        status.exported = datetime.fromtimestamp(written, UTC)
    return status


def _look_at_waiting(places: Places, status: Status) -> None:
    waiting = list(find_waiting(places))
    claimed = find_claimed(places.var / "grader", {one.whose for one in waiting})
    arrived = []
    for one in waiting:
        lesson = lesson_of(one.edition) or "?"
        if one.whose in claimed:
            status.running[lesson] += 1
            continue
        status.waiting[lesson] += 1
        with suppress(OSError):  # it has just been graded
            # the change of the folder itself: of all its times the one that a learner can't write
            arrived.append(os.lstat(one.path).st_ctime)
    if arrived:
        status.oldest_seconds = round(max(0.0, time.time() - min(arrived)), 1)


def _look_at_gradebook(places: Places, status: Status) -> None:
    engine = _open_to_read(places.gradebook_url)
    if engine is None:
        if places.editions.exists():  # something has been released, so there was one
            status.gradebook = "unable to open database file"
        return
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("hocvuso_scores"):
                return
            for edition, state, reason, count in connection.execute(text(_DONE)):
                lesson = lesson_of(edition) or "?"
                status.done.setdefault(lesson, Counter())[state] += count
                if state == "refused":
                    status.reasons[lesson, without_fields(reason or "")] += count
    except DBAPIError as error:
        status.done, status.reasons = {}, Counter()
        status.gradebook = said_by(error) or type(error.orig).__name__
    finally:
        engine.dispose()


def _open_to_read(url: str) -> Engine | None:
    """An engine that makes no file and writes nothing; None when there is no gradebook yet."""
    if not is_sqlite(url):
        return connect(url)
    path = Path(url.removeprefix("sqlite:///"))
    if not path.exists():
        return None
    return create_engine(
        f"sqlite:///file:{quote(str(path.resolve()))}?mode=ro&uri=true", connect_args={"timeout": PATIENCE}
    )


def without_fields(said: str) -> str:
    """The catalogue messages that ``said`` was made of, one per line, with their fields still open.

    Words that no message explains are left out: they may be somebody's.
    """
    found: list[str] = []
    rest = said
    while rest:
        for message, pattern in _patterns():
            if match := pattern.match(rest):
                found.append(message)
                rest = rest[match.end() :]
                break
        else:
            return "\n".join([*found, OTHER])
    return "\n".join(found) or OTHER


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Every sentence of the catalogue that can be told by its own words, the longest first."""
    messages = {message for code in languages() for message in get_language(code).messages}
    found = []
    for message in messages:
        with suppress(ValueError):  # a lone brace: no message with fields
            parts = list(Formatter().parse(message))
            own = sum(len(literal) for literal, *_ in parts)
            if own >= _SHORTEST and message.endswith("."):
                body = "".join(
                    re.escape(literal) + (".*?" if name is not None else "") for literal, name, *_ in parts
                )
                found.append((own, message, re.compile(body + r"(?: |\Z)", re.DOTALL)))
    found.sort(key=lambda one: (-one[0], one[1]))
    return tuple((message, pattern) for _, message, pattern in found)


def _told(reason: str, lang: str) -> str:
    """The messages of a reason in ``lang``, dots where something filled them."""
    say = get_language(lang)
    sentences = []
    for message in reason.split("\n"):
        names = [name for _, name, *_ in Formatter().parse(message) if name]
        sentences.append(say(message, **dict.fromkeys(names, "…")))
    return " ".join(sentences)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def lines(status: Status, lang: str) -> Iterator[str]:
    """The status for people, a line at a time."""
    say = get_language(lang)
    yield from _graders(status, lang)
    waiting = status.waiting.total()
    yield say(N_("Đang chờ: {count}"), count=waiting) + _by_lesson(status.waiting)
    if status.oldest_seconds is not None:
        yield "   " + say(N_("bài chờ lâu nhất: {age}"), age=_age(status.oldest_seconds, lang))
    yield say(N_("Đang chấm: {count}"), count=status.running.total()) + _by_lesson(status.running)
    if status.gradebook is not None:
        yield say(N_("Chưa đếm được bài đã chấm, vì chưa đọc được sổ điểm: {why}"), why=status.gradebook)
    else:
        graded = Counter({lesson: n["graded"] + n["partly"] for lesson, n in status.done.items()})
        yield say(N_("Đã chấm: {count}"), count=graded.total()) + _by_lesson(graded)
        if partly := status.count("partly"):
            yield "   " + say(N_("trong đó còn phần chờ giảng viên chấm: {count}"), count=partly)
        yield say(N_("Từ chối: {count}"), count=status.count("refused"))
        for (lesson, reason), count in status.reasons.most_common():
            yield f"   {count} × {lesson}: {_told(reason, lang)}"
    yield from _failures(status, lang)
    for lesson, running in status.regrading.items():
        told = N_("Đang chấm lại bài {lesson}.")
        if not running:
            told = N_("Lần chấm lại bài {lesson} bị dừng giữa chừng: hãy chạy lại hocvuso regrade {lesson}.")
        yield say(told, lesson=lesson)
    if status.exported is None:
        yield say(N_("Chưa có tệp xuất điểm."))
    else:
        age = (status.at - status.exported).total_seconds()
        yield say(N_("Xuất điểm lần cuối: {age} trước"), age=_age(max(0.0, age), lang))


def _graders(status: Status, lang: str) -> Iterator[str]:
    say = get_language(lang)
    if not status.alive:
        yield say(N_("Không có tiến trình chấm nào đang chạy."))
    for note in status.alive:
        age = _age(max(0.0, (status.at - note.since).total_seconds()), lang)
        kind = N_("Đang chạy: hocvuso grade --watch") if note.watching else N_("Đang chạy: hocvuso grade")
        yield (
            say(kind)
            + " "
            + say(N_("(tiến trình {pid} trên {host}, từ {age} trước)"), pid=note.pid, host=note.host, age=age)
        )
        if note.trouble:
            yield "   " + say(N_("lần xem gần nhất bị lỗi: {why}"), why=note.trouble)


def _failures(status: Status, lang: str) -> Iterator[str]:
    say = get_language(lang)
    found: Counter[tuple[str, str]] = Counter()
    soonest: dict[tuple[str, str], float] = {}
    for note in status.graders:
        for one in note.failures:
            key = one.lesson, one.reason
            found[key] += 1
            if one.retry is not None:
                left = max(0.0, (one.retry - status.at).total_seconds())
                soonest[key] = min(left, soonest.get(key, left))
    if found:
        yield say(N_("Chờ chấm lại vì lỗi của hệ thống: {count}"), count=found.total())
    for (lesson, reason), count in found.most_common():
        when = say(N_("khi có máy chấm chạy lại"))
        if (lesson, reason) in soonest:
            when = say(N_("thử lại sau {age}"), age=_age(soonest[lesson, reason], lang))
        yield f"   {count} × {lesson}: {reason} ({when})"


def _by_lesson(counts: Mapping[str, int]) -> str:
    shown = ", ".join(f"{lesson} {count}" for lesson, count in sorted(counts.items()) if count)
    return f" ({shown})" if shown else ""


def _age(seconds: float, lang: str) -> str:
    """``seconds`` in the largest unit that fits."""
    say = get_language(lang)
    for size, message in ((86400, N_("{n} ngày")), (3600, N_("{n} giờ")), (60, N_("{n} phút"))):
        if seconds >= size:
            return say(message, n=int(seconds // size))
    return say(N_("{n} giây"), n=int(seconds))
