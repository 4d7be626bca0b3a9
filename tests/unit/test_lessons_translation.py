"""Lessons in another language: extracted, kept in step, told; and the ten that are in English are whole."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest
from babel.messages.pofile import write_po
from click.testing import CliRunner

from hocvuso.cli import main
from hocvuso.errors import LessonError
from hocvuso.lessons.assemble import signature_of, source_notebook
from hocvuso.lessons.page import prose
from hocvuso.lessons.read import Lesson, read_lesson
from hocvuso.lessons.translation import Translation, in_languages, read_translations, update_po
from hocvuso.lessons.translation.markdown import retell_markdown
from hocvuso.lessons.translation.po import read_catalogue

LESSONS = Path(__file__).parents[2] / "notebooks" / "lessons"
IN_ENGLISH = [
    "t03-09", "t04-01", "t06-01", "t07-03", "t09-01", "t14-05", "t18-02", "t19-03", "t20-01", "t23-04",
]  # fmt: skip
NAMES = frozenset(
    [
        "Bình",
        "Chí",
        "Dân",
        "Dụ",
        "Hòa",
        "Hạnh",
        "Hồ",
        "Mẫu",
        "Nguyễn",
        "Phúc",
        "Pháp",
        "Sơn",
        "Thí",
        "Thảo",
        "Thị",
        "Trần",
        "Tài",
        "Tư",
        "Vân",
        "Văn",
        "Biên",
        "Điện",
        "trí",
        "luật",
        "Kiến",
        "nghị",
        "phản",
        "ánh",
        "về",
        "NĐ",
        "BGDĐT",
        "TT",
        "CP",
        "chưa",
    ]
)
"""Names of people, places, newspapers and documents, an item of an app, and a value of a table in code."""

TEXT = """\
---
hocvuso:
  id: t14-06
  topic: 14
  title: "Bài thử"
  title_en: "A trial"
  competences: ["2.6"]
  levels: [co-ban]
  minutes: 8
  sources:
    - {title: "Sách", date: 2026-01-02, checked: 2026-11-21, note: "Trang 1."}
---

# Bài thử

Đoạn thứ nhất
viết trên hai dòng.

- Một việc **nhỏ**.
- Việc `khac`
  kéo dài.

```{code-cell} ipython3
:tags: [question]

Choice("q", "Hỏi gì thế?", options={"a": "Một", "b": "Hai"}, key="a", why="Vì một. Không phải hai.")
```

```{code-cell} ipython3
:tags: [question]

ShortText("r", "Gọi là gì?", accept=["máy", "AI"], why="Vì thế. Là máy.")
```

