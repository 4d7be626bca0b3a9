"""Small private files: readable by their owner only from the first byte on, and never half written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hocvuso.durable import replace_file


def make_private(folder: Path) -> None:
    """Make ``folder``, or make it readable by its owner only when it is there already."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)


def write_private(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` with mode 600, all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    replace_file(path, text.encode("utf-8"), mode=0o600)


def keep_secret(path: Path, make: Callable[[], str]) -> str:
    """The secret kept in ``path``, made by ``make`` when there is none yet."""
    if path.is_file():
        path.chmod(0o600)
        kept = path.read_text(encoding="utf-8").strip()
        if kept:
            return kept
    secret = make()
    write_private(path, secret + "\n")
    return secret
