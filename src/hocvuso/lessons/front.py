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
_DAY = re.compile(r"\b\d{4}-\d\d?-\d\d?\b")
_FAULTS = {
    "'\\t'": N_("Dòng này thụt vào bằng dấu Tab: hãy thay bằng dấu cách, thẳng hàng với các mục cùng cấp."),
    "mapping values": N_(
        "Dòng này có dấu hai chấm ở chỗ không được có: hãy đặt cả câu trong ngoặc kép, và để các mục cùng cấp "
        "thẳng hàng."
    ),
    "expected <block end>": N_(
        "Dòng này không khớp với dòng trên: hãy để các mục cùng cấp thẳng hàng, và đóng đủ dấu ngoặc kép."
    ),
    "expected ':'": N_(
        "Dòng này hoặc dòng ngay trên thiếu dấu hai chấm: hãy viết tên mục, dấu hai chấm, một dấu cách, rồi nội dung."
    ),
    "end of stream": N_("Dấu ngoặc mở ở dòng này chưa đóng: hãy thêm dấu đóng."),
}
_OTHER_FAULT = N_("Phần đầu tệp (YAML) không đọc được: {detail}. Hãy sửa dấu hai chấm, ngoặc kép, thụt dòng.")
_NO_SUCH_DAY = N_("Ngày “{detail}” không có thật: hãy sửa lại, dạng năm-tháng-ngày, ví dụ 2026-08-08.")
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


NO_PLACE = N_(
    "Chủ đề {topic} có {count} bài chính thức; bài thêm mang số từ {first} đến {last}, "
    "ví dụ {example} (xem docs/authors.md)."
)


def missing_place(lesson: str) -> dict[str, object] | None:
    """What `NO_PLACE` says of a lesson whose topic has no such place; None where it has, or there is no such topic."""
    topic = framework().find_topic(int(lesson[1:3]))
    if topic is None or framework().has_place(lesson):
        return None
    example = f"{lesson[:3]}-{OWN_FROM}"
    counted = {"topic": topic.id, "count": len(topic.lesson)}
    return {**counted, "first": OWN_FROM, "last": OWN_TO, "example": example}


def _check_place(lesson: str) -> str:
    """A lesson stands at an official place of its topic, or at one that the official list never uses."""
    if missing := missing_place(lesson):
        raise mistake(NO_PLACE, **missing)
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
    fault: str  # a catalogue entry, to be told with ``detail``; empty when there is none
    detail: str
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
        return FrontBlock(None, "", "", 1, {}, text)
    blank = "\n" * found.group(0).count("\n")
    body = blank + text[found.end() :]
    try:
        node = yaml.compose(found["body"], Loader=yaml.SafeLoader)
        data = yaml.safe_load(found["body"])
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that does not exist
        return FrontBlock(None, *_explain(error, found["body"]), {}, body)
    lines: dict[tuple[str, ...], int] = {}
    if node is not None:
        _note_lines(node, (), lines)
    return FrontBlock(data, "", "", 1, lines, body)


def _explain(error: Exception, text: str) -> tuple[str, str, int]:
    """What is wrong with a YAML block: a catalogue entry, its detail, and the line in the file."""
    if not isinstance(error, yaml.MarkedYAMLError):
        for number, line in enumerate(text.splitlines(), start=2):
            for day in _DAY.findall(line):
                try:
                    yaml.safe_load(day)
                except ValueError:
                    return _NO_SUCH_DAY, day, number
        return _OTHER_FAULT, nfc(str(error)), 2
    problem = str(error.problem)
    mark = error.context_mark if "end of stream" in problem else error.problem_mark
    sentence = next((told for part, told in _FAULTS.items() if part in problem), _OTHER_FAULT)
    return sentence, nfc(problem), (mark.line if mark else 0) + 2


def _note_lines(node: yaml.Node, path: tuple[str, ...], lines: dict[tuple[str, ...], int]) -> None:
    lines.setdefault(path, node.start_mark.line + 2)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            lines[(*path, str(key.value))] = key.start_mark.line + 2
            _note_lines(value, (*path, str(key.value)), lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _note_lines(value, (*path, str(index)), lines)
