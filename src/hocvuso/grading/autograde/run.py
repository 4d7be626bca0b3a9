"""The way of a class through ``hocvuso autograde``: find, prepare, run in the box, score, write."""

from __future__ import annotations

import fcntl
import logging
import os
import traceback
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import inspect
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from hocvuso.database import connect, done_again, is_sqlite, keep_others_out, told_when_locked
from hocvuso.errors import HocVuSoError, SandboxError, SetupError, SubmissionError
from hocvuso.grading.autograde.boxed import Boxed
from hocvuso.grading.autograde.course import Stamp, timestamp_in
from hocvuso.grading.autograde.files import files_of, read_all, write_autograded
from hocvuso.grading.autograde.masters import AssignmentMaster, read_assignment
from hocvuso.grading.autograde.rows import Scored, known_students, write
from hocvuso.grading.autograde.score import Graded, Prepared, prepare, score
from hocvuso.grading.autograde.settings import Settings, read_settings
from hocvuso.grading.code_runner import CodeRunner
from hocvuso.language import N_, get_language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from sqlalchemy.engine import Engine

    from hocvuso.grading.autograde.course import Course, Handed
    from hocvuso.kernels.runner import RunOutcome

Report: TypeAlias = "Callable[[str], None]"
_PYTHON = {"python", "python3", "ipython"}
log = logging.getLogger("hocvuso.grading")


@dataclass(slots=True)
class Tally:
    """How many submissions ended how. ``failed``: an error of ours or of the machine; nothing was written."""

    graded: int = 0
    partly: int = 0
    refused: int = 0
    skipped: int = 0
    failed: int = 0

    def tell(self, lang: str) -> str:
        """The counts in a sentence."""
        sentence = N_(
            "Đã chấm {graded} bài, chấm một phần {partly}, từ chối {refused}, bỏ qua {skipped}, lỗi {failed}."
        )
        return get_language(lang)(sentence, **{f.name: getattr(self, f.name) for f in fields(self)})


@dataclass(slots=True)
class _Work:
    """A submission on its way, and what went wrong with it."""

    one: Handed
    stamp: Stamp = field(default_factory=lambda: Stamp(None))
    files: Mapping[str, Path] = field(default_factory=dict)
    contents: Mapping[str, bytes] = field(default_factory=dict)
    prepared: list[Prepared] = field(default_factory=list)
    graded: list[Graded] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    reasons: list[HocVuSoError] = field(default_factory=list)
    refused: bool = False
    broken: bool = False

    @property
    def outcome(self) -> str:
        """The name of its count in `Tally`."""
        if self.broken:
            return "failed"
        if self.refused or not self.graded:
            return "refused"
        return "partly" if self.reasons else "graded"


def autograde(course: Course, report: Report = lambda _: None, *, lang: str = "vi") -> Tally:
    """Grade what is due; SetupError when nothing can be (no assignment, no box, a configuration that runs nothing)."""
    settings = read_settings(course)
    found = course.submissions()
    tally = Tally()
    due: dict[str, list[Handed]] = defaultdict(list)
    for one in found:
        if not one.notebooks:
            tally.skipped += 1  # as with nbgrader: nothing to grade is no failure of the run
            report(
                _line(
                    one,
                    "refused",
                    [SubmissionError(N_("Thư mục bài nộp không có sổ tay (tệp .ipynb)."))],
                    lang,
                )
            )
        elif course.is_due(one):
            due[one.assignment].append(one)
        else:
            tally.skipped += 1
    # nbgrader's steps and hooks find themselves in the course folder
    with (
        chdir(course.directory.root),
        _alone(course),
        _gradebook(course) as engine,
        CodeRunner(None) as runner,
    ):
        for name, handed in due.items():
            with told_when_locked(), Session(engine) as session:
                assignment = read_assignment(session, course, name)
            grader = _Grader(course, settings, assignment, engine, _boxed(course, settings, name, runner))
            for work in grader.grade(handed):
                setattr(tally, work.outcome, getattr(tally, work.outcome) + 1)
                report(_line(work.one, work.outcome, work.reasons, lang, work.graded))
    return tally


