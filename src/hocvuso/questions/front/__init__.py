"""The front ends as text: one self-contained ES module per question type, one style sheet for all.

A module follows anywidget's contract (``export default {render}``), so the same text runs in JupyterLab,
in Voila and in a page with no kernel. ``python -m hocvuso.questions.front OUTDIR`` writes them as files.
"""

from __future__ import annotations

import json
import re
import sys
from functools import cache
from importlib.resources import files

from hocvuso.language import N_, get_language
from hocvuso.questions.registry import types

MESSAGES = (
    N_("Chọn một phương án."),
    N_("Chọn tất cả phương án đúng."),
    N_("Xếp từng mục vào một nhóm."),
    N_("Viết câu trả lời ngắn."),
    N_("Viết câu trả lời ngắn; có dấu hay không dấu đều được."),
    N_("Viết một số."),
    N_("Viết một số, đơn vị: {unit}."),
    N_("{points} điểm"),
    N_("{points}/{out_of} điểm"),
    N_("Câu này chỉ để xem: ở đây không sửa được câu trả lời."),
    N_("Kết quả"),
    N_("Đúng"),
    N_("Đúng một phần"),
    N_("Chưa đúng"),
    N_("Chưa trả lời"),
    N_("Không đọc được câu trả lời"),
    N_("Câu trả lời của anh/chị"),
    N_("Đáp án"),
    N_("Giải thích"),
)


@cache
def front_module(name: str) -> str:
    """The ES module of the question type ``name``; ``KeyError`` when there is no such type."""
    return f"{_frame()}\n{_front(name)}"


@cache
def front_modules() -> str:
    """One ES module with all types, for a page that asks once: its default export is their front ends by name."""
    fronts = (
        f"types[{json.dumps(name)}] = (() => {{\n{_as_function(_front(name))}\n}})();" for name in types()
    )
    return "\n".join([_frame(), "const types = {};", *fronts, "export default types;\n"])


@cache
def front_css() -> str:
    """The style sheet of all question types; every rule is below ``.hv-question``."""
    return files(__name__).joinpath("questions.css").read_text(encoding="utf-8")


def front_messages(lang: str = "vi") -> dict[str, str]:
    """The sentences that the front ends show, by their Vietnamese message id, in ``lang``."""
    language = get_language(lang)
    return {message: language(message) for message in MESSAGES}


def _frame() -> str:
    return files(__name__).joinpath("frame.js").read_text(encoding="utf-8")


def _front(name: str) -> str:
    package = sys.modules[types()[name].__module__].__package__ or ""
    return files(package).joinpath("front.js").read_text(encoding="utf-8")


def _as_function(module: str) -> str:
    """The body of a function that returns what ``module`` exports."""
    return re.sub(r"^export default ", "return ", module, count=1, flags=re.MULTILINE)
