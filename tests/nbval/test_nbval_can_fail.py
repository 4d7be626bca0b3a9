"""nbval decides: a lesson that gives other points than its keys say does not pass."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from cases import make_case

from hocvuso.lessons.build import build
from hocvuso.lessons.new import new_lesson
from hocvuso.places import Places

ROOT = Path(__file__).parents[2]


def nbval(notebook: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "--nbval", "-c", str(ROOT / "pyproject.toml")]
    command += ["--rootdir", str(notebook.parent), "-p", "no:randomly", str(notebook)]
    return subprocess.run(
        command, cwd=notebook.parent, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = Places(tmp_path / "course")
    new_lesson(places, "t01-01", date(2026, 11, 21))
    assert build(places).ok
    return places


@pytest.mark.slow
def test_the_keys_give_full_points(places: Places, tmp_path: Path) -> None:
    """The same notebook passes as it is made, so that the failure below has one cause."""
    done = nbval(make_case(places, "t01-01", "right", tmp_path / "t01-01"))
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("case", ["right", "wrong", "none"])
def test_other_points_than_expected_fail(places: Places, tmp_path: Path, case: str) -> None:
    """nbval compares the points of each graded cell: one point more or less in the notebook fails."""
    path = make_case(places, "t01-01", case, tmp_path / "t01-01")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    graded = next(c for c in notebook["cells"] if c["metadata"].get("hocvuso", {}).get("role") == "grade")
    data = graded["outputs"][0]["data"]
    data["text/plain"] = "0" if case == "right" else "1"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    done = nbval(path)
    assert done.returncode == 1
    assert "mismatch 'text/plain'" in done.stdout
    assert "1 failed" in done.stdout
