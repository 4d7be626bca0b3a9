"""Which certificates exist and what each asks for: data in ``rules.toml``, checked when it is read.

Ratios are exact decimals: 0.7 means seven tenths, so 7 of 10 points pass on every machine.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from hocvuso.language import nfc
from hocvuso.problems import FileProblemsError, Problem, load_toml, repeated, shape_problems

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


def read_rules(path: Path = RULES) -> tuple[Rule, ...]:
    """The rules in ``path``; raises FileProblemsError with every mistake that was found."""
    data = load_toml(path, parse_float=Decimal)
    try:
        rules = _RuleFile.model_validate(data).certificate
    except ValidationError as error:
        raise FileProblemsError(path, [*shape_problems(error), *_repeats(data)]) from None
    if repeats := _repeats(data):
        raise FileProblemsError(path, repeats)
    return rules


def _repeats(data: dict[str, object]) -> list[Problem]:
    """Ids that occur twice; works on raw data, so that it is told beside mistakes of shape."""
    rules = _tables(data.get("certificate"))
    problems = repeated("certificate", _ids(rules))
    for position, rule in enumerate(rules, start=1):
        problems += repeated(f"certificate.{position}.lesson", _ids(_tables(rule.get("lesson"))))
    return problems


def _tables(listed: object) -> list[dict[str, object]]:
    return [table for table in listed if isinstance(table, dict)] if isinstance(listed, list) else []


def _ids(tables: list[dict[str, object]]) -> list[object]:
    return [table["id"] for table in tables if "id" in table]
