"""How lessons are written: normal form, spelling, tone marks, agreed terms, length of sentences."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from hocvuso.language import N_
from hocvuso.lint.course import Course, Page
from hocvuso.lint.passages import Passage
from hocvuso.lint.reference import Term
from hocvuso.lint.rule import Complaint, PageRule, PassageRule
from hocvuso.lint.tone import usual

LONGEST_SENTENCE = 35
LONGEST_PARAGRAPH = 110
_END = re.compile(r"(?<=[.?!…;:])[”\"’)]*\s+")
_WORD = re.compile(r"[^\W\d_]+")
_NAME = re.compile(  # what has digits, a file or a host, a word that a program fills in, a name such as Sanh-Mau
    r"\S*\d\S*|\S+\.(?:vn|com|org|net|example|md|py|csv|xlsx|docx|pdf)\S*|\{\w+\}|\b(?a:\w+(?:[-_]\w+)+)\b"
)
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
_ROMAN = re.compile(r"[IVX]+")


class ComposedText(PageRule):
    """A lesson's file is in Unicode normal form C."""

    code = "not-nfc"
    mend = N_("Hãy gõ lại chữ ấy bằng bộ gõ Unicode dựng sẵn.")

    def complaints(self, page: Page, course: Course) -> Iterator[tuple[int, str, Complaint]]:
        """Lines that are not."""
        del course
        for number, line in enumerate(page.text.splitlines(), start=1):
            if not unicodedata.is_normalized("NFC", line):
                word = next(w for w in line.split() if not unicodedata.is_normalized("NFC", w))
                sentence = N_("Chữ “{word}” không ở dạng dựng sẵn (NFC), tìm kiếm sẽ không thấy.")
                yield number, "", Complaint(sentence, {"word": word})


class Spelling(PassageRule):
    """Every syllable is one of hunspell's Vietnamese dictionary or of the course's own terms.

    A sentence without a single Vietnamese letter is a password, a file's name or a message typed without marks.
    """

    code = "spelling"
    mend = N_("Hãy sửa lỗi gõ; nếu là tên hoặc từ dùng có chủ ý, hãy thêm vào notebooks/reference/terms.txt.")

    def cannot_run(self, course: Course) -> str:
        """Without the dictionary of Debian's package ``hunspell-vi``."""
        missing = N_("chưa cài từ điển tiếng Việt; hãy cài gói hunspell-vi rồi chạy lại.")
        return missing if course.reference.syllables is None else ""

    def complaints(self, passage: Passage, course: Course) -> Iterator[Complaint]:
        """Words that are in neither list, all of a passage in one complaint."""
        known = course.reference.syllables or frozenset()
        vietnamese = (part for part in _END.split(passage.words) if not part.isascii())
        words = dict.fromkeys(word for part in vietnamese for word in _WORD.findall(_NAME.sub(" ", part)))
        unknown = [
            word
            for word in words
            if len(word) > 1 and not _ROMAN.fullmatch(word) and usual(word).casefold() not in known
        ]
        if unknown:
            yield Complaint(N_("Không có trong từ điển: {words}."), {"words": ", ".join(unknown)})


class ToneMarks(PassageRule):
    """Tone marks stand where most of today's texts put them: “hòa”, “khỏe”, “thủy”."""

    code = "tone-mark"
    mend = N_("Hãy chỉnh bộ gõ về kiểu đặt dấu cũ (“òa, úy”) cho giống các bài khác.")

    def complaints(self, passage: Passage, course: Course) -> Iterator[Complaint]:
        """Syllables with the mark on the last vowel."""
        del course
        for word in dict.fromkeys(_WORD.findall(passage.words)):
            better = usual(word)
            if better != word:
                yield Complaint(
                    N_("“{word}”: các bài khác viết “{better}”."), {"word": word, "better": better}
                )


class Glossary(PassageRule):
    """One thing has one name in all lessons: the glossary's.

    People who are quoted speak as they do.
    """

    code = "glossary"
    mend = N_("Hãy dùng từ ấy; bảng từ chung ở notebooks/reference/glossary.toml.")

    def cannot_run(self, course: Course) -> str:
        """Without the glossary."""
        missing = N_("không có bảng từ chung notebooks/reference/glossary.toml.")
        return missing if course.reference.glossary is None else ""

    def complaints(self, passage: Passage, course: Course) -> Iterator[Complaint]:
        """Words that the glossary replaces."""
        if passage.kind in {"quote", "speech"}:
            return
        words = _QUOTED.sub(" ", passage.words)
        for term in course.reference.glossary or ():
            for word in term.instead_of:
                if _says(words, word, term):
                    sentence = N_("“{word}”: các bài dùng “{use}” ({why}).")
                    yield Complaint(sentence, {"word": word, "use": term.use, "why": term.why})


class SentenceLength(PassageRule):
    """No sentence is longer than 35 syllables."""

    code = "long-sentence"
    mend = N_("Hãy tách thành hai câu.")

    def complaints(self, passage: Passage, course: Course) -> Iterator[Complaint]:
        """The sentences that are; a colon or a semicolon gives a rest as a full stop does."""
        del course
        if passage.kind == "table":
            return
        for sentence in _END.split(passage.words):
            count = len(sentence.split())
            if count > LONGEST_SENTENCE:
                fields = {"count": count, "most": LONGEST_SENTENCE, "start": " ".join(sentence.split()[:6])}
                yield Complaint(N_("Câu “{start}…” dài {count} chữ; nhiều nhất là {most}."), fields)


class ParagraphLength(PassageRule):
    """No paragraph is longer than 110 syllables: a screen of a phone."""

    code = "long-paragraph"
    mend = N_("Hãy tách đoạn, hoặc đổi thành danh sách.")

    def complaints(self, passage: Passage, course: Course) -> Iterator[Complaint]:
        """The paragraphs that are."""
        del course
        count = len(passage.words.split())
        if passage.kind != "table" and count > LONGEST_PARAGRAPH:
            sentence = N_("Đoạn này dài {count} chữ; nhiều nhất là {most}.")
            yield Complaint(sentence, {"count": count, "most": LONGEST_PARAGRAPH})


def _says(text: str, word: str, term: Term) -> bool:
    """Whether ``word`` stands in ``text`` otherwise than inside of the term itself."""
    around = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    return bool(around.search(re.sub(re.escape(term.use), " ", text, flags=re.IGNORECASE)))
