"""The shapes that an answer can have, checked at the border: small, flat, in NFC; and how texts compare.

Nothing here walks into a value deeper than its type allows, so a value nested a thousand levels deep
costs no more than a wrong letter.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from hocvuso.errors import AnswerError
from hocvuso.language import N_, nfc
from hocvuso.questions.mistakes import is_printable

BROKEN_QUESTION = N_("Câu hỏi này bị hỏng nên không nhận được câu trả lời: hãy báo người vận hành.")


def part(asked: Mapping[str, object], name: str) -> Mapping[str, object]:
    """The table ``name`` of a question as asked; ``AnswerError`` when the question has none."""
    table = asked.get(name)
    if not isinstance(table, Mapping):
        raise AnswerError(BROKEN_QUESTION)
    return table


def read_text(value: object, *, most: int) -> str:
    """``value`` as text in NFC with at most ``most`` characters."""
    if not isinstance(value, str):
        raise AnswerError(N_("Câu trả lời phải là chữ."))
    if len(value) > 4 * most:  # before normalising, which takes longer the longer the text
        raise AnswerError(N_("Câu trả lời quá dài: hãy viết ngắn hơn."))
    text = nfc(value)
    if len(text) > most:
        raise AnswerError(N_("Câu trả lời quá dài: hãy viết ngắn hơn."))
    if not is_printable(text):
        raise AnswerError(N_("Câu trả lời có ký tự không hiển thị được: hãy viết lại."))
    return text


def read_option(value: object, options: Mapping[str, object]) -> str:
    """``value`` as the id of one of ``options``."""
    if not isinstance(value, str) or value not in options:
        raise AnswerError(N_("Câu trả lời không phải là một phương án của câu hỏi."))
    return value


def read_choices(value: object, keys: Mapping[str, object], options: Mapping[str, object]) -> dict[str, str]:
    """``value`` as an option's id for some of ``keys``, in the order of ``keys``."""
    if not isinstance(value, dict) or len(value) > len(keys):
        raise AnswerError(N_("Câu trả lời phải ghi lựa chọn cho từng mục."))
    if not all(isinstance(key, str) and key in keys for key in value):
        raise AnswerError(N_("Câu trả lời nói đến một mục không có trong câu hỏi."))
    return {key: read_option(value[key], options) for key in keys if key in value}


def folded(text: str, *, accents: bool = True) -> str:
    """What of ``text`` counts in a comparison: no case, single spaces, marks only with ``accents``."""
    seen = "".join(char for char in nfc(text) if unicodedata.category(char) != "Cf").casefold()
    if not accents:
        marked = unicodedata.normalize("NFD", seen).replace("đ", "d")
        seen = "".join(char for char in marked if not unicodedata.combining(char))
    return nfc(" ".join(seen.split()))


def bare(text: str) -> str:
    """``text`` without the punctuation and white space around it."""
    start, end = 0, len(text)
    while start < end and _is_edge(text[start]):
        start += 1
    while end > start and _is_edge(text[end - 1]):
        end -= 1
    return text[start:end]


def join(*lists: Sequence[str], but: Sequence[str]) -> list[str]:
    """All entries of ``lists``, each once, without those of ``but``."""
    return [text for text in dict.fromkeys(text for texts in lists for text in texts) if text not in but]


def _is_edge(char: str) -> bool:
    return char.isspace() or unicodedata.category(char).startswith("P")
