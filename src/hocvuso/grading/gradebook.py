"""Writes a batch of assessments to the gradebook: one transaction, with our log and the audit entries in it.

nbgrader's rows are written by `hocvuso.grading.nbgrader_rows`; here stands what counts, what is the latest, and the
log of all scores.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import case, func, insert, select

from hocvuso import __version__
from hocvuso.database import done_again, upsert
from hocvuso.exchange.collect import Collected, Waiting
from hocvuso.grading.assess import Assessment, check_cells
from hocvuso.grading.nbgrader_rows import (
    EditionRows,
    Scored,
    read_editions,
    write_rescored,
    write_scores,
    write_students,
)
from hocvuso.records.audit import Deed, note_deed, note_deeds
from hocvuso.records.tables import answers, opened, scores, writing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from sqlalchemy.engine import Connection

    from hocvuso.places import Places

_Log: TypeAlias = "Mapping[tuple[str | None, str], tuple[Any, ...]]"
NO_RESPONSE = "No response."  # nbgrader's own words, which formgrader shows


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of an assessment in the gradebook.

    ``counts``: its scores are now the learner's grade. ``latest``: no submission handed in later is known, so its
    result is the one to show. ``kept``: an earlier grade stands although this submission was refused.
    """

    counts: bool
    latest: bool
    kept: bool


class GradebookWriter:
    """The open gradebook of one course; a context manager, used by one thread."""

    def __init__(self, places: Places) -> None:
        self.engine = opened(places)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.engine.dispose()

    def note_unprotected(self, now: datetime) -> None:
        """Put on record that learners' code may run without a box."""
        with writing(self.engine) as connection:
            note_deed(connection, actor="operator", action="unprotected-code", subject="grade", now=now)

    def find_collected(self, waiting: Iterable[Waiting]) -> dict[tuple[str | None, str], Collected]:
        """By learner and name: the receipts of an earlier run that was cut off before it put them into the evidence."""
        names = {one.name for one in waiting}
        if not names:
            return {}
        columns = (scores.c.learner, scores.c.submission, scores.c.receipt, scores.c.handed_in)
        with self.engine.connect() as connection:
            rows = connection.execute(
                select(*columns, scores.c.submission_hash)
                .where(scores.c.submission.in_(names))
                .order_by(scores.c.id)
            ).all()
        return {
            (learner, name): Collected(receipt, datetime.fromisoformat(handed_in), files)
            for learner, name, receipt, handed_in, files in rows
            if receipt and handed_in
        }

    def record(self, batch: Sequence[Assessment], graded: datetime) -> list[Recorded]:
        """Write a batch, in which no two are of the same learner and edition; all of it or nothing."""

        def act() -> list[Recorded]:
            with writing(self.engine) as connection:
                return _record(connection, batch, graded)

        return done_again(act)

    def rescore(self, batch: Sequence[Assessment], graded: datetime) -> list[Recorded]:
        """Write new scores of submissions that count already; what people decided about them stays."""

        def act() -> list[Recorded]:
            with writing(self.engine) as connection:
                return _rescore(connection, batch, graded)

        return done_again(act)


def _record(connection: Connection, batch: Sequence[Assessment], graded: datetime) -> list[Recorded]:
    newest = _newest(connection, batch)
    recorded = [_judge(found, *newest.get((found.learner, found.edition), (None, None))) for found in batch]
    write_students(connection, [found.learner for found in batch if found.learner is not None])
    counting = [found for found, what in zip(batch, recorded, strict=True) if what.counts]
    editions = read_editions(connection, {found.edition for found in counting})
    write_scores(connection, [_scored(found, editions[found.edition]) for found in counting])
    if counting:
        connection.execute(upsert(answers, connection), [_answers(found) for found in counting])
    _log(connection, batch, recorded, graded, _logged(connection, batch))
    return recorded


def _rescore(connection: Connection, batch: Sequence[Assessment], graded: datetime) -> list[Recorded]:
    newest = _newest(connection, batch)
    recorded = []
    for found in batch:
        latest, counted = newest.get((found.learner, found.edition), (None, None))
        # one that was graded since has replaced it
        recorded.append(Recorded(_stamp(found) == counted, _stamp(found) == latest, kept=False))
    standing = [found for found, what in zip(batch, recorded, strict=True) if what.counts]
    editions = read_editions(connection, {found.edition for found in standing})
    known = _logged(connection, standing)
    write_rescored(
        connection, [_changed(_scored(found, editions[found.edition]), known, found) for found in standing]
    )
    _log(connection, standing, [what for what in recorded if what.counts], graded, known, action="regraded")
    return recorded


def _changed(scored: Scored, known: _Log, found: Assessment) -> Scored:
    """What of ``scored`` differs from the log, which was written together with the grades."""
    last = known.get((found.learner, found.taken.waiting.name))
    before = json.loads(last[_SAME.index("questions")]) if last else {}
    missing = object()
    changed = {name: to for name, to in scored.scores.items() if before.get(name, missing) != to}
    return replace(scored, scores=changed)


def _judge(found: Assessment, newest: str | None, newest_counted: str | None) -> Recorded:
    stamp = _stamp(found)
    refused = found.state == "refused"
    return Recorded(
        counts=not refused and stamp >= (newest_counted or ""),
        latest=stamp >= (newest or ""),
        kept=refused and newest_counted is not None,
    )


