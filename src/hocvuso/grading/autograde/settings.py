"""Those options of nbgrader that change a grade or an autograded notebook, read from the course's configuration.

nbgrader's own steps are replaced by ours (the sanitising ones by `hocvuso.lessons.compose`, ``Execute`` by the box,
``SaveAutoGrades`` and ``AssignLatePenalties`` by one transaction). Steps that a course added to
``Autograde.sanitize_preprocessors`` or ``Autograde.autograde_preprocessors`` are run where they stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbconvert.exporters import NotebookExporter as UntypedExporter
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    Execute,
    LimitOutput,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from traitlets import TraitError

from hocvuso.errors import SetupError
from hocvuso.language import N_

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hocvuso.grading.autograde.course import Course

NotebookExporter: Any = UntypedExporter
LONGEST_CELL = 3600  # seconds: where a course sets no limit at all
_OURS = (CheckCellMetadata, ClearOutput, DeduplicateIds, OverwriteCells, OverwriteKernelspec)


@dataclass(frozen=True, slots=True)
class Steps:
    """nbgrader's steps that stay: before the run, between run and score, and after the score."""

    before: tuple[Any, ...]
    after: tuple[Any, ...]
    last: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the course's configuration says about running and scoring."""

    cell_seconds: int
    timeout_error: dict[str, Any]
    skip_tag: str
    saves_grades: bool
    late_plugin: Any  # a LateSubmissionPlugin, or None
    steps: Steps


def read_settings(course: Course) -> Settings:
    """The settings; SetupError for a configuration under which nothing would be run."""
    try:
        return _read(course.converter)
    except TraitError as error:  # options are checked when they are read
        raise SetupError(N_("Cấu hình nbgrader không hợp lệ: {why}"), why=error) from error


def _read(converter: Any) -> Settings:
    sanitize, autograde = list(converter.sanitize_preprocessors), list(converter.autograde_preprocessors)
    execute: Any = Execute(parent=converter)
    if Execute not in autograde or not execute.enabled:
        raise SetupError(
            N_(
                "Cấu hình của khóa học tắt việc chạy bài (Execute): "
                "hocvuso không chấm theo kết quả có sẵn trong tệp của người học."
            )
        )
    ran, saved = autograde.index(Execute), _index(autograde, SaveAutoGrades)
    penalties: Any = AssignLatePenalties(parent=converter)
    if penalties.enabled and AssignLatePenalties in autograde:
        penalties.init_plugin()
    timeout = execute.timeout
    return Settings(
        cell_seconds=min(timeout, LONGEST_CELL) if timeout and timeout > 0 else LONGEST_CELL,
        timeout_error=dict(execute.error_on_timeout or {}),
        skip_tag=execute.skip_cells_with_tag,
        saves_grades=SaveAutoGrades in autograde and SaveAutoGrades(parent=converter).enabled,
        late_plugin=penalties.plugin_inst if AssignLatePenalties in autograde and penalties.enabled else None,
        steps=Steps(
            before=_kept((*sanitize, *autograde[:ran])),
            after=_kept(step for step in autograde[ran + 1 : saved] if step is not LimitOutput),
            last=_kept([*autograde[saved + 1 :], *([LimitOutput] if LimitOutput in autograde else [])]),
        ),
    )


def apply(steps: Iterable[Any], course: Course, notebook: Any, resources: dict[str, Any]) -> Any:
    """``notebook`` after ``steps``, each made anew as nbconvert does."""
    exporter = NotebookExporter(parent=course.converter, config=course.config)
    exporter._preprocessors = []  # noqa: SLF001  (as nbgrader's own converter does)
    for step in steps:
        exporter.register_preprocessor(step)
    for step in exporter._preprocessors:  # noqa: SLF001
        notebook, _ = step(notebook, resources)
    return notebook


def _kept(steps: Iterable[Any]) -> tuple[Any, ...]:
    replaced = (*_OURS, Execute, SaveAutoGrades, AssignLatePenalties)
    return tuple(step for step in steps if step not in replaced)


def _index(steps: list[Any], step: Any) -> int:
    return steps.index(step) if step in steps else len(steps)
