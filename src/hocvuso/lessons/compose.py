"""Puts a learner's notebook together again: the master's cells by id, the learner's own cells in their places.

Known cells stand in the master's order, each once: of a cell that was handed in several times the last one counts,
as with nbgrader, and the earlier ones are the learner's own. A known cell that is missing stands right after the one
before it, as nbgrader's ``add_missing_cells`` puts it. An own cell follows the known cell that it was handed in
behind. Pure; the cells themselves are never looked into.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Cell = TypeVar("Cell")


@dataclass(frozen=True, slots=True)
class Placed(Generic[Cell]):
    """A cell of the notebook that is graded: a known one (``handed`` is None when it is missing) or an own one."""

    known: str | None
    handed: Cell | None


def compose(
    known: Sequence[str], handed: Sequence[Cell], name_of: Callable[[Cell], str]
) -> tuple[Placed[Cell], ...]:
    """The cells to grade, in order. ``known`` are the master's ids; ``name_of`` is the id that a cell claims."""
    wanted = set(known)
    last = {name_of(cell): index for index, cell in enumerate(handed) if name_of(cell) in wanted}
    own: dict[str | None, list[Placed[Cell]]] = {}
    anchor: str | None = None
    for index, cell in enumerate(handed):
        name = name_of(cell)
        if last.get(name) == index:
            anchor = name
        else:
            own.setdefault(anchor, []).append(Placed(None, cell))
    placed: list[Placed[Cell]] = []
    waiting = own.get(None, [])  # own cells that come behind the known cell just placed, and the missing ones
    for name in known:
        if name in last:
            placed += [*waiting, Placed(name, handed[last[name]])]
            waiting = own.get(name, [])
        else:
            placed.append(Placed(name, None))
    return (*placed, *waiting)
