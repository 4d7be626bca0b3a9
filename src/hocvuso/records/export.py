"""The export: ``nbgrader export --exporter=hocvuso.records.export.HocVuSoExporter --to=grades.csv``.

Apart from what it writes (`hocvuso.records.grades_csv`), because to load nbgrader's plugins takes half a second.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbgrader.plugins import ExportPlugin

from hocvuso.records.grades_csv import write_grades
from hocvuso.records.tables import prepare


class HocVuSoExporter(ExportPlugin):  # type: ignore[misc]  # nbgrader has no types
    """nbgrader's ``export`` with our columns; honours ``--to``, ``--student`` and ``--assignment``."""

    def export(self, gradebook: Any) -> None:  # nbgrader's Gradebook, which has no types
        """Write the gradebook's grades as CSV to ``--to``, by default grades.csv."""
        prepare(gradebook.engine)
        target = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", target)
        write_grades(
            gradebook.engine, target, {str(s) for s in self.student}, {str(a) for a in self.assignment}
        )
