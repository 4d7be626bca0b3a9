"""A damaged notebook put together again: which cells, in which order, whatever was done to it."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hocvuso.errors import LessonError, SubmissionError
from hocvuso.lessons.any_master import read_source
from hocvuso.lessons.compose import compose
from hocvuso.lessons.handed_in import MAX_BYTES, read_handed_in

KNOWN = ["setup", "s1", "t1", "s2", "t2"]


def order(*handed: str) -> list[str]:
    """The composed notebook: known cells by name, missing ones in brackets, own ones as they are."""
    placed = compose(KNOWN, handed, lambda cell: cell.split(".")[0])
    return [place.handed or f"[{place.known}]" for place in placed]


def test_a_whole_notebook_stays_as_it_is() -> None:
    """Own cells keep their places between the known ones."""
    whole = ["a", "setup", "b", "s1", "c", "d", "t1", "s2", "t2", "e"]
    assert order(*whole) == whole


def test_what_is_missing_stands_behind_the_one_before_it() -> None:
    """At the front, in the middle, several, all."""
    assert order("a", "s1", "b", "s2", "t2") == ["[setup]", "a", "s1", "[t1]", "b", "s2", "t2"]
    assert order("setup", "a") == ["setup", "[s1]", "[t1]", "[s2]", "[t2]", "a"]
    assert order("a", "b") == ["[setup]", "[s1]", "[t1]", "[s2]", "[t2]", "a", "b"]


def test_the_last_of_several_counts_and_the_others_are_own_cells() -> None:
    """As nbgrader decides; a cell that was split in two keeps its first half running."""
    split = ["setup", "s1.first", "s1.second", "t1", "s2", "t2"]
    assert order(*split) == split
    placed = compose(KNOWN, split, lambda cell: cell.split(".")[0])
    assert [(place.known, place.handed) for place in placed[1:3]] == [(None, "s1.first"), ("s1", "s1.second")]


def test_known_cells_that_were_moved_go_back() -> None:
    """An own cell stays behind the known one that it was handed in behind."""
    assert order("t2", "a", "s2", "t1", "s1", "setup") == ["setup", "s1", "t1", "s2", "t2", "a"]


@given(st.lists(st.sampled_from([*KNOWN, "x", "y"])))
def test_nothing_is_lost_and_nothing_comes_twice(names: list[str]) -> None:
    """Every known cell once, in order; every other handed-in cell once."""
    handed = [f"{name}.{number}" for number, name in enumerate(names)]
    placed = compose(KNOWN, handed, lambda cell: cell.split(".")[0])
    assert [place.known for place in placed if place.known] == KNOWN
    assert sorted(place.handed for place in placed if place.handed) == sorted(handed)


def test_every_notebook_format_is_read() -> None:
    """Cells of nbformat 4, of 3 with its worksheets and headings, and what no version knows."""
    meta = {"nbgrader": {"grade_id": "s1"}, "tags": ["a", 7], "hocvuso": {"role": "setup"}}
    four = {"cells": [{"cell_type": "code", "source": ["a\n", "b"], "metadata": meta, "id": "x"}, 7, {}]}
    (cell, odd) = read_handed_in(json.dumps(four).encode())
    assert (cell.kind, cell.source, cell.grade_id, cell.role, cell.cell_id) == (
        "code",
        "a\nb",
        "s1",
        "setup",
        "x",
    )
    assert cell.tags == {"a"}
    assert (odd.kind, odd.source) == ("raw", "")
    three = [
        {"cell_type": "heading", "level": 2, "source": "Bài\nhai"},
        {"cell_type": "code", "input": "c", "metadata": meta},
    ]
    heading, old = read_handed_in(json.dumps({"worksheets": [{"cells": three}, None]}).encode())
    assert (heading.kind, heading.source) == ("markdown", "## Bài hai")
    assert (old.source, old.grade_id) == ("c", "s1")


@pytest.mark.parametrize("kind", ["utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_every_unicode_encoding_is_read(kind: str) -> None:
    """What an editor on another system made of the file."""
    written = json.dumps({"cells": [{"cell_type": "markdown", "source": "ệ"}]}, ensure_ascii=False)
    assert read_handed_in(written.encode(kind))[0].source == "ệ"


def test_odd_text_can_be_written_again() -> None:
    """Half a character, a raw line break in a string, a number with many digits."""
    odd = '{"big": ' + "9" * 5000 + ', "cells": [{"cell_type": "code", "source": "a\\ud800\nb"}]}'
    assert read_handed_in(odd.encode())[0].source.encode("utf-8") == "a�\nb".encode()


@pytest.mark.parametrize(
    "data", [b"", b" \n", b"{", b"[]", b"7", b'{"cells": 7}', b"[" * 100_000, b"\xff\xff", b"\x00" * 99]
)
def test_what_is_no_notebook_is_refused(data: bytes) -> None:
    """With a sentence, whatever it is."""
    with pytest.raises(SubmissionError):
        read_handed_in(data)


def test_a_notebook_of_any_size_is_not_read() -> None:
    """A file that would fill the memory is refused before it is taken apart."""
    with pytest.raises(SubmissionError, match="64 MB"):
        read_handed_in(b" " * (MAX_BYTES + 1))


@given(st.binary(max_size=200), st.integers(0, 2**32))
def test_a_broken_file_is_refused_or_read_but_never_more(noise: bytes, seed: int) -> None:
    """Bytes changed anywhere: cells with text, or a sentence."""
    whole = json.dumps(
        {"cells": [{"cell_type": "code", "source": "a", "metadata": {}}], "nbformat": 4}
    ).encode()
    at = random.Random(seed).randrange(len(whole))
    try:
        cells = read_handed_in(whole[:at] + noise + whole[at + len(noise) :])
    except SubmissionError:
        return
    assert all(isinstance(cell.source, str) for cell in cells)


def test_a_master_of_every_schema_version(tmp_path) -> None:
    """Points as text, flags left out, cells that are none: as nbgrader's own update reads them."""
    locked, task = {"grade_id": "l", "locked": True}, {"grade_id": "k", "task": True, "points": 3}
    cells = [
        {"cell_type": "code", "source": "a", "metadata": {"nbgrader": {"grade_id": "t", "grade": True, "points": "2"}}},
        {"cell_type": "code", "source": "b", "metadata": {"nbgrader": {"grade_id": "s", "solution": True}}},
        {"cell_type": "markdown", "source": "c", "metadata": {"nbgrader": {"grade_id": "n", "grade": False}}},
        {"cell_type": "markdown", "source": "d", "metadata": {"nbgrader": {"schema_version": 1} | locked}},
        {"cell_type": "markdown", "source": "e", "metadata": {"nbgrader": {"schema_version": 3} | task}},
        {"cell_type": "code", "source": "f", "metadata": {"tags": ["x"]}},
    ]  # fmt: skip
    path = tmp_path / "p1.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": {"kernelspec": {"name": "python3"}}}))
    master = read_source(path)
    assert [(c.id, c.grade, c.solution, c.task, c.locked, c.points) for c in master.cells] == [
        ("t", True, False, False, True, 2.0),
        ("s", False, True, False, False, 0.0),
        ("l", False, False, False, True, 0.0),
        ("k", False, False, True, False, 3.0),
    ]
    assert [(cell.id, cell.source) for cell in master.author] == [("t", "a"), ("s", "b"), ("", "f")]
    assert master.name == "p1"
    path.write_text("{")
    with pytest.raises(LessonError, match=r"p1\.ipynb"):
        read_source(path)
