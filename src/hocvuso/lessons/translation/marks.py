"""What a translation must hold just as its original does: places to mark, code, addresses, emphasis."""

from __future__ import annotations

import re
from collections import Counter

from hocvuso.questions.hotspot.model import SPAN

_MARKS = (
    (re.compile(r"`[^`]*`"), "{}"),
    (re.compile(r"\]\(([^)]*)\)"), "({})"),
    (re.compile(r"(?<!\*)\*\*(?!\*)"), "{}"),
    (re.compile(r"\{\w*\}"), "{}"),
)


def lost_marks(original: str, translation: str) -> tuple[str, ...]:
    """The marks that are not as often in ``translation`` as in ``original``."""
    wanted, found = _marks(original), _marks(translation)
    return tuple(sorted((wanted - found) | (found - wanted)))


def _marks(text: str) -> Counter[str]:
    places = Counter(f"[[{key}|…]]" for key, _ in SPAN.findall(text))
    for pattern, shape in _MARKS:
        places.update(shape.format(found) for found in pattern.findall(text))
    return places
