"""Where a tone mark stands in a syllable that ends in oa, oe or uy: “hòa” and “hoà” are the same word."""

from __future__ import annotations

import re
import unicodedata

_ON_LAST = re.compile(r"(?:o[àáảãạ]|o[èéẻẽẹ]|(?<!q)u[ỳýỷỹỵ])(?![^\W\d_])", re.IGNORECASE)


def usual(word: str) -> str:
    """``word`` with its mark where most of today's texts, and all our lessons, put it: on the first vowel."""
    return _ON_LAST.sub(lambda vowels: _moved(vowels[0]), word)


def _moved(vowels: str) -> str:
    last, marks = unicodedata.normalize("NFD", vowels[1])[0], unicodedata.normalize("NFD", vowels[1])[1:]
    return unicodedata.normalize("NFC", vowels[0] + marks) + last
