"""Fill in a form."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field, PlainSerializer, PlainValidator, field_validator

from hocvuso.errors import AnswerError
from hocvuso.language import N_
from hocvuso.questions.base import Answer, Question, is_blank
from hocvuso.questions.choice import Choice
from hocvuso.questions.form.date import Date
from hocvuso.questions.mistakes import Slug, mistake, raise_mistakes
from hocvuso.questions.number import Number
from hocvuso.questions.shapes import BROKEN_QUESTION, part, read_text
from hocvuso.questions.short_text import ShortText

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random
    from typing import Self

KINDS: dict[str, type[Question]] = {"short_text": ShortText, "number": Number, "date": Date, "choice": Choice}
_NOT_A_FIELDS = ("id", "why", "points")  # of a question: they are the form's
_MOST = 2000


def _read_field(value: object) -> Question:
    """A field is written like the question type of its kind, without what only whole questions have."""
    if isinstance(value, Question):
        return value
    if not isinstance(value, dict):
        raise mistake(N_("Mỗi ô phải là một bảng các mục có tên, viết trong dấu ngoặc nhọn."))
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in KINDS:
        raise mistake(N_("Mục type của ô phải là một trong: {kinds}."), kinds=", ".join(KINDS))
    foreign = mistake(N_("Ô của biểu mẫu không có mục này: hãy ghi ở cả câu hỏi."))
    raise_mistakes("Form", [((name,), foreign) for name in _NOT_A_FIELDS if name in value])
    return KINDS[kind].model_validate({**value, "id": "o", "why": "–"})


def _without(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in _NOT_A_FIELDS}


FormField = Annotated[
    Question, PlainValidator(_read_field), PlainSerializer(lambda field: _without(field.record()))
]


class Form(Question):
    """Fill in every one of ``fields`` (id: field); an answer maps field ids to what was typed or chosen.

    A field is a table with ``type`` (``short_text``, ``number``, ``date`` or ``choice``), ``prompt`` (its
    label) and what that question type has; it is right just when such a question would be. The share is the
    number of right fields out of all fields; points are that share of the points, rounded down. Fields left
    out count as wrong. Guessing earns nothing but in fields to choose, where each earns its 1/n.
    """

    secrets: ClassVar[frozenset[str]] = frozenset({"why"})  # the fields' own are left out with `asked`

    type: Literal["form"] = "form"
    fields: dict[Slug, FormField] = Field(max_length=12)

    @field_validator("fields")
    @classmethod
    def _check_fields(cls, fields: dict[str, Question]) -> dict[str, Question]:
        if len(fields) < 2:  # noqa: PLR2004  (one field is a question of that type)
            raise mistake(N_("Cần ít nhất hai ô."))
        return fields

    def asked(self) -> dict[str, Any]:
        """The record without explanation, and the fields without their keys."""
        return {
            **super().asked(),
            "fields": {name: _without(field.asked()) for name, field in self.fields.items()},
        }

    @classmethod
    def read_answer(cls, asked: Mapping[str, object], value: object) -> Answer:
        """Field ids with texts; fields may be missing, blank ones are left out."""
        fields = part(asked, "fields")
        if value is None:
            return None
        if not isinstance(value, dict) or len(value) > len(fields):
            raise AnswerError(N_("Câu trả lời phải ghi nội dung của từng ô."))
        if not all(isinstance(name, str) and name in fields for name in value):
            raise AnswerError(N_("Câu trả lời nói đến một ô không có trong biểu mẫu."))
        read = {name: _read(part(fields, name), value[name]) for name in fields if name in value}
        return {name: text for name, text in read.items() if not is_blank(text)}

    def judge(self, answer: dict[str, str]) -> tuple[Fraction, tuple[str, ...]]:
        """The share of right fields; with what there is to say about the others, each thing once."""
        marks = [field.score(answer.get(name)) for name, field in self.fields.items()]
        notes = dict.fromkeys(note for mark in marks for note in mark.notes)
        return Fraction(sum(mark.state == "right" for mark in marks), len(marks)), tuple(notes)

    def accepting(self, other: Self) -> Self:
        """Each field also taking what the other's takes."""
        fields = {name: field.accepting(other.fields[name]) for name, field in self.fields.items()}
        return self.model_copy(update={"fields": fields})

    def tell_answer(self, answer: dict[str, str]) -> str:
        """One line per field that was filled in: its label, a colon, what it holds."""
        return "\n".join(
            f"{self.fields[name].prompt}: {self.fields[name].show_answer(text)}"
            for name, text in answer.items()
        )

    def show_key(self) -> str:
        """One line per field: its label, a colon, the right content."""
        return "\n".join(f"{field.prompt}: {field.show_key()}" for field in self.fields.values())

    def samples(self, random: Random) -> dict[str, Any]:
        """Answers that score as their name says."""
        each = {name: field.samples(random) for name, field in self.fields.items()}
        right = {name: samples["right"] for name, samples in each.items()}
        wrong = {name: samples["wrong"] for name, samples in each.items()}
        first = next(iter(right))
        samples: dict[str, Any] = {
            "right": right,
            "wrong": wrong,
            "empty": None,
            "malformed": random.choice([list(right), right[first], {"(không có)": "a"}, {first: 1}, [right]]),
        }
        parts = [n for n in range(1, len(right)) if n * self.points >= len(right)]
        if parts:
            kept = random.sample(list(right), random.choice(parts))
            samples["partial"] = {name: right[name] if name in kept else wrong[name] for name in right}
        return samples


def _read(field: Mapping[str, object], value: object) -> str:
    kind = field.get("type")
    if not isinstance(kind, str) or kind not in KINDS:
        raise AnswerError(BROKEN_QUESTION)
    text = read_text(value, most=_MOST)
    # a blank field is one that was left out, whatever its kind
    return "" if is_blank(text) else str(KINDS[kind].read_answer(field, text))
