"""A question cell is one call of a question type with literal arguments; it is taken apart, never run."""

from __future__ import annotations

import ast
import dataclasses
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from pydantic import ValidationError

from hocvuso.language import N_
from hocvuso.lessons.mistakes import faults_of
from hocvuso.lessons.python_text import explain_syntax, parse
from hocvuso.questions import types

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hocvuso.questions.base import Question


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a question cell; ``line`` counts from 1 within the cell."""

    line: int
    field: str
    sentence: str
    code: str
    fields: Mapping[str, object] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    question: str = ""


@cache
def question_classes() -> Mapping[str, type[Question]]:
    """The question types by the name that an author writes."""
    return {cls.__name__: cls for cls in types().values()}


def read_question(source: str) -> Question | list[Fault]:
    """The question that a cell declares, or everything that is wrong with it."""
    try:
        tree = parse(source)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        sentence, fields = explain_syntax(error)
        return [Fault(line, "", sentence, "syntax", fields)]
    call = _the_call(tree)
    if isinstance(call, Fault):
        return [call]
    name = call.func.id if isinstance(call.func, ast.Name) else ast.unparse(call.func)
    cls = question_classes().get(name)
    if cls is None:
        known = ", ".join(sorted(question_classes()))
        sentence = N_("Không có loại câu hỏi “{name}”: hãy dùng một trong {known}.")
        return [Fault(call.lineno, "", sentence, "question-type", {"name": name, "known": known})]
    return _make(cls, call)


def _the_call(tree: ast.Module) -> ast.Call | Fault:
    expressions = [
        node for node in tree.body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ]
    if len(tree.body) == 1 and expressions:
        call = expressions[0].value
        assert isinstance(call, ast.Call)  # noqa: S101  (said to the type checker; filtered above)
        return call
    line = tree.body[1].lineno if len(tree.body) > 1 else (tree.body[0].lineno if tree.body else 1)
    sentence = N_("Ô câu hỏi chỉ được có đúng một lời gọi, ví dụ Choice(…): hãy tách hoặc xóa phần thừa.")
    return Fault(line, "", sentence, "question-one-call")


def _make(cls: type[Question], call: ast.Call) -> Question | list[Fault]:
    faults: list[Fault] = []
    named: dict[str, object] = {}
    arguments = [_literal(node, "", faults) for node in call.args]
    for keyword in call.keywords:
        name = keyword.arg or "**"
        if name in named:
            sentence = N_("Mục “{field}” viết hai lần: hãy bỏ một.")
            faults.append(Fault(keyword.lineno, name, sentence, "question-twice", {"field": name}))
        named[name] = _literal(keyword.value, name, faults)
    guess = arguments[0] if arguments and isinstance(arguments[0], str) else str(named.get("id", ""))
    if faults:
        return [Fault(f.line, f.field, f.sentence, f.code, f.fields, guess) for f in faults]
    try:
        return cls(*arguments, **named)
    except ValidationError as error:
        return [
            Fault(
                _line_of(call, where),
                ".".join(where),
                N_("Mục “{field}”: {detail}"),
                _code(where, kind),
                {"field": ".".join(where), "detail": told},
                guess,
            )
            for where, kind, told in faults_of(error)
        ]


def _line_of(call: ast.Call, where: tuple[str, ...]) -> int:
    """The line of the part at ``where``, or of the nearest part around it that is written in the call."""
    keyword = next((given for given in call.keywords if given.arg == _top(where)), None)
    if keyword is None:
        return call.lineno
    line, node = keyword.lineno, keyword.value
    for name in where[1:]:
        part = _part(node, name)
        if part is None:
            break
        line, node = part
    return line


def _part(node: ast.expr, name: str) -> tuple[int, ast.expr] | None:
    """The line and the value of one entry of a written table or list."""
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == name:
                return key.lineno, value
    if isinstance(node, ast.List | ast.Tuple) and name.isdigit() and int(name) < len(node.elts):
        value = node.elts[int(name)]
        return value.lineno, value
    return None


def _literal(node: ast.expr, name: str, faults: list[Fault]) -> object:
    _note_repeated_names(node, name, faults)
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        sentence = N_(
            "Mục “{field}” phải viết thẳng ra (chữ, số, danh sách, bảng), không tính hay dùng biến."
        )
        fields = {"field": name or ast.unparse(node)[:40]}
        faults.append(Fault(node.lineno, name, sentence, "question-literal", fields))
        return None


def _note_repeated_names(node: ast.expr, name: str, faults: list[Fault]) -> None:
    """Note a name written twice in ``{…}``: Python would silently keep the second."""
    for table in (inner for inner in ast.walk(node) if isinstance(inner, ast.Dict)):
        seen: set[object] = set()
        for key in (key for key in table.keys if isinstance(key, ast.Constant)):
            if key.value in seen:
                sentence = N_("Tên “{name}” xuất hiện hai lần trong mục “{field}”: hãy đổi một tên.")
                fields = {"name": key.value, "field": name}
                faults.append(Fault(key.lineno, name, sentence, "question-twice", fields))
            seen.add(key.value)


def _top(where: tuple[str, ...]) -> str:
    return where[0] if where else ""


def _code(where: tuple[str, ...], kind: str) -> str:
    if _top(where) in {"key", "keys", "accept", "value"}:
        return "question-no-key" if kind == "missing" else "question-key"
    return "question-field"