class _Grader:
    def __init__(
        self, course: Course, settings: Settings, assignment: AssignmentMaster, engine: Engine, boxed: Boxed
    ) -> None:
        self._boxed = boxed
        self._course = course
        self._settings = settings
        self._assignment = assignment
        self._engine = engine
        self._workers = os.cpu_count() or 1

    def grade(self, handed: Sequence[Handed]) -> Iterator[_Work]:
        """Each submission when it is written down; a batch of them at a time, so memory stays flat."""
        size = 4 * self._workers
        with ThreadPoolExecutor(self._workers) as pool:
            for start in range(0, len(handed), size):
                batch = [self._guarded(_Work(one), self._prepare) for one in handed[start : start + size]]
                runs = [(work, pool.submit(self._run, work)) for work in batch]
                for work, ran in runs:
                    self._guarded(work, partial(self._score, ran=ran))
                self._write(batch)
                for work in batch:
                    yield work

    @staticmethod
    def _guarded(work: _Work, act: Callable[[_Work], None]) -> _Work:
        """Do ``act``; what goes wrong is this submission's alone."""
        if work.refused or work.broken:
            return work
        try:
            act(work)
        except (SandboxError, OSError, MemoryError) as error:
            _log(error)
            work.broken = True
            work.reasons.append(error if isinstance(error, HocVuSoError) else _machine(error))
        except HocVuSoError as error:
            work.refused = True
            work.reasons.append(error)
        except Exception as error:  # noqa: BLE001  (a course's own step; one submission must not stop the others)
            _log(error)
            work.refused = True
            work.reasons.append(
                SubmissionError(
                    N_("Bước xử lý riêng của khóa học báo lỗi {error}."), error=type(error).__name__
                )
            )
        return work

    def _prepare(self, work: _Work) -> None:
        one = work.one
        work.stamp = timestamp_in(one.folder)
        if work.stamp.damaged:
            work.reasons.append(
                SubmissionError(N_("Tệp timestamp.txt không đọc được: coi như không có giờ nộp."))
            )
        if not self._course.converter.create_student:
            with Session(self._engine) as session:
                if not known_students(session, [one.student]):
                    raise SubmissionError(N_("Sổ điểm chưa có người học này."))
        known = self._assignment.notebooks
        work.missing = [name for name in known if not (one.folder / f"{name}.ipynb").exists()]
        wanted = [path for path in one.notebooks if path.stem in known]
        if not wanted:
            raise SubmissionError(N_("Không có sổ tay nào trong bài nộp mang tên của bài này."))
        self._course.run_hook(one, "pre")
        work.files = files_of(self._course, one)
        masters = self._course.masters_files(one.assignment)
        work.contents = read_all({name: path for name, path in work.files.items() if name not in masters})
        for path in wanted:
            master = known[path.stem]
            try:
                _check_kernel(master.kernelspec)
                work.prepared.append(
                    prepare(self._course, self._settings, master, path, self._resources(one, path.stem))
                )
            except HocVuSoError as error:
                work.reasons.append(error)

    def _resources(self, one: Handed, notebook: str) -> dict[str, Any]:
        """What nbgrader hands to every step."""
        about = {
            "student": one.student,
            "assignment": one.assignment,
            "notebook": notebook,
            "db_url": self._course.db_url,
        }
        path = self._course.path("autograded", one.student, one.assignment)
        return {
            "unique_key": notebook,
            "output_files_dir": f"{notebook}_files",
            "nbgrader": about,
            "metadata": {"name": notebook, "path": str(path)},
        }

    def _run(self, work: _Work) -> list[RunOutcome]:
        if work.refused or work.broken:
            return []
        tag = self._settings.skip_tag
        return [
            self._boxed.run(prepared.master, list(prepared.cells(tag).values()), work.contents)
            for prepared in work.prepared
        ]

    def _score(self, work: _Work, ran: Future[list[RunOutcome]]) -> None:
        for prepared, outcome in zip(work.prepared, ran.result(), strict=True):
            work.graded.append(score(prepared, outcome, self._course, self._settings))
        work.prepared, work.contents = [], {}

    def _write(self, batch: Sequence[_Work]) -> None:
        """One transaction for the batch, then its folders."""
        kept = [work for work in batch if not work.broken and not self._is_unknown(work)]
        scored = [
            Scored(w.one.student, w.stamp.time, () if w.refused else w.graded, () if w.refused else w.missing)
            for w in kept
        ]
        failed = done_again(lambda: self._write_rows(scored))
        for work in kept:
            if work.one.student in failed:
                work.reasons.append(
                    SubmissionError(
                        N_("Chưa tính được điểm trừ nộp muộn: phần mở rộng của khóa học báo lỗi.")
                    )
                )
            if work.graded and not work.refused:
                self._guarded(work, self._write_folder)

    def _write_folder(self, work: _Work) -> None:
        graded = {one.name: one for one in work.graded}
        write_autograded(self._course, work.one, graded, work.files)
        self._course.run_hook(work.one, "post")

    def _is_unknown(self, work: _Work) -> bool:
        return work.refused and not self._course.converter.create_student

    def _write_rows(self, scored: Sequence[Scored]) -> set[str]:
        with told_when_locked(), Session(self._engine) as session, session.begin():
            keep_others_out(session)
            return write(session, self._assignment, scored, self._settings)


