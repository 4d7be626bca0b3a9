"""A lesson file is read whole, and every mistake in it is told at once: file, line, what to do."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from hocvuso.errors import LessonError
from hocvuso.lessons.mistakes import BadLessonsError
from hocvuso.lessons.read import Lesson, read_lesson

FRONT = """\
---
hocvuso:
  id: t01-01
  topic: 1
  title: "Bài thử"
  competences: ["1.1"]
  levels: [co-ban]
  minutes: 5
  sources:
    - {title: "Luật mẫu", number: "1/2026/QH", date: 2026-01-01, checked: 2026-11-21}
---
"""
QUESTION = 'Choice("mot", "Hỏi gì?", options={"a": "Đúng", "b": "Sai"}, key="a", why="Vì thế.")'


def cell(source: str, *options: str) -> str:
    return "\n```{code-cell}\n" + "".join(f":{o}\n" for o in options) + "\n" + source + "\n```\n"


def question(source: str = QUESTION) -> str:
    return cell(source, "tags: [question]")


def read(folder: Path, text: str | bytes, name: str = "t01-01") -> Lesson:
    path = folder / f"{name}.md"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_lesson(path, root=folder)


def mistakes(folder: Path, text: str | bytes, name: str = "t01-01") -> dict[str, int]:
    """The line of each mistake, by its code; no code may stand for two mistakes here."""
    with pytest.raises(BadLessonsError) as caught:
        read(folder, text, name)
    found = caught.value.mistakes
    assert all(m.file == Path(f"{name}.md") for m in found)
    assert len({m.code for m in found}) == len(found), caught.value.tell()
    return {m.code: m.line for m in found}


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_a_good_lesson_is_read_in_order(tmp_path: Path) -> None:
    """Cells keep their order and their lines; questions keep their keys."""
    text = FRONT + "\n# Bài thử\n\nLời dẫn.\n" + question() + "\nLời kết.\n" + cell("x = 1", "tags: [setup]")
    lesson = read(tmp_path, text)
    assert [c.role for c in lesson.cells] == ["markdown", "question", "markdown", "setup"]
    assert lesson.questions[0].show_key() == "Đúng"
    assert (lesson.kind, lesson.points, lesson.id) == ("questions", 1, "t01-01")
    assert [c.line for c in lesson.cells] == [
        line_of(text, p) for p in ("# Bài", "Choice", "Lời kết", "x = 1")
    ]


def test_text_is_nfc_whatever_the_file_holds(tmp_path: Path) -> None:
    """Decomposed Vietnamese, as some keyboards write it, is composed silently at the border."""
    text = unicodedata.normalize("NFD", FRONT + question() + "\nĐiều cốt lõi\n")
    lesson = read(tmp_path, text)
    texts = [lesson.front.title, lesson.questions[0].why, *(c.source for c in lesson.cells)]
    assert all(unicodedata.is_normalized("NFC", t) for t in texts)
    assert lesson.front.title == unicodedata.normalize("NFC", "Bài thử")


def test_windows_line_ends_and_a_byte_order_mark_do_not_matter(tmp_path: Path) -> None:
    """A file saved by Notepad on Windows reads as the same lesson."""
    text = FRONT + "\nLời dẫn.\n" + question()
    plain = read(tmp_path, text).cells
    assert read(tmp_path, b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()).cells == plain


def test_a_file_that_is_not_utf8_says_so(tmp_path: Path) -> None:
    """Another encoding is named as the cause, with the line of the first bad byte."""
    assert mistakes(tmp_path, b"---\nhocvuso:\n  title: B\xe0i\n---\n") == {"not-utf-8": 3}


@pytest.mark.parametrize(
    ("broken", "part"),
    [('title: "Bài thử', "topic: 1"), ("title: [", "competences"), ("minutes: 2026-13-45", "")],
)
def test_broken_front_matter_is_told_beside_the_mistakes_below_it(
    tmp_path: Path, broken: str, part: str
) -> None:
    """YAML that can't be read does not hide the rest of the file."""
    text = FRONT.replace('title: "Bài thử"' if "title" in broken else "minutes: 5", broken)
    text += question(QUESTION.replace('key="a"', 'key="z"'))
    found = mistakes(tmp_path, text)
    assert set(found) == {"front-broken", "question-key"}
    assert found["question-key"] == line_of(text, "Choice(")
    assert 1 <= found["front-broken"] <= FRONT.count("\n")


