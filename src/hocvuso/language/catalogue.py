"""Keeps the translations in step with the code: ``python -m hocvuso.language.catalogue`` (also ``--check``).

Collects every marked message (``_``, ``N_`` and ``say`` in Python; also ``t`` and ``N`` in Jinja templates,
in files as in Python strings) and merges them into each ``locale/<code>/hocvuso.po``; what is no longer in the
code is dropped.
"""

from __future__ import annotations

import ast
import string
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from hocvuso.language import LOCALES

PACKAGE = Path(__file__).parent.parent
IN_PYTHON = frozenset({"_", "N_", "say"})
IN_TEMPLATES = dict.fromkeys((*sorted(IN_PYTHON), "N", "t"))


def messages() -> Iterator[tuple[str, str]]:
    """Every marked message with the file that it stands in."""
    for path in sorted(PACKAGE.rglob("*")):
        if "static" in path.parts:
            continue
        name = str(path.relative_to(PACKAGE))
        if path.suffix == ".py":
            yield from ((message, name) for message in python_messages(path.read_text(encoding="utf-8")))
        elif path.suffix in {".j2", ".html"}:
            yield from ((message, name) for message in template_messages(path.read_text(encoding="utf-8")))


def python_messages(source: str) -> Iterator[str]:
    """The marked messages of Python code.

    By its syntax tree: Babel's own extractor reads tokens, and a call inside an f-string is no token of its own.
    """
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(
                func=ast.Name(id=called) | ast.Attribute(attr=called),
                args=[ast.Constant(value=str(message)), *_],
            ) if called in IN_PYTHON:
                yield message
            case ast.Constant(value=str(text)) if "{{" in text:
                yield from template_messages(text)


def template_messages(source: str) -> Iterator[str]:
    """The marked messages of a Jinja template; none in text that is no template."""
    found = extract("jinja2.ext:babel_extract", BytesIO(source.encode()), keywords=IN_TEMPLATES)
    for _, text, *_ in found:
        yield from (message for message in (text if isinstance(text, tuple) else (text,)) if message)


def fields(text: str) -> set[str]:
    """The named fields of a message."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def faults(code: str) -> list[str]:
    """What is wrong with one language's file: messages missing, fields that differ."""
    known = read_catalogue(code)
    problems = []
    for message, name in messages():
        entry = known.get(message)
        if entry is None or not entry.string or entry.fuzzy:
            problems.append(f"{name}: not translated: {message!r}")
        elif fields(message) != fields(str(entry.string)):
            problems.append(f"{name}: fields differ: {message!r} / {entry.string!r}")
    return sorted(set(problems))


def read_catalogue(code: str) -> Catalog:
    """One language's file."""
    with (LOCALES / code / "hocvuso.po").open("rb") as file:
        return read_po(file, locale=code)


def update(code: str) -> None:
    """Add what is new to one language's file and drop what is gone."""
    old = read_catalogue(code)
    new = Catalog(
        locale=code,
        project="hocvuso",
        fuzzy=False,
        header_comment=f"# Học vụ số: {code}",
        creation_date=old.creation_date,  # else every merge changes the file, also when no message did
    )
    for message, name in messages():
        entry = old.get(message)
        new.add(message, entry.string if entry else "", locations=[(name, 0)])
    with (LOCALES / code / "hocvuso.po").open("wb") as file:
        write_po(file, new, width=110, sort_output=True, include_lineno=False, ignore_obsolete=True)


if __name__ == "__main__":
    codes = sorted(folder.name for folder in LOCALES.iterdir() if folder.is_dir())
    if "--check" not in sys.argv:
        for code in codes:
            update(code)
    problems = [f"{code}: {problem}" for code in codes for problem in faults(code)]
    print("\n".join(problems))  # noqa: T201  (this is a command)
    sys.exit(bool(problems))