def _boxed(course: Course, settings: Settings, assignment: str, runner: CodeRunner) -> Boxed:
    try:
        files = read_all(course.masters_files(assignment))
        stand_ins = read_all(course.stand_ins(assignment))
    except SubmissionError as error:  # the instructor's own files are too large for the box
        raise SetupError(error.message, **error.fields) from error
    return Boxed(runner, files, stand_ins, cell_seconds=settings.cell_seconds, skip_tag=settings.skip_tag)


def _check_kernel(kernelspec: Mapping[str, Any]) -> None:
    """SubmissionError for a notebook in another language: the box runs Python only."""
    language = kernelspec.get("language") or ("python" if kernelspec.get("name") in {None, *_PYTHON} else "")
    if kernelspec and str(language).lower() not in _PYTHON:
        raise SubmissionError(
            N_("Sổ tay này cần nhân {kernel}; hộp cát chỉ chạy Python."), kernel=kernelspec.get("name", "?")
        )


@contextmanager
def _gradebook(course: Course) -> Iterator[Engine]:
    """The course's gradebook; SetupError when there is none."""
    url = course.db_url
    where = make_url(url).database if is_sqlite(url) else None
    if where and where != ":memory:" and not Path(where).is_file():
        raise SetupError(
            N_("Chưa có sổ điểm {path}: hãy chạy nbgrader generate_assignment trước."), path=where
        )
    engine = connect(url)
    try:
        with told_when_locked():
            if not inspect(engine).has_table("submitted_assignment"):
                raise SetupError(
                    N_("Chưa có sổ điểm {path}: hãy chạy nbgrader generate_assignment trước."),
                    path=where or "?",
                )
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _alone(course: Course) -> Iterator[None]:
    """One run at a time per course folder. The lock is on the folder itself and leaves nothing behind."""
    handle = os.open(course.directory.root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _line(
    one: Handed, outcome: str, reasons: Sequence[HocVuSoError], lang: str, graded: Sequence[Graded] = ()
) -> str:
    """A submission's line: what an instructor sees in their own terminal."""
    say = get_language(lang)
    why = " ".join(reason.tell(lang) for reason in reasons)
    marks = {
        "graded": N_("✓ {student}/{assignment}: {points:g}{by_hand}"),
        "partly": N_("! {student}/{assignment}: {points:g}{by_hand}. {why}"),
        "refused": N_("✗ {student}/{assignment}: từ chối. {why}"),
        "failed": N_("✗ {student}/{assignment}: chưa chấm được. {why}"),
    }
    scores = [value for notebook in graded for value in notebook.scores.values()]
    waiting = sum(value is None for value in scores)
    return say(
        marks[outcome],
        student=one.student,
        assignment=one.assignment,
        points=sum(value or 0.0 for value in scores),
        by_hand=say(N_(", {count} ô chờ người chấm"), count=waiting) if waiting else "",
        why=why,
    )


def _machine(error: BaseException) -> SubmissionError:
    return SubmissionError(
        N_("Máy báo lỗi {error}."), error=getattr(error, "strerror", None) or type(error).__name__
    )


def _log(error: BaseException) -> None:
    """The stack without the message, which may hold a name."""
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("a submission could not be graded: %s\n%s", type(error).__name__, where)