def test_no_front_matter_at_all(tmp_path: Path) -> None:
    """A file without the block between the two lines is told to add one."""
    assert mistakes(tmp_path, "# Bài\n" + question()) == {"front-missing": 1}


@pytest.mark.parametrize("name", ["topic", "title", "competences", "levels", "minutes", "sources", "id"])
def test_each_missing_field_is_named(tmp_path: Path, name: str) -> None:
    """A field that is missing is named, at the line of the block that should hold it."""
    lines = FRONT.splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if line.startswith(f"  {name}:"))
    del lines[at : at + (2 if name == "sources" else 1)]
    with pytest.raises(BadLessonsError) as caught:
        read(tmp_path, "".join(lines) + question())
    (mistake,) = caught.value.mistakes
    assert (mistake.code, mistake.field, mistake.line) == ("front-field", name, 2)
    assert f"“{name}”" in mistake.tell()


@pytest.mark.parametrize("name", ["date", "checked", "title"])
def test_a_source_without_its_dates_is_refused(tmp_path: Path, name: str) -> None:
    """A source says when it was issued and when it was last looked up."""
    entry = {"title": '"Luật mẫu"', "number": '"1/2026/QH"', "date": "2026-01-01", "checked": "2026-11-21"}
    full = ", ".join(f"{k}: {v}" for k, v in entry.items())
    less = ", ".join(f"{k}: {v}" for k, v in entry.items() if k != name)
    assert full in FRONT
    text = FRONT.replace(full, less) + question()
    with pytest.raises(BadLessonsError) as caught:
        read(tmp_path, text)
    assert [(m.field, m.line) for m in caught.value.mistakes] == [(f"sources.0.{name}", line_of(text, "- {"))]


def test_a_source_without_a_number_says_how_to_find_it_again(tmp_path: Path) -> None:
    """A press article has no number: then an address or a note is asked for, and is enough."""
    text = FRONT.replace('number: "1/2026/QH", ', "")
    assert set(mistakes(tmp_path, text + question())) == {"front-field"}
    noted = text.replace("checked: 2026-11-21", 'checked: 2026-11-21, note: "Trang 3"')
    assert read(tmp_path, noted + question()).front.sources[0].note == "Trang 3"


def test_the_id_is_the_file_name_and_fits_the_topic(tmp_path: Path) -> None:
    """A lesson copied to a new file and not renamed inside is noticed."""
    assert mistakes(tmp_path, FRONT + question(), "t01-02") == {"id-not-file": 3}
    text = FRONT.replace("topic: 1", "topic: 2") + question()
    assert set(mistakes(tmp_path, text)) == {"front-field"}


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (QUESTION.replace('key="a"', 'key="z"'), "question-key"),
        (QUESTION.replace(', key="a"', ""), "question-no-key"),
        (QUESTION.replace('"Hỏi gì?"', '"Hỏi" + str(1)'), "question-literal"),
        (QUESTION.replace('key="a"', "key=dap_an"), "question-literal"),
        (QUESTION.replace("Choice", "Choise"), "question-type"),
        (QUESTION + "\n" + QUESTION, "question-one-call"),
        ("x = " + QUESTION, "question-one-call"),
        ("", "question-one-call"),
        (QUESTION.replace('"Hỏi gì?",', '"Hỏi gì?"'), "syntax"),
        (QUESTION.replace('"b": "Sai"', '"a": "Sai"'), "question-twice"),
        (QUESTION.replace("why=", "vi_sao="), "question-field"),
        (QUESTION.replace("Vì thế.", "### END HIDDEN TESTS"), "reserved-mark"),
    ],
)
def test_each_mistake_in_a_question_has_its_code(tmp_path: Path, source: str, code: str) -> None:
    """What an author can get wrong in a question cell is told as what it is, at its line."""
    text = FRONT + question(source)
    path = tmp_path / "t01-01.md"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadLessonsError) as caught:
        read_lesson(path)
    assert code in {m.code for m in caught.value.mistakes}, caught.value.tell()
    first = line_of(text, "Choi") if "Choi" in text else 1
    assert all(first <= m.line <= text.count("\n") + 1 for m in caught.value.mistakes)


