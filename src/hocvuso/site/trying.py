"""Trying code: what a learner wrote in a page, run once in a sandbox of its own, and told in plain words.

Each run is a process forked from a zygote behind an isolated child's walls (`hocvuso.kernels.runner`): no network, no
file of the course, no token, no hidden check, limits on time, memory, processes and output; nothing is left of it
afterwards. A browser's line to a live example's kernel still takes no code.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from tornado import web

from hocvuso.errors import SandboxError
from hocvuso.kernels.runner import RunOutcome, run_notebook
from hocvuso.kernels.zygote import Zygote
from hocvuso.language import N_, Language
from hocvuso.lessons.python_text import has_code
from hocvuso.questions import Code, Mark, check_answer, example
from hocvuso.questions.code.model import MOST
from hocvuso.questions.code.python_words import words_for
from hocvuso.site.answers import EditionApi
from hocvuso.site.kernels import NoRoomError
from hocvuso.site.web import ApiHandler

if TYPE_CHECKING:
    from pathlib import Path

    from hocvuso.kernels.runner import Output

SECONDS = 10  # of computing, for each cell
WALL_SECONDS = 15  # for all of it, on the clock
MEMORY_MB = 768
MOST_OUTPUT = 200_000  # bytes; above that a run is stopped
MOST_SHOWN = 8_000  # characters
PATIENCE = 20.0  # seconds that a run waits for its turn
AT_ONCE = max(2, (os.cpu_count() or 2) // 2)
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_STOPPED = {
    "timed_out": N_("Mã lệnh chạy hơn {seconds} giây nên bị dừng: hãy xem vòng lặp đã có chỗ dừng chưa."),
    "killed": N_("Mã lệnh tự kết thúc hoặc dùng quá nhiều bộ nhớ nên bị dừng."),
    "too_much_output": N_("Mã lệnh in ra quá nhiều nên bị dừng: hãy in ít hơn."),
}
_ENDED = {"CellTimeoutError": "timed_out", "TooMuchOutput": "too_much_output", "DeadKernelError": "killed"}
_MORE = N_("(còn nữa, không hiện hết)")
_BUSY = N_("Hiện có nhiều người đang chạy thử. Mã lệnh của anh/chị vẫn còn; hãy thử lại sau ít phút.")
_ONE_AT_A_TIME = N_("Lần chạy thử trước của anh/chị chưa xong: hãy đợi vài giây.")


class Typed(BaseModel):
    """What a browser sends."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    code: Annotated[str, Field(max_length=4 * MOST)]


@dataclass(frozen=True, slots=True)
class Program:
    """What is run: cells before the learner's own, it, an example of its use, and the lesson's visible checks."""

    before: tuple[str, ...]
    own: str
    example: str = ""
    checks: tuple[str, ...] = ()

    @property
    def cells(self) -> tuple[str, ...]:
        """All of it, in order."""
        return (*self.before, self.own, *([self.example] if self.example else []), *self.checks)


class Trials:
    """Runs programs, some at once and one for each learner. Starts nothing before the first one."""

    def __init__(self) -> None:
        self._zygote = Zygote()
        atexit.register(self._zygote.close)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="trial")
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._busy: set[str] = set()

    async def run(self, learner: str, cells: Sequence[str]) -> RunOutcome:
        """What became of ``cells``; NoRoomError when it is not this learner's turn, SandboxError without a box."""
        if learner in self._busy:
            raise NoRoomError(_ONE_AT_A_TIME)
        self._busy.add(learner)
        try:
            return await self._in_turn(cells)
        finally:
            self._busy.discard(learner)

    async def _in_turn(self, cells: Sequence[str]) -> RunOutcome:
        try:
            await asyncio.wait_for(self._turns.acquire(), PATIENCE)
        except TimeoutError:
            raise NoRoomError(_BUSY) from None
        try:
            outcome = await asyncio.get_running_loop().run_in_executor(self._threads, self._run, tuple(cells))
        finally:
            self._turns.release()
        if outcome.state == "broken":
            raise SandboxError(
                N_("Máy chủ chưa chạy thử được mã lệnh. Mã lệnh vẫn còn; hãy thử lại sau ít phút.")
            )
        return outcome

    def _run(self, cells: tuple[str, ...]) -> RunOutcome:
        return run_notebook(
            cells,
            zygote=self._zygote,
            cell_seconds=SECONDS,
            stall_seconds=WALL_SECONDS,
            cpu_seconds=SECONDS + 5,
            wall_seconds=WALL_SECONDS,
            memory_mb=MEMORY_MB,
            output_limit=MOST_OUTPUT,
        )


class Try(EditionApi):
    """``/api/chay/<edition>/<question>``: run what the learner wrote, as the lesson stands around it."""

    async def post(self, edition: str, question: str) -> None:
        """What it printed, and what went wrong, in words."""
        self.spend(self.site.trying)
        self.get_edition(edition)
        asked = self.site.shelf.find_question(edition, question)
        if asked is None or asked["type"] != "code":
            raise web.HTTPError(404)
        text = _typed(self, asked)
        learner, site = self.learner, self.site
        book = await asyncio.to_thread(site.store.read, learner, edition)
        written = {name: record.answer for name, record in book.answers.items()}
        notebook = site.places.release / edition / f"{edition}.ipynb"
        program = await asyncio.to_thread(program_of, notebook, asked, text, written)
        outcome = await site.trials.run(learner, program.cells)
        self.answer(told(program, outcome, self._))


