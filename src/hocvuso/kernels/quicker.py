"""Cells and tracebacks as IPython has them, without what it does in vain for every cell and every error.

A class runs hundreds of thousands of cells, and a wrong answer is an error. Of an error three quarters of the work were
colours (the same style was built and matched to 256 colours each time), a second copy of the same text for the history,
and a search through all modules for the one that a cell comes from, which is none. Of a short cell a third went into
looking for IPython's own syntax, token by token and twice, in what is plain Python.

And what tracebacks show can be chosen here: which frames, and which text for a cell.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import linecache
import types
from collections.abc import Iterator
from functools import cache
from types import TracebackType
from typing import Any

import ipykernel.ipkernel as untyped_ipkernel
import stack_data as untyped_stack_data
from pygments.formatters.terminal256 import Terminal256Formatter  # type: ignore[import-untyped]

stack_data: Any = untyped_stack_data
ipkernel: Any = untyped_ipkernel
_CELL = "/ipykernel_"  # in the name of a file that is a cell
_TREE_ONLY = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


def keep_styles() -> None:
    """Build each style of a traceback, and its table of escape codes, once in this process."""
    formatter: Any = Terminal256Formatter
    if hasattr(formatter._setup_styles, "kept"):  # noqa: SLF001
        return
    stack_data.style_with_executing_node = cache(stack_data.style_with_executing_node)
    set_up = formatter._setup_styles  # noqa: SLF001
    kept: dict[tuple[Any, ...], dict[str, Any]] = {}

    def set_up_once(self: Any) -> None:
        key = (type(self), self.style, self.usebold, self.useunderline, self.useitalic)
        if key not in kept:
            set_up(self)
            kept[key] = dict(self.style_string)
        self.style_string = dict(kept[key])

    set_up_once.kept = kept  # type: ignore[attr-defined]
    formatter._setup_styles = set_up_once  # noqa: SLF001


def know_cells() -> None:
    """Say at once of a frame in a cell that it comes from no module: `inspect` would search them all."""
    search = inspect.getmodule
    if hasattr(search, "knows_cells"):
        return

    def module_of(object: object, _filename: str | None = None) -> types.ModuleType | None:  # noqa: A002
        code = getattr(object, "f_code", object)
        if isinstance(code, types.CodeType) and _CELL in code.co_filename:
            return None
        return search(object, _filename)

    module_of.knows_cells = True  # type: ignore[attr-defined]
    inspect.getmodule = module_of


def pass_plain_python(shell: Any) -> None:
    """Look for IPython's own syntax only in what Python can't read: it stands where Python allows nothing."""
    manager = shell.input_transformer_manager
    look, known = manager.do_token_transforms, list(manager.token_transformers)
    plain = ""  # what was found to be: kernel and shell ask after the same cell in turn

    def look_or_pass(lines: list[str]) -> list[str]:
        nonlocal plain
        text = "".join(lines)
        # a strange escape is warned of when it is read
        if manager.token_transformers == known and "\\" not in text:
            with contextlib.suppress(Exception):
                if text != plain:
                    compile(text, "<cell>", "exec", _TREE_ONLY)
                    plain = text
                return lines
        found: list[str] = look(lines)
        return found

    manager.do_token_transforms = look_or_pass


def know_parameters() -> None:
    """Look once what a function takes: ipykernel asks it of the same one for every cell."""
    ask = ipkernel._accepts_parameters  # noqa: SLF001
    if hasattr(ask, "cache"):
        return
    found: dict[tuple[Any, ...], dict[str, bool]] = {}

    def ask_once(method: Any, names: list[str]) -> dict[str, bool]:
        key = (getattr(method, "__func__", method), *names)
        if key not in found:
            found[key] = ask(method, names)
        return found[key]

    ask_once.cache = found  # type: ignore[attr-defined]
    ipkernel._accepts_parameters = ask_once  # noqa: SLF001


def share_tracebacks(shell: Any) -> None:
    """Let the history hold the traceback that was just shown instead of making it again."""
    make = shell._format_exception_for_storage  # noqa: SLF001

    def shown_or_made(exception: BaseException, *arguments: Any, **options: Any) -> dict[str, Any]:
        shown = shell._last_traceback  # noqa: SLF001
        if shown and not arguments and not options:
            with contextlib.suppress(Exception):  # an error that has no text: IPython shall say so itself
                return {"ename": type(exception).__name__, "evalue": str(exception), "traceback": list(shown)}
        made: dict[str, Any] = make(exception, *arguments, **options)
        return made

    shell._format_exception_for_storage = shown_or_made  # noqa: SLF001


def leave_out(shell: Any, folder: str) -> None:
    """Show no frame of a module in ``folder`` from now on: who reads the error has not written it."""
    found = shell._get_exc_info  # noqa: SLF001

    def without_ours(*arguments: Any) -> tuple[Any, Any, Any]:
        kind, value, trace = found(*arguments)
        error, seen = value, set()
        while isinstance(error, BaseException) and id(error) not in seen:
            seen.add(id(error))
            error.__traceback__ = _frames_outside(error.__traceback__, folder)
            error = error.__cause__ or error.__context__
        return kind, value, _frames_outside(trace, folder)

    shell._get_exc_info = without_ours  # noqa: SLF001


@contextlib.contextmanager
def shown_lines(shell: Any, text: str | None) -> Iterator[None]:
    """Let tracebacks show the lines of ``text`` for the cells that are compiled meanwhile; None changes nothing."""
    if text is None:
        yield
        return
    compiler = shell.compile
    keep = compiler.cache

    def keep_other(*arguments: Any, **options: Any) -> str:
        name: str = keep(*arguments, **options)
        lines = [f"{line}\n" for line in text.splitlines()]
        linecache.cache[name] = (len(text), None, lines, name)
        return name

    compiler.cache = keep_other
    try:
        yield
    finally:
        compiler.cache = keep


def _frames_outside(trace: TracebackType | None, folder: str) -> TracebackType | None:
    kept = []
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.startswith(folder):
            kept.append(trace)
        trace = trace.tb_next
    made = None
    for part in reversed(kept):
        made = TracebackType(made, part.tb_frame, part.tb_lasti, part.tb_lineno)
    return made