def test_a_question_is_never_run(tmp_path: Path) -> None:
    """Code in the place of an argument stays text: nothing of a lesson runs when it is read."""
    trap = tmp_path / "trap"
    source = QUESTION.replace('key="a"', f'key=open({str(trap)!r}, "w").name')
    assert mistakes(tmp_path, FRONT + question(source)) == {
        "question-literal": line_of(FRONT + question(source), "Choice")
    }
    assert not trap.exists()


def test_the_line_of_a_field_inside_a_long_question(tmp_path: Path) -> None:
    """In a call over many lines the mistake stands at its own line."""
    source = QUESTION.replace(", ", ",\n    ").replace('key="a"', 'key="z"')
    text = FRONT + "\nLời dẫn.\n" + question(source)
    assert mistakes(tmp_path, text) == {"question-key": line_of(text, 'key="z"')}


def test_ids_are_used_once(tmp_path: Path) -> None:
    """Two questions, or a question and a cell, with one id are both named by the line of the second."""
    text = FRONT + question() + "\nvà\n" + question(QUESTION.replace("Hỏi", "Lại hỏi"))
    assert mistakes(tmp_path, text) == {"duplicate-id": line_of(text, 'Choice("mot", "Lại')}
    clash = FRONT + question() + cell("print(1)", "tags: [live]", "id: ask-mot", "title: Ví dụ")
    assert set(mistakes(tmp_path, clash)) == {"duplicate-id"}


def test_a_lesson_without_a_question_is_no_lesson(tmp_path: Path) -> None:
    """There must be something to answer."""
    assert mistakes(tmp_path, FRONT + "\nChỉ có chữ.\n") == {"no-question": 1}


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (cell("x = 1"), "cell-tag"),
        (cell("x = 1", "tags: [setup, live]"), "cell-tag"),
        (cell("x = (1", "tags: [setup]"), "syntax"),
        (cell("x = 1", "tags: [test]", "points: 1"), "cell-no-id"),
        (cell("x = 1", "tags: [test]", "id: thu"), "cell-no-points"),
        (cell("x = 1", "tags: [test]", "id: thu", "points: 0"), "cell-no-points"),
        (cell("x = 1", "tags: [test]", "id: Thử", "points: 1"), "cell-id-form"),
        (cell("x = 1", "tags: [live]", "id: vd"), "cell-no-title"),
        (
            cell("x = 1", "tags: [solution]", "id: lam") + cell("x", "tags: [test]", "id: thu", "points: 1"),
            "no-solution",
        ),
        (cell("### BEGIN SOLUTION\nx = 1\n### END SOLUTION", "tags: [solution]", "id: lam"), "no-test"),
        (cell("### BEGIN HIDDEN TESTS\nx", "tags: [test]", "id: thu", "points: 1"), "mark-open"),
        (cell("### END HIDDEN TESTS\nx", "tags: [test]", "id: thu", "points: 1"), "mark-misplaced"),
        (cell("### BEGIN SOLUTION\nx", "tags: [setup]"), "mark-misplaced"),
        ("\n### BEGIN SOLUTION\n", "reserved-mark"),
        ("\n![hình](https://example.org/a.png)\n", "remote-image"),
        ("\n```{code-cell}\n:tags: [setup\n\nx = 1\n```\n", "cell-options"),
        ("\n```{code-cell}\n:tags: setup\n\nx = 1\n```\n", "cell-options"),
        ("\n```{code-cell}\n:tags: [setup]\n:name: 5\n\nx = 1\n```\n", "cell-options"),
        ('\n```python\nChoice(\n    "cau-2",\n)\n```\n', "question-outside"),
    ],
)
def test_each_mistake_in_another_cell_has_its_code(tmp_path: Path, made: str, code: str) -> None:
    """Solution, test, live and setup cells, and prose, have rules of their own."""
    assert set(mistakes(tmp_path, FRONT + question() + made)) == {code}