Đoạn cuối cùng của bài.
"""
ENGLISH = {
    "Đoạn thứ nhất viết trên hai dòng.": "The first paragraph.",
    "Một việc **nhỏ**.": "A **small** thing.",
    "Việc `khac` kéo dài.": "The thing `khac` goes on.",
    "Hỏi gì thế?": "What is asked?",
    "Vì một. Không phải hai.": "Because of one. Not two.",
    "Một": "One",
    "Hai": "Two",
    "Gọi là gì?": "What is it called?",
    "Vì thế. Là máy.": "So. A machine.",
    "máy\nAI": "machine\na bot",
    "Đoạn cuối cùng của bài.": "The last paragraph.",
    "Sách": "Book",
    "Trang 1.": "Page 1.",
}


def write(folder: Path, text: str = TEXT) -> Lesson:
    """The lesson with this text."""
    path = folder / "t14-06.md"
    path.write_text(text, encoding="utf-8")
    return read_lesson(path)


def translate(lesson: Lesson, texts: dict[str, str]) -> Translation:
    """Extract, fill in ``texts`` as a translator does, and read the translation."""
    path = update_po(lesson, "en").path
    catalogue = read_catalogue(path, "en")
    for message in catalogue:
        message.string = texts.get(str(message.id), message.string)
    with path.open("wb") as file:
        write_po(file, catalogue)
    (translation,) = read_translations(lesson)
    return translation


def problems(translation: Translation) -> str:
    """What there is to mend, in English."""
    return "\n".join(translation.tell("en"))


@pytest.mark.parametrize(
    ("source", "pieces"),
    [
        ("# Đầu đề\n\nMột đoạn\ndài.", ["Đầu đề", "Một đoạn dài."]),
        ("1. Một\n   hai\n2. **Ba**: bốn", ["Một hai", "**Ba**: bốn"]),
        ("Câu dẫn:\n- Một\n- Hai\n\nHết.", ["Câu dẫn:", "Một", "Hai", "Hết."]),
        ("> “Chào\n> chị.”\n>\n> Thưa anh.", ["“Chào chị.”", "Thưa anh."]),
        ("| Cột | 1968 |\n|---|---|\n| `a` \\| b | xã |", ["Cột", "`a` \\| b", "xã"]),
        ("Trước:\n\n```python\nxep_don(loc_don)\n# không dịch\n```\n\nSau.", ["Trước:", "Sau."]),
        ("Dòng một  \ndòng hai\\\ndòng ba", ["Dòng một  \ndòng hai\\\ndòng ba"]),
        ("<div>\n\nTrong khung\n\n</div>\n\n---", ["Trong khung"]),
    ],
)
def test_markdown_is_taken_apart_by_piece_and_put_together_again(source: str, pieces: list[str]) -> None:
    """Wrapped lines are one piece; code, rules and tags are none; nothing else changes."""
    found: list[str] = []
    same = retell_markdown(source, lambda piece: (found.append(piece), piece)[1])
    assert found == pieces
    assert " ".join(same.replace(">", "").split()) == " ".join(source.replace(">", "").split())
    assert retell_markdown(same, str) == same
    assert set(re.findall(r"\w+", retell_markdown(source, lambda _: "x"))) <= {"x", "python", "xep_don", "loc_don",
        "không", "dịch", "1968", "1", "2", "div"}  # fmt: skip


@pytest.mark.parametrize("path", sorted(LESSONS.glob("*/*.md")), ids=lambda path: path.stem)
def test_no_text_of_a_lesson_is_lost_in_extraction(path: Path) -> None:
    """Told with the same words, every Markdown cell reads as before."""
    for cell in read_lesson(path).cells:
        if cell.role == "markdown":
            told = retell_markdown(cell.source, str)
            assert told.replace(">", "").split() == cell.source.replace(">", "").split()


def test_a_lesson_in_english_has_the_same_ids_keys_and_points(tmp_path: Path) -> None:
    """Whole, without a problem; the page's prose and questions are English, the original is untouched."""
    lesson = write(tmp_path)
    translation = translate(lesson, ENGLISH)
    assert problems(translation) == ""
    assert translation.complete
    told = translation.lesson
    assert told.front.title == "A trial"
    assert [source.title for source in told.front.sources] == ["Book"]
    assert "A **small** thing." in told.cells[0].source
    assert [q.prompt for q in told.questions] == ["What is asked?", "What is it called?"]
    assert not re.search(r"[À-ỹ]", "".join(cell.source for cell in told.cells if cell.role == "markdown"))
    known = in_languages(lesson, [translation])
    assert signature_of(known) == signature_of(lesson) == signature_of(told)
    assert [q.asked() for q in known.questions] == [q.asked() for q in lesson.questions]


def test_what_is_graded_knows_the_translation_in_its_hidden_part_only(tmp_path: Path) -> None:
    """One source notebook for both languages; outside the hidden tests it is the notebook without a translation."""
    lesson = write(tmp_path)
    known = in_languages(lesson, [translate(lesson, ENGLISH)])
    plain, both = (source_notebook(each, "t14-06") for each in (lesson, known))
    hidden = re.compile(r"### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS", re.DOTALL)
    shown = [[hidden.sub("", cell["source"]) for cell in book["cells"]] for book in (plain, both)]
    assert shown[0] == shown[1]
    assert sum("What is asked?" in cell["source"] for cell in both["cells"]) == 1
    assert [cell["metadata"] for cell in plain["cells"]] == [cell["metadata"] for cell in both["cells"]]


