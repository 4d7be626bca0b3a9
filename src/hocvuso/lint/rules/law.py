"""Laws and other sources: in the register, in force, with the right date, looked up within a year."""

from __future__ import annotations

import datetime as dt
import re
from abc import ABC
from collections.abc import Iterator, Mapping

from hocvuso.language import N_
from hocvuso.lint.course import Course, Page
from hocvuso.lint.passages import Passage
from hocvuso.lint.reference import Law
from hocvuso.lint.rule import Complaint, PageRule, PassageRule, Rule

MOST_DAYS = 365
NUMBER = re.compile(r"\b\d{1,5}(?:/\d{4})?/(?:QH\d+|(?:NĐ|NQ|QĐ|TT|CT|TTLT|PL)-[A-ZĐ]+\d*)")


class _WithRegister(Rule, ABC):
    def cannot_run(self, course: Course) -> str:
        """Without the register."""
        missing = N_("không có sổ văn bản notebooks/reference/laws.toml.")
        return missing if course.reference.laws is None else ""


class SourceRegister(_WithRegister, PageRule):
    """A numbered source of a lesson stands in the register, with the same date, and is in force."""

    code = "source-register"
    mend = N_("Hãy tra lại văn bản, rồi sửa nguồn của bài hoặc sổ văn bản notebooks/reference/laws.toml.")

    def complaints(self, page: Page, course: Course) -> Iterator[tuple[int, str, Complaint]]:
        """Numbers that the register doesn't know, other dates, laws not yet or no longer in force."""
        laws = course.reference.laws or {}
        for index, source in enumerate(page.lesson.front.sources):
            if source.number is None:
                continue
            line, where = page.line_of(rf".*{re.escape(source.number)}"), f"sources.{index}"
            law = laws.get(source.number)
            if law is None:
                sentence = N_("Văn bản {number} chưa có trong sổ văn bản.")
                yield line, where, Complaint(sentence, {"number": source.number})
                continue
            if source.date not in {law.issued, law.in_force}:
                dates = " / ".join(str(date) for date in (law.issued, law.in_force) if date)
                fields = {"number": law.number, "date": source.date, "dates": dates}
                yield line, where, Complaint(N_("{number}: bài ghi ngày {date}, sổ ghi {dates}."), fields)
            yield from ((line, where, complaint) for complaint in _not_in_force(law, course.today))


class SourceChecked(PageRule):
    """Every source, and every law of the register that a lesson names, was looked up within a year."""

    code = "source-checked"
    mend = N_("Hãy tra lại nguồn, sửa bài nếu có gì đổi, rồi ghi ngày tra vào checked.")

    def complaints(self, page: Page, course: Course) -> Iterator[tuple[int, str, Complaint]]:
        """Dates of looking up that are old, or still to come."""
        for index, source in enumerate(page.lesson.front.sources):
            law = (course.reference.laws or {}).get(source.number or "")
            where, line = f"sources.{index}", page.line_of(rf".*title: .?{re.escape(source.title)}")
            for checked in filter(None, (source.checked, law.checked if law else None)):
                if (course.today - checked).days > MOST_DAYS:
                    sentence = N_("Nguồn “{title}” tra lần cuối ngày {checked}, đã quá một năm.")
                    yield line, where, Complaint(sentence, {"title": source.title, "checked": checked})
                elif checked > course.today:
                    sentence = N_("Nguồn “{title}” ghi ngày tra {checked}, là ngày chưa đến.")
                    yield line, where, Complaint(sentence, {"title": source.title, "checked": checked})


class LawNamed(_WithRegister, PassageRule):
    """A law named in the text stands in the register; one that was replaced is named only beside its successor."""

    code = "law-named"
    mend = N_("Hãy tra lại số hiệu; ghi văn bản mới, hoặc thêm văn bản vào notebooks/reference/laws.toml.")

    def complaints(self, passage: Passage, course: Course) -> Iterator[Complaint]:
        """Numbers in the text that the register doesn't know, or that are out of force."""
        laws = course.reference.laws or {}
        for number in dict.fromkeys(_numbers_in(passage)):
            law = laws.get(number)
            if law is None:
                yield Complaint(N_("Văn bản {number} chưa có trong sổ văn bản."), {"number": number})
            elif not _beside_successor(law, passage.text, laws):
                yield from _not_in_force(law, course.today)


class LawIsSource(PageRule):
    """A law named in the text is one of the lesson's sources, unless it is named as replaced."""

    code = "law-no-source"
    mend = N_("Hãy thêm văn bản vào sources ở đầu bài, kèm ngày và ngày tra (checked).")

    def complaints(self, page: Page, course: Course) -> Iterator[tuple[int, str, Complaint]]:
        """Numbers that stand in the text only."""
        laws = course.reference.laws or {}
        sources = {source.number for source in page.lesson.front.sources}
        seen: set[str] = set()
        for passage in page.passages:
            for number in _numbers_in(passage):
                law = laws.get(number)
                if number in sources | seen or (law and law.replaced_by in sources):
                    continue
                seen.add(number)
                complaint = Complaint(N_("Bài nhắc {number} mà không ghi trong nguồn."), {"number": number})
                yield passage.line, passage.where, complaint


def _numbers_in(passage: Passage) -> list[str]:
    """The laws that the lesson itself names: tables to clean and impostors' words may hold wrong ones."""
    return [] if passage.kind in {"data", "speech"} else NUMBER.findall(passage.text)


def _not_in_force(law: Law, today: dt.date) -> Iterator[Complaint]:
    if law.replaced_by:
        fields = {"number": law.number, "newer": law.replaced_by}
        yield Complaint(N_("{number} đã được {newer} thay thế."), fields)
    elif law.in_force and law.in_force > today:
        sentence = N_("{number} đến ngày {date} mới có hiệu lực.")
        yield Complaint(sentence, {"number": law.number, "date": law.in_force})


def _beside_successor(law: Law, text: str, laws: Mapping[str, Law]) -> bool:
    """Whether the text also names what replaced ``law``: "Nghị định 356/2025/NĐ-CP thay Nghị định 13/2023/NĐ-CP"."""
    newer = law.replaced_by
    while newer and newer not in text:
        newer = laws[newer].replaced_by if newer in laws else None
    return newer is not None
