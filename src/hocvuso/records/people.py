"""The register: who a learner is, and in which unit. It lives in the gradebook's own database."""

from __future__ import annotations

import csv
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update

from hocvuso.database import keep_others_out, upsert
from hocvuso.errors import PeopleError, refused
from hocvuso.language import N_, get_language, nfc
from hocvuso.lessons.editions import write_atomically
from hocvuso.places import folder_of
from hocvuso.records.audit import note_deed
from hocvuso.records.tables import open_gradebook, people

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from hocvuso.places import Places

NEEDED = ("learner", "full_name", "unit")
_MOST = {"learner": 100, "full_name": 100, "unit": 200, "email": 120}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_LEARNER = re.compile(r"[\w.@+-]+")


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the register. ``learner`` is the hub's user name; all text is in NFC."""

    learner: str
    full_name: str
    unit: str = ""
    email: str = ""

    @property
    def last_name(self) -> str:
        """The family name: in a Vietnamese name the first word."""
        return self.full_name.split(" ", 1)[0]

    @property
    def first_name(self) -> str:
        """Middle and given names: in a Vietnamese name all words but the first."""
        return self.full_name.partition(" ")[2]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a list of people; ``line`` counts from 1."""

    line: int
    message: str
    fields: Mapping[str, object]


class BadListError(PeopleError):
    """A list of people with mistakes: all of them, each with its line."""

    def __init__(self, path: Path, mistakes: Sequence[Mistake]) -> None:
        super().__init__(N_("Danh sách {path} chưa nhập được, vì có lỗi:"), path=path)
        self.mistakes = tuple(mistakes)

    def tell(self, lang: str = "vi") -> str:
        """The sentence, then one line per mistake."""
        say = get_language(lang)
        lines = [say(N_("dòng {line}: "), line=m.line) + say(m.message, **m.fields) for m in self.mistakes]
        return "\n  ".join([super().tell(lang), *lines])


class People:
    """The register of one course."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def find(self, learner: str) -> Person | None:
        """The person with that user name."""
        with open_gradebook(self._places) as engine, engine.connect() as connection:
            return find_person(connection, learner)

    def everyone(self) -> list[Person]:
        """All people, by user name."""
        with open_gradebook(self._places) as engine, engine.connect() as connection:
            return [Person(*row) for row in connection.execute(select(people).order_by(people.c.learner))]


def find_person(connection: Connection, learner: str) -> Person | None:
    """The person with that user name, read in the caller's transaction."""
    row = connection.execute(select(people).where(people.c.learner == nfc(learner))).first()
    return Person(*row) if row else None


def import_people(places: Places, file: Path, *, now: datetime) -> int:
    """Put everyone of the CSV ``file`` into the register; who is there already is replaced. How many they were.

    Columns ``learner, full_name, unit`` and, if wanted, ``email``; UTF-8. Raises `PeopleError` with every
    mistake and its line; then nothing was imported.
    """
    found = read_people(file)
    with open_gradebook(places) as engine, engine.begin() as connection:
        keep_others_out(connection)
        if found:
            connection.execute(upsert(people, connection), [asdict(person) for person in found])
            _name_students(connection, found)
        note_deed(connection, actor="operator", action="people-imported", subject=file.name, now=now,
                  details={"count": len(found)})  # fmt: skip
    for person in found:
        write_atomically(places.names / folder_of(person.learner), person.full_name + "\n")
    return len(found)


def read_people(file: Path) -> list[Person]:
    """Everyone in the CSV ``file``; raises `PeopleError` with every mistake."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise PeopleError(
            N_("Danh sách {path} không phải là UTF-8: hãy lưu lại dạng CSV UTF-8."), path=file
        ) from error
    except OSError as error:
        told = refused(error)
        raise PeopleError(told.message, **told.fields) from error
    mistakes: list[Mistake] = []
    found: dict[str, Person] = {}
    lines: dict[str, int] = {}
    rows = csv.DictReader(text.splitlines())
    missing = [name for name in NEEDED if name not in (rows.fieldnames or [])]
    if missing:
        raise BadListError(file, [Mistake(1, N_("thiếu cột {columns}"), {"columns": ", ".join(missing)})])
    for row in rows:
        line = rows.line_num
        person, wrong = _read_row(row, line)
        mistakes += wrong
        if person.learner in found:
            again = {"learner": person.learner, "first": lines[person.learner]}
            mistakes.append(Mistake(line, N_("{learner} đã có ở dòng {first}"), again))
        elif person.learner:
            found[person.learner] = person
            lines[person.learner] = line
    if mistakes:
        raise BadListError(file, mistakes)
    return list(found.values())


def _read_row(row: Mapping[str | None, str | None], line: int) -> tuple[Person, list[Mistake]]:
    cells = {name: " ".join(nfc(row.get(name) or "").split()) for name in (*NEEDED, "email")}
    person = Person(**cells)
    wrong: list[Mistake] = []

    def refuse(message: str, **fields: object) -> None:
        wrong.append(Mistake(line, message, fields))

    if None in row or any(row.get(name) is None for name in NEEDED):
        refuse(N_("số ô không khớp với dòng tiêu đề"))
        return person, wrong
    if not _LEARNER.fullmatch(person.learner):
        refuse(
            N_("tên đăng nhập “{learner}” để trống, hoặc có dấu cách hay ký tự lạ"), learner=person.learner
        )
    if not person.full_name or not person.full_name[0].isalpha():
        refuse(N_("họ tên trống hoặc không bắt đầu bằng chữ cái"))
    if person.email and not _EMAIL.fullmatch(person.email):
        refuse(N_("địa chỉ email “{email}” viết sai"), email=person.email)
    for name, most in _MOST.items():
        if len(cells[name]) > most:
            refuse(N_("cột {column} dài hơn {most} ký tự"), column=name, most=most)
        if not cells[name].isprintable():
            refuse(N_("cột {column} có ký tự không hiển thị được"), column=name)
    return person, wrong


def _name_students(connection: Connection, persons: Sequence[Person]) -> None:
    """Let formgrader show the new names too, of those whom nbgrader knows already."""
    from nbgrader.api import Student  # takes seconds to load

    students = Student.__table__
    renamed = update(students).where(students.c.id == bindparam("learner")).values(
        first_name=bindparam("first"), last_name=bindparam("last"), email=bindparam("mail")
    )  # fmt: skip
    names = [
        {"learner": p.learner, "first": p.first_name, "last": p.last_name, "mail": p.email} for p in persons
    ]
    connection.execute(renamed, names)
