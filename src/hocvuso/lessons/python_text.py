"""Python source as a tree, also from several threads at once; what it says of itself."""

from __future__ import annotations

import ast
import threading

from hocvuso.language import N_

_HINTS = {
    "was never closed": N_("Dấu ngoặc mở ở dòng này chưa đóng: hãy thêm dấu đóng."),
    "unterminated": N_("Dấu nháy mở ở dòng này chưa đóng: hãy thêm dấu nháy ở cuối câu."),
    "character": N_(
        "Dòng này có ký tự không dùng được trong mã lệnh: hãy gõ lại dấu nháy bằng dấu nháy thẳng, và dấu cách "
        "bằng phím cách."
    ),
    "indent": N_("Dòng này thụt vào sai: hãy để thẳng hàng với các dòng cùng cấp, chỉ dùng dấu cách."),
    "positional argument follows": N_(
        "Trong câu này có phần thiếu tên: sau mã và lời hỏi, mỗi mục viết là tên=giá trị; số lẻ viết dấu chấm, như 2.5."
    ),
    "invalid syntax": N_(
        "Dòng này hoặc dòng ngay trên sai cú pháp: hãy xem có thiếu dấu phẩy, dấu nháy, dấu ngoặc, hay dòng ``` đóng ô."
    ),
}
_OTHER = N_("Mã lệnh Python viết sai cú pháp: {detail}.")
_lock = threading.Lock()


def parse(source: str) -> ast.Module:
    """As ``ast.parse``, one thread at a time; SyntaxError or ValueError when it is no Python.

    CPython 3.11 counts the depth of what it parses for all threads together, so two that parse at once may both end
    with "SystemError: AST constructor recursion depth mismatch" (python/cpython issue 106905).
    """
    with _lock:
        return ast.parse(source)


def docstring_of(source: str) -> str:
    """The first line of what the first function of ``source`` says of itself; nothing where there is none."""
    try:
        tree = parse(source)
    except (SyntaxError, ValueError):  # IPython's own syntax
        return ""
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef))
    told = next((ast.get_docstring(function) for function in functions), None) or ""
    return next(iter(told.splitlines()), "").strip()


def has_code(source: str) -> bool:
    """Whether there is more in ``source`` than comments and blank lines."""
    return any(line.strip() and not line.lstrip().startswith("#") for line in source.splitlines())


def explain_syntax(error: SyntaxError | ValueError) -> tuple[str, dict[str, object]]:
    """The catalogue entry that says in plain words why source can't be read, and its fields."""
    detail = getattr(error, "msg", None) or str(error)
    sentence = next((hint for part, hint in _HINTS.items() if part in detail), _OTHER)
    return sentence, {"detail": detail}
