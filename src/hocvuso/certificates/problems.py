"""All mistakes of a file in one error, each with its place, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hocvuso.errors import CertificateError
from hocvuso.language import N_, get_language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


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


class FileProblemsError(CertificateError):
    """A file has mistakes; ``problems`` holds every one that was found."""

    def __init__(self, path: Path, problems: Sequence[Problem]) -> None:
        super().__init__(N_("Tệp {path} có {count} lỗi:"), path=path, count=len(problems))
        self.problems = tuple(problems)

    def tell(self, lang: str = "vi") -> str:
        """The sentence, then one line for each mistake."""
        return "\n".join([super().tell(lang), *(f"  {problem.tell(lang)}" for problem in self.problems)])
