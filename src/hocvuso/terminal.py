"""How the command ``hocvuso`` speaks and waits: sentences, progress, time, signals."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import click

from hocvuso.errors import HocVuSoError, refused
from hocvuso.language import N_, get_language

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LANG = os.environ.get("HOCVUSO_LANG", "vi")
say = get_language(LANG)


class Command(click.Command):
    """A command whose errors are sentences and whose help ends with an example."""

    def __init__(self, *args: object, example: str = "", **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # click's own arguments, passed on
        self.epilog = say(N_("Ví dụ:")) + " " + example

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; what its user can mend becomes a sentence and exit code 1."""
        try:
            return super().invoke(ctx)
        except HocVuSoError as error:
            sentence = error.tell(LANG)
        except BrokenPipeError:
            raise  # whoever read our lines has seen enough; click knows what to do
        except OSError as error:
            sentence = refused(error).tell(LANG)
        except Exception as error:
            if not is_damaged_database(error):
                raise
            sentence = say(
                N_("Không dùng được cơ sở dữ liệu của khóa học: tệp bị hỏng, bị khóa hoặc ổ đĩa đã đầy.")
            )
        click.echo(sentence, err=True)
        return ctx.exit(1)


command = partial(click.command, cls=Command)
"""Makes a function such a command, also where the group is not at hand."""


class Group(click.Group):
    """The command group; every command in it is a `Command`."""

    command_class = Command


def is_damaged_database(error: Exception) -> bool:
    """Whether a database said that it can't be used. Not imported for it: most commands need none."""
    if "sqlalchemy" not in sys.modules and "sqlite3" not in sys.modules:
        return False
    import sqlite3

    from sqlalchemy.exc import DatabaseError

    return isinstance(error, DatabaseError | sqlite3.DatabaseError)


def now() -> datetime:
    """The current time, always UTC."""
    return datetime.now(UTC)


def note(line: str) -> None:
    """Show a line of progress."""
    click.echo(line)


def count_lines(every: int = 20) -> Callable[[str], None]:
    """Progress for a whole class: what went wrong in full, the rest as a count."""
    count = 0

    def report(line: str) -> None:
        nonlocal count
        count += 1
        if not line.startswith("✓"):
            note("   " + line)
        elif count % every == 0:
            note(say(N_("   đã chấm {count} bài…"), count=count))

    return report


def stop_on_signal() -> threading.Event:
    """An event that SIGTERM or Ctrl-C sets."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def watch_file(file: Path, stop: threading.Event, act: Callable[[], None], *, every: float = 0.5) -> None:
    """Call ``act`` whenever ``file`` was replaced, until ``stop``; an error is told and the watch goes on."""
    seen: tuple[int, int] | None = None
    while not stop.is_set():
        try:
            status = file.stat()
            found = (status.st_ino, status.st_mtime_ns)
        except FileNotFoundError:
            found = None
        if found and found != seen:
            seen = found
            try:
                act()
            except HocVuSoError as error:
                click.echo(error.tell(LANG), err=True)
        stop.wait(every)


def search_seldom() -> None:
    """Let Python look for rings among objects more seldom: a batch makes many objects and hardly a ring."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