def test_a_changed_sentence_keeps_its_translation_as_fuzzy(tmp_path: Path) -> None:
    """All others keep theirs; the sentence as it was is told; the new one is shown in Vietnamese until it is mended."""
    lesson = write(tmp_path)
    translate(lesson, ENGLISH)
    changed = write(tmp_path, TEXT.replace("Đoạn cuối cùng của bài.", "Đoạn cuối cùng của bài này."))
    (before,) = read_translations(changed)
    assert "1 texts of the lesson are not in the file yet" in problems(before)
    assert "1 texts of the file are no longer in the lesson" in problems(before)
    done = update_po(changed, "en")
    assert (done.new, done.fuzzy, done.missing, done.obsolete) == (1, 1, 0, 0)
    written = done.path.read_text(encoding="utf-8")
    assert '#| msgid "Đoạn cuối cùng của bài."' in written
    assert 'msgstr "The last paragraph."' in written
    (after,) = read_translations(changed)
    assert problems(after).count("\n") == 0
    assert "1 translations are older than the lesson" in problems(after)
    assert after.left == {"prose"}
    assert after.lesson.cells[-1].source == '<span lang="vi">Đoạn cuối cùng của bài này.</span>'
    assert 'lang="vi">Đoạn' in prose({"source": after.lesson.cells[-1].source, "metadata": {}})
    assert "The first paragraph." in after.lesson.cells[0].source


def test_no_translation_is_ever_lost(tmp_path: Path) -> None:
    """What is gone is kept as obsolete and returns with its sentence; doing it again changes nothing."""
    lesson = write(tmp_path)
    translate(lesson, ENGLISH)
    path = update_po(lesson, "en").path
    whole = path.read_text(encoding="utf-8")
    without = re.sub(r"```\{code-cell\}[^`]*Choice\(.*?```\n", "", TEXT, count=1, flags=re.DOTALL)
    done = update_po(write(tmp_path, without), "en")
    assert done.obsolete == 4
    kept = path.read_text(encoding="utf-8")
    assert all(f'"{text}"' in kept for text in ("What is asked?", "One", "Two", "Because of one. Not two."))
    again = update_po(write(tmp_path), "en")
    assert (again.fuzzy, again.missing, again.obsolete) == (0, 0, 0)
    (translation,) = read_translations(read_lesson(path.with_name("t14-06.md")))
    assert translation.complete
    once = path.read_text(encoding="utf-8")
    assert sorted(once.splitlines()) == sorted(whole.splitlines())
    update_po(read_lesson(path.with_name("t14-06.md")), "en")
    assert path.read_text(encoding="utf-8") == once


def test_a_partial_translation_shows_what_is_there(tmp_path: Path) -> None:
    """A piece falls back by itself; a question with one text missing falls back whole."""
    some = {key: text for key, text in ENGLISH.items() if key not in {"Hai", "Một việc **nhỏ**.", "Sách"}}
    translation = translate(write(tmp_path), some)
    assert translation.left == {"prose", "q", "sources"}
    assert not translation.complete
    assert "3 texts are not translated" in problems(translation)
    source = translation.lesson.cells[0].source
    assert '- <span lang="vi">Một việc **nhỏ**.</span>\n- The thing `khac` goes on.' in source
    first, second = translation.lesson.questions
    assert (first.prompt, second.prompt) == ("Hỏi gì thế?", "What is it called?")
    assert translation.lesson.front.sources[0].title == "Sách"
    assert set(translation.questions) == {"r"}


