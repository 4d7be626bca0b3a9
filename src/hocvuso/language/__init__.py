"""The message catalogue: every sentence that a person reads, in the language that they read.

The source language is Vietnamese: a message id *is* the Vietnamese sentence, with named fields in
braces (``"Tệp {path} …"``), so Vietnamese is complete by construction; other languages are PO files in
``locale/<code>/hocvuso.po``. A message missing there is shown in Vietnamese; a test keeps them complete.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

SOURCE = "vi"
LOCALES = Path(__file__).parent / "locale"
LANG_COOKIE = "hocvuso-lang"
"""The cookie in which hub and site keep a reader's choice."""


class Language:
    """One language's catalogue. Call it with a message id and its fields."""

    def __init__(self, code: str, messages: dict[str, str]) -> None:
        self.code = code
        self.messages = messages

    def __call__(self, message: str, /, **fields: object) -> str:
        """The sentence for ``message``, in NFC, with its named fields filled in."""
        text = self.messages.get(message) or message
        return nfc(text.format(**fields) if fields else text)


def N_(message: str) -> str:  # noqa: N802  (gettext's own name; the extractor looks for it)
    """Mark a message for the catalogue where it is written; it is translated where it is shown."""
    return message


def nfc(text: str) -> str:
    """``text`` in Unicode normal form C, the form required between Vietnamese agencies (TCVN 6909:2001)."""
    return unicodedata.normalize("NFC", text)


@cache
def languages() -> tuple[str, ...]:
    """The codes of all languages, Vietnamese first."""
    return (SOURCE, *sorted(f.parent.name for f in LOCALES.glob("*/hocvuso.po")))


def choose_language(asked: str, kept: str) -> str:
    """The code of the language to answer in: the one asked for now, else the one kept, else Vietnamese."""
    return next((code for code in (asked, kept) if code in languages()), SOURCE)


@cache
def get_language(code: str) -> Language:
    """The catalogue for ``code`` (``"vi"``, ``"en"``, also ``"en_US.UTF-8"``); Vietnamese when unknown."""
    short = code.replace("-", "_").split("_")[0].split(".")[0].lower()
    path = LOCALES / short / "hocvuso.po"
    if short == SOURCE or not path.is_file():
        return Language(SOURCE, {})
    with path.open("rb") as file:
        catalogue = read_po(file, locale=short)
    return Language(short, {str(m.id): str(m.string) for m in catalogue if m.id and m.string and not m.fuzzy})
