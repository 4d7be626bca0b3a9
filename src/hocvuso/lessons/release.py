"""``hocvuso release``: built editions enter the gradebook and the exchange; the operator's step.

Doing it twice changes nothing. Text may change within a released edition, also after learners have begun;
what is graded may not.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from nbgrader.api import Gradebook

from hocvuso.database import told_when_locked
from hocvuso.durable import held
from hocvuso.errors import LessonError
from hocvuso.language import N_, get_language
from hocvuso.lessons.build import stamp_file
from hocvuso.lessons.catalogue import NOT_HANDED_OUT
from hocvuso.lessons.convert import generate, prepare_gradebook
from hocvuso.lessons.editions import Edition, is_in_gradebook, read_ledger, update_ledger
from hocvuso.lessons.master import read_master
from hocvuso.lessons.swap import put_in_place

if TYPE_CHECKING:
    from datetime import datetime

    from hocvuso.places import Places

Report = Callable[[str], None]
_SCRATCH = "release-"


def release(
    places: Places, lessons: Sequence[str] = (), report: Report = lambda _: None, *, now: datetime
) -> tuple[str, ...]:
    """Release the newest built edition of ``lessons`` (all built ones when none is named).

    Returns the editions that were new or changed. Raises `LessonError` when a lesson has not been built, or
    when nbgrader refuses it because its graded cells changed after learners handed in.
    """
    ledger = read_ledger(places.editions)
    say = get_language("vi")
    entered = _entered(places)
    done = []
    for lesson in lessons or sorted(ledger.lessons):
        entry = ledger.current(lesson)
        if entry is None or not _is_built(places, entry.edition):
            raise LessonError(
                N_("Bài {lesson} chưa được dựng: hãy chạy hocvuso build {lesson}."), lesson=lesson
            )
        content = _content(places, entry.edition)
        is_out = entry.edition in entered and (places.outbound / entry.edition).is_dir()
        if entry.released and entry.content == content and is_out:
            continue
        _refuse_changed_grades(places, entry.edition)
        _enter_gradebook(places, entry.edition)
        _put_out(places, entry.edition)
        released = entry.model_copy(update={"released": now.isoformat(), "content": content})
        _note(places, lesson, released)
        done.append(entry.edition)
        report(say(N_("Đã phát hành {edition}"), edition=entry.edition))
    report(say(N_("Đã phát hành {count} bài mới hoặc thay đổi."), count=len(done)))
    return tuple(done)


def _note(places: Places, lesson: str, entry: Edition) -> None:
    update_ledger(places.editions, lambda ledger: ledger.with_edition(lesson, entry))


def _is_built(places: Places, edition: str) -> bool:
    files = stamp_file(places, edition), places.source / edition / f"{edition}.ipynb"
    return all(file.is_file() for file in files)


def _entered(places: Places) -> set[str]:
    """The editions that the gradebook knows; it may be another gradebook than at the last release."""
    with told_when_locked():
        prepare_gradebook(places.gradebook_url)
        with Gradebook(places.gradebook_url) as book:
            return {assignment.name for assignment in book.assignments}


def _content(places: Places, edition: str) -> str:
    """The hash of both notebooks of an edition."""
    total = hashlib.sha256()
    for folder in (places.source, places.release):
        total.update((folder / edition / f"{edition}.ipynb").read_bytes())
    return total.hexdigest()


def _refuse_changed_grades(places: Places, edition: str) -> None:
    """Raise when somebody has handed in and a graded cell or its points are not those of the gradebook.

    nbgrader itself refuses other cells, but takes other points without a word: marks already given would
    then stand against a different maximum.
    """
    if not is_in_gradebook(places, edition):
        return
    master = read_master(places.source / edition / f"{edition}.ipynb")
    built = {q.id: float(q.points) for q in master.questions} | {t.id: float(t.points) for t in master.tests}
    with told_when_locked(), Gradebook(places.gradebook_url) as book:
        known = {
            cell.name: float(cell.max_score) for cell in book.find_notebook(edition, edition).grade_cells
        }
    if known != built:
        raise LessonError(
            N_(
                "Ấn bản {edition} đã có người nộp nên không đổi được câu hỏi hay điểm: "
                "hãy chạy hocvuso build để có ấn bản mới."
            ),
            edition=edition,
        )


def _enter_gradebook(places: Places, edition: str) -> None:
    with told_when_locked(), tempfile.TemporaryDirectory(prefix="hocvuso-release-") as thrown_away:
        generate(places.root, edition, release=Path(thrown_away), db_url=places.gradebook_url)


def _put_out(places: Places, edition: str) -> None:
    """Copy the learner edition to where nbgrader's exchange lists and fetches it, by one rename.

    Everyone may read ``outbound``. ``inbound`` is made for the site and the grader alone: unlike nbgrader's
    own, it is not open to every user of the machine, who could hand in under any name.
    """
    for folder, mode in ((places.outbound, 0o755), (places.staging, 0o770), (places.inbound, 0o770)):
        if not folder.is_dir():
            folder.mkdir(parents=True)
            folder.chmod(mode)
    with held(places.staging):  # not ``outbound``: learners' JupyterLabs see that, and could hold it for ever
        for left in places.staging.glob(f"{_SCRATCH}*"):  # by a release that was killed
            shutil.rmtree(left, ignore_errors=True)
        _copy_out(places, edition, Path(tempfile.mkdtemp(dir=places.staging, prefix=_SCRATCH)))


def _copy_out(places: Places, edition: str, scratch: Path) -> None:
    try:
        made = scratch / edition
        made.mkdir()
        for path in sorted((places.release / edition).iterdir()):
            if path.is_file() and not any(fnmatch(path.name, pattern) for pattern in NOT_HANDED_OUT):
                shutil.copyfile(path, made / path.name)
                (made / path.name).chmod(0o644)
        made.chmod(0o755)
        put_in_place(made, places.outbound / edition, scratch / "old")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
