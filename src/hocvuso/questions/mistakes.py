"""The mistakes that an author can make in a question, told in sentences; and the fields that find them.

All fields are checked on their own, so that one reading of a lesson tells every mistake at once. A check
that needs two fields belongs to the later of the two and is left out when the earlier one is wrong.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from hocvuso.language import N_, get_language, nfc

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MAX_PROSE = 4000
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")

_OURS = "hocvuso"
_DATE = N_("Mục này phải là ngày có thật, dạng năm-tháng-ngày, ví dụ 2026-08-08.")
_SENTENCES = {
    "missing": N_("Còn thiếu mục này."),
    "extra_forbidden": N_("Loại câu hỏi này không có mục nào tên như vậy."),
    "string_type": N_("Mục này phải là chữ, viết trong dấu nháy."),
    "string_pattern_mismatch": N_(
        "Mã chỉ gồm chữ thường không dấu, chữ số và gạch nối, dài nhất 64 ký tự, không bắt đầu bằng gạch nối."
    ),
    "int_type": N_("Mục này phải là số nguyên."),
    "int_from_float": N_("Mục này phải là số nguyên."),
    "int_parsing": N_("Mục này phải là số nguyên."),
    "bool_type": N_("Mục này phải là True hoặc False."),
    "greater_than_equal": N_("Số này phải từ {ge} trở lên."),
    "less_than_equal": N_("Số này nhiều nhất là {le}."),
    "greater_than": N_("Số này phải lớn hơn {gt}."),
    "less_than": N_("Số này phải nhỏ hơn {lt}."),
    "decimal_max_digits": N_("Số này có nhiều nhất {max_digits} chữ số."),
    "dict_type": N_("Mục này phải là một bảng mã và nội dung, viết trong dấu ngoặc nhọn."),
    "list_type": N_("Mục này phải là một danh sách, viết trong dấu ngoặc vuông."),
    "tuple_type": N_("Mục này phải là một cặp, viết trong dấu ngoặc tròn."),
    "too_long": N_("Mục này có nhiều nhất {max_length} phần tử."),
    "too_short": N_("Mục này cần ít nhất {min_length} phần tử."),
    "literal_error": N_("Mục này phải là một trong: {expected}."),
    "model_type": N_("Câu hỏi phải là một bảng các mục có tên."),
    "decimal_type": N_("Mục này phải là một số."),
    "decimal_parsing": N_("Mục này phải là một số."),
    "finite_number": N_("Mục này phải là một số hữu hạn."),
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
}
_OTHER = N_("Giá trị này không hợp lệ.")


def mistake(message: str, **fields: object) -> PydanticCustomError:
    """A mistake with a catalogue message; ``explain`` finds the message again and translates it."""
    return PydanticCustomError(_OURS, message, {**fields, "message": message})


def raise_mistakes(title: str, found: Iterable[tuple[tuple[str | int, ...], PydanticCustomError]]) -> None:
    """Raise all of ``found`` at once, each at its place below the field; nothing found, nothing raised."""
    lines = [InitErrorDetails(type=error, loc=place, input=None) for place, error in found]
    if lines:
        raise ValidationError.from_exception_data(title, lines)


def explain(error: ValidationError, lang: str = "vi") -> list[tuple[str, str]]:
    """Every mistake in ``error`` as (field, sentence), in the order of the fields.

    A field is the author's argument name, with a dot before a part of it: ``options.a``.
    """
    return [(_field(line["loc"]), _sentence(line, lang)) for line in error.errors(include_url=False)]


def duplicates(texts: Mapping[str, str]) -> list[str]:
    """The keys whose text, as a reader sees it, was there before."""
    seen: set[str] = set()
    found = []
    for key, text in texts.items():
        look = " ".join(nfc(text).casefold().split())
        if look in seen:
            found.append(key)
        seen.add(look)
    return found


def is_printable(text: str) -> bool:
    """Whether ``text`` can be stored and shown: no lone surrogate, no control but tab and newline."""
    # most text is printable in the narrower sense of str too, which costs a hundredth
    return text.isprintable() or all(
        char in "\t\n" or unicodedata.category(char) not in {"Cc", "Cs"} for char in text
    )


def _prose(text: str) -> str:
    text = nfc(text.replace("\r\n", "\n")).strip()
    if not text:
        raise mistake(N_("Mục này để trống."))
    if len(text) > MAX_PROSE:
        raise mistake(N_("Mục này dài nhất {most} ký tự."), most=MAX_PROSE)
    if not is_printable(text):
        raise mistake(N_("Mục này có ký tự điều khiển không hiển thị được."))
    return text


def _options(options: dict[str, str]) -> dict[str, str]:
    if len(options) < 2:  # noqa: PLR2004  (one option is no choice)
        raise mistake(N_("Cần ít nhất hai phương án."))
    again = mistake(N_("Phương án này trùng nội dung với một phương án ở trên."))
    raise_mistakes("Options", [((key,), again) for key in duplicates(options)])
    return options


def _field(place: Sequence[str | int]) -> str:
    return ".".join(str(part) for part in place if part != "[key]")


def _sentence(line: Mapping[str, Any], lang: str) -> str:
    fields = dict(line.get("ctx", {}))
    if line["type"] == "literal_error":
        fields["expected"] = fields["expected"].replace(" or ", ", ")
    message = fields.pop("message", _OTHER) if line["type"] == _OURS else _SENTENCES.get(line["type"], _OTHER)
    return get_language(lang)(message, **fields)


Slug = Annotated[str, StringConstraints(pattern=f"^{SLUG.pattern}$")]
Plain = Annotated[str, AfterValidator(_prose)]
FOR_READERS = "for readers"
"""Marks a text that readers read, so that it has a translation (`hocvuso.questions.retell`)."""
ONE_A_LINE = "one a line"
"""Marks a list of texts that is translated as a whole."""
Prose = Annotated[Plain, FOR_READERS]
Options = Annotated[dict[Slug, Prose], Field(max_length=20), AfterValidator(_options)]
