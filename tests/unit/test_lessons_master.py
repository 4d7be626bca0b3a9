"""The master read back, the catalogue, the skeleton, and the last look for leaks."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING

import pytest
from tests.lesson_text import lesson_text

from hocvuso.errors import LessonError
from hocvuso.lessons.assemble import live_notebooks, public_record, signature_of, source_notebook
from hocvuso.lessons.catalogue import lesson_info, read_catalogue
from hocvuso.lessons.editions import Edition, update_ledger
from hocvuso.lessons.leaks import check_release
from hocvuso.lessons.master import read_master
from hocvuso.lessons.new import new_lesson
from hocvuso.lessons.read import Lesson, read_lesson
from hocvuso.places import Places

if TYPE_CHECKING:
    from pathlib import Path

CODING = lesson_text(
    "t01-01",
    "Bài thử",
    """
```{code-cell}
:tags: [setup]

so = 3
```

```{code-cell}
:tags: [setup]

from hocvuso.questions import Choice
```

```{code-cell}
:tags: [question]

Choice("mot", "Hỏi “gì”?", options={"a": "Đúng", "b": "Sai"}, key="a",
       why="Vì đây là lời giải thích.", points=2)
```

```{code-cell}
:tags: [solution]
:id: lam

def hai_lan(x):
    ### BEGIN SOLUTION
    return x + x + 0 * 12345
    ### END SOLUTION
```

```{code-cell}
:tags: [test]
:id: thu
:points: 3

assert hai_lan(1) == 2
### BEGIN HIDDEN TESTS
assert hai_lan(987654321) == 1975308642
### END HIDDEN TESTS
```

```{code-cell}
:tags: [live]
:id: song
:title: Ví dụ

print(so)
```
""",
    competences=["1.1"],
)


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    path = tmp_path / "t01-01.md"
    path.write_text(CODING, encoding="utf-8")
    return read_lesson(path)


def written(folder: Path, lesson: Lesson) -> Path:
    path = folder / "master.ipynb"
    path.write_text(json.dumps(source_notebook(lesson, "t01-01-e2"), ensure_ascii=False), encoding="utf-8")
    return path


def test_the_master_gives_back_what_the_author_wrote(tmp_path: Path, lesson: Lesson) -> None:
    """Questions with keys, code cells in order with ids and points, and the file's hash."""
    path = written(tmp_path, lesson)
    master = read_master(path)
    assert (master.edition, master.lesson, master.points) == ("t01-01-e2", "t01-01", 5)
    assert master.questions == lesson.questions
    assert [c.role for c in master.code_cells] == ["setup", "setup", "solution", "test"]
    assert [(c.id, c.points) for c in master.solutions + master.tests] == [("lam", 0), ("thu", 3)]
    assert "987654321" in master.tests[0].source
    assert master.hash == hashlib.sha256(path.read_bytes()).hexdigest()
    assert len(master.notebook["cells"]) == 8


@pytest.mark.parametrize("text", ["", "{", "[]", '{"metadata": {}, "cells": []}'])
def test_a_damaged_master_is_told_in_a_sentence(tmp_path: Path, text: str) -> None:
    """What is no master of ours is refused, not half read."""
    path = tmp_path / "x.ipynb"
    path.write_text(text)
    with pytest.raises(LessonError, match="bị hỏng"):
        read_master(path)
    with pytest.raises(LessonError, match="hocvuso build"):
        read_master(tmp_path / "none.ipynb")


def test_a_mark_cell_is_taken_apart_and_never_run(tmp_path: Path, lesson: Lesson) -> None:
    """A graded cell whose argument is code is refused."""
    path = written(tmp_path, lesson)
    trap = tmp_path / "trap"
    path.write_text(path.read_text(encoding="utf-8").replace("mark({", f"mark(open('{trap}', 'w') or {{"))
    with pytest.raises(LessonError):
        read_master(path)
    assert not trap.exists()


