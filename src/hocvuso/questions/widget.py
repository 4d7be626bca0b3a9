"""A question as a widget: in a learner's JupyterLab, where each change is saved, and in an author's preview.

Only ``ask`` and the display of a question import this module: it loads ipywidgets and IPython.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from hocvuso.errors import AnswerError, HocVuSoError
from hocvuso.language import N_, get_language
from hocvuso.questions.answers import AnswerBook, save_answer
from hocvuso.questions.front import front_css, front_messages, front_module
from hocvuso.questions.registry import check_answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hocvuso.questions.base import Question


class QuestionWidget(anywidget.AnyWidget):
    """The model that a front end talks to: what is asked, the answer, and how saving it went."""

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    question = traitlets.Dict().tag(sync=True)
    answer = traitlets.Any(None, allow_none=True).tag(sync=True)
    locked = traitlets.Bool(False).tag(sync=True)
    feedback = traitlets.Dict(default_value=None, allow_none=True).tag(sync=True)
    messages = traitlets.Dict().tag(sync=True)
    status = traitlets.Unicode("").tag(sync=True)


def _now() -> datetime:
    return datetime.now(UTC)


def asking(
    asked: dict[str, Any], path: Path, *, lang: str = "vi", now: Callable[[], datetime] = _now
) -> QuestionWidget:
    """A widget with the answer saved in ``path``; saves each change there and says so in ``status``."""
    answer, status = _saved(asked, path, lang)
    widget = _widget(asked, lang, answer=answer, status=status)

    def save(change: dict[str, Any]) -> None:
        language = get_language(lang)
        try:
            value = check_answer(asked, change["new"])
            aside = save_answer(path, asked["id"], value, edited=now())
        except HocVuSoError as error:
            widget.status = language(N_("Chưa lưu được. {why}"), why=error.tell(lang))
        else:
            widget.status = (
                language(N_("Đã lưu. Tệp câu trả lời cũ bị hỏng, được giữ lại ở {name}."), name=aside.name)
                if aside
                else language(N_("Đã lưu"))
            )

    widget.observe(save, "answer")
    return widget


def preview(question: Question, *, lang: str = "vi") -> QuestionWidget:
    """A widget for the question's author: says what an answer would earn, saves nothing."""
    language = get_language(lang)
    saved_nowhere = language(N_("Xem thử: câu trả lời không được lưu."))
    widget = _widget(question.asked(), lang, status=saved_nowhere)

    def tell(change: dict[str, Any]) -> None:
        mark = question.score(change["new"])
        points = language(N_("{points}/{out_of} điểm"), points=mark.points, out_of=mark.out_of)
        widget.status = f"{points}. {saved_nowhere}"

    widget.observe(tell, "answer")
    return widget


def _widget(asked: dict[str, Any], lang: str, **state: Any) -> QuestionWidget:
    return QuestionWidget(
        _esm=front_module(asked["type"]),
        _css=front_css(),
        question=asked,
        messages=front_messages(lang),
        **state,
    )


def _saved(asked: dict[str, Any], path: Path, lang: str) -> tuple[Any, str]:
    if not path.exists():
        return None, ""
    try:
        book, _ = AnswerBook.salvage(path)
        return check_answer(asked, book.value(asked["id"])), ""
    except AnswerError as error:
        return None, error.tell(lang)
