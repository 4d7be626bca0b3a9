"""A table with dirty rows: repair the cells, take out the rows that are there twice, leave the rest."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from hocvuso.errors import AnswerError
from hocvuso.language import N_, get_language, nfc
from hocvuso.questions.base import Answer, Question
from hocvuso.questions.mistakes import Prose, Slug, is_printable, mistake, raise_mistakes
from hocvuso.questions.shapes import BROKEN_QUESTION, part, read_text
from hocvuso.questions.table.cells import KINDS, is_readable, same, tidy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from random import Random

    from pydantic_core import PydanticCustomError

MOST_COLUMNS = 8
MOST_ROWS = 30
MOST_VARIANTS = 10
LONGEST_CELL = 200
DELETED = "delete"  # the answer's value for a row that is taken out
SIGNS = {"repaired": "✓ ", "damage": "✗ ", "wrong": "✗ ", "same": ""}

_NO_CHANGES = N_("Câu trả lời phải ghi những ô đã sửa và những dòng đã xóa.")


def _cell(text: str) -> str:
    text = nfc(text)
    if len(text) > LONGEST_CELL:
        raise mistake(N_("Mục này dài nhất {most} ký tự."), most=LONGEST_CELL)
    if not is_printable(text) or "\n" in text:
        raise mistake(N_("Mục này có ký tự điều khiển không hiển thị được."))
    return text


def _variants(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _pair(value: object) -> object:
    if not isinstance(value, tuple | list) or len(value) != 2:  # noqa: PLR2004  (that is what a pair is)
        raise mistake(N_("Mỗi cột là một cặp: tên cột và loại cột."))
    return value


Cell = Annotated[str, AfterValidator(_cell)]
Variants = Annotated[list[Cell], BeforeValidator(_variants), Field(min_length=1, max_length=MOST_VARIANTS)]
Rows = Annotated[list[str], BeforeValidator(_variants), Field(min_length=1, max_length=MOST_ROWS)]
Column = Annotated[tuple[Prose, str], BeforeValidator(_pair)]
Verdict: TypeAlias = Literal["repaired", "damage", "wrong", "same"]


class TableCleaning(Question):
    """Repair ``rows`` (id: texts, one for each of ``columns``); an answer holds what was changed.

    The faults are the cells in ``repairs`` (row: column: the right text, or a list of accepted ones, the best
    one first) and the rows in ``delete`` (a row, or a list of equal rows of which all but one are to go, no
    matter which one stays). Cells are compared by their column's kind: ``text``, ``number`` or ``date`` (see
    ``cells.same``).

    The share is (faults repaired - damage) / faults, never below 0. Damage is every right cell that was made
    another and every right row that was taken out. A faulty cell made wrong in another way is only not
    repaired. Points are that share of the points, rounded down.

    Guessing earns nothing: texts are typed, and since at most half of the rows are to go, taking out all of
    them loses what it gains.

    An answer maps ``row.column`` to the cell's new text, and ``row`` to ``"delete"``.
    """

    secrets: ClassVar[frozenset[str]] = frozenset({"why", "repairs", "delete"})

    type: Literal["table"] = "table"
    columns: dict[Slug, Column] = Field(max_length=MOST_COLUMNS)
    rows: dict[Slug, list[Cell]] = Field(max_length=MOST_ROWS)
    repairs: dict[str, dict[str, Variants]] = Field(default_factory=dict)
    delete: list[Rows] = Field(default_factory=list, max_length=MOST_ROWS)

    @field_validator("columns")
    @classmethod
    def _check_columns(cls, columns: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
        if not columns:
            raise mistake(N_("Cần ít nhất một cột."))
        unknown = N_("Không có loại cột “{kind}”: hãy dùng một trong {known}.")
        raise_mistakes(
            cls.__name__,
            [
                ((key,), mistake(unknown, kind=kind, known=", ".join(KINDS)))
                for key, (_, kind) in columns.items()
                if kind not in KINDS
            ],
        )
        return columns

    @field_validator("rows")
    @classmethod
    def _check_rows(cls, rows: dict[str, list[str]], info: ValidationInfo) -> dict[str, list[str]]:
        if len(rows) < 2:  # noqa: PLR2004  (one row is no table)
            raise mistake(N_("Cần ít nhất hai dòng."))
        columns = info.data.get("columns")
        if columns is not None:
            uneven = N_("Dòng này có {found} ô, bảng có {wanted} cột.")
            raise_mistakes(
                cls.__name__,
                [
                    ((key,), mistake(uneven, found=len(row), wanted=len(columns)))
                    for key, row in rows.items()
                    if len(row) != len(columns)
                ],
            )
        return rows

    @field_validator("repairs")
    @classmethod
    def _check_repairs(
        cls, repairs: dict[str, dict[str, list[str]]], info: ValidationInfo
    ) -> dict[str, dict[str, list[str]]]:
        columns, rows = info.data.get("columns"), info.data.get("rows")
        if columns is not None and rows is not None:
            raise_mistakes(cls.__name__, _wrong_repairs(columns, rows, repairs))
        return repairs

    @field_validator("delete")
    @classmethod
    def _check_delete(cls, delete: list[list[str]], info: ValidationInfo) -> list[list[str]]:
        columns, rows, repairs = (info.data.get(name) for name in ("columns", "rows", "repairs"))
        if columns is None or rows is None or repairs is None:
            return delete
        if not delete and not any(repairs.values()):
            raise mistake(N_("Bảng này không có lỗi nào để sửa: cần repairs hoặc delete."))
        raise_mistakes(cls.__name__, _wrong_deletions(columns, rows, repairs, delete))
        if 2 * sum(map(_to_go, delete)) > len(rows):
            raise mistake(N_("Nhiều nhất một nửa số dòng là dòng phải xóa, kẻo xóa hết cũng có điểm."))
        if rows.keys() <= _named_in(delete):
            raise mistake(N_("Cần ít nhất một dòng không nằm trong delete."))
        return delete

    @classmethod
    def read_answer(cls, asked: Mapping[str, object], value: object) -> Answer:
        """The cells that differ from those asked, and the rows taken out, in the table's order."""
        before = dict(_places(part(asked, "columns"), part(asked, "rows")))
        if value is None:
            return None
        if not isinstance(value, dict):
            raise AnswerError(_NO_CHANGES)
        if not value.keys() <= before.keys():
            raise AnswerError(N_("Câu trả lời nói đến một ô không có trong bảng."))
        changes = {key: _change(key, value[key]) for key in before if key in value}
        return {key: text for key, text in changes.items() if text != before[key]}

    def judge(self, answer: dict[str, str]) -> tuple[Fraction, tuple[str, ...]]:
        """(faults repaired - damage) / faults, not below 0."""
        verdicts = list(self._verdicts(answer).values())
        damage = verdicts.count("damage")
        notes = (
            N_("Có ô hoặc dòng vốn đúng mà bị sửa hay bị xóa; mỗi chỗ như thế trừ đi một chỗ sửa đúng."),
        )
        return Fraction(max(0, verdicts.count("repaired") - damage), self._faults), notes if damage else ()

    def tell_answer(self, answer: dict[str, str]) -> str:
        """One line per change: whether it was right, the row's number, the column, the text before and after."""
        verdicts = self._verdicts(answer)
        return "\n".join(f"{SIGNS[verdicts[key]]}{self._told(key, text)}" for key, text in answer.items())

    def show_key(self) -> str:
        """One line per fault: the row's number, the column, the text before and after."""
        return "\n".join(self._told(key, text) for key, text in self._right().items())

    def samples(self, random: Random) -> dict[str, Any]:
        """Answers that score as their name says."""
        right = self._right()
        kept = [row for row in self.rows if row not in _named_in(self.delete)]
        malformed = [list(right), DELETED, {"(không có)": "x"}, {kept[0]: "x"}, {next(iter(right)): 1}]
        samples: dict[str, Any] = {
            "right": right,
            "wrong": {random.choice(kept): DELETED},
            "empty": None,
            "malformed": random.choice(malformed),
        }
        parts = [n for n in range(1, self._faults) if n * self.points >= self._faults]
        if parts:
            some = random.sample(list(right), random.choice(parts))
            samples["partial"] = {key: right[key] for key in right if key in some}
        return samples

    @property
    def _faults(self) -> int:
        return sum(map(_to_go, self.delete)) + sum(map(len, self.repairs.values()))

    def _right(self) -> dict[str, str]:
        """The answer that repairs everything, in the table's order."""
        gone = {row for rows in self.delete for row in rows[-_to_go(rows) :]}
        right = {}
        for key in dict(_places(self.columns, self.rows)):
            row, _, column = key.partition(".")
            if key in gone:
                right[key] = DELETED
            elif variants := self.repairs.get(row, {}).get(column):
                right[key] = variants[0]
        return right

    def _verdicts(self, answer: Mapping[str, str]) -> dict[str, Verdict]:
        """What each change does."""
        gone = [key for key in answer if "." not in key]
        rightly = {row for rows in self.delete for row in [r for r in gone if r in rows][: _to_go(rows)]}
        return {
            key: self._verdict(key, text, gone) if "." in key else "repaired" if key in rightly else "damage"
            for key, text in answer.items()
        }

    def _verdict(self, key: str, text: str, gone: list[str]) -> Verdict:
        row, _, column = key.partition(".")
        if row in gone or [row] in self.delete:
            return "same"  # what stands in a row that goes is no matter
        kind = self.columns[column][1]
        if variants := self.repairs.get(row, {}).get(column):
            return "repaired" if any(same(kind, text, variant) for variant in variants) else "wrong"
        return "same" if same(kind, text, self._before(key)) else "damage"

    def _before(self, key: str) -> str:
        row, _, column = key.partition(".")
        return self.rows[row][list(self.columns).index(column)]

    def _told(self, key: str, text: str) -> str:
        say = get_language(self._lang)
        row, _, column = key.partition(".")
        number = list(self.rows).index(row) + 1
        if not column:
            return say(N_("Dòng {number}: xóa ({cells})"), number=number, cells=" | ".join(self.rows[row]))
        before, after = (
            f"“{tidy(cell)}”" if tidy(cell) else say(N_("(trống)")) for cell in (self._before(key), text)
        )
        return (
            say(N_("Dòng {number}, {column}: "), number=number, column=self.columns[column][0])
            + f"{before} → {after}"
        )