def test_reading_a_master_loads_no_notebook_library() -> None:
    """The grader reads masters in bulk: neither nbformat nor nbgrader nor jupytext is imported for it."""
    code = (
        "import sys, hocvuso.lessons.master, hocvuso.lessons.catalogue\n"
        "print([m for m in ('nbformat', 'nbgrader', 'jupytext', 'nbconvert', 'anywidget') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_code_says_the_points_of_its_own_tests(tmp_path: Path) -> None:
    """A question that stands behind the tests earns for itself."""
    start = CODING.index("```{code-cell}\n:tags: [question]")
    end = CODING.index("```{code-cell}\n:tags: [solution]")
    path = tmp_path / "t01-01.md"
    path.write_text(CODING[:start] + CODING[end:] + "\n" + CODING[start:end], encoding="utf-8")
    asked = public_record(read_lesson(path), "t01-01")["questions"]
    assert [(one["id"], one["points"]) for one in asked] == [("lam", 3), ("mot", 2)]


def test_a_result_on_code_is_headed_by_what_the_code_is_to_do(tmp_path: Path) -> None:
    """A test knows the words of the solution that it is about; a learner sees no id."""
    path = tmp_path / "t01-01.md"
    told = CODING.replace("def hai_lan(x):\n", 'def hai_lan(x):\n    """Nhân đôi một số."""\n')
    path.write_text(told, encoding="utf-8")
    source = tmp_path / "t01-01.ipynb"
    source.write_text(json.dumps(source_notebook(read_lesson(path), "t01-01")), encoding="utf-8")
    assert [cell.prompt for cell in read_master(source).tests] == ["Nhân đôi một số."]


def test_a_build_of_the_same_text_is_the_same_notebook(tmp_path: Path, lesson: Lesson) -> None:
    """Cell ids come from the lesson, so that nothing changes without a reason, and none is used twice."""
    notebook = source_notebook(lesson, "t01-01")
    assert notebook == source_notebook(lesson, "t01-01")
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    assert {"ask-mot", "mot", "lam", "thu"} <= set(ids)


def test_text_does_not_change_the_signature_but_grading_does(tmp_path: Path, lesson: Lesson) -> None:
    """The signature is about ids, types and points of what is graded, in order."""

    def signed(text: str) -> str:
        path = tmp_path / "x" / "t01-01.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return signature_of(read_lesson(path))

    first = signature_of(lesson)
    assert signed(CODING.replace("Hỏi “gì”?", "Hỏi khác?").replace('key="a"', 'key="b"')) == first
    assert signed(CODING.replace("points=2", "points=1")) != first
    assert signed(CODING.replace('"mot"', '"hai"')) != first
    assert signed(CODING.replace(":points: 3", ":points: 4")) != first
    assert signed(CODING.replace(":id: lam", ":id: lam-lai")) != first


def test_a_live_notebook_has_its_setup_and_no_question(lesson: Lesson) -> None:
    """A live example runs by itself: plain setup cells and its own code, nothing of the questions room."""
    ((name, notebook),) = live_notebooks(lesson, "t01-01").items()
    assert name == "live-song.ipynb"
    assert [c["source"] for c in notebook["cells"]] == ["## Ví dụ", "so = 3", "print(so)"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("page.html", "<p>Vì đây là\nlời giải thích.</p>"),
        ("page.html", "<span>assert</span> hai_lan(<span class='mi'>987654321</span>) == 1975308642"),
        ("lesson.json", '{"questions": [{"id": "mot", "type": "choice", "key": "a"}]}'),
        ("t01-01.ipynb", '{"cells": [{"source": ["### BEGIN HIDDEN TESTS"]}]}'),
        ("t01-01.ipynb", '{"cells": [{"source": ["Vì đây là ", "lời giải thích."]}]}'),
        ("live-song.ipynb", '{"cells": [{"source": "return x + x + 0 * 12345"}]}'),
        (
            "t01-01.ipynb",
            json.dumps(
                {"cells": [{"source": "from hocvuso.questions import ask\nask({'id': 'mot', 'key': 'a'})"}]}
            ),
        ),
        ("page.html", """<section data-question='{"id":"mot","why":"gì đó"}'></section>"""),
        (
            "page.html",
            """<section data-question="{&quot;id&quot;:&quot;mot&quot;,&quot;key&quot;:&quot;a&quot;}"></section>""",
        ),
    ],
)
def test_a_leak_is_found_in_any_file_of_a_release(
    tmp_path: Path, lesson: Lesson, name: str, text: str
) -> None:
    """Explanations, hidden lines, solutions and keys are found however they are escaped or wrapped."""
    folder = tmp_path / "release"
    folder.mkdir()
    public = public_record(lesson, "t01-01")
    (folder / "lesson.json").write_text(json.dumps(public, ensure_ascii=False), encoding="utf-8")
    check_release(lesson, folder)
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(LessonError, match="để lộ"):
        check_release(lesson, folder)


def test_a_new_lesson_is_a_lesson_and_never_overwrites(tmp_path: Path) -> None:
    """The skeleton has no mistakes, and an existing lesson is left as it is."""
    places = Places(tmp_path)
    path = new_lesson(places, "t14-06", date(2026, 11, 21))
    assert path == places.lessons / "t14" / "t14-06.md"
    assert read_lesson(path).front.sources[0].checked == date(2026, 11, 21)
    path.write_text("của tôi")
    with pytest.raises(LessonError, match="không ghi đè"):
        new_lesson(places, "t14-06", date(2026, 11, 21))
    assert path.read_text() == "của tôi"


@pytest.mark.parametrize(
    "name", ["", "t14", "t14-6", "T14-06", "t14-06-e2", "../t14-06", "t00-01", "t14-06\n"]
)
def test_a_new_lesson_needs_a_proper_name(tmp_path: Path, name: str) -> None:
    """A wrong name is refused before anything is written."""
    with pytest.raises(LessonError, match="t14-06"):
        new_lesson(Places(tmp_path), name, date(2026, 11, 21))
    assert not list(tmp_path.iterdir())


def test_the_catalogue_lists_released_editions_newest_first(tmp_path: Path, lesson: Lesson) -> None:
    """What is built but not released is not offered; the newest edition of a lesson comes first."""
    places = Places(tmp_path)
    for edition, released in (("t01-01", "2026-11-21"), ("t01-01-e2", "2026-11-22"), ("t01-01-e3", None)):
        entry = Edition(edition=edition, signature=edition, released=released)
        update_ledger(places.editions, lambda ledger, entry=entry: ledger.with_edition("t01-01", entry))
        folder = places.release / edition
        folder.mkdir(parents=True)
        (folder / "lesson.json").write_text(json.dumps(public_record(lesson, edition)), encoding="utf-8")
    assert [info.edition for info in read_catalogue(places)] == ["t01-01-e2", "t01-01"]
    info = lesson_info(places, "t01-01-e3")
    assert (info.kind, info.points, info.id, info.live[0].notebook) == (
        "coding",
        5,
        "t01-01",
        "live-song.ipynb",
    )


@pytest.mark.parametrize("edition", ["", "..", "../source", "a/b", ".built", "t99-99", "x\0y"])
def test_there_is_no_way_out_of_the_release_folder(tmp_path: Path, edition: str) -> None:
    """An edition's name that came from outside finds nothing but editions."""
    with pytest.raises(LessonError):
        lesson_info(Places(tmp_path), edition)
