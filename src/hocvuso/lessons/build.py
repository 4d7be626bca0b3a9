"""``hocvuso build``: from lesson texts to nbgrader's source and release editions.

A lesson is put together in a staging folder and swapped in whole, so a bad lesson, or a crash, leaves the
earlier build where it was. What has not changed is skipped.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import hocvuso.questions
from hocvuso import __version__
from hocvuso.durable import held
from hocvuso.errors import LessonError
from hocvuso.language import N_, SOURCE, get_language, languages
from hocvuso.lessons.assemble import (
    live_notebooks,
    public_record,
    released_code,
    signature_of,
    source_notebook,
    translated_notebook,
    translations_record,
)
from hocvuso.lessons.editions import (
    Edition,
    choose_edition,
    has_begun,
    read_ledger,
    update_ledger,
    write_atomically,
)
from hocvuso.lessons.find import find_files
from hocvuso.lessons.leaks import check_release
from hocvuso.lessons.read import Lesson, digest_of, read_lesson
from hocvuso.lessons.swap import put_in_place
from hocvuso.lessons.translation import Translation, in_languages, po_files, read_translations

if TYPE_CHECKING:
    from hocvuso.places import Places

Report = Callable[[str], None]
_STAGING = ".staging-"


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did: editions ``built``, ``skipped`` as unchanged, and why lessons were refused."""

    built: tuple[str, ...]
    skipped: tuple[str, ...]
    errors: tuple[LessonError, ...]

    @property
    def ok(self) -> bool:
        """Whether no lesson was refused."""
        return not self.errors


def build(places: Places, lessons: Sequence[str] = (), report: Report = lambda _: None) -> BuildReport:
    """Build ``lessons`` (all when none is named); a refused one does not stop the others."""
    built: list[str] = []
    skipped: list[str] = []
    errors: list[LessonError] = []
    say = get_language("vi")
    with _staging(places) as staging:
        for path in find_files(places, lessons, errors):
            try:
                edition, fresh, faults = _build_one(places, path, staging)
            except LessonError as error:
                errors.append(error)
                report(say(N_("✗ {lesson}: không dựng được, bản trước còn nguyên"), lesson=path.stem))
                continue
            (built if fresh else skipped).append(edition)
            if fresh:
                report(say(N_("✓ {edition}"), edition=edition))
                for fault in faults:
                    report(f"  {fault}")
    report(say(N_("Đã dựng {built}, không đổi {same}, từ chối {bad}."), **_counts(built, skipped, errors)))
    return BuildReport(tuple(built), tuple(skipped), tuple(errors))


def _counts(built: list[str], skipped: list[str], errors: list[LessonError]) -> dict[str, object]:
    return {"built": len(built), "same": len(skipped), "bad": len(errors)}


def _build_one(places: Places, path: Path, staging: Path) -> tuple[str, bool, list[str]]:
    """Build one lesson; the edition's name, whether it was built rather than skipped, what its translations lack."""
    files = path, *po_files(path).values()
    stamp = digest_of(b"".join(file.read_bytes() for file in files) + fingerprint().encode())
    current = read_ledger(places.editions).current(path.stem)
    if current and _is_built(places, current.edition, stamp):
        return current.edition, False, []
    lesson = read_lesson(path, root=places.root)
    translations = read_translations(lesson)
    signature = signature_of(lesson)
    entry = choose_edition(read_ledger(places.editions), lesson.id, signature, partial(has_begun, places))
    _make(in_languages(lesson, translations), translations, entry.edition, staging)
    # without a stamp both halves are built again: a crash between them is not taken for a build
    stamp_file(places, entry.edition).unlink(missing_ok=True)
    for half in (places.source, places.release):
        made = staging / half.name / entry.edition
        put_in_place(made, half / entry.edition, _old(staging, half / entry.edition))
    _note(places, lesson.id, entry)
    write_atomically(stamp_file(places, entry.edition), stamp + "\n")
    return entry.edition, True, [line for each in translations for line in each.tell("vi")]


