"""Which certificates exist and what each asks for: data in ``rules.toml``, checked when it is read.

Ratios are exact decimals: 0.7 means seven tenths, so 7 of 10 points pass on every machine.
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from hocvuso.certificates.problems import FileProblemsError, Problem
from hocvuso.language import N_, nfc

RULES = Path(__file__).with_name("rules.toml")


def _tidy(text: str) -> str:
    return nfc(" ".join(text.split()))


Text = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_tidy)]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RequiredLesson(_Part):
    """A lesson that must be passed, with the least share of its points (0 < ``pass_ratio`` ≤ 1)."""

    id: Identifier
    title: Text
    pass_ratio: Decimal = Field(alias="pass", gt=0, le=1)


class Alignment(_Part):
    """What the achievement corresponds to in a public framework; the address must lead to that very entry."""

    target_name: Text
    target_url: str = Field(pattern=r"^https://[^\s]+$", max_length=500)
    target_code: Text | None = None
    target_framework: Text | None = None


class Rule(_Part):
    """One kind of certificate under one version of its demands."""

    id: Identifier
    version: int = Field(ge=1)
    name: Text
    name_en: Text
    description: Text
    criteria: Text
    lessons: tuple[RequiredLesson, ...] = Field(alias="lesson", min_length=1)
    alignment: tuple[Alignment, ...] = ()

    def demands(self) -> str:
        """What decides who qualifies, as canonical text: two rules ask the same if these are equal."""
        asked = sorted((lesson.id, str(lesson.pass_ratio.normalize())) for lesson in self.lessons)
        return json.dumps(asked)


class _RuleFile(_Part):
    certificate: tuple[Rule, ...] = Field(min_length=1)


_SENTENCES = {
    "missing": N_("thiếu mục này"),
    "extra_forbidden": N_("mục lạ, hãy bỏ đi hoặc sửa tên"),
    "string_type": N_("phải là chữ"),
    "string_too_short": N_("không được để trống"),
    "string_too_long": N_("quá dài"),
    "string_pattern_mismatch": N_("không đúng dạng"),
    "too_short": N_("cần ít nhất một phần tử"),
    "decimal_type": N_("phải là số"),
    "decimal_parsing": N_("phải là số"),
    "int_type": N_("phải là số nguyên"),
    "int_parsing": N_("phải là số nguyên"),
    "int_from_float": N_("phải là số nguyên"),
    "greater_than": N_("phải lớn hơn 0"),
    "greater_than_equal": N_("phải từ 1 trở lên"),
    "less_than_equal": N_("không được quá 1"),
}


def read_rules(path: Path = RULES) -> tuple[Rule, ...]:
    """The rules in ``path``; raises FileProblemsError with every mistake that was found."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise FileProblemsError(
            path, [Problem("", N_("không đọc được: {detail}"), {"detail": error})]
        ) from error
    try:
        rules = _RuleFile.model_validate(data).certificate
    except ValidationError as error:
        raise FileProblemsError(path, [*_shape_problems(error), *_repeats(data)]) from None
    if repeats := _repeats(data):
        raise FileProblemsError(path, repeats)
    return rules


def _shape_problems(error: ValidationError) -> list[Problem]:
    problems = []
    places = [mistake["loc"] for mistake in error.errors()]
    for mistake in error.errors():
        here = mistake["loc"]
        if mistake["type"] == "too_short" and any(p[: len(here)] == here != p for p in places):
            continue  # pydantic counts an entry with a mistake as missing, too
        place = ".".join(str(step + 1) if isinstance(step, int) else step for step in here)
        problems.append(Problem(place, _SENTENCES.get(mistake["type"], N_("giá trị không hợp lệ"))))
    return problems


def _repeats(data: dict[str, object]) -> list[Problem]:
    """Ids that occur twice; works on raw data, so that it is told beside mistakes of shape."""
    listed = data.get("certificate")
    tables = [table for table in listed if isinstance(table, dict)] if isinstance(listed, list) else []
    problems = [
        Problem("certificate", N_("mã {id} dùng {count} lần"), {"id": key, "count": count})
        for key, count in _counted(tables).items()
    ]
    for position, table in enumerate(tables, start=1):
        lessons = table.get("lesson")
        inner = (
            [lesson for lesson in lessons if isinstance(lesson, dict)] if isinstance(lessons, list) else []
        )
        problems += [
            Problem(f"certificate.{position}.lesson", N_("mã {id} dùng {count} lần"), {"id": k, "count": n})
            for k, n in _counted(inner).items()
        ]
    return problems


def _counted(tables: list[dict[str, object]]) -> dict[str, int]:
    counts = Counter(str(table["id"]) for table in tables if "id" in table)
    return {key: count for key, count in counts.items() if count > 1}
