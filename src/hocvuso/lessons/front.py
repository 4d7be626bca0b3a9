"""The front matter of a lesson: who it is for, what it teaches, on which sources it stands."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Annotated, Self

import yaml  # type: ignore[import-untyped]  # PyYAML ships no types
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from hocvuso.curriculum import OWN_FROM, OWN_TO, framework
from hocvuso.language import N_, nfc
from hocvuso.questions.mistakes import mistake, raise_mistakes

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


def _check_place(lesson: str) -> str:
    """A lesson stands at an official place of its topic, or at one that the official list never uses."""
    topic = framework().find_topic(int(lesson[1:3]))
    if topic is not None and not framework().has_place(lesson):
        sentence = N_(
            "Chủ đề {topic} có {count} bài chính thức; bài thêm mang số từ {first} đến {last}, "
            "ví dụ {example} (xem docs/authors.md)."
        )
        example = f"{lesson[:3]}-{OWN_FROM}"
        raise mistake(
            sentence, topic=topic.id, count=len(topic.lesson), first=OWN_FROM, last=OWN_TO, example=example
        )
    return lesson


def _check_topic(topic: int) -> int:
    if framework().find_topic(topic) is None:
        raise mistake(
            N_("Khung chương trình không có chủ đề {topic}: các chủ đề mang số từ 1 đến {last}."),
            topic=topic,
            last=len(framework().topics),
        )
    return topic


def _check_competence(code: str) -> str:
    if framework().find_competence(code) is None:
        raise mistake(
            N_(
                "Khung chương trình không có năng lực “{code}”: hãy xem danh sách bằng lệnh hocvuso curriculum."
            ),
            code=code,
        )
    return code


def _check_level(level: str) -> str:
    if framework().find_level(level) is None:
        names = ", ".join(known.id for known in framework().levels)
        raise mistake(N_("Mục này phải là một trong: {expected}."), expected=names)
    return level


def _check_once(entries: tuple[str, ...]) -> tuple[str, ...]:
    again = mistake(N_("Mục này đã ghi ở trên."))
    raise_mistakes(
        "FrontMatter", [((place,), again) for place, e in enumerate(entries) if e in entries[:place]]
    )
    return entries


LessonId = Annotated[str, StringConstraints(pattern=r"^t[0-9]{2}-[0-9]{2}$"), AfterValidator(_check_place)]
TopicNumber = Annotated[int, AfterValidator(_check_topic)]
CompetenceCode = Annotated[str, AfterValidator(_check_competence)]
LevelId = Annotated[str, AfterValidator(_check_level)]


class FrontMatter(_Frozen):
    """What stands under ``hocvuso:`` at the top of a lesson; what it says of the framework is in the framework."""

    id: LessonId
    topic: TopicNumber
    title: Text
    title_en: Text | None = None
    competences: Annotated[tuple[CompetenceCode, ...], Field(min_length=1), AfterValidator(_check_once)]
    levels: Annotated[tuple[LevelId, ...], Field(min_length=1), AfterValidator(_check_once)]
    minutes: int = Field(ge=1, le=240)
    sources: tuple[Source, ...] = Field(min_length=1)

    @field_validator("topic")
    @classmethod
    def _is_in_the_id(cls, topic: int, info: ValidationInfo) -> int:
        lesson = info.data.get("id", "")
        if lesson and int(lesson[1:3]) != topic:
            raise mistake(N_("Mã bài và chủ đề (topic) không khớp: ví dụ bài t14-05 thuộc chủ đề 14."))
        return topic


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
