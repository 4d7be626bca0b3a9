"""Reads the export of grades: who is who, and the best share of points of each lesson.

The export is the only thing that the issuer takes from the graders' side, so it is read with distrust: a
file with any mistake is refused whole, with every mistake and its line, and nothing is issued from it.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from hocvuso.errors import refused
from hocvuso.language import N_, nfc
from hocvuso.problems import FileProblemsError, Problem

if TYPE_CHECKING:
    from pathlib import Path

NEEDED = ("lesson", "assignment", "student_id", "full_name", "score", "max_score")
LONGEST_NAME = 100
# plain digits only: Fraction alone would also take "1/3", and expand "1e999999999" until memory ends
POINTS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,20})?")


@dataclass(slots=True)
class Results:
    """One learner in the export: the name as printed there and the best ratio per lesson."""

    learner: str
    name: str
    best: dict[str, Fraction] = field(default_factory=dict)


@dataclass(slots=True)
class _Reading:
    people: dict[str, Results] = field(default_factory=dict)
    seen: dict[tuple[str, str], int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, line: int, message: str, **fields: object) -> None:
        self.problems.append(Problem(f"{line}", message, fields))


def read_results(export: Path) -> tuple[Results, ...]:
    """Everyone in ``export``, in the order of their first row; FileProblemsError tells all mistakes.

    A row without score or without points (not handed in, refused, nothing to earn) counts as no result.
    """
    reading = _Reading()
    try:
        with export.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            missing = [column for column in NEEDED if column not in (rows.fieldnames or [])]
            if missing:
                reading.refuse(1, N_("thiếu cột {columns}"), columns=", ".join(missing))
            else:
                for row in rows:
                    _take(reading, rows.line_num, row)
    except OSError as error:
        told = refused(error)
        reading.problems.append(Problem("", told.message, told.fields))
    except (UnicodeDecodeError, csv.Error) as error:
        reading.problems.append(Problem("", N_("không đọc được: {detail}"), {"detail": error}))
    if reading.problems:
        raise FileProblemsError(export, reading.problems)
    return tuple(reading.people.values())


def name_fault(person: Results) -> bool:
    """Whether the name can't stand on a certificate: unknown, endless, or with characters that hide others.

    The export writes the login of who is in no register of people; a login is not a name.
    """
    name = person.name
    hidden = any(unicodedata.category(letter)[0] == "C" for letter in name)
    return name in {"", person.learner} or len(name) > LONGEST_NAME or hidden


def _take(reading: _Reading, line: int, row: dict[str | None, str | None]) -> None:
    if None in row or None in row.values():
        reading.refuse(line, N_("số ô không khớp với dòng tiêu đề"))
        return
    cells = {key: _plain(value) for key, value in row.items() if key is not None and value is not None}
    if empty := [column for column in ("lesson", "assignment", "student_id") if not cells[column]]:
        reading.refuse(line, N_("ô trống ở cột {columns}"), columns=", ".join(empty))
        return
    learner, name = cells["student_id"], " ".join(cells["full_name"].split())
    first = reading.seen.setdefault((learner, cells["assignment"]), line)
    if first != line:
        reading.refuse(line, N_("bài {assignment} của người học này đã có ở dòng {first}"), first=first,
                       assignment=cells["assignment"])  # fmt: skip
    person = reading.people.setdefault(learner, Results(learner, name))
    if person.name != name:
        reading.refuse(line, N_("cùng một người học mà họ tên khác với một dòng ở trên"))
    score, out_of = (_points(reading, line, cells, column) for column in ("score", "max_score"))
    if score is not None and out_of:
        lesson = cells["lesson"]
        person.best[lesson] = max(person.best.get(lesson, Fraction(0)), score / out_of)


def _plain(value: str) -> str:
    """The cell's text, without the apostrophe that the export puts before what a spreadsheet would compute."""
    text = nfc(value).strip()
    return text[1:] if text.startswith(("'=", "'+", "'-", "'@")) else text


def _points(reading: _Reading, line: int, cells: dict[str, str], column: str) -> Fraction | None:
    text = cells[column]
    if not text:
        return None
    if not POINTS.fullmatch(text):
        reading.refuse(line, N_("cột {column} không phải số điểm: {text}"), column=column, text=text[:40])
        return None
    return Fraction(text)
