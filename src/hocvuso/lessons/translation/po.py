"""The PO file of a lesson in one language: ``t03-09.en.po`` beside ``t03-09.md``; kept in step, never losing a text."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from babel.core import UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po, write_po

from hocvuso.errors import LessonError
from hocvuso.language import N_, SOURCE, get_language, languages, nfc
from hocvuso.lessons.editions import write_alone
from hocvuso.lessons.find import find_files
from hocvuso.lessons.read import read_lesson
from hocvuso.lessons.translation.texts import TITLE, texts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hocvuso.lessons.read import Lesson
    from hocvuso.places import Places

_WIDTH = 110


@dataclass(frozen=True, slots=True)
class Updated:
    """A PO file after an extraction: how many texts it has, and how many of them need a translator."""

    path: Path
    texts: int
    new: int
    fuzzy: int
    missing: int
    obsolete: int

    def tell(self, lang: str) -> str:
        """The counts in a sentence."""
        sentence = N_(
            "{file}: {texts} câu, mới {new}, cần xem lại {fuzzy}, chưa dịch {missing}; giữ {obsolete} câu cũ."
        )
        counts = {name: getattr(self, name) for name in ("texts", "new", "fuzzy", "missing", "obsolete")}
        return get_language(lang)(sentence, file=self.path.name, **counts)


def update_all(places: Places, lessons: Sequence[str], lang: str) -> list[Updated]:
    """Bring the PO files of ``lessons`` in step; of all lessons that have one in ``lang`` when none is named.

    Raises `LessonError` for the first lesson that can't be found or read.
    """
    errors: list[LessonError] = []
    paths = find_files(places, lessons, errors)
    if errors:
        raise errors[0]
    return [
        update_po(read_lesson(path, root=places.root), lang)
        for path in paths
        if lessons or lang in po_files(path)
    ]


def po_files(lesson: Path) -> dict[str, Path]:
    """The translations of the lesson in the file ``lesson``, by language."""
    found = {lang: lesson.with_suffix(f".{lang}.po") for lang in languages() if lang != SOURCE}
    return {lang: path for lang, path in found.items() if path.is_file()}


def update_po(lesson: Lesson, lang: str) -> Updated:
    """Bring the lesson's PO file in ``lang`` in step with its text; it is made when there is none.

    What changed keeps its translation, marked fuzzy with the sentence as it was; what is gone is kept as obsolete,
    and returns when its sentence does.
    """
    if lang == SOURCE or lang not in languages():
        known = ", ".join(code for code in languages() if code != SOURCE)
        raise LessonError(
            N_("Chưa dịch được sang “{lang}”: hãy chọn một trong {known}."), lang=lang, known=known
        )
    path = lesson.path.with_suffix(f".{lang}.po")
    template = _template(lesson, lang)
    catalogue = read_catalogue(path, lang) if path.is_file() else _empty(lesson, lang)
    before = {_key(message) for message in catalogue if message.id}
    _bring_back(catalogue, template)
    catalogue.update(template, update_creation_date=False)
    _fill_title(catalogue, lesson, lang)
    raw = BytesIO()
    write_po(raw, catalogue, width=_WIDTH, include_lineno=False, include_previous=True)
    text = nfc(raw.getvalue().decode("utf-8"))
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        write_alone(path, text)
    live = [message for message in catalogue if message.id]
    return Updated(
        path=path,
        texts=len(live),
        new=sum(_key(message) not in before for message in live),
        fuzzy=sum(message.fuzzy for message in live),
        missing=sum(not message.string for message in live),
        obsolete=len(catalogue.obsolete),
    )


def read_catalogue(path: Path, lang: str) -> Catalog:
    """The file's catalogue; raises `LessonError` when it is no PO file."""
    try:
        with path.open("rb") as file:
            return read_po(file, locale=lang, abort_invalid=True)
    except (PoFileError, UnknownLocaleError, UnicodeDecodeError, ValueError) as error:
        sentence = N_("Tệp dịch {path} không đọc được: {detail}. Hãy sửa tệp, hoặc lấy lại bản trước.")
        raise LessonError(sentence, path=path.name, detail=str(error)) from error


def _empty(lesson: Lesson, lang: str) -> Catalog:
    return Catalog(
        locale=lang,
        project="hocvuso",
        version=lesson.id,
        header_comment=f"# {lesson.id}: {lang}",
        msgid_bugs_address="",
        last_translator="",
        language_team="",
        fuzzy=False,
    )


def _template(lesson: Lesson, lang: str) -> Catalog:
    template = _empty(lesson, lang)
    for text in texts(lesson):
        place = (f"{lesson.path.name}#{text.cell}", 0)
        template.add(text.words, locations=[place], context=text.context or None)
    return template


def _key(message: Message) -> tuple[str, str]:
    return message.context or "", str(message.id)


def _bring_back(catalogue: Catalog, template: Catalog) -> None:
    """Make live again what had become obsolete and is in the lesson again."""
    wanted = {_key(message) for message in template if message.id}
    for name, message in list(catalogue.obsolete.items()):
        if _key(message) in wanted and catalogue.get(message.id, message.context) is None:
            catalogue[message.id] = catalogue.obsolete.pop(name)


def _fill_title(catalogue: Catalog, lesson: Lesson, lang: str) -> None:
    """The English title that the front matter may have is the first translation of the title."""
    entry = catalogue.get(lesson.front.title, TITLE)
    if entry is not None and not entry.string and lang == "en" and lesson.front.title_en:
        entry.string = lesson.front.title_en
