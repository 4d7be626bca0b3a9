"""What is killed besides the grader, and what must be true then: certificates, answers, builds."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from certificates_class import Course
from killed import Moment, count_steps, kill

from hocvuso.certificates.publish import index_path
from hocvuso.certificates.register import Register
from hocvuso.certificates.verify import verify_file
from hocvuso.errors import LessonError
from hocvuso.exchange.answers import AnswerStore
from hocvuso.lessons.release import release
from hocvuso.places import Places
from hocvuso.questions.answers import AnswerBook

LESSONS = Path(__file__).parents[2] / "notebooks" / "lessons"
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
HOLDERS = {f"hv-{number}": f"Nguyễn Thị Mẫu {'ABCDEFGH'[number]}" for number in range(8)}


def run(root: Path, *words: str) -> None:
    """One command, uninterrupted."""
    command = [sys.executable, "-m", "hocvuso", "--root", str(root), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# certificates


def certificates_due(root: Path) -> Path:
    """A course in which eight people have earned a certificate; nobody has one yet."""
    root.mkdir(parents=True)
    (root / "nbgrader_config.py").touch()
    course = Course(root)
    course.grade(HOLDERS)
    course.places.exports.mkdir(parents=True)
    shutil.move(course.export, course.places.exports / "grades.csv")
    return root


def certify_words(root: Path) -> tuple[str, ...]:
    """The command."""
    return ("--root", str(root), "certify")


def check_certificates(root: Path) -> None:
    """One whole and valid certificate for each; register, files and what is published agree; nothing is left."""
    places = Places(root)
    with Register(places.issuer / "register.db") as register:
        entries = {learner: register.entries(learner) for learner in HOLDERS}
        issues = [number for _, _, action, number, _ in register.log_lines() if action == "issue"]
        hashes = register.pdf_hashes()
    assert {learner: len(found) for learner, found in entries.items()} == dict.fromkeys(HOLDERS, 1)
    assert sorted(issues) == sorted(entry.number for found in entries.values() for entry in found)
    assert json.loads((places.published / "pdf-hashes.json").read_bytes()) == hashes
    for learner, (entry,) in entries.items():
        listed = json.loads(index_path(places, learner).read_bytes())
        assert [(line["number"], line["state"]) for line in listed] == [(entry.number, "issued")]
        folder = places.certificates / learner
        assert {p.name for p in folder.iterdir()} == {
            f"{entry.number}.json",
            f"{entry.number}.pdf",
            "index.json",
        }
        document, paper = ((folder / f"{entry.number}.{kind}").read_bytes() for kind in ("json", "pdf"))
        assert document.decode() == entry.credential
        assert hashlib.sha256(paper).hexdigest() == entry.pdf_sha256
        for data in (document, paper):
            verdict = verify_file(data, places.published)
            assert (verdict.kind, verdict.fields["name"]) == ("valid", HOLDERS[learner])
    assert not [p for top in (places.issuer, places.published) for p in top.rglob(".*")]


def certificates_survive(root: Path, moment: Moment) -> None:
    """Kill the issuer at ``moment``, run it again, and once more."""
    certificates_due(root)
    kill(root, moment, *certify_words(root))
    run(root, "certify")
    check_certificates(root)
    before = {p: p.read_bytes() for p in Places(root).certificates.rglob("*") if p.is_file()}
    run(root, "certify")
    assert {p: p.read_bytes() for p in Places(root).certificates.rglob("*") if p.is_file()} == before


# answers

EDITS = 60
SAVING = f"""
from datetime import UTC, datetime
from pathlib import Path
from hocvuso.exchange.answers import AnswerStore
from hocvuso.questions import ShortText
store = AnswerStore(Path(sys.argv[0]), clock=lambda: datetime(2026, 11, 21, 8, tzinfo=UTC))
for edit in range({EDITS}):
    name = f"c{{edit % 3}}"
    asked = ShortText(name, "Gì?", accept=["x"], why="Vì.").asked()
    record = store.read("an", "t14-05").answers.get(name)
    seen = record.revision if record else 0
    answer = f"{{name}} {{seen + 1}} " + "đ" * 100
    store.save("an", "t14-05", asked, answer, seen=seen, edited=datetime(2026, 11, 21, 7, tzinfo=UTC))
