"""The lists that authors keep beside the lessons, in ``notebooks/reference/``, and Debian's word list."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from hocvuso.errors import SetupError
from hocvuso.language import N_, nfc
from hocvuso.lint.tone import usual

DICTIONARY = Path("/usr/share/hunspell/vi_VN.dic")
LAWS, GLOSSARY, TERMS = "laws.toml", "glossary.toml", "terms.txt"

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Model = TypeVar("Model", bound=BaseModel)


class Law(BaseModel):
    """A legal document: number, dates, the law that took its place, and the day on which this was looked up."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: Text
    title: Text
    issued: dt.date | None = None
    in_force: dt.date | None = None
    replaced_by: Text | None = None
    checked: dt.date
    note: Text | None = None

    @model_validator(mode="after")
    def _has_a_date(self) -> Self:
        if self.issued is None and self.in_force is None:
            raise ValueError("issued / in_force?")
        return self


class _Laws(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    law: list[Law] = Field(default_factory=list)


class Term(BaseModel):
    """A word that all lessons use, and the ones that they leave (``instead_of``), with the reason."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    use: Text
    instead_of: list[Text] = Field(min_length=1)
    why: Text


class _Terms(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    term: list[Term] = Field(default_factory=list)


class Reference:
    """What stands in ``folder``; a list that isn't there is None. A broken one raises `SetupError`."""

    def __init__(self, folder: Path, dictionary: Path = DICTIONARY) -> None:
        self.folder = folder
        self.dictionary = dictionary

    @cached_property
    def laws(self) -> Mapping[str, Law] | None:
        """The register of laws by number."""
        found = _read(self.folder / LAWS, _Laws)
        return None if found is None else {law.number: law for law in found.law}

    @cached_property
    def glossary(self) -> tuple[Term, ...] | None:
        """The terms in which all lessons agree."""
        found = _read(self.folder / GLOSSARY, _Terms)
        return None if found is None else tuple(found.term)

    @cached_property
    def syllables(self) -> frozenset[str] | None:
        """All syllables that may be written, folded: hunspell's Vietnamese list and the course's own terms."""
        listed = _syllables(self.dictionary)
        return None if listed is None else listed | self._terms

    @cached_property
    def _terms(self) -> frozenset[str]:
        try:
            text = nfc((self.folder / TERMS).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return frozenset()
        lines = (line.split("#")[0] for line in text.splitlines())
        return frozenset(
            word for line in lines for word in re.split(r"[\s-]+", usual(line).casefold()) if word
        )


@cache
def _syllables(dictionary: Path) -> frozenset[str] | None:
    """The entries of a hunspell list. The Vietnamese one has no affixes, so that the list is all there is to know."""
    try:
        lines = nfc(dictionary.read_text(encoding="utf-8")).splitlines()[1:]
    except FileNotFoundError:
        return None
    return frozenset(usual(line.split("/")[0].split("\t")[0].strip()).casefold() for line in lines)


def _read(file: Path, model: type[Model]) -> Model | None:
    try:
        return model.model_validate(tomllib.loads(nfc(file.read_text(encoding="utf-8"))))
    except FileNotFoundError:
        return None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SetupError(
            N_("Tệp {path}, mục “{field}” viết chưa đúng: {detail}. Hãy sửa theo các mục khác trong tệp."),
            path=file,
            field=place,
            detail=first["msg"],
        ) from error
    except ValueError as error:
        raise SetupError(
            N_("Tệp {path} không đọc được: {detail}. Hãy sửa dấu bằng, dấu nháy ở chỗ ấy."),
            path=file,
            detail=error,
        ) from error
