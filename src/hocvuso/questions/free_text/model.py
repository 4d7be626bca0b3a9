"""Some sentences, typed; a person grades them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from hocvuso.language import N_
from hocvuso.questions.base import Answer, Question
from hocvuso.questions.mistakes import Plain, Prose, mistake
from hocvuso.questions.shapes import read_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

MOST = 4000


class FreeText(Question):
    """Write some sentences; a person gives each point of ``rubric`` (criterion, points) or not.

    No program scores it: an answer is ``ungraded`` and earns 0 until a person has given points, at most all
    of them; no answer is ``empty`` and earns 0. Guessing earns what a reader lets pass. The rubric is for
    trainers; learners see ``sample``, an answer that would earn all points, with their results.
    """

    secrets: ClassVar[frozenset[str]] = frozenset({"why", "rubric", "sample"})

    type: Literal["free_text"] = "free_text"
    rubric: list[tuple[Plain, Annotated[int, Field(strict=True, ge=1, le=20)]]] = Field(max_length=10)
    sample: Prose

    @field_validator("rubric")
    @classmethod
    def _check_rubric(cls, rubric: list[tuple[str, int]], info: ValidationInfo) -> list[tuple[str, int]]:
        total, points = sum(points for _, points in rubric), info.data.get("points")
        if points is not None and total != points:
            sentence = N_(
                "Các tiêu chí cộng lại được {total} điểm, còn câu hỏi ghi {points}: hãy sửa cho bằng nhau."
            )
            raise mistake(sentence, total=total, points=points)
        return rubric

    @classmethod
    def read_answer(cls, asked: Mapping[str, object], value: object) -> Answer:
        """Text as typed, in NFC."""
        del asked
        return None if value is None else read_text(value, most=MOST)

    def judge(self, answer: str) -> None:
        """A person does."""

    def tell_answer(self, answer: str) -> str:
        """What was typed, without white space around it."""
        return answer.strip()

    def show_key(self) -> str:
        """An answer that would earn all points."""
        return self.sample

    def guide(self) -> str:
        """The rubric: one line per criterion, its points first."""
        return "\n".join(f"{points}: {criterion}" for criterion, points in self.rubric)

    def samples(self, random: Random) -> dict[str, Any]:
        """Answers that score as their name says; right and wrong are for a person to tell."""
        return {
            "ungraded": random.choice([self.sample, "Tôi chưa rõ."]),
            "empty": None,
            "malformed": random.choice([True, 15, [self.sample], {"text": self.sample}, "x" * (MOST + 1)]),
        }
