"""What follows from a graded submission, as files: graded notebook, result record, feedback page, evidence."""

from __future__ import annotations

import errno
import stat
from typing import TYPE_CHECKING

from hocvuso import __version__
from hocvuso.exchange.receipts import RECEIPT
from hocvuso.exchange.submit import TIMESTAMP
from hocvuso.grading.autograded import NotebookForm
from hocvuso.grading.feedback import section_of, write_feedback
from hocvuso.grading.files import Workshop, place, sync, write_file
from hocvuso.grading.result import Evidence, QuestionResult, Result, Sentence, question_text, write_result
from hocvuso.language import N_
from hocvuso.places import folder_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from hocvuso.exchange.collect import Waiting
    from hocvuso.grading.assess import Assessment
    from hocvuso.grading.gradebook import Recorded
    from hocvuso.places import Places

UNCLAIMED = ".unclaimed"  # no learner's folder begins with a dot
_NOT_OURS = {errno.EXDEV, errno.EPERM, errno.EACCES}


def write_notebooks(workshop: Workshop, places: Places, found: Assessment) -> None:
    """nbgrader's submitted and autograded folders: the latest submission, its answers and its outputs."""
    receipt = found.taken.receipt
    assert receipt is not None and found.book is not None and found.learner is not None  # noqa: S101, PT018
    common = {
        "answers.json": (found.book.model_dump_json(indent=1) + "\n").encode("utf-8"),
        "timestamp.txt": receipt.handed_in.strftime(TIMESTAMP).encode("ascii"),
    }
    below = folder_of(found.learner), found.edition
    workshop.put(places.submitted, below, {**found.taken.files, **common})
    workshop.put(places.autograde, below, {**common, f"{found.edition}.ipynb": graded_notebook(found)})


def graded_notebook(found: Assessment) -> bytes:
    """The graded notebook of an assessment that has scores, as the bytes of an .ipynb file."""
    assert found.sheet is not None  # noqa: S101  (what has scores has been scored with one)
    code = {part.cell.id: part for part in found.code}

    def outputs(name: str) -> str:
        if name in code:
            return NotebookForm.value([dict(output) for output in code[name].outputs])
        return found.pieces[name].output_text if name in found.pieces else "[]"

    return found.sheet.form.filled(
        source=lambda name: NotebookForm.value(found.solutions.get(name, "")), outputs=outputs
    )


def write_shown(
    places: Places, found: Assessment, recorded: Recorded, graded: datetime, files: Mapping[str, bytes]
) -> None:
    """The result record and the feedback page; ``files`` are those that were handed in."""
    result = make_result(found, graded, recorded)
    code = list(_code_results(found))
    texts = (*(piece.text for piece in found.pieces.values()), *map(question_text, code))
    write_result(places, result, texts)
    sections = (*(piece.section for piece in found.pieces.values()), *map(section_of, code))
    write_feedback(places, result, sections, files)


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
    for part in found.code:
        yield QuestionResult(
            id=part.cell.id,
            kind="code",
            points=int(part.score or 0),
            out_of=part.cell.points,
            state=part.state,
            your=part.source or None,
            notes=tuple(Sentence.of(message, named) for message, named in part.notes),
        )


def evidence_of(places: Places, waiting: Waiting) -> Path:
    """Where a submission is kept for good."""
    owner = UNCLAIMED if waiting.learner is None else folder_of(waiting.learner)
    return places.evidence / owner / (waiting.edition or UNCLAIMED) / waiting.name


def keep_copy(workshop: Workshop, places: Places, found: Assessment) -> None:
    """Keep a submission as it came, with its receipt; and the merged answers, where merging changed them."""
    taken = found.taken
    files = dict(taken.files)
    if taken.receipt is not None:
        files[RECEIPT] = taken.receipt.model_dump_json(indent=1).encode("utf-8")
    target = evidence_of(places, taken.waiting)
    if found.book is not None and taken.waiting.via == "jupyterlab":
        merged = found.book.model_dump_json(indent=1).encode("utf-8")
        write_file(target.with_name(target.name + ".answers.json"), merged)
    workshop.put(places.evidence, target.relative_to(places.evidence).parts, files)


def clear_away(workshop: Workshop, places: Places, found: Assessment) -> None:
    """Take a submission away from where it waited; into the evidence, unless that has it already."""
    waiting = found.taken.waiting
    target = evidence_of(places, waiting)
    if found.taken.ours and not target.exists():
        try:
            _move(places, waiting, target)
        except OSError as error:
            if error.errno not in _NOT_OURS:
                raise
            keep_copy(workshop, places, found)
            sync([places.evidence])
        else:
            return
    waiting.clear()  # a lab's owner may hold on to it; the evidence says that it is done


def _move(places: Places, waiting: Waiting, target: Path) -> None:
    # whoever may write into the waiting folder may not write into the evidence
    places.evidence.mkdir(parents=True, exist_ok=True)
    waiting.path.chmod(stat.S_IMODE(places.evidence.stat().st_mode) & 0o777)
    place(str(waiting.path), str(target))
