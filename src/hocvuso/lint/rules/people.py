"""People in lessons: nobody's number, and nobody who holds an office."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hocvuso.language import N_
from hocvuso.lint.course import Course, Page
from hocvuso.lint.passages import Passage
from hocvuso.lint.rule import Complaint, PageRule, PassageRule

_NUMBER = re.compile(r"(?<![\w/.])(?:\+84|\d)(?:[ .]?\d){8,11}(?![\w/])")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:[ .]\d{3}){2,3}")  # 1.500.000.000 is an amount
_OFFICES = (
    "Tổng Bí thư", "Chủ tịch nước", "Thủ tướng", "Chủ tịch Quốc hội", "Bộ trưởng", "Thứ trưởng", "Chủ nhiệm",
    "Chủ tịch", "Bí thư", "Tổng Thư ký", "Viện trưởng", "Chánh án", "Tổng Kiểm toán", "Thống đốc", "Chánh Văn phòng",
    "Giám đốc", "Cục trưởng", "Vụ trưởng", "Trưởng đoàn", "Trưởng Ban",
)  # fmt: skip
_FAMILIES = (
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương",
    "Lý", "Tô", "Đinh", "Trương", "Lương", "Đào", "Mai", "Trịnh", "Hà", "Tạ", "Phùng", "Lâm", "Đoàn", "Cao", "Vương",
)  # fmt: skip
_UPPER = "A-ZÀ-ỸĐ"
_OF = rf"(?:[{_UPPER}]\w*|xã|phường|tỉnh|thành|phố|nước|ban|hội|nhân|dân|kiêm|và|là|ông|bà|đồng|chí|tịch|trưởng|nhiệm)"
_NAME = rf"(?:{'|'.join(_FAMILIES)})(?:\s+[{_UPPER}]\w*){{1,3}}"
_OFFICE = rf"(?:{'|'.join(_OFFICES)})"
_HOLDER = re.compile(
    rf"{_OFFICE}(?:,?\s+{_OF}){{0,9}}?,?\s+(?P<after>{_NAME})"
    rf"|(?P<before>{_NAME})(?:,|\s+là|\s+làm|\s+giữ chức)\s+(?:Phó\s+)?{_OFFICE}"
)
INVENTED = ("Mẫu", "Thí Dụ", "Ví Dụ", "Giả Định", "Minh Họa", "Tưởng Tượng", "Bài Tập", "Thử", "Nháp")


class PersonalNumber(PageRule):
    """No number in a lesson could be somebody's: telephone, identity card, bank account."""

    code = "personal-number"
    mend = N_("Hãy che bớt, ví dụ 0********123.")

    def complaints(self, page: Page, course: Course) -> Iterator[tuple[int, str, Complaint]]:
        """Runs of 9 to 12 digits, with or without blanks and points between them."""
        del course
        for number, line in enumerate(page.text.splitlines(), start=1):
            for found in _NUMBER.finditer(line):
                if not _GROUPED.fullmatch(found[0]):
                    sentence = N_("“{number}” có thể là số của một người thật.")
                    yield number, "", Complaint(sentence, {"number": found[0]})


class OfficeHolder(PassageRule):
    """No lesson says who holds an office: that changes, and the lesson with it."""

    code = "office-holder"
    mend = N_("Hãy bỏ tên, chỉ nêu chức danh; người bịa ra thì đặt tên như Nguyễn Văn Mẫu.")

    def complaints(self, passage: Passage, course: Course) -> Iterator[Complaint]:
        """An office with a name after it that isn't plainly invented."""
        del course
        for found in _HOLDER.finditer(passage.text):
            if not (found["after"] or found["before"]).endswith(INVENTED):
                yield Complaint(N_("“{words}” nêu tên người giữ chức vụ."), {"words": found[0]})
