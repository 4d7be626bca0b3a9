"""A script of the site with all that it imports, as one module: a page then asks for one file instead of six.

Our scripts are plain modules that a browser could load one by one; here each becomes a function's body, so that
their private names stay their own, and its imports become what the functions before it returned. Only the forms that
our scripts use are understood; tests load the outcome in a browser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_IMPORT = re.compile(r'^import \{ ([^}]+) \} from "\./([a-z]+)\.js";$', re.MULTILINE)
_LATER = re.compile(r'\bimport\("\./([a-z]+)\.js"\)')
_EXPORT = re.compile(r"^export (?=(?:async )?(?:class|const|function) ([A-Za-z]+))", re.MULTILINE)
_COMMENT = re.compile(r"^ *//.*\n", re.MULTILINE)


def join(folder: Path, name: str) -> str:
    """The module ``<name>.js`` of ``folder`` and everything that it imports, as the text of one module."""
    order: list[str] = []
    _put_in_order(folder, name, order)
    return "\n".join(_as_value(folder, each) for each in order)


def _put_in_order(folder: Path, name: str, order: list[str]) -> None:
    """Add ``name`` after all that it imports, each once."""
    for needed in _needs(_read(folder, name)):
        if needed not in order:
            _put_in_order(folder, needed, order)
    order.append(name)


def _needs(text: str) -> Iterator[str]:
    yield from (found[2] for found in _IMPORT.finditer(text))
    yield from (found[1] for found in _LATER.finditer(text))


def _as_value(folder: Path, name: str) -> str:
    text = _read(folder, name)
    exported = ", ".join(found[1] for found in _EXPORT.finditer(text))
    text = _IMPORT.sub(lambda found: f"const {{ {found[1].replace(' as ', ': ')} }} = from_{found[2]};", text)
    text = _LATER.sub(lambda found: f"Promise.resolve(from_{found[1]})", text)
    body = _COMMENT.sub("", _EXPORT.sub("", text))
    return f"const from_{name} = (() => {{\n{body}\nreturn {{ {exported} }};\n}})();"


def _read(folder: Path, name: str) -> str:
    return (folder / f"{name}.js").read_text(encoding="utf-8")
