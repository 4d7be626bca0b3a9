"""Some lines of Python, typed; hidden checks say what they are worth.

In a lesson the build makes ordinary nbgrader cells of it: one solution cell, and one test cell for each check. The
answer is the text of the solution cell, wherever it was typed, and whoever grades code cells grades it.
"""

from __future__ import annotations

import ast
import json
import re
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, StrictStr, ValidationInfo, field_validator

from hocvuso.errors import AnswerError
from hocvuso.language import N_, nfc
from hocvuso.questions.base import Answer, Mark, Question
from hocvuso.questions.mistakes import Prose, mistake
from hocvuso.questions.shapes import read_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

MOST = 6000
STUB = ("# Anh/chị xóa dòng raise ngay dưới đây, rồi viết vào chỗ ấy.", "raise NotImplementedError()")
"""What nbgrader leaves where a solution was: told to it by the build and in the course's configuration."""

_MARKS = ("### BEGIN SOLUTION", "### END SOLUTION")
_WHY = "# why: "
_MARKDOWN = re.compile(r"[\\`*_{}\[\]<>#$|~]")


def _is_python(text: str) -> str:
    text = nfc(text).replace("\r\n", "\n").strip("\n")
    try:
        ast.parse(text)
    except (SyntaxError, ValueError) as error:
        told = getattr(error, "msg", None) or str(error)
        raise mistake(N_("Mã lệnh Python viết sai cú pháp: {detail}."), detail=told) from None
    return text


def _is_expression(text: str) -> str:
    text = nfc(text).strip()
    try:
        ast.parse(f"({text})", mode="eval")
    except (SyntaxError, ValueError):
        raise mistake(N_("Phép thử phải là một biểu thức đúng hoặc sai, ví dụ: dem([1, 2]) == 2.")) from None
    return text


Python = Annotated[StrictStr, Field(max_length=MOST), AfterValidator(_is_python)]
Lines = Annotated[
    StrictStr,
    Field(max_length=MOST),
    AfterValidator(lambda text: nfc(text).replace("\r\n", "\n").strip("\n")),
]
Expression = Annotated[StrictStr, Field(min_length=1, max_length=1000), AfterValidator(_is_expression)]
Check = tuple[Expression, Prose, Annotated[int, Field(strict=True, ge=1, le=20)]]


