"""``python -m hocvuso.questions.front OUTDIR``: write every front end."""

from __future__ import annotations

import sys
from pathlib import Path

from hocvuso.questions.front import front_css, front_module
from hocvuso.questions.registry import types


def write(folder: Path) -> None:
    """Put ``<type>.js`` for every type and ``questions.css`` into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in types():
        (folder / f"{name}.js").write_text(front_module(name), encoding="utf-8")
    (folder / "questions.css").write_text(front_css(), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