def test_all_mistakes_are_told_at_once_with_file_and_line(tmp_path: Path) -> None:
    """One reading names everything, sorted by line, each on a line of its own that says what to do."""
    text = FRONT.replace("minutes: 5", "minutes: lâu") + question(QUESTION.replace('key="a"', 'key="z"'))
    text += cell("x = (1", "tags: [setup]") + cell("x = 1")
    with pytest.raises(LessonError) as caught:
        read(tmp_path, text)
    lines = caught.value.tell().splitlines()
    assert lines[0] == "Có 4 chỗ cần sửa trong bài học:"
    numbers = [int(line.split(":")[1]) for line in lines[1:]]
    assert numbers == sorted(numbers)
    assert lines[1].startswith("t01-01.md:8: ")
    assert "hocvuso" not in lines[1].split(":")[0]


@pytest.mark.parametrize(
    ("right", "wrong", "line", "part"),
    [
        ("  minutes: 5", "\tminutes: 5", "minutes: 5", "dấu Tab"),
        ("minutes: 5", "minutes:5", "sources:", "thiếu dấu hai chấm"),
        ('title: "Bài thử"', "title: Bài thử: một", "title: Bài", "cả câu trong ngoặc kép"),
        ("date: 2026-01-01", "date: 2026-02-31", "2026-02-31", "“2026-02-31” không có thật"),
        ("levels: [co-ban]", "levels: co-ban", "levels: co-ban", "phải là một danh sách"),
        ("levels: [co-ban]", "levels: [co-ban]\n  bac: 1", "bac: 1", "Phần đầu tệp không có mục nào"),
        ("Choice(", "Choice(\u00a0", "Choice(", "dấu cách bằng phím cách"),
        ('key="a"', "key=“a”", "Choice(", "dấu nháy thẳng"),
        ('key="a"', 'key="c"', "Choice(", "hãy dùng một trong a, b"),
        ('"a": "Đúng",', '"a": "Đúng"', "Choice(", "dấu phẩy"),
        ('why="Vì thế.")', 'why="Vì thế."', "Choice(", "Dấu ngoặc mở ở dòng này chưa đóng"),
    ],
)
def test_a_newcomers_slip_is_told_in_plain_words(
    tmp_path: Path, right: str, wrong: str, line: str, part: str
) -> None:
    """The sentence says what to write instead, at the line to look at."""
    text = FRONT + question()
    assert right in text
    text = text.replace(right, wrong, 1)
    with pytest.raises(BadLessonsError) as caught:
        read(tmp_path, text)
    (found,) = caught.value.mistakes
    assert part in found.tell("vi")
    assert found.line == line_of(text, line)


def test_a_mistake_deep_in_a_question_is_told_at_its_own_line(tmp_path: Path) -> None:
    """Not at the line where the table begins that holds it."""
    items = 'items={\n    "x": ("Tin", "g"),\n    "y": ("Thư", "khác"),\n}'
    text = FRONT + question(f'Classify("mot", "Xếp.", groups={{"g": "G", "h": "H"}}, {items}, why="Vì thế.")')
    with pytest.raises(BadLessonsError) as caught:
        read(tmp_path, text)
    assert line_of(text, '"y":') in {found.line for found in caught.value.mistakes}
