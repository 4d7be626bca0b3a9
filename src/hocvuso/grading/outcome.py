"""What follows from a graded submission, as files: graded notebook, result record, feedback page, evidence.

All of it is written by one `Outcomes` for each grader; several graders never write what is one learner's and edition's
(see `hocvuso.exchange.claims`).
"""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from hocvuso import __version__
from hocvuso.exchange.receipts import RECEIPT
from hocvuso.exchange.submit import TIMESTAMP
from hocvuso.grading.autograded import NotebookForm
from hocvuso.grading.feedback import fetched_pages, page_of, section_of
from hocvuso.grading.files import place
from hocvuso.grading.result import Evidence, QuestionResult, Result, Sentence, question_text, result_bytes
from hocvuso.grading.scribe import Scribe
from hocvuso.language import N_
from hocvuso.places import folder_of
from hocvuso.questions.code.model import why_in, without_marks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from types import TracebackType
    from typing import Self

    from hocvuso.exchange.collect import Waiting
    from hocvuso.grading.assess import Assessment
    from hocvuso.grading.gradebook import Recorded
    from hocvuso.grading.scribe import Deed
    from hocvuso.places import Places

UNCLAIMED = ".unclaimed"  # no learner's folder begins with a dot
_NOT_OURS = {errno.EXDEV, errno.EPERM, errno.EACCES}


class Outcomes:
    """The files of one course that follow from grading; a context manager.

    What is to be written is told as deeds, which `write` has done by a process of its own (`hocvuso.grading.scribe`).
    """

    def __init__(self, places: Places) -> None:
        self._places = places
        # asked once: a path is put together for every file of every submission
        self._submitted, self._autograde = str(places.submitted), str(places.autograde)
        self._evidence, self._results = str(places.evidence), str(places.results)
        self._feedback = str(places.feedback)
        self._mode: int | None = None
        roots = (self._submitted, self._autograde, self._evidence)
        self._scribe = Scribe(roots, (str(places.var), self._results, self._feedback))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._scribe.close()

    def write(self, batch: Sequence[Sequence[Deed]]) -> list[OSError | None]:
        """Write what each submission of a batch needs, and wait until it is on the disk: `Scribe.write`."""
        return self._scribe.write(batch)

    def notebooks(self, found: Assessment) -> list[Deed]:
        """nbgrader's submitted and autograded folders: the latest submission, its answers and its outputs."""
        receipt = found.taken.receipt
        assert receipt is not None and found.book is not None and found.learner is not None  # noqa: S101, PT018
        common = {
            "answers.json": (found.book.model_dump_json(indent=1) + "\n").encode("utf-8"),
            "timestamp.txt": receipt.handed_in.strftime(TIMESTAMP).encode("ascii"),
        }
        below = f"{folder_of(found.learner)}/{found.edition}"
        graded = {**common, f"{found.edition}.ipynb": graded_notebook(found)}
        return [
            ("folder", self._submitted, below, {**found.taken.files, **common}),
            ("folder", self._autograde, below, graded),
        ]

    def new_notebook(self, found: Assessment) -> list[Deed]:
        """The graded notebook alone, over the earlier one."""
        assert found.learner is not None  # noqa: S101
        name = f"{self._autograde}/{folder_of(found.learner)}/{found.edition}/{found.edition}.ipynb"
        return [("over", name, "", graded_notebook(found))]

    def shown(
        self,
        found: Assessment,
        recorded: Recorded,
        graded: datetime,
        files: Mapping[str, bytes],
        *,
        again: bool = False,
    ) -> list[Deed]:
        """The result record and the feedback pages; ``files`` are those that were handed in.

        ``again``: for many that replace earlier ones, by somebody who does all of it once more after a crash. A page
        lies where nbgrader keeps feedback, and where this learner's JupyterLab fetches it.
        """
        result = make_result(found, graded, recorded)
        pieces, code = found.pieces.values(), list(_code_results(found))
        texts = [piece.text for piece in pieces] + [question_text(part).encode("utf-8") for part in code]
        sections = [piece.section for piece in pieces] + [section_of(part).encode("utf-8") for part in code]
        learner, edition = folder_of(result.learner), result.edition
        page = page_of(result, sections)
        deeds: list[Deed] = [
            (
                "draft" if again else "file",
                f"{self._results}/{learner}/{edition}.json",
                "",
                result_bytes(result, texts),
            ),
            ("over" if again else "file", f"{self._feedback}/{learner}/{edition}/{edition}.html", "", page),
        ]
        if names := fetched_pages(result, files):
            lab = self._places.labs / learner
            # by way of a folder that the learner can't see: in one that they see they could hold a lock for ever
            deeds += [
                ("moved", str(lab / "staging" / name), str(lab / "feedback" / name), page) for name in names
            ]
        return deeds

    def has_evidence(self, waiting: Waiting) -> bool:
        """Whether a submission has been done, by a run that was cut off before it cleared it away."""
        return os.path.exists(self.evidence_of(waiting))  # noqa: PTH110  (a text, for every submission)

    def copy(self, found: Assessment) -> list[Deed]:
        """A submission as it came, with its receipt; and the merged answers, where merging changed them."""
        taken = found.taken
        files = dict(taken.files)
        if taken.receipt is not None:
            files[RECEIPT] = taken.receipt.model_dump_json(indent=1).encode("utf-8")
        target = self.evidence_of(taken.waiting)
        deeds: list[Deed] = [("folder", self._evidence, target.removeprefix(self._evidence + "/"), files)]
        if found.book is not None and taken.waiting.via == "jupyterlab":
            merged = found.book.model_dump_json(indent=1).encode("utf-8")
            deeds.insert(0, ("file", f"{target}.answers.json", "", merged))
        return deeds

    def clear_away(self, found: Assessment) -> None:
        """Take a submission away from where it waited; into the evidence, unless that has it already."""
        if found.taken.ours and not self.has_evidence(found.taken.waiting):
            try:
                self._move(found.taken.waiting)
            except OSError as error:
                if error.errno not in _NOT_OURS:
                    raise
                (failed,) = self.write([self.copy(found)])
                if failed:
                    raise failed from None
            else:
                return
        found.taken.waiting.clear()  # a lab's owner may hold on to it; the evidence says that it is done

    def _move(self, waiting: Waiting) -> None:
        if self._mode is None:
            self._places.evidence.mkdir(parents=True, exist_ok=True)
            self._mode = stat.S_IMODE(self._places.evidence.stat().st_mode) & 0o777
        path = str(waiting.path)
        os.chmod(path, self._mode)  # noqa: PTH101  (whoever may write where it waited may not do so in the evidence)
        place(path, self.evidence_of(waiting))

    def evidence_of(self, waiting: Waiting) -> str:
        """Where a submission is kept for good."""
        owner = UNCLAIMED if waiting.learner is None else folder_of(waiting.learner)
        return f"{self._evidence}/{owner}/{waiting.edition or UNCLAIMED}/{waiting.name}"


