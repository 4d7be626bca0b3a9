"""The front ends as text: one self-contained ES module per question type, one style sheet for all.

A type's package holds its ``front.js``; a ``front.css`` there and ``MESSAGES`` in the package itself are added to what
all types share.

A module follows anywidget's contract (``export default {render}``), so the same text runs in JupyterLab,
in Voila and in a page with no kernel. ``python -m hocvuso.questions.front OUTDIR`` writes them as files.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import import_module
from importlib.resources import files

from hocvuso.language import N_, get_language
from hocvuso.questions.registry import package_of, types

MESSAGES = (
    N_("{points} điểm"),
    N_("{points}/{out_of} điểm"),
    N_("Câu này chỉ để xem: ở đây không sửa được câu trả lời."),
    N_("Kết quả"),
    N_("Đúng"),
    N_("Đúng một phần"),
    N_("Chưa đúng"),
    N_("Chưa trả lời"),
    N_("Không đọc được câu trả lời"),
    N_("Chờ giảng viên chấm"),
    N_("Câu trả lời của anh/chị"),
    N_("Đáp án"),
    N_("Giải thích"),
)


@cache
def front_module(name: str) -> str:
    """The ES module of the question type ``name``; ``KeyError`` when there is no such type."""
    return f"{_frame()}\n{_front(name)}"


@cache
def front_ends() -> str:
    """All types for a page that asks once: an expression in JavaScript, an object with their front ends by name."""
    fronts = (
        f"types[{json.dumps(name)}] = (() => {{\n{_as_function(_front(name))}\n}})();" for name in types()
    )
    return "\n".join(["(() => {", _frame(), "const types = {};", *fronts, "return types;", "})()"])


@cache
def front_css() -> str:
    """The style sheet of all question types; every rule is below ``.hv-question``."""
    shared = files(__name__).joinpath("questions.css").read_text(encoding="utf-8")
    own = (files(package_of(name)).joinpath("front.css") for name in types())
    return "\n".join((shared, *(sheet.read_text(encoding="utf-8") for sheet in own if sheet.is_file())))


def front_messages(lang: str = "vi") -> dict[str, str]:
    """The sentences that the front ends show, by their Vietnamese message id, in ``lang``."""
    language = get_language(lang)
    own = (
        message for name in types() for message in getattr(import_module(package_of(name)), "MESSAGES", ())
    )
    return {message: language(message) for message in (*MESSAGES, *own)}


def _frame() -> str:
    return files(__name__).joinpath("frame.js").read_text(encoding="utf-8")


def _front(name: str) -> str:
    return files(package_of(name)).joinpath("front.js").read_text(encoding="utf-8")


def _as_function(module: str) -> str:
    """The body of a function that returns what ``module`` exports."""
    return re.sub(r"^export default ", "return ", module, count=1, flags=re.MULTILINE)
