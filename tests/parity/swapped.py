"""A pytest plug-in for nbgrader's own tests: ``nbgrader autograde`` is ``hocvuso autograde`` there."""

from __future__ import annotations

from typing import Any

import nbgrader.tests
from click.testing import CliRunner

from hocvuso.cli import main

_run_nbgrader = nbgrader.tests.run_nbgrader


def run_nbgrader(args: list[str], retcode: int = 0, **more: Any) -> Any:
    """nbgrader's own helper, with one command of ours in it."""
    if args[0] != "autograde" or "--help-all" in args:
        return _run_nbgrader(args, retcode=retcode, **more)
    result = CliRunner().invoke(main, args)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == retcode, result.output
    return result.output


nbgrader.tests.run_nbgrader = run_nbgrader
