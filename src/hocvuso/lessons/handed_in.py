"""Reads a notebook that anyone may have damaged: every nbformat version, with whatever a learner's tools left of it.

Plain JSON: no notebook library is loaded, nothing is run, no size is trusted. What can't be read raises
`SubmissionError`; what can be read is cells with a text, whatever else is wrong with them.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from hocvuso.errors import SubmissionError
from hocvuso.language import N_

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Kind: TypeAlias = Literal["code", "markdown", "raw"]
MAX_BYTES = 64 * 1024 * 1024  # notebooks with pictures in their outputs are large without any ill will
_KINDS: dict[str, Kind] = {"code": "code", "raw": "raw", "markdown": "markdown", "html": "markdown"}
_SURROGATES = re.compile("[\ud800-\udfff]")  # JSON can spell half a character; no file can hold it


@dataclass(frozen=True, slots=True)
class HandedCell:
    """A cell as it was handed in. ``grade_id``, ``role`` and ``cell_id`` are what it claims: no proof of anything."""

    kind: Kind
    source: str
    grade_id: str = ""
    role: str = ""
    cell_id: str = ""
    tags: frozenset[str] = frozenset()
    attachments: Mapping[str, Any] = field(default_factory=dict)


def read_handed_in(data: bytes) -> tuple[HandedCell, ...]:
    """The cells of a notebook file, in order; SubmissionError when the file is no notebook."""
    if len(data) > MAX_BYTES:
        raise SubmissionError(
            N_("Sổ tay (tệp .ipynb) lớn hơn {most} MB: hãy xóa bớt kết quả đã chạy rồi nộp lại."),
            most=MAX_BYTES // 1024 // 1024,
        )
    if not data.strip():
        raise SubmissionError(N_("Sổ tay (tệp .ipynb) trong bài nộp là tệp rỗng."))
    try:
        # a number of a million digits is no reason to refuse what somebody wrote beside it
        notebook = json.loads(data, strict=False, parse_int=_short_number, parse_float=_short_number)
        cells = [_cell(cell) for cell in _cells(notebook) if isinstance(cell, dict)]
    except (ValueError, TypeError, RecursionError, MemoryError) as error:
        raise SubmissionError(
            N_("Sổ tay (tệp .ipynb) trong bài nộp bị hỏng hoặc bị cắt cụt nên không đọc được.")
        ) from error
    return tuple(cells)


def _short_number(text: str) -> float:
    return float(text) if len(text) < 40 else 0.0  # noqa: PLR2004  (no level or version is longer)


def _cells(notebook: Any) -> Iterator[Any]:
    """The cells of nbformat 4 and later, or those of the worksheets of nbformat 2 and 3."""
    if not isinstance(notebook, dict):
        raise TypeError(type(notebook))
    cells, sheets = notebook.get("cells"), notebook.get("worksheets")
    if isinstance(cells, list):
        yield from cells
    elif isinstance(sheets, list):
        for sheet in sheets:
            inner = sheet.get("cells") if isinstance(sheet, dict) else None
            yield from inner if isinstance(inner, list) else ()
    else:
        raise TypeError(type(cells))


def _cell(cell: dict[str, Any]) -> HandedCell:
    metadata = _dict(cell.get("metadata"))
    source = _text(cell.get("source", cell.get("input", cell.get("code", cell.get("text", "")))))
    kind = cell.get("cell_type")
    if kind == "heading":  # nbformat 3
        level = cell.get("level")
        marks = "#" * int(level if isinstance(level, float) and 1 <= level <= 6 else 1)  # noqa: PLR2004
        return HandedCell("markdown", f"{marks} {' '.join(source.splitlines())}")
    attachments = _dict(cell.get("attachments"))
    tags = metadata.get("tags")
    return HandedCell(
        kind=_KINDS.get(kind, "raw") if isinstance(kind, str) else "raw",
        source=source,
        grade_id=_word(_dict(metadata.get("nbgrader")).get("grade_id")),
        role=_word(_dict(metadata.get("hocvuso")).get("role")),
        cell_id=_word(cell.get("id")),
        tags=frozenset(tag for tag in tags if isinstance(tag, str))
        if isinstance(tags, list)
        else frozenset(),
        attachments={_whole(name): value for name, value in attachments.items()},
    )


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def _text(value: object) -> str:
    if isinstance(value, list):
        return _whole("".join(part for part in value if isinstance(part, str)))
    return _whole(value) if isinstance(value, str) else ""


def _whole(text: str) -> str:
    return _SURROGATES.sub("�", text)
