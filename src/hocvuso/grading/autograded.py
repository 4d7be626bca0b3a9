"""The graded notebook that formgrader shows: the master edition with this learner's answers in it.

Nothing of the handed-in notebook but the sources of solution cells gets in; what learner code showed is text and
pictures (see `hocvuso.kernels.runner.clean_output`). Answers to questions stand as plain text below their cells.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hocvuso.language import N_, get_language

if TYPE_CHECKING:
    from hocvuso.grading.assess import Assessment
    from hocvuso.lessons.master import Master

# the notebook is a document for trainers, written once; pages speak the reader's language
say = get_language("vi")


def graded_notebook(found: Assessment, master: Master) -> bytes:
    """The graded notebook of an assessment that has scores, as the bytes of an .ipynb file."""
    notebook = json.loads(json.dumps(master.notebook))
    code = {part.cell.id: part for part in found.code}
    questions = {question.id: question for question in master.questions}
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        cell["outputs"], cell["execution_count"] = [], None
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in found.solutions or name in {c.id for c in master.solutions}:
            cell["source"] = found.solutions.get(name, "")
        elif name in code:
            cell["outputs"] = [dict(output) for output in code[name].outputs]
        elif name in questions and found.book is not None:
            mark = found.marks[name]
            answer = questions[name].show_answer(found.book.value(name)) or say(N_("(chưa trả lời)"))
            lines = (
                say(N_("Câu trả lời: {answer}"), answer=answer),
                say(N_("Đáp án: {key}"), key=questions[name].show_key()),
                say(N_("Điểm: {points}/{out_of}"), points=mark.points, out_of=mark.out_of),
            )
            cell["outputs"] = [_text("\n".join(lines))]
    return (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _text(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text + "\n"}
