"""The graded notebook that formgrader shows: the master edition with this learner's answers in it.

Nothing of the handed-in notebook but the sources of solution cells gets in; what learner code showed is text and
pictures (see `hocvuso.kernels.runner.clean_output`). Answers to questions stand as plain text below their cells.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hocvuso.language import N_, get_language

if TYPE_CHECKING:
    from collections.abc import Callable

    from hocvuso.lessons.master import Master
    from hocvuso.questions import Mark, Question

# the notebook is a document for trainers, written once; pages speak the reader's language
say = get_language("vi")
_HOLE = "hocvuso-hole-"
_DEPTH = 3  # of a cell's own keys, in a notebook written with one space for each level


class NotebookForm:
    """A master's notebook, written once, with holes where learners differ: outputs and solutions."""

    def __init__(self, master: Master) -> None:
        notebook = json.loads(json.dumps(master.notebook))
        solutions = {cell.id for cell in master.solutions}
        graded = {cell.id for cell in master.tests} | {question.id for question in master.questions}
        names: list[tuple[str, str]] = []  # in the order of the file

        def hole(part: str, name: str) -> str:
            names.append((part, name))
            return f"{_HOLE}{master.hash}-{len(names)}"

        for cell in notebook["cells"]:
            if cell["cell_type"] != "code":
                continue
            cell["outputs"], cell["execution_count"] = [], None
            name = cell["metadata"].get("nbgrader", {}).get("grade_id")
            if name in solutions:
                cell["source"] = hole("source", name)
            elif name in graded:
                cell["outputs"] = hole("outputs", name)
        rest = json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
        self._parts: list[bytes] = []
        for number in range(1, len(names) + 1):
            part, _, rest = rest.partition(f'"{_HOLE}{master.hash}-{number}"')
            self._parts.append(part.encode("utf-8"))
        self._parts.append(rest.encode("utf-8"))
        self._names = names

    def filled(self, source: Callable[[str], bytes], outputs: Callable[[str], bytes]) -> bytes:
        """The notebook as the bytes of an .ipynb file; both give what `value` made, by the cell's name."""
        ways = {"source": source, "outputs": outputs}
        text = [self._parts[0]]
        for (part, name), after in zip(self._names, self._parts[1:], strict=True):
            text += (ways[part](name), after)
        return b"".join(text)

    @staticmethod
    def value(value: object) -> bytes:
        """``value`` as it is written into a hole."""
        text = json.dumps(value, ensure_ascii=False, indent=1).replace("\n", "\n" + " " * _DEPTH)
        return text.encode("utf-8")


def question_output(question: Question, mark: Mark, your: str | None) -> list[dict[str, Any]]:
    """What stands below a question's cell."""
    lines = [
        say(N_("Câu trả lời: {answer}"), answer=your or say(N_("(chưa trả lời)"))),
        say(N_("Đáp án: {key}"), key=question.show_key()),
    ]
    if guide := question.guide():
        lines += [say(N_("Tiêu chí chấm, mỗi dòng ghi số điểm trước:")), guide]
    if mark.state == "ungraded":
        lines.append(say(N_("Chờ giảng viên chấm, nhiều nhất {out_of} điểm."), out_of=mark.out_of))
    else:
        lines.append(say(N_("Điểm: {points}/{out_of}"), points=mark.points, out_of=mark.out_of))
    return [{"output_type": "stream", "name": "stdout", "text": "\n".join(lines) + "\n"}]
