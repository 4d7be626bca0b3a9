"""What is wrong in a lesson's file: told all at once, each with its line and what to do about it."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType
from typing import TYPE_CHECKING

from hocvuso.errors import LessonError
from hocvuso.language import N_, get_language
from hocvuso.questions.mistakes import explain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pydantic import ValidationError

_FORMS = {
    "string_pattern_mismatch": N_("Mục này viết chưa đúng dạng: hãy xem ví dụ do lệnh hocvuso new tạo ra."),
    "string_too_short": N_("Mục này để trống."),
    "tuple_type": N_(
        "Mục này phải là một danh sách: viết trong dấu ngoặc vuông như [co-ban], hoặc mỗi phần một dòng bắt đầu "
        "bằng dấu gạch ngang."
    ),
    "extra_forbidden": N_("Phần đầu tệp không có mục nào tên như vậy: hãy xem lại tên mục."),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """One fault that a model found, as a sentence in any language."""

    error: ValidationError
    index: int

    def tell(self, lang: str) -> str:
        """What is wrong with the field."""
        form = _FORMS.get(self.error.errors(include_url=False)[self.index]["type"])
        is_front = self.error.title == "FrontMatter"
        return get_language(lang)(form) if form and is_front else explain(self.error, lang)[self.index][1]


@dataclasses.dataclass(frozen=True)
class Mistake:
    """One mistake: where it is, in which field, and a sentence (a catalogue entry) that says what to do.

    ``code`` is stable: documentation and tests may name it.
    """

    file: Path
    line: int
    field: str
    sentence: str
    code: str
    fields: Mapping[str, object] = dataclasses.field(default_factory=lambda: MappingProxyType({}))

    def tell(self, lang: str = "vi") -> str:
        """``file:line: sentence [code]`` in ``lang``."""
        fields = {name: v.tell(lang) if isinstance(v, Told) else v for name, v in self.fields.items()}
        return f"{self.file}:{self.line}: {get_language(lang)(self.sentence, **fields)} [{self.code}]"


class BadLessonsError(LessonError):
    """One or several lessons can't be built; ``mistakes`` holds every mistake found, in file order."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes, key=lambda m: (str(m.file), m.line, m.code)))
        super().__init__(N_("Có {count} chỗ cần sửa trong bài học:"), count=len(self.mistakes))

    def tell(self, lang: str = "vi") -> str:
        """The head line, then one line per mistake."""
        return "\n".join([super().tell(lang), *(mistake.tell(lang) for mistake in self.mistakes)])


def faults_of(error: ValidationError) -> list[tuple[tuple[str, ...], str, Told]]:
    """Each fault that a model found: the path of its field, pydantic's kind, the sentence to be told.

    A list whose parts have faults is left out: pydantic also calls it too short for having lost them.
    """
    details = error.errors(include_url=False, include_input=False, include_context=False)
    paths = [tuple(str(part) for part in detail["loc"] if part != "[key]") for detail in details]
    return [
        (path, details[index]["type"], Told(error, index))
        for index, path in enumerate(paths)
        if not any(other != path and other[: len(path)] == path for other in paths)
    ]