class TryExample(ApiHandler):
    """``/api/loai-cau-hoi/code/chay``: the same with the example of the page of question types."""

    async def post(self) -> None:
        """What it printed, and what went wrong, in words."""
        self.spend(self.site.trying)
        asked = example("code").asked()
        program = Program((), _typed(self, asked), asked["example"])
        outcome = await self.site.trials.run(self.learner, program.cells)
        self.answer(told(program, outcome, self._))


async def score(trials: Trials, learner: str, question: Code, answer: object) -> Mark:
    """What ``answer`` earns, its checks run here: for a question that is no secret, as an example is."""
    mark = question.score(answer)
    if mark.state != "ungraded" or not isinstance(answer, str):
        return mark
    checks = [check for check, *_ in question.checks]
    outcome = await trials.run(learner, (answer, *(f"assert ({check})" for check in checks)))
    return question.marked(
        [outputs is not None and not _error_in(outputs) for outputs in outcome.outputs[1:]]
    )


def program_of(notebook: Path, asked: Mapping[str, Any], text: str, written: Mapping[str, Any]) -> Program:
    """What is run for ``text``: a released notebook's cells up to the question, and the checks that follow it.

    ``written``: what the learner answered elsewhere; earlier solution cells run as they left them.
    """
    before: list[str] = []
    checks: list[str] = []
    passed = False
    for cell in json.loads(notebook.read_bytes())["cells"]:
        ours = cell["metadata"].get("hocvuso", {})
        role, source = ours.get("role"), "".join(cell["source"])
        if role == "solution" and passed:
            break
        if role == "solution" and ours["id"] == asked["id"]:
            passed = True
        elif role == "solution" and isinstance(written.get(ours["id"]), str):
            before.append(written[ours["id"]])
        elif role == "setup" and not passed and has_code(source) and "hocvuso.questions" not in source:
            before.append(source)
        elif role == "test" and passed and has_code(source):
            checks.append(source)
    return Program(tuple(before), text, str(asked.get("example", "")), tuple(checks))


def told(program: Program, outcome: RunOutcome, tell: Language) -> dict[str, object]:
    """A run as the front end shows it: a sentence, whether it failed, what was printed, Python's own words."""
    place = len(program.before)
    own = outcome.outputs[place : len(program.cells) - len(program.checks)]
    printed = _shortened("".join(_text(output) for outputs in own for output in outputs or ()), tell)
    for outputs in own:
        if outputs is None:
            return _failed(tell(_STOPPED[outcome.state], seconds=SECONDS), printed)
        if error := _error_in(outputs):
            return _mistake(error, place + 1, printed, tell)
    for outputs in outcome.outputs[len(program.cells) - len(program.checks) :]:
        if outputs is None:
            return _failed(tell(_STOPPED[outcome.state], seconds=SECONDS), printed)
        if error := _error_in(outputs):
            said = error["evalue"] if error["ename"] == "AssertionError" else ""
            why = said or tell(words_for(error["ename"]), error=error["ename"])
            return _failed(
                tell(N_("Mã lệnh chạy được, nhưng phần kiểm tra trong bài chưa qua. {why}"), why=why), printed
            )
    passed = N_("Mã lệnh chạy được và qua phần kiểm tra trong bài. Khi chấm, máy còn thử với dữ liệu khác.")
    ran = N_("Mã lệnh chạy được. Khi chấm, máy còn thử với dữ liệu khác.")
    return {
        "sentence": tell(passed if program.checks else ran),
        "failed": False,
        "output": printed,
        "python": "",
    }


def _mistake(error: Output, number: int, printed: str, tell: Language) -> dict[str, object]:
    """``number``: of the learner's own cell among those that ran; only its lines are on their screen."""
    name = error["ename"]
    if name in _ENDED:
        return _failed(tell(_STOPPED[_ENDED[name]], seconds=SECONDS), printed)
    trace = _COLOURS.sub("", "\n".join(error["traceback"]))
    why = tell(words_for(name), error=name)
    if lines := re.findall(rf"Cell In\[{number}\], line (\d+)", trace):
        why = tell(N_("Dòng {line}: {why}"), line=lines[-1], why=why)
    own = _shortened(f"{name}: {_COLOURS.sub('', error['evalue'])}", tell)
    return _failed(why, printed, own)


def _failed(sentence: str, printed: str, python: str = "") -> dict[str, object]:
    return {"sentence": sentence, "failed": True, "output": printed, "python": python}


def _error_in(outputs: Sequence[Output]) -> Output | None:
    """The error that a cell ended with; the one that says why it was ended, where there is one."""
    errors = [output for output in outputs if output["output_type"] == "error"]
    return next((error for error in errors if error["ename"] in _ENDED), next(iter(errors), None))


def _text(output: Output) -> str:
    if output["output_type"] == "stream":
        return str(output["text"])
    if output["output_type"] == "error":
        return ""
    shown = str(output["data"].get("text/plain", ""))
    return f"{shown}\n" if shown else ""


def _shortened(text: str, tell: Language) -> str:
    text = text.strip("\n")
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}\n{tell(_MORE)}"


def _typed(handler: ApiHandler, asked: Mapping[str, Any]) -> str:
    """The code in the body; 400 when it can't be an answer."""
    try:
        sent = Typed.model_validate(handler.read_json())
    except ValidationError as error:
        raise web.HTTPError(400) from error
    answer = check_answer(asked, sent.code)
    return answer if isinstance(answer, str) else str(asked["start"])
