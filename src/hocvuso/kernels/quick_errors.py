"""Tracebacks as IPython shows them, for a third of the time: what it makes anew for each error is kept.

A wrong answer is an error; a class makes thousands. Two thirds of the work was colours (the same style was built and
matched to 256 colours for each error) and a second copy of the same text for the history.
"""

from __future__ import annotations

import contextlib
from functools import cache
from types import TracebackType
from typing import Any

import stack_data as untyped_stack_data
from pygments.formatters.terminal256 import Terminal256Formatter  # type: ignore[import-untyped]

stack_data: Any = untyped_stack_data


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
