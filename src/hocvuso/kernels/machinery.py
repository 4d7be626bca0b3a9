"""What runs cells in the learner's process: noted before any learner code ran, compared before a test runs there."""

from __future__ import annotations

import builtins
import sys
from typing import Any

_remembered: dict[str, Any] = {}


def remember() -> None:
    """Note the machinery as it is, before any learner code ran; `changes` compares."""
    _remembered.clear()
    _remembered.update(_machinery())


def changes() -> list[str]:
    """What of the machinery that runs tests is no longer what `remember` saw."""
    now = _machinery()
    return sorted(name for name, value in _remembered.items() if now.get(name) != value)


def _machinery() -> dict[str, Any]:
    """What learner code has to change to decide how a test cell runs, as far as it can be seen from here."""
    found: dict[str, Any] = {
        "builtins": {name: id(value) for name, value in vars(builtins).items() if name != "_"},
        "tracing": (sys.gettrace() is None, sys.getprofile() is None),
        "import": [id(finder) for finder in sys.meta_path],
        "hooks": (id(sys.excepthook), id(sys.displayhook)),
    }
    get_shell = vars(builtins).get("get_ipython")
    shell = get_shell() if callable(get_shell) else None
    if shell is None:
        interactive = sys.modules.get("IPython.core.interactiveshell")
        shell = interactive.InteractiveShell.instance() if interactive else None
    if shell is not None:
        transformers = shell.input_transformer_manager
        found["transformers"] = (
            len(shell.ast_transformers),
            [id(t) for t in transformers.cleanup_transforms],
            len(transformers.line_transforms),
            len(transformers.token_transformers),
            len(shell.input_transformers_post),
        )
        replaced = {
            "run_cell",
            "run_code",
            "run_ast_nodes",
            "run_cell_async",
            "showtraceback",
            "_showtraceback",
        }
        found["shell"] = sorted(replaced & set(vars(shell)))
        found["exceptions"] = shell.custom_exceptions
    return found