def _newest(
    connection: Connection, batch: Sequence[Assessment]
) -> dict[tuple[str | None, str], tuple[str | None, str | None]]:
    """By learner and edition: when the newest known submission was handed in, and the newest that counted."""
    learners = {found.learner for found in batch if found.learner is not None}
    counted = case((scores.c.counts, scores.c.handed_in))
    rows = connection.execute(
        select(scores.c.learner, scores.c.edition, func.max(scores.c.handed_in), func.max(counted))
        .where(scores.c.learner.in_(learners))
        .group_by(scores.c.learner, scores.c.edition)
    )
    return {(learner, edition): (newest, counted) for learner, edition, newest, counted in rows}


def _scored(found: Assessment, edition: EditionRows) -> Scored:
    assert found.master is not None  # noqa: S101  (a graded one has a master)
    assert found.learner is not None  # noqa: S101  (only a refused one has no learner)
    assert found.taken.receipt is not None  # noqa: S101
    check_cells(found.master, set(edition.scored))
    handed_in = found.taken.receipt.handed_in.astimezone(UTC).replace(tzinfo=None)
    return Scored(found.learner, edition, handed_in, found.scores, _comments(found, edition))


def _comments(found: Assessment, edition: EditionRows) -> dict[str, str | None]:
    """nbgrader's automatic comment on each solution cell: none where it differs from the released one."""
    names = {name for cells in edition.commented.values() for name, _ in cells}
    if not names:
        return {}
    from nbgrader.utils import compute_checksum  # loads most of nbgrader

    assert found.master is not None  # noqa: S101  (a graded one has a master)
    cells = {c["metadata"].get("nbgrader", {}).get("grade_id"): c for c in found.master.notebook["cells"]}
    comments: dict[str, str | None] = dict.fromkeys(names, NO_RESPONSE)
    for cell in found.master.solutions:
        written = _node({**cells[cell.id], "source": found.solutions.get(cell.id, "")})
        if compute_checksum(written) != edition.checksums.get(cell.id):
            comments[cell.id] = None
    return comments


def _node(cell: dict[str, Any]) -> Any:  # nbformat has no types here
    from nbformat.notebooknode import from_dict

    return from_dict(cell)  # type: ignore[no-untyped-call]


def _answers(found: Assessment) -> dict[str, Any]:
    return {
        "edition": found.edition,
        "learner": found.learner,
        "submission": found.taken.waiting.name,
        "answers": json.dumps(found.stored(), ensure_ascii=False, separators=(",", ":")),
    }


def _log(  # noqa: PLR0913  (all that an entry rests on)
    connection: Connection,
    batch: Sequence[Assessment],
    recorded: Sequence[Recorded],
    graded: datetime,
    known: _Log,
    *,
    action: str | None = None,
) -> None:
    """The log's and the audit's entries, but for a score that the log holds already (a run that was cut off)."""
    rows, deeds = [], []
    for found, what in zip(batch, recorded, strict=True):
        row = _row(found, what, graded)
        if known.get((found.learner, row["submission"])) == tuple(row[name] for name in _SAME):
            continue
        rows.append(row)
        deeds.append(
            Deed(
                actor="grader",
                action=action or found.state,
                subject=f"{found.learner or '?'}/{found.edition}/{row['submission']}",
                now=graded,
                details={"counts": what.counts, "points": row["points"], **_meddling(found)},
            )
        )
    if rows:
        connection.execute(insert(scores), rows)
        note_deeds(connection, deeds)


def _meddling(found: Assessment) -> dict[str, Any]:
    """Which tests learner code had a hand in, and what showed it."""
    tampered = {part.cell.id: part.tampered for part in found.code if part.tampered}
    return {"tampered": tampered} if tampered else {}


_SAME = ("state", "points", "questions", "master", "engine", "receipt")


def _logged(connection: Connection, batch: Sequence[Assessment]) -> _Log:
    """By learner and submission: the last entry of the log."""
    rows = connection.execute(
        select(scores.c.learner, scores.c.submission, *(scores.c[name] for name in _SAME))
        .where(scores.c.submission.in_({found.taken.waiting.name for found in batch}))
        .order_by(scores.c.id)
    )
    return {(learner, submission): tuple(rest) for learner, submission, *rest in rows}


def _row(found: Assessment, what: Recorded, graded: datetime) -> dict[str, Any]:
    refused = found.state == "refused"
    receipt = found.taken.receipt
    return {
        "submission": found.taken.waiting.name,
        "learner": found.learner,
        "edition": found.edition,
        "via": receipt.via if receipt else found.taken.waiting.via,
        "state": found.state,
        "counts": what.counts,
        "reason": found.reason,
        "points": None if refused else found.points,
        "out_of": None if refused else float(found.out_of),
        "questions": json.dumps(found.scores),
        "engine": __version__,
        "master": found.master.hash if found.master else "",
        "submission_hash": found.submission_hash,
        "receipt": receipt.id if receipt else None,
        "handed_in": _stamp(found) or None,
        "graded": _iso(graded),
    }


def _stamp(found: Assessment) -> str:
    """When it was handed in; nothing for what nobody signed for."""
    return _iso(found.taken.receipt.handed_in) if found.taken.receipt else ""


def _iso(time: datetime) -> str:
    """``time`` as text of a fixed length, so that comparing texts compares times."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")
