"""Which regradings have begun: one that was cut off has scored half of a class anew, and has to be done again."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from hocvuso.errors import SetupError
from hocvuso.exchange.claims import find_claimed
from hocvuso.language import N_

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hocvuso.exchange.claims import Claims
    from hocvuso.places import Places


@contextmanager
def begun(places: Places, claims: Claims, lesson: str) -> Iterator[None]:
    """While ``lesson`` is regraded; `find_begun` names it until that has ended well.

    SetupError while another command regrades it.
    """
    if not claims.take(_claim(lesson)):
        raise SetupError(
            N_("Bài {lesson} đang được chấm lại bởi một lệnh khác: hãy chờ lệnh đó xong."), lesson=lesson
        )
    mark = _folder(places) / lesson
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
    try:
        yield
        mark.unlink()
    finally:
        claims.free(_claim(lesson))


def find_begun(places: Places) -> dict[str, bool]:
    """The lessons whose regrading has not ended well, and whether it still runs: if not, it has to be done again."""
    try:
        names = sorted(mark.name for mark in _folder(places).iterdir() if not mark.name.startswith("."))
    except FileNotFoundError:
        return {}
    running = find_claimed(places.var / "grader", map(_claim, names))
    return {name: _claim(name) in running for name in names}


def _folder(places: Places) -> Path:
    return places.var / "grader" / "regrading"


def _claim(lesson: str) -> str:
    return f"regrade {lesson}"  # a submission's claim has a plus sign in it, never a space