class Code(Question):
    """Write Python; each check that holds earns its points, whatever becomes of the others.

    ``given`` stands there already, ``solution`` is the author's text for what learners write below it; together they
    are the answer that earns all points. ``checks`` are (expression that must be true, what to tell who fails,
    points), hidden until then. ``example`` is run and shown, with what was written, when a learner tries their code.

    No program of the site scores it: the grader runs it in its sandbox, and until then an answer is ``ungraded``.
    Guessing earns nothing: the text that is there at first fails every check.
    """

    secrets: ClassVar[frozenset[str]] = frozenset({"why", "solution", "checks", "given"})

    type: Literal["code"] = "code"
    given: Lines = ""
    solution: Lines
    example: Python = ""
    checks: list[Check] = Field(min_length=1, max_length=10)

    @field_validator("solution")
    @classmethod
    def _check_solution(cls, solution: str, info: ValidationInfo) -> str:
        given = info.data.get("given")
        if given is not None:
            if not solution.strip():
                raise mistake(N_("Còn thiếu mục này."))
            for lines in (solution, _stub(solution)):
                _is_python(_joined(given, lines))
        return solution

    @field_validator("checks")
    @classmethod
    def _check_points(
        cls, checks: list[tuple[str, str, int]], info: ValidationInfo
    ) -> list[tuple[str, str, int]]:
        total, points = sum(points for *_, points in checks), info.data.get("points")
        if points is not None and total != points:
            sentence = N_(
                "Các phép thử cộng lại được {total} điểm, còn câu hỏi ghi {points}: hãy sửa cho bằng nhau."
            )
            raise mistake(sentence, total=total, points=points)
        return checks

    @property
    def start(self) -> str:
        """What stands in the editor at first: as nbgrader leaves the solution cell."""
        return _joined(self.given, _stub(self.solution))

    @property
    def answer(self) -> str:
        """The author's own."""
        return _joined(self.given, self.solution)

    def asked(self) -> dict[str, Any]:
        """What a page may hold, with the text that stands in the editor at first."""
        return {**super().asked(), "start": self.start}

    def prompt_cell(self) -> str:
        """What is asked, as the text of a Markdown cell in front of the solution cell."""
        asked = _MARKDOWN.sub(r"\\\g<0>", self.prompt)
        example = f"\n\n```python\n{self.example}\n```" if self.example else ""
        return f"{asked}{example}"

    def solution_cell(self) -> str:
        """The source of nbgrader's solution cell."""
        indent = _indent(self.solution)
        marked = "\n".join((indent + _MARKS[0], self.solution, indent + _MARKS[1]))
        return _joined(self.given, marked)

    def test_cells(self) -> list[tuple[str, int, str]]:
        """Id, points and source of nbgrader's test cells; the last one keeps the explanation, hidden as the test is."""
        told = "# Phép thử {number}/{all} của câu “{id}”: ô chấm điểm, đã khóa."
        return [
            (
                f"{self.id}-{number}",
                points,
                "\n".join(
                    [
                        told.format(number=number, all=len(self.checks), id=self.id),
                        "### BEGIN HIDDEN TESTS",
                        f"assert ({check}), {json.dumps(message, ensure_ascii=False)}",
                        *(
                            [_WHY + json.dumps(self.why, ensure_ascii=False)]
                            if number == len(self.checks)
                            else []
                        ),
                        "### END HIDDEN TESTS",
                    ]
                ),
            )
            for number, (check, message, points) in enumerate(self.checks, start=1)
        ]

    @classmethod
    def read_answer(cls, asked: Mapping[str, object], value: object) -> Answer:
        """Text as typed, in NFC, lines ended as Python ends them. What stood there at first is no answer."""
        if value is None:
            return None
        if not isinstance(value, str):
            raise AnswerError(N_("Câu trả lời phải là chữ."))
        text = read_text(value.replace("\r\n", "\n").replace("\r", "\n"), most=MOST)
        return None if text == asked.get("start") else text

    def judge(self, answer: str) -> None:
        """The grader's sandbox does: `marked` says what its findings are worth."""

    def marked(self, held: Sequence[bool]) -> Mark:
        """The mark where the sandbox found which of the checks hold."""
        points = sum(check[2] for check, holds in zip(self.checks, held, strict=True) if holds)
        notes = tuple(check[1] for check, holds in zip(self.checks, held, strict=True) if not holds)
        return Mark(points, self.points, "right" if all(held) else "partial" if points else "wrong", notes)

    def tell_answer(self, answer: str) -> str:
        """What was typed."""
        return answer.strip("\n")

    def show_key(self) -> str:
        """The author's own text: others may earn as much."""
        return self.answer

    def samples(self, random: Random) -> dict[str, Any]:
        """Answers that score as their name says; right and wrong are for the sandbox to tell."""
        return {
            "ungraded": random.choice([self.answer, "x = 1"]),
            "empty": None,
            "malformed": random.choice([True, 15, [self.answer], {"text": self.answer}, "x" * (MOST + 1)]),
        }


def why_in(source: str) -> str | None:
    """The explanation that a test cell of `Code.test_cells` keeps; None where it keeps none."""
    lines = (line for line in source.splitlines() if line.startswith(_WHY))
    found = next(lines, None)
    try:
        told = json.loads(found.removeprefix(_WHY)) if found else None
    except ValueError:  # somebody else's comment
        return None
    return told if isinstance(told, str) else None


def without_marks(source: str) -> str:
    """The author's text in a solution cell."""
    return "\n".join(line for line in source.splitlines() if line.strip() not in _MARKS)


def _stub(solution: str) -> str:
    return "\n".join(_indent(solution) + line for line in STUB)


def _indent(lines: str) -> str:
    first = next((line for line in lines.splitlines() if line.strip()), "")
    return re.match(r"[ \t]*", first)[0]  # type: ignore[index]  # it always matches


def _joined(*parts: str) -> str:
    return "\n".join(part for part in parts if part)
