"""Writes ``docs/rules/README.md``, the index of the rules of content: ``python docs/rules_index.py``."""

from __future__ import annotations

from pathlib import Path

from hocvuso.lint import RULES

FOLDER = Path(__file__).parent / "rules"
_HEAD = """# The rules of content

`hocvuso lint` checks them in all lessons at once (`hocvuso lint t14-05` tells one lesson's findings, `--json` is for
programs); it is part of `make check`. A finding is one line: file, line, question, what is wrong, what to do, `[code]`;
with findings the command ends with 1. A lesson that can't be read is told with the codes of the build
([authors.md](../authors.md#what-the-build-tells-you)).

The lists behind the rules are files in `notebooks/reference/`: `laws.toml`, `glossary.toml`, `terms.txt`. A rule whose
list is missing says that it did not run. The examples on each page are tested: the bad one is
caught, the good one passes.

This index is made by `docs/rules_index.py`.

| Code | Rule |
|---|---|
"""


def index() -> str:
    """The index's text: a line per rule, with the first line of its docstring."""
    rows = [f"| [`{rule.code}`]({rule.code}.md) | {(rule.__doc__ or '').splitlines()[0]} |" for rule in RULES]
    return _HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    (FOLDER / "README.md").write_text(index(), encoding="utf-8")