def graded_notebook(found: Assessment) -> bytes:
    """The graded notebook of an assessment that has scores, as the bytes of an .ipynb file."""
    assert found.sheet is not None  # noqa: S101  (what has scores has been scored with one)
    code = {part.cell.id: part for part in found.code}

    def outputs(name: str) -> bytes:
        if name in code:
            return NotebookForm.value([dict(output) for output in code[name].outputs])
        return found.pieces[name].output_text if name in found.pieces else b"[]"

    return found.sheet.form.filled(
        source=lambda name: NotebookForm.value(found.solutions.get(name, "")), outputs=outputs
    )


def make_result(found: Assessment, graded: datetime, recorded: Recorded) -> Result:
    """The result record of an assessment, but for its questions."""
    receipt = found.taken.receipt
    assert receipt is not None and found.learner is not None  # noqa: S101, PT018  (what has a learner has a receipt)
    reasons = [Sentence.of(reason.message, reason.fields) for reason in found.reasons]
    if recorded.kept:
        reasons.append(Sentence(message=N_("Điểm của lần nộp trước được giữ nguyên.")))
    return Result(
        learner=found.learner,
        lesson=found.lesson,
        edition=found.edition,
        submission=found.taken.waiting.name,
        state=found.state,
        reasons=tuple(reasons),
        points=int(found.points),
        out_of=found.out_of,
        handed_in=receipt.handed_in,
        graded=graded,
        via=receipt.via,
        evidence=Evidence(
            engine=__version__,
            master=f"sha256:{found.master.hash}" if found.master else "",
            submission=f"sha256:{found.submission_hash}",
            receipt=receipt.id,
        ),
    )


def _code_results(found: Assessment) -> Iterator[QuestionResult]:
    """The last test of a question on code tells the author's text and the explanation."""
    cells = found.master.code_cells if found.master else ()
    for part in found.code:
        why = why_in(part.cell.source)
        written = [cell for cell in cells[: cells.index(part.cell)] if cell.role == "solution"] if why else []
        yield QuestionResult(
            id=part.cell.id,
            kind="code",
            prompt=part.cell.prompt,
            key=without_marks(written[-1].source) if written else None,
            why=why,
            points=int(part.score or 0),
            out_of=part.cell.points,
            state=part.state,
            your=part.source or None,
            notes=tuple(Sentence.of(message, named) for message, named in part.notes),
        )
