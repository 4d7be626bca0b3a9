"""Takes the sample class through the whole way, then serves the site.

Each station runs as a process of its own, with the very command an operator would type: the grader never
has the issuer's key in its memory, nor the issuer a submission.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from hocvuso.certificates.verify import verify_file
from hocvuso.demo.people import Person, sample_class
from hocvuso.demo.school import attend
from hocvuso.errors import SetupError
from hocvuso.language import N_, get_language
from hocvuso.lessons.catalogue import read_catalogue

if TYPE_CHECKING:
    from collections.abc import Callable

    from hocvuso.places import Places

say = get_language(os.environ.get("HOCVUSO_LANG", "vi"))


def run_demo(places: Places, *, host: str, port: int, headless: bool, report: Callable[[str], None]) -> int:
    """Build, teach, grade, certify, verify; write demo.json; serve unless ``headless``. The exit code."""
    started = time.monotonic()
    if not headless:
        from hocvuso.hub.serve import check_address

        check_address(host, port)  # now rather than after the class
    mark_as_demo(places)
    people = sample_class()
    step(report, N_("1. Dựng và phát hành bài học"))
    run(places, "build")
    run(places, "release")
    step(report, N_("2. Lớp mẫu {count} người học và nộp bài"), count=len(people))
    run(places, "people", str(write_people(places, people)))
    handed_in = attend(places, people, report=report)
    step(report, N_("3. Chấm {count} bài nộp"), count=len(handed_in))
    run(places, "grade")
    step(report, N_("4. Cấp và xác minh chứng nhận"))
    run(places, "certify")
    numbers = summary(places, people, len(handed_in))
    numbers["seconds"] = round(time.monotonic() - started, 1)
    show_table(places, people, report)
    (places.root / "demo.json").write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
    report(json.dumps(numbers))
    if numbers["graded"] + numbers["refused"] != numbers["submissions"] or not numbers["certificates"]:
        report(say(N_("Có bài nộp không được chấm hoặc không có chứng nhận nào: xem các dòng ở trên.")))
        return 1
    return 0 if headless else open_site(places, host=host, port=port, report=report)


def step(report: Callable[[str], None], message: str, **fields: object) -> None:
    """Head a station."""
    report("\n" + say(message, **fields))


def mark_as_demo(places: Places) -> None:
    """Refuse a course that holds real people; mark this one as a demonstration."""
    mark = places.var / "demo"
    real = any(folder.exists() for folder in (places.answers, places.evidence, places.issuer, places.homes))
    if real and not mark.exists():
        raise SetupError(
            N_(
                "Thư mục {path} đang chứa dữ liệu thật, không phải bản trình diễn: hãy chạy demo ở một bản sao khác."
            ),
            path=places.var,
        )
    mark.mkdir(parents=True, exist_ok=True)


def run(places: Places, *words: str) -> None:
    """Run one ``hocvuso`` command as a process of its own; its failure ends the demonstration."""
    command = [sys.executable, "-m", "hocvuso", "--root", str(places.root), *words]
    done = subprocess.run(command, check=False)
    if done.returncode:
        raise SetupError(N_("Lệnh “hocvuso {words}” dừng vì lỗi ở trên."), words=" ".join(words))


def write_people(places: Places, people: tuple[Person, ...]) -> Path:
    """The class as the CSV file that `hocvuso people` reads."""
    path = places.var / "demo" / "class.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["learner", "full_name", "unit", "email"])
        writer.writerows([p.learner, p.full_name, p.unit, ""] for p in people)
    return path


def summary(places: Places, people: tuple[Person, ...], submissions: int) -> dict[str, int | float]:
    """What came of it: counted in the result records and in the holders' folders, not remembered."""
    states = Counter(result["state"] for result in results(places, people))
    files = [
        file for person in people for file in sorted((places.certificates / person.learner).glob("HVS-*.*"))
    ]
    verdicts = [verify_file(file.read_bytes(), places.published).kind for file in files]
    return {
        "lessons": len(read_catalogue(places)),
        "learners": len(people),
        "submissions": submissions,
        "graded": states["graded"] + states["partly"],
        "refused": states["refused"],
        "certificates": sum(file.suffix == ".json" for file in files),
        "verified": sum(
            kind == "valid" for kind, file in zip(verdicts, files, strict=True) if file.suffix == ".json"
        ),
    }


def results(places: Places, people: tuple[Person, ...]) -> list[dict[str, object]]:
    """The class's result records."""
    return [
        json.loads(file.read_text(encoding="utf-8"))
        for person in people
        for file in sorted((places.results / person.learner).glob("*.json"))
    ]


def show_table(places: Places, people: tuple[Person, ...], report: Callable[[str], None]) -> None:
    """One line per lesson: how many were graded and refused, and the mean."""
    records = results(places, people)
    report("")
    report(f"{say(N_('Bài')):10}{say(N_('Đã chấm')):>10}{say(N_('Từ chối')):>10}{say(N_('Trung bình')):>12}")
    for lesson in sorted({str(r["lesson"]) for r in records}):
        rows = [r for r in records if r["lesson"] == lesson]
        graded = [r for r in rows if r["state"] != "refused"]
        share = sum(float(str(r["points"])) / float(str(r["out_of"])) for r in graded) / max(len(graded), 1)
        report(f"{lesson:10}{len(graded):>10}{len(rows) - len(graded):>10}{share:>11.0%}")


def open_site(places: Places, *, host: str, port: int, report: Callable[[str], None] = print) -> int:
    """Serve the site with three sample accounts until Ctrl-C."""
    from hocvuso.hub.accounts import prepare_demo_accounts
    from hocvuso.hub.serve import serve
    from hocvuso.hub.settings import HubSettings

    accounts = prepare_demo_accounts(places)

    report("\n" + say(N_("Tài khoản mẫu (chỉ dùng được ở bản trình diễn này):")))
    for name, password in accounts.items():
        report(f"  {name:12}{password}")
    report(
        say(
            N_(
                "Mọi phần chạy bằng cùng một tài khoản của máy này: chỉ có ranh giới tiến trình và hộp cát bảo vệ."
            )
        )
    )
    return serve(places, HubSettings(host=host, port=port), demo=True)
