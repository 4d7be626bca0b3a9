"""nbgrader's own tests of ``nbgrader autograde``, run where they are installed, with our command in its place."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

# what they ask for and we do otherwise on purpose: the words of its row in docs/differences.md
DIFFERENT = {
    "test_side_effects": "Files that the code writes",
    "test_handle_failure": "a made-up `grade_id`",
    "test_handle_failure_single_notebook": "a made-up `grade_id`",
    "test_missing_source_kernelspec": "a kernel that only the learner's file names",
    "test_no_execute": "--no-execute",
    "test_autograde_timeout": "`Execute.timeout` | time on the clock",  # it sleeps
}
LISTED = (Path(__file__).parents[2] / "docs" / "differences.md").read_text("utf-8")


@pytest.mark.soak
def test_their_tests_pass_but_for_the_listed_differences(tmp_path: Path) -> None:
    """All of the some forty, with six exceptions, each in the list."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "swapped",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
        "-rf",
    ]
    target = ["--pyargs", "nbgrader.tests.apps.test_nbgrader_autograde", "-q", "-W", "ignore", "--tb=no"]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [*command, *target],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent), "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    failed = set(re.findall(r"^FAILED \S*::(\w+)", done.stdout, re.MULTILINE))
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed, done.stdout + done.stderr
    assert failed == set(DIFFERENT), done.stdout[-3000:]
    assert int(passed[1]) > 30
    for words in DIFFERENT.values():
        assert words in LISTED