def _places(columns: Mapping[str, object], rows: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """All that can be changed, in the table's order: a row (nothing before it) and its cells."""
    for row, cells in rows.items():
        if not isinstance(cells, list) or len(cells) != len(columns):
            raise AnswerError(BROKEN_QUESTION)
        yield row, ""
        yield from ((f"{row}.{column}", str(cell)) for column, cell in zip(columns, cells, strict=True))


def _change(key: str, value: object) -> str:
    text = read_text(value, most=LONGEST_CELL)
    if "." not in key and text != DELETED:
        raise AnswerError(_NO_CHANGES)
    return text


def _to_go(rows: list[str]) -> int:
    """How many of these rows are to go: the one, or of equal ones all but one."""
    return max(1, len(rows) - 1)


def _named_in(delete: list[list[str]]) -> set[str]:
    return {row for rows in delete for row in rows}


def _wrong_repairs(
    columns: Mapping[str, tuple[str, str]], rows: Mapping[str, list[str]], repairs: Mapping[str, Any]
) -> Iterator[tuple[tuple[str | int, ...], PydanticCustomError]]:
    for row, cells in repairs.items():
        if row not in rows:
            yield (row,), mistake(N_("Không có dòng nào mã “{row}”."), row=row)
            continue
        for column, variants in cells.items():
            if column not in columns:
                yield (row, column), mistake(N_("Không có cột nào mã “{column}”."), column=column)
                continue
            before = rows[row][list(columns).index(column)]
            kind = columns[column][1]
            if not all(tidy(variant) == "" or is_readable(kind, variant) for variant in variants):
                yield (
                    (row, column),
                    mistake(N_("Cách viết đúng phải đọc được theo loại cột “{kind}”."), kind=kind),
                )
            elif any(same(kind, before, variant) for variant in variants):
                yield (row, column), mistake(N_("Ô này trong bảng đã đúng sẵn, không có gì để sửa."))


def _wrong_deletions(
    columns: Mapping[str, tuple[str, str]],
    rows: Mapping[str, list[str]],
    repairs: Mapping[str, Any],
    delete: list[list[str]],
) -> Iterator[tuple[tuple[str | int, ...], PydanticCustomError]]:
    seen: set[str] = set()
    kinds = [kind for _, kind in columns.values()]
    for place, some in enumerate(delete):
        for row in some:
            if row not in rows:
                yield (place,), mistake(N_("Không có dòng nào mã “{row}”."), row=row)
            elif row in seen:
                yield (place,), mistake(N_("Dòng “{row}” được ghi hai lần."), row=row)
            elif row in repairs:
                yield (place,), mistake(N_("Dòng “{row}” phải xóa thì không cần sửa ô nào."), row=row)
            seen.add(row)
        known = [rows[row] for row in some if row in rows]
        if not all(all(map(same, kinds, known[0], other)) for other in known[1:]):
            yield (place,), mistake(N_("Các dòng ghi chung trong một danh sách phải giống nhau."))