def _make(lesson: Lesson, translations: Sequence[Translation], edition: str, staging: Path) -> None:
    """Write both editions of ``lesson`` below ``staging`` and look for leaks."""
    from hocvuso.lessons.convert import generate
    from hocvuso.lessons.page import render_page

    source = staging / "source" / edition
    release = staging / "release" / edition
    source.mkdir(parents=True)
    _write_json(source / f"{edition}.ipynb", source_notebook(lesson, edition))
    generate(staging, edition, release=staging / "release", db_url=f"sqlite:///{staging / 'scratch.db'}")
    released = (release / f"{edition}.ipynb").read_text(encoding="utf-8")
    public = public_record(lesson, edition, released_code(json.loads(released)))
    _write_json(release / "lesson.json", public | {"translations": translations_record(translations)})
    (release / "page.html").write_text(render_page(released, public), encoding="utf-8")
    for lang in (code for code in languages() if code != SOURCE):
        known = next((each for each in translations if each.lang == lang), None)
        page = (
            render_page(released, public, lang)
            if known is None
            else _page_of(known, lesson, edition, released)
        )
        (release / f"page.{lang}.html").write_text(page, encoding="utf-8")
    for name, notebook in live_notebooks(lesson, edition).items():
        _write_json(release / name, notebook)
    for told in (lesson, *(each.lesson for each in translations)):
        check_release(told, release)
    _open_to_all(release)


def _page_of(translation: Translation, lesson: Lesson, edition: str, released: str) -> str:
    from hocvuso.lessons.page import render_page

    public = public_record(translation.lesson, edition, released_code(json.loads(released)))
    notebook = translated_notebook(json.loads(released), lesson, translation.lesson, public)
    return render_page(json.dumps(notebook), public, translation.lang, left=translation.left)


def _open_to_all(release: Path) -> None:
    """The learner edition holds nothing secret, and the site that reads it may be another system user."""
    release.chmod(0o755)
    for path in release.iterdir():
        path.chmod(0o644)


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _note(places: Places, lesson: str, entry: Edition) -> None:
    known = read_ledger(places.editions).find(entry.edition)
    if known != entry:
        update_ledger(places.editions, lambda ledger: ledger.with_edition(lesson, entry))


def _old(staging: Path, target: Path) -> Path:
    return staging / "old" / target.parent.name / target.name


@contextmanager
def _staging(places: Places) -> Iterator[Path]:
    """A scratch course on the file system of the real one. One build at a time; another one waits."""
    places.source.mkdir(parents=True, exist_ok=True)
    with held(places.source):
        _clear_up(places)
        folder = Path(tempfile.mkdtemp(dir=places.source, prefix=_STAGING))
        try:
            for half in (places.source, places.release):
                _old(folder, half / "any").parent.mkdir(parents=True)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _clear_up(places: Places) -> None:
    """Remove what a killed build left; an earlier build that it had just moved aside is put back."""
    for left in places.source.glob(f"{_STAGING}*"):
        for half in (places.source, places.release):
            for old in (left / "old" / half.name).glob("*"):
                if not (half / old.name).exists():
                    old.rename(half / old.name)
        shutil.rmtree(left, ignore_errors=True)


def stamp_file(places: Places, edition: str) -> Path:
    """The file that says from which text ``edition`` was built; none while a build is unfinished."""
    return places.source / ".built" / edition


def _is_built(places: Places, edition: str, stamp: str) -> bool:
    made = (places.source / edition / f"{edition}.ipynb", places.release / edition / "page.html")
    file = stamp_file(places, edition)
    return all(path.is_file() for path in made) and file.is_file() and file.read_text().strip() == stamp


@cache
def fingerprint() -> str:
    """The hash of everything but the lesson that a build depends on: version, templates, code, sentences, framework."""
    rooms = [Path(__file__).parent, Path(hocvuso.questions.__file__).parent]
    rooms += [Path(hocvuso.__file__).parent / room for room in ("language", "curriculum")]
    total = hashlib.sha256(__version__.encode())
    for room in rooms:
        for path in sorted(p for p in room.rglob("*") if p.suffix in {".py", ".j2", ".json", ".toml", ".po"}):
            total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()