"""


def answers_survive(root: Path, moment: Moment) -> None:
    """Kill the saver at ``moment``: the book is whole at once, and the history once the next edit is saved."""
    folder = root / "an" / "t14-05"
    kill(root, moment, str(root), code=SAVING)
    book = AnswerBook.read(folder / "answers.json") if (folder / "answers.json").exists() else AnswerBook()
    assert {q: r.answer.split()[:2] for q, r in book.answers.items()} == {
        q: [q, str(r.revision)] for q, r in book.answers.items()
    }
    before = {q: r.revision for q, r in book.answers.items()}
    count_steps(root, str(root), code=SAVING)
    book = AnswerStore(root, clock=lambda: NOW).read("an", "t14-05")
    assert {q: r.revision for q, r in book.answers.items()} == {
        q: before.get(q, 0) + EDITS // 3 for q in ("c0", "c1", "c2")
    }
    lines = (folder / "history.jsonl").read_text("utf-8").splitlines()
    kept: dict[str, list[int]] = {}
    for entry in map(json.loads, lines):
        assert entry["answer"].split()[:2] == [entry["question"], str(entry["revision"])]
        kept.setdefault(entry["question"], []).append(entry["revision"])
    assert kept == {q: list(range(1, r.revision)) for q, r in book.answers.items()}
    assert {p.name for p in folder.iterdir()} == {"answers.json", "history.jsonl"}


# builds

BUILT = ("t14-05", "t18-02")
Halves = tuple[dict[str, bytes], dict[str, bytes]]


def build_course(root: Path) -> Path:
    """Two lessons, built."""
    root.mkdir(parents=True)
    (root / "nbgrader_config.py").touch()
    for lesson in BUILT:
        target = Places(root).lessons / lesson[:3] / f"{lesson}.md"
        target.parent.mkdir(parents=True)
        shutil.copy(LESSONS / lesson[:3] / f"{lesson}.md", target)
    run(root, "build")
    return root


def change_texts(root: Path) -> None:
    """The author adds a sentence to each lesson."""
    for lesson in BUILT:
        path = Places(root).lessons / lesson[:3] / f"{lesson}.md"
        path.write_text(path.read_text("utf-8") + "\nMột câu mới.\n", encoding="utf-8")


def halves(root: Path, lesson: str) -> Halves:
    """The source and the release of a lesson, file by file."""
    places = Places(root)
    source, released = (
        {p.name: p.read_bytes() for p in (top / lesson).iterdir()} for top in (places.source, places.release)
    )
    return source, released


def build_survives(root: Path, moment: Moment, earlier: Path, later: Path) -> None:
    """Kill the build of changed texts at ``moment``: each half is the earlier or the later one, whole.

    Where the kill fell between the two halves of a lesson, it counts as not built and is not released.
    """
    shutil.copytree(earlier, root)
    change_texts(root)
    kill(root, moment, "--root", str(root), "build")
    for lesson in BUILT:
        pairs = zip(halves(root, lesson), halves(earlier, lesson), halves(later, lesson), strict=True)
        found = [(half == old, half == new) for half, old, new in pairs]
        assert all(old or new for old, new in found)
        if len(set(found)) > 1:
            with pytest.raises(LessonError, match="hocvuso build"):
                release(Places(root), [lesson], now=NOW)
    run(root, "build")
    assert [halves(root, lesson) for lesson in BUILT] == [halves(later, lesson) for lesson in BUILT]
    assert {p.name for p in Places(root).source.iterdir()} == {*BUILT, ".built"}
    assert {p.name for p in (Places(root).source / ".built").iterdir()} == set(BUILT)
