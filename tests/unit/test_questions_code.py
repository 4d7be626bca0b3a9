"""A question on code: what authors write becomes nbgrader's cells; what is tried is told in plain words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from test_lessons_read import FRONT, question, read

from hocvuso.errors import AnswerError
from hocvuso.kernels.runner import CellRun, RunOutcome
from hocvuso.language import get_language
from hocvuso.lessons.assemble import public_record, signature_of, source_notebook
from hocvuso.lessons.build import build
from hocvuso.lessons.mistakes import BadLessonsError
from hocvuso.lessons.python_text import docstring_of, has_code
from hocvuso.places import Places
from hocvuso.questions import Code, check_answer, example, explain
from hocvuso.questions.code.model import MOST, STUB, why_in, without_marks
from hocvuso.questions.code.python_words import words_for
from hocvuso.site.trying import MOST_SHOWN, Program, program_of, told

SUM = (
    'Code("tong", "Cộng?", given="def tong(so):", solution="    return sum(so)", '
    'why="Vì sao thì chấm xong mới nói.", '
)
GOOD = (
    SUM
    + 'checks=[("tong([1, 2]) == 3", "Phải được ba.", 1), ("tong([]) == 0", "Trống thì không.", 2)], points=3)'
)
PIECES: dict[str, Any] = {
    "given": "def f():",
    "solution": "    return 1",
    "checks": [("f() == 1", "Là 1.", 1)],
    "why": "Vì.",
}


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"solution": "return 1"}, "solution", "viết sai cú pháp"),
        ({"given": "def f(:"}, "solution", "viết sai cú pháp"),
        ({"solution": "  "}, "solution", "Còn thiếu"),
        ({"example": "f("}, "example", "viết sai cú pháp"),
        ({"checks": []}, "checks", "ít nhất 1"),
        ({"checks": [("x = 1", "Là 1.", 1)]}, "checks.0.0", "biểu thức"),
        ({"checks": [("f() == 1", "Là 1.", 2)]}, "checks", "cộng lại được 2 điểm"),
        ({"checks": [("f() == 1", " ", 1)]}, "checks.0.1", "để trống"),
        ({"solution": 1}, "solution", "phải là chữ"),
        ({"start": "x"}, "start", "không có mục nào"),
    ],
)
def test_a_mistake_is_told_by_field(change: dict[str, Any], field: str, words: str) -> None:
    """Code that can't be read, checks that are none, points that don't add up."""
    with pytest.raises(ValidationError) as caught:
        Code("q", "Hỏi?", **PIECES | change)
    found = dict(explain(caught.value))
    assert words in found[field]
    assert _first(Code("q", "Hỏi?", **PIECES)) == "def f():"


def _first(code: Code) -> str:
    return code.start.splitlines()[0]


def test_an_answer_is_text_with_the_lines_of_python() -> None:
    """Line ends and letters become ours; the first text is no answer; what is too long or no text is refused."""
    asked = example("code").asked()
    assert check_answer(asked, "a = 1\r\nb = 'e\u0302'\r") == "a = 1\nb = 'ê'\n"
    assert check_answer(asked, asked["start"]) is None
    for value in ("x" * (MOST + 1), 3, ["x"], "\x00"):
        with pytest.raises(AnswerError):
            check_answer(asked, value)


@pytest.mark.parametrize(
    ("held", "points", "state"),
    [((True, True), 2, "right"), ((True, False), 1, "partial"), ((False, False), 0, "wrong")],
)
def test_each_check_earns_its_own_points(held: tuple[bool, ...], points: int, state: str) -> None:
    """And tells its own sentence where it does not hold."""
    code = example("code")
    assert isinstance(code, Code)
    mark = code.marked(held)
    assert (mark.points, mark.out_of, mark.state) == (points, 2, state)
    assert mark.notes == tuple(check[1] for check, holds in zip(code.checks, held, strict=True) if not holds)


def test_a_question_becomes_cells_that_nbgrader_knows(tmp_path: Path) -> None:
    """Prompt, solution and a test for each check, numbered with the questions; other checks are another edition."""
    lesson = read(tmp_path, FRONT + "\n# Bài thử\n" + question() + question(GOOD))
    assert [(cell.role, cell.id, cell.points) for cell in lesson.cells[2:]] == [
        ("markdown", "", 0),
        ("solution", "tong", 0),
        ("test", "tong-1", 1),
        ("test", "tong-2", 2),
    ]
    assert (lesson.kind, lesson.points, len(lesson.questions)) == ("coding", 4, 1)
    cells = source_notebook(lesson, "t01-01")["cells"]
    assert "# Câu 1/2" in cells[2]["source"]
    assert why_in(cells[-1]["source"]) == "Vì sao thì chấm xong mới nói."
    assert without_marks(cells[-3]["source"]) == "def tong(so):\n    return sum(so)"
    other = GOOD.replace('ba.", 1)', 'ba.", 2)').replace('không.", 2)', 'không.", 1)')
    changed = read(tmp_path, FRONT + "\n# Bài thử\n" + question() + question(other))
    assert signature_of(changed) != signature_of(lesson)


def test_a_mark_of_nbgrader_in_a_question_is_refused(tmp_path: Path) -> None:
    """It would cut the cell where nobody meant it."""
    with pytest.raises(BadLessonsError, match="dành riêng cho nbgrader"):
        read(tmp_path, FRONT + question(GOOD.replace("return sum(so)", "### BEGIN SOLUTION\\n    return 1")))


def test_a_release_asks_and_tells_nothing(tmp_path: Path) -> None:
    """The page names the editor and holds what stands there at first; no file holds check, solution, explanation."""
    places = Places(tmp_path)
    (places.lessons / "t01").mkdir(parents=True)
    path = places.lessons / "t01" / "t01-01.md"
    path.write_text(FRONT + "\n# Bài thử\n" + question() + question(GOOD), encoding="utf-8")
    assert build(places).ok
    folder = places.release / "t01-01"
    (asked,) = [
        one for one in json.loads((folder / "lesson.json").read_bytes())["questions"] if one["type"] == "code"
    ]
    start = "\n    ".join(("def tong(so):", *STUB))
    assert "YOUR CODE" not in start
    assert asked == {
        "type": "code",
        "id": "tong",
        "prompt": "Cộng?",
        "points": 3,
        "example": "",
        "start": start,
    }
    page = (folder / "page.html").read_text(encoding="utf-8")
    assert 'id="hv-editor"' in page
    assert page.count('class="hv-slot"') == 2
    assert "data-locked" not in page
    assert 'id="hv-submit"' in page
    assert page.count("Cộng?") == 1, "not as prose too"
    everything = "".join(one.read_text(encoding="utf-8") for one in folder.iterdir())
    for secret in ("return sum", "Phải được ba", "tong([", "chấm xong"):
        assert secret not in everything
    lesson = read(tmp_path, FRONT + "\n# Bài thử\n" + question())
    assert "code" not in {one["type"] for one in public_record(lesson, "t01-01")["questions"]}


def _outcome(state: str, *cells: tuple[dict[str, Any], ...] | None) -> RunOutcome:
    return RunOutcome(state, tuple(CellRun(outputs=outputs) for outputs in cells))  # type: ignore[arg-type]


def _error(name: str, value: str = "", trace: str = "") -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": value, "traceback": [trace]}


def _printed(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


PROGRAM = Program(("x = 1",), "y = x", "y", ("assert y == 1, 'Phải là 1.'",))


@pytest.mark.parametrize(
    ("outcome", "failed", "sentence"),
    [
        (_outcome("ok", (), (), (), ()), False, "qua phần kiểm tra"),
        (_outcome("ok", (), (), (), (_error("AssertionError", "Phải là 1."),)), True, "Phải là 1."),
        (_outcome("ok", (), (), (), (_error("TypeError"),)), True, "Một giá trị không hợp"),
        (
            _outcome("ok", (), (_error("NameError", "", "Cell In[2], line 7"),), None, None),
            True,
            "Dòng 7: Có một tên",
        ),
        (_outcome("ok", (), (), (_error("KeyError", "", "Cell In[3], line 1"),), ()), True, "Không có cột"),
        (
            _outcome("ok", (), (_error("KeyboardInterrupt"), _error("CellTimeoutError")), (), ()),
            True,
            "hơn 10 giây",
        ),
        (_outcome("ok", (), (_error("TooMuchOutput"),), (), ()), True, "in ra quá nhiều"),
        (_outcome("timed_out", (), None, None, None), True, "hơn 10 giây"),
        (_outcome("timed_out", (), (), (), None), True, "hơn 10 giây"),
        (_outcome("killed", None, None, None, None), True, "tự kết thúc"),
        (_outcome("too_much_output", (), None, None, None), True, "in ra quá nhiều"),
    ],
)
def test_what_came_of_a_try_is_told_in_a_sentence(
    outcome: RunOutcome, *, failed: bool, sentence: str
) -> None:
    """Whatever became of it; also in English, and without a check in the lesson."""
    found = told(PROGRAM, outcome, get_language("vi"))
    assert found["failed"] is failed
    assert sentence in str(found["sentence"])
    assert "Dòng 1:" not in str(found["sentence"]), "a line that is not on the learner's screen"
    english = told(PROGRAM, outcome, get_language("en"))["sentence"]
    assert english != found["sentence"]


def test_what_is_shown_is_bounded_text() -> None:
    """Output of all kinds as text, the rest left out with a word; the colours of Python's own words as well."""
    table = {"output_type": "execute_result", "data": {"text/plain": "   a\n0  1", "image/png": "…"}}
    found = told(
        PROGRAM, _outcome("ok", (_printed("chuẩn bị"),), (_printed("a\n"), table), (), ()), get_language("vi")
    )
    assert found["output"] == "a\n   a\n0  1"
    long = told(PROGRAM, _outcome("ok", (), (_printed("x" * 50_000),), (), ()), get_language("vi"))
    assert len(str(long["output"])) < MOST_SHOWN + 100
    assert str(long["output"]).endswith("(còn nữa, không hiện hết)")
    error = _error("NameError", "\x1b[31mname 'z'\x1b[39m")
    python = told(PROGRAM, _outcome("ok", (), (error,), (), ()), get_language("vi"))["python"]
    assert python == "NameError: name 'z'"


