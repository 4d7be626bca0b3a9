"""Which edition a learner gets, and where a lesson stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hocvuso.lessons.catalogue import LessonInfo
from hocvuso.site.ledger import Handed, Result
from hocvuso.site.pages import state_of
from hocvuso.site.progress import Share, Standing, Step, by_level, by_topic, next_up, stand
from hocvuso.site.shelf import choose_edition

EIGHT = datetime(2026, 11, 21, 8, tzinfo=UTC)
E1, E2, E10 = "t14-05", "t14-05-e2", "t14-05-e10"


def info(edition: str) -> LessonInfo:
    return LessonInfo(
        id="t14-05", edition=edition, title="Bài", topic=14, minutes=8, competences=("4.2",), levels=("co-ban",),
        kind="questions", points=2, questions=(),
    )  # fmt: skip


def handed(edition: str, minute: int) -> Handed:
    return Handed(f"r{minute}", edition, EIGHT + timedelta(minutes=minute), {})


def result(
    edition: str, minute: int, points: int = 1, state: str = "graded", receipt: str | None = None
) -> Result:
    when = EIGHT + timedelta(minutes=minute)
    return Result(
        learner="an", lesson="t14-05", edition=edition, state=state, points=None if state == "refused" else points,
        out_of=2, handed_in=when, graded=when, evidence={"receipt": receipt or f"r{minute}"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("released", "begun", "handed_in", "expected"),
    [
        ([], set(), set(), None),
        ([E1], set(), set(), E1),
        ([E1, E2], set(), set(), E2),
        ([E10, E2, E1], set(), set(), E10),  # numbers, not letters
        ([E1, E2], {E1}, set(), E1),  # who has begun finishes
        ([E1, E2], {E1}, {E1}, E2),
        ([E1, E2], {E1, E2}, {E1}, E2),
        ([E1], {E1}, {E1}, E1),
        ([E2], {E1}, set(), E2),  # begun, but no longer released
    ],
)
def test_the_edition_that_a_learner_gets(released, begun, handed_in, expected):
    """Begun and not handed in, else the newest."""
    assert choose_edition(released, begun=begun, handed_in=handed_in) == expected


@pytest.mark.parametrize(
    ("begun", "receipts", "results", "step"),
    [
        (set(), [], [], Step.FRESH),
        ({E1}, [], [], Step.BEGUN),
        ({"t20-01"}, [handed("t20-01", 1)], [], Step.FRESH),  # another lesson's
        ({E1}, [handed(E1, 1)], [], Step.HANDED_IN),
        ({E1}, [handed(E1, 1)], [result(E1, 1)], Step.GRADED),
        ({E1}, [handed(E1, 2), handed(E1, 1)], [result(E1, 1)], Step.HANDED_IN),  # a retake waits
        ({E1}, [handed(E2, 2), handed(E1, 1)], [result(E1, 1)], Step.HANDED_IN),
        ({E1}, [handed(E1, 1)], [result(E1, 1, state="refused")], Step.REFUSED),
        (set(), [], [result(E1, 1)], Step.GRADED),  # handed in from JupyterLab: no receipt here
        ({E1}, [handed(E1, 1)], [result(E1, 3, receipt="of-the-lab")], Step.GRADED),
    ],
)
def test_where_a_lesson_stands(begun, receipts, results, step):
    """From fresh to graded; a result counts only for what was handed in last."""
    standing = stand(
        [info(E2), info(E1)], begun=begun, handed=receipts, results={r.edition: r for r in results}
    )
    assert standing.step is step


def test_the_best_result_is_kept_beside_the_newest():
    """A lesson's result is the best over its editions."""
    results = {E1: result(E1, 1, points=2), E2: result(E2, 5, points=1)}
    standing = stand(
        [info(E2), info(E1)], begun=set(), handed=[handed(E2, 5), handed(E1, 1)], results=results
    )
    assert (standing.result.points, standing.best.points) == (1, 2)


def test_what_the_waiting_page_is_told():
    """Waiting until the result of the newest submission is there."""
    assert state_of(None, None) == "none"
    assert state_of(None, handed(E1, 1)) == "waiting"
    assert state_of(result(E1, 1), handed(E1, 2)) == "waiting"
    assert state_of(result(E1, 2, state="partly"), handed(E1, 2)) == "partly"


def standing(lesson: str, step: Step, levels: tuple[str, ...] = ("co-ban",)) -> Standing:
    made = info(E1).model_copy(update={"id": lesson, "topic": int(lesson[1:3]), "levels": levels})
    return Standing(made, step, None, result(E1, 1) if step in {Step.GRADED, Step.REFUSED} else None, None)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([], None),
        ([Step.GRADED, Step.HANDED_IN], None),
        ([Step.GRADED, Step.FRESH, Step.FRESH], "t03-01"),
        ([Step.FRESH, Step.FRESH, Step.BEGUN], "t20-01"),
        ([Step.FRESH, Step.BEGUN, Step.REFUSED], "t20-01"),
    ],
)
def test_what_to_do_next(steps, expected):
    """What could not be graded, then what is begun, then the first new lesson."""
    lessons = ["t01-01", "t03-01", "t20-01"]
    found = next_up([standing(*pair) for pair in zip(lessons, steps, strict=False)])
    assert (found and found.info.id) == expected


def test_progress_by_topic_and_level():
    """Topics in their order; a lesson of two levels counts in both; levels without lessons are left out."""
    lessons = [
        standing("t20-01", Step.GRADED, ("co-ban", "trung-cap")),
        standing("t03-01", Step.BEGUN),
        standing("t20-02", Step.FRESH),
    ]
    assert [(t, [s.info.id for s in some]) for t, some in by_topic(lessons).items()] == [
        (3, ["t03-01"]),
        (20, ["t20-01", "t20-02"]),
    ]
    assert by_level(lessons, "vi") == [Share("Cơ bản", 1, 3), Share("Trung cấp", 1, 1)]
    assert [share.name for share in by_level(lessons, "en")] == ["Basic", "Intermediate"]
