"""The front matter of a lesson: who it is for, what it teaches, on which sources it stands."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Annotated, Literal, Self

import yaml  # type: ignore[import-untyped]  # PyYAML ships no types
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from hocvuso.language import N_, nfc
from hocvuso.questions.mistakes import mistake

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
_BLOCK = re.compile(r"\A---[ \t]*\n(?P<body>.*?)^---[ \t]*$\n?", re.DOTALL | re.MULTILINE)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Frozen):
    """A text that the lesson relies on: its name and number, its date, and when it was last looked up."""

    title: Text
    number: Text | None = None
    date: dt.date
    checked: dt.date
    note: Text | None = None
    url: Text | None = None

    @model_validator(mode="after")
    def _can_be_found_again(self) -> Self:
        if not (self.number or self.url or self.note):
            raise mistake(
                N_("Nguồn cần có số hiệu (number); không có thì cần url hoặc note để tìm lại được.")
            )
        return self


class FrontMatter(_Frozen):
    """What stands under ``hocvuso:`` at the top of a lesson."""

    id: Annotated[str, StringConstraints(pattern=r"^t[0-9]{2}-[0-9]{2}$")]
    topic: int = Field(ge=1, le=99)
    title: Text
    title_en: Text | None = None
    competences: tuple[Annotated[str, StringConstraints(pattern=r"^[1-6]\.[1-9]$")], ...] = Field(
        min_length=1
    )
    levels: tuple[Literal["co-ban", "trung-cap", "nang-cao", "chuyen-sau"], ...] = Field(min_length=1)
    minutes: int = Field(ge=1, le=240)
    sources: tuple[Source, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _topic_is_in_the_id(self) -> Self:
        if int(self.id[1:3]) != self.topic:
            raise mistake(N_("Mã bài và chủ đề (topic) không khớp: ví dụ bài t14-05 thuộc chủ đề 14."))
        return self


@dataclass(frozen=True, slots=True)
class FrontBlock:
    """The YAML block as found: its data (None when it can't be read) and the line of each field."""

    data: object
    fault: str
    fault_line: int
    lines: dict[tuple[str, ...], int]
    body: str  # the file with the block blanked out line by line, so that line numbers still hold

    def line(self, path: tuple[str, ...]) -> int:
        """The line of the field at ``path``, or of the nearest field around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def split_front(text: str) -> FrontBlock:
    """Cut the front matter off ``text`` without failing: a fault is described, not raised."""
    found = _BLOCK.match(text)
    if not found:
        return FrontBlock(None, "", 1, {}, text)
    blank = "\n" * found.group(0).count("\n")
    body = blank + text[found.end() :]
    try:
        node = yaml.compose(found["body"], Loader=yaml.SafeLoader)
        data = yaml.safe_load(found["body"])
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that does not exist
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        return FrontBlock(None, nfc(str(problem)), (mark.line if mark else 0) + 2, {}, body)
    lines: dict[tuple[str, ...], int] = {}
    if node is not None:
        _note_lines(node, (), lines)
    return FrontBlock(data, "", 1, lines, body)


def _note_lines(node: yaml.Node, path: tuple[str, ...], lines: dict[tuple[str, ...], int]) -> None:
    lines.setdefault(path, node.start_mark.line + 2)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            lines[(*path, str(key.value))] = key.start_mark.line + 2
            _note_lines(value, (*path, str(key.value)), lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _note_lines(value, (*path, str(index)), lines)
