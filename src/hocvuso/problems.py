"""All mistakes of a data file in one error, each with its place, in the reader's language."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hocvuso.errors import HocVuSoError
from hocvuso.language import N_, get_language

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import ValidationError

_SENTENCES = {
    "missing": N_("thiếu mục này"),
    "extra_forbidden": N_("mục lạ, hãy bỏ đi hoặc sửa tên"),
    "string_type": N_("phải là chữ"),
    "string_too_short": N_("không được để trống"),
    "string_too_long": N_("quá dài"),
    "string_pattern_mismatch": N_("không đúng dạng"),
    "too_short": N_("cần ít nhất một phần tử"),
    "list_type": N_("phải là một danh sách"),
    "tuple_type": N_("phải là một danh sách"),
    "dict_type": N_("phải là một bảng các mục có tên"),
    "model_type": N_("phải là một bảng các mục có tên"),
    "date_type": N_("phải là ngày, ví dụ 2026-11-22"),
    "date_from_datetime_parsing": N_("phải là ngày, ví dụ 2026-11-22"),
    "decimal_type": N_("phải là số"),
    "decimal_parsing": N_("phải là số"),
    "int_type": N_("phải là số nguyên"),
    "int_parsing": N_("phải là số nguyên"),
    "int_from_float": N_("phải là số nguyên"),
    "greater_than": N_("phải lớn hơn {gt}"),
    "greater_than_equal": N_("phải từ {ge} trở lên"),
    "less_than_equal": N_("không được quá {le}"),
    "literal_error": N_("phải là một trong: {expected}"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: ``place`` says where (a line, a key), ``message`` is a catalogue entry."""

    place: str
    message: str
    fields: Mapping[str, object] = field(default_factory=dict)

    def tell(self, lang: str = "vi") -> str:
        """The mistake as one line of text."""
        sentence = get_language(lang)(self.message, **self.fields)
        return f"{self.place}: {sentence}" if self.place else sentence


class FileProblemsError(HocVuSoError):
    """A file, or a folder of files, has mistakes; ``problems`` holds every one that was found."""

    def __init__(self, path: Path, problems: Sequence[Problem]) -> None:
        super().__init__(N_("Tệp {path} có {count} lỗi:"), path=path, count=len(problems))
        self.problems = tuple(problems)

    def tell(self, lang: str = "vi") -> str:
        """The sentence, then one line for each mistake."""
        return "\n".join([super().tell(lang), *(f"  {problem.tell(lang)}" for problem in self.problems)])


def load_toml(path: Path, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """The table in ``path``; raises `FileProblemsError` when it is absent, not UTF-8 or not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=parse_float)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise FileProblemsError(
            path, [Problem("", N_("không đọc được: {detail}"), {"detail": error})]
        ) from error


def shape_problems(error: ValidationError, prefix: str = "") -> list[Problem]:
    """Every mistake that pydantic found, at its place (entries of lists count from 1) after ``prefix``."""
    problems = []
    mistakes = error.errors(include_url=False)
    places = [mistake["loc"] for mistake in mistakes]
    for mistake in mistakes:
        here = mistake["loc"]
        if mistake["type"] == "too_short" and any(p[: len(here)] == here != p for p in places):
            continue  # pydantic counts an entry with a mistake as missing, too
        steps = [str(step + 1) if isinstance(step, int) else step for step in here if step != "[key]"]
        place = (prefix + ".".join(steps)).rstrip(":. ")
        message = _SENTENCES.get(mistake["type"], N_("giá trị không hợp lệ"))
        fields = dict(mistake.get("ctx", {}))
        if "expected" in fields:
            fields["expected"] = fields["expected"].replace(" or ", ", ")
        problems.append(Problem(place, message, fields))
    return problems


def repeated(place: str, ids: Iterable[object]) -> list[Problem]:
    """A mistake for each of ``ids`` that occurs more than once."""
    return [
        Problem(place, N_("mã {id} dùng {count} lần"), {"id": key, "count": count})
        for key, count in Counter(map(str, ids)).items()
        if count > 1
    ]
