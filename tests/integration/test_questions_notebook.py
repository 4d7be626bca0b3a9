"""`ask`, `mark` and an author's preview in a real kernel, as a notebook runs them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import nbformat
import pytest
from nbclient import NotebookClient

from hocvuso.questions import AnswerBook, Choice, Number, ask
from hocvuso.questions.widget import asking

QUESTION = Choice("q", "Chọn?", options={"a": "Một", "b": "Hai"}, key="b", why="Vì thế.", points=2)
NUMBER = Number("so", "Bao nhiêu?", value=15, why="Vì thế.")
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "t14-05").mkdir()
    return tmp_path / "t14-05"


def run(folder, *cells):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(folder)}}).execute()
    return notebook


@pytest.mark.slow
def test_a_lesson_notebook_asks_saves_and_marks(folder):
    """In a stock kernel: the widget shows, a change is saved, the test yields a number and no stderr."""
    notebook = run(
        folder,
        f"from hocvuso.questions import ask\nwidget = ask({QUESTION.asked()!r})\nwidget",
        "widget.answer = 'b'\nwidget.status",
        f"from hocvuso.questions import mark\nmark({QUESTION.record()!r})",
        "from hocvuso.questions import Choice\n"
        "Choice('x', '?', options={'a': 'Một', 'b': 'Hai'}, key='a', why='Vì.')",
    )
    outputs = [cell.outputs for cell in notebook.cells]
    assert [[part.output_type for part in parts] for parts in outputs] == [["execute_result"]] * 4
    assert WIDGET in outputs[0][0].data
    assert outputs[1][0].data["text/plain"] == "'Đã lưu'"
    assert outputs[2][0].data["text/plain"] == "2"
    assert WIDGET in outputs[3][0].data
    assert "Vì thế" not in json.dumps(notebook.metadata.get("widgets", {}), ensure_ascii=False)
    assert [file.name for file in folder.iterdir()] == ["answers.json"]


@pytest.fixture
def widget(folder):
    return lambda question=QUESTION: ask(question.asked(), folder / "answers.json")


def test_an_answer_is_there_again_when_the_notebook_is_opened_again(widget, folder):
    """A new widget, in a new kernel, begins with what was saved; revisions go on."""
    widget().answer = "a"
    again = widget()
    assert again.answer == "a"
    again.answer = "b"
    book = AnswerBook.read(folder / "answers.json")
    assert (book.edition, book.lesson, book.answers["q"].revision) == ("t14-05", "t14-05", 2)


def test_two_questions_share_a_file(widget, folder):
    """Each widget changes its own answer only."""
    one, two = widget(), widget(NUMBER)
    one.answer, two.answer = "a", "15 ngày"
    one.answer = "b"
    book = AnswerBook.read(folder / "answers.json")
    assert {key: record.answer for key, record in book.answers.items()} == {"q": "b", "so": "15 ngày"}


def test_time_is_passed_in(folder):
    """The time of an edit is the clock's that was given."""
    clock = datetime(2026, 11, 21, 8, tzinfo=UTC)
    asking(QUESTION.asked(), folder / "answers.json", now=lambda: clock).answer = "a"
    assert AnswerBook.read(folder / "answers.json").answers["q"].edited == clock


def test_a_learner_is_told_when_nothing_could_be_saved(widget, folder):
    """The folder went away, or the page sent what is no answer: the status says so, the kernel lives on."""
    one = widget()
    one.answer = {"not": "an option"}
    assert one.status.startswith("Chưa lưu được.")
    assert not (folder / "answers.json").exists()
    folder.rmdir()
    one.answer = "a"
    assert one.status.startswith("Chưa lưu được.")


def test_a_damaged_file_is_told_and_kept(widget, folder):
    """A file that can't be read does not stop the learner and is not thrown away."""
    path = folder / "answers.json"
    path.write_text("{")
    one = widget()
    assert (one.answer, "bị hỏng" in one.status) == (None, True)
    one.answer = "a"
    assert "answers.hong.json" in one.status
    assert (folder / "answers.hong.json").read_text() == "{"
    assert AnswerBook.read(path).value("q") == "a"


def test_a_saved_answer_of_another_shape_is_not_shown(widget, folder):
    """A text beside a choice question can't break its front end."""
    widget(NUMBER).answer = "15"
    path = folder / "answers.json"
    path.write_text(path.read_text().replace('"so"', '"q"'))
    one = widget()
    assert one.answer is None
    assert one.status


def test_a_widget_holds_no_key(widget):
    """What the kernel sends to the browser has neither key nor explanation."""
    state = widget().get_state()
    assert not {"key", "why"} & set(state["question"])
    assert "Vì thế" not in json.dumps(
        {key: state[key] for key in state if key != "layout"}, ensure_ascii=False
    )


def test_an_author_sees_what_an_answer_earns_and_nothing_is_saved(folder, monkeypatch):
    """The preview scores each change and leaves no file."""
    monkeypatch.chdir(folder)
    from hocvuso.questions.widget import preview

    shown = preview(QUESTION)
    assert "không được lưu" in shown.status
    shown.answer = "b"
    assert shown.status.startswith("2/2 điểm")
    shown.answer = ["b"]
    assert shown.status.startswith("0/2 điểm")
    assert shown.feedback is None
    assert list(folder.iterdir()) == []


def test_a_widget_of_every_type_carries_its_module(widget):
    """The module and the style sheet travel with the widget: no file is asked of any server."""
    one = widget()
    assert "export default" in one._esm
    assert ".hv-question" in one._css
    assert widget(NUMBER)._esm != one._esm