@pytest.mark.parametrize(
    ("original", "text", "told"),
    [
        ("Việc `khac` kéo dài.", "The thing goes on.", "`khac`"),
        ("Một việc **nhỏ**.", "A small thing.", "**"),
        ("Đoạn cuối cùng của bài.", "The end {here}.", "{here}"),
    ],
)
def test_a_translation_with_other_marks_is_not_used(
    tmp_path: Path, original: str, text: str, told: str
) -> None:
    """The problem names the marks; the piece stands in Vietnamese."""
    translation = translate(write(tmp_path), ENGLISH | {original: text})
    assert told in problems(translation)
    assert translation.left == {"prose"}
    assert any(original in cell.source for cell in translation.lesson.cells)


def test_a_translated_question_that_is_none_is_told_and_left_out(tmp_path: Path) -> None:
    """Its field is named; the lesson builds all the same."""
    translation = translate(write(tmp_path), ENGLISH | {"Hai": "one"})
    assert "field “options.b”" in problems(translation)
    assert translation.left == {"q"}


def test_the_command_extracts_and_tells(tmp_path: Path) -> None:
    """One lesson, all that have a file; a wrong language and no lesson are told in a sentence."""
    (tmp_path / "nbgrader_config.py").touch()
    folder = tmp_path / "notebooks" / "lessons" / "t14"
    folder.mkdir(parents=True)
    write(folder)

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["--root", str(tmp_path), "translate", *words])
        error = "" if done.exception is None else getattr(done.exception, "tell", lambda: "")()
        return done.exit_code, done.output + error

    assert run("--all", "--to", "en") == (0, "")
    code, said = run("t14-06", "--to", "en")
    assert (code, said) == (0, "t14-06.en.po: 14 câu, mới 14, cần xem lại 0, chưa dịch 13; giữ 0 câu cũ.\n")
    assert run("--all")[1].startswith("t14-06.en.po: 14 câu, mới 0")
    assert run()[0] == 2
    assert "chọn một trong en" in run("t14-06", "--to", "fr")[1]
    assert "t14-99" in run("t14-99")[1]


@pytest.mark.parametrize("raw", [b'msgid "a"\nmsgstr "b"\nnot a line of it\n', b'msgid "a\xff"\nmsgstr ""\n'])
def test_a_broken_file_is_named(tmp_path: Path, raw: bytes) -> None:
    """Nothing of it is guessed."""
    lesson = write(tmp_path)
    (tmp_path / "t14-06.en.po").write_bytes(raw)
    with pytest.raises(LessonError) as told:
        read_translations(lesson)
    assert "t14-06.en.po" in told.value.tell("en")


@pytest.mark.parametrize("name", IN_ENGLISH)
def test_the_ten_lessons_are_whole_in_english(name: str) -> None:
    """No text is missing, old or unknown; no Vietnamese is left but names; extraction finds nothing to change."""
    path = LESSONS / name[:3] / f"{name}.md"
    lesson = read_lesson(path)
    (translation,) = read_translations(lesson)
    assert problems(translation) == ""
    assert translation.complete
    catalogue = read_catalogue(path.with_suffix(".en.po"), "en")
    vietnamese = re.compile(r"[A-Za-zÀ-ỹ]*[À-ÿĀ-ſƠ-ưẠ-ỹ][A-Za-zÀ-ỹ]*")
    words = {word for message in catalogue for word in vietnamese.findall(str(message.string))}
    assert words - NAMES <= {"café"}
    assert not catalogue.obsolete


@pytest.mark.parametrize("name", IN_ENGLISH)
def test_an_answer_earns_the_same_in_both_languages(name: str) -> None:
    """Whatever is answered to the ten lessons: right, wrong, partly right, empty, malformed."""
    lesson = read_lesson(LESSONS / name[:3] / f"{name}.md")
    (translation,) = read_translations(lesson)
    graded = in_languages(lesson, [translation])
    for plain, known, told in zip(
        lesson.questions, graded.questions, translation.lesson.questions, strict=True
    ):
        assert (plain.id, plain.points) == (known.id, known.points) == (told.id, told.points)
        for chance in map(Random, range(10)):
            for answer in plain.samples(chance).values():
                assert plain.score(answer) == known.score(answer) == told.score(answer)
            for answer in told.samples(chance).values():
                assert known.score(answer) == told.score(answer)
