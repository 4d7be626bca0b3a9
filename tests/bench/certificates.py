"""Certificates per second: signed credential, PDF with its seal, register, files, everything."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.bench.measure import QUICK, in_turns, keep, median, seconds, spread

from certificates_class import Course  # isort: skip  (found through the path that `measure` adds)


def main() -> None:
    """Sixty certificates (twenty when quick), three times, after a first one that loads the fonts."""
    count, runs = (20, 2) if QUICK else (60, 3)
    people = {f"hv-{number:03}": f"Nguyễn Thị Mẫu Số {'ABCDEFGHIJ'[number % 10]}" for number in range(count)}
    with tempfile.TemporaryDirectory() as scratch:

        def issue(run: int) -> float:
            course = Course(Path(scratch) / str(run), seed=run)
            course.places.root.mkdir()
            course.grade({"dau-tien": "Người Đầu Tiên"})
            course.certify()
            course.grade(people)
            took = seconds(course.certify)
            return count / took

        found = in_turns({"per second": issue}, runs)["per second"]
    keep(
        "certificates",
        {"certificates": count, "per_second": found},
        [("certificates", "per second"), (str(count), f"{median(found):.1f} ({spread(found)})")],
    )


if __name__ == "__main__":
    main()