def test_an_error_without_words_of_its_own_is_named() -> None:
    """Its name is all that is said then."""
    assert get_language("vi")(words_for("ZodiacError"), error="ZodiacError") == "Mã lệnh báo lỗi ZodiacError."


def test_a_program_is_the_lesson_up_to_the_question(tmp_path: Path) -> None:
    """Setup before it, earlier code as it was written, the visible checks after it; comments alone are none."""

    def cell(role: str, name: str, source: str) -> dict[str, Any]:
        return {"metadata": {"hocvuso": {"role": role, "id": name}}, "source": [source]}

    cells = [
        cell("setup", "", "from hocvuso.questions import Code"),
        cell("setup", "", "data = [1]"),
        cell("solution", "one", "raise NotImplementedError()"),
        cell("test", "one-1", "assert one"),
        cell("solution", "two", "raise NotImplementedError()"),
        cell("test", "two-1", "# hidden"),
        cell("setup", "", "later = 1"),
        cell("test", "two-2", "assert two"),
        cell("solution", "three", ""),
        cell("test", "three-1", "assert three"),
        {"metadata": {}, "source": "# prose"},
    ]
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    asked = {"id": "two", "example": "two()"}
    program = program_of(path, asked, "two = 2", {"one": "one = 1", "two": "old", "three": 3})
    assert program == Program(("data = [1]", "one = 1"), "two = 2", "two()", ("assert two",))
    assert program.cells == ("data = [1]", "one = 1", "two = 2", "two()", "assert two")
    assert program_of(path, asked, "two = 2", {"one": None}).before == ("data = [1]",)


def test_what_a_cell_says_of_itself() -> None:
    """The first line of the first function's docstring; nothing where there is none, or no plain Python."""
    assert docstring_of('x = 1\ndef f():\n    """Đếm đơn.\n\n    Thêm."""') == "Đếm đơn."
    for source in ("def f():\n    return 1", "%matplotlib inline", "", '"""của ô"""'):
        assert docstring_of(source) == ""
    assert has_code("# a\n\nx = 1")
    assert not has_code("# a\n\n  # b\n")
