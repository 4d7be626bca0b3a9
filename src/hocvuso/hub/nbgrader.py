"""nbgrader's configuration of the course: its folders are our stations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbgrader

from hocvuso.lessons.catalogue import NOT_HANDED_OUT
from hocvuso.lessons.convert import code_stub
from hocvuso.places import COURSE, Places

# ours first: its pages ask no other host
_TEMPLATES = (
    Path(__file__).parent / "nbgrader_templates",
    Path(nbgrader.__file__).parent / "server_extensions" / "formgrader" / "templates",
)
_ALWAYS_IGNORED = (".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback")


def configure(c: Any, root: Path) -> None:  # c: traitlets' Config, which has no types
    """Set every nbgrader option of the course at ``root``.

    Folders are told relative to the root: nbgrader takes student and assignment out of paths with regular
    expressions built from them. Pages and live examples stand beside the released notebook, but nbgrader's
    copies leave them out.
    """
    places = Places(root.resolve())
    c.CourseDirectory.course_id = COURSE
    c.CourseDirectory.root = str(places.root)
    for step, folder in {
        "source": places.source,
        "release": places.release,
        "submitted": places.submitted,
        "autograded": places.autograde,
        "feedback": places.feedback,
    }.items():
        setattr(c.CourseDirectory, f"{step}_directory", str(folder.relative_to(places.root)))
    c.CourseDirectory.source_with_tests_directory = str(
        (places.var / "source_with_tests").relative_to(places.root)
    )
    c.CourseDirectory.solution_directory = str((places.var / "solution").relative_to(places.root))
    c.CourseDirectory.db_url = places.gradebook_url
    c.CourseDirectory.ignore = [*_ALWAYS_IGNORED, *NOT_HANDED_OUT]
    c.ClearSolutions.code_stub = code_stub()
    c.Exchange.root = str(places.exchange)
    c.Exchange.timezone = "UTC"
    c.HTMLExporter.extra_template_basedirs = [str(folder) for folder in _TEMPLATES]
    c.ExportApp.plugin_class = "hocvuso.records.export.HocVuSoExporter"
