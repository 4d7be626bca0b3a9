"""The sample class: 25 invented people of three invented units, what they take and how each of them does."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

from hocvuso.certificates.rules import read_rules

Habit = Literal["right", "partial", "wrong", "empty", "damaged"]

UNITS = ("Vụ Tổng hợp (lớp mẫu)", "Vụ Phục vụ giám sát (lớp mẫu)", "Văn phòng Đoàn đại biểu (lớp mẫu)")


@dataclass(frozen=True, slots=True)
class Person:
    """One sample learner; ``habit`` is how they answer."""

    learner: str
    full_name: str
    unit: str
    habit: Habit
    codes: bool
    """Whether they also hand in the coding lesson."""

    left: frozenset[str] = frozenset()
    """Lessons left for the visitor who signs in as this person."""


# Every tone and every letter of the alphabet occurs; some are typed as an older phone types them, decomposed.
NAMES: tuple[tuple[str, str, Habit], ...] = (
    ("anh.nt", "Nguyễn Thị Ngọc Ánh", "right"),
    ("quyen.nm", unicodedata.normalize("NFD", "Ngô Minh Quyền"), "right"),
    ("phuoc.dh", "Đặng Hữu Phước", "right"),
    ("thuong.lt", unicodedata.normalize("NFD", "Lê Thị Thương Thưởng"), "right"),
    ("y.hb", "H'Bia Ê Ban Ỷ", "right"),
    ("khue.tv", "Trần Văn Khuê", "right"),
    ("bang.pq", "Phạm Quốc Bằng", "right"),
    ("doan.vt", "Vũ Thế Đoàn", "right"),
    ("tuyet.cth", "Công Tằng Tôn Nữ Hoàng Tuyết", "right"),
    ("nghi.lx", "Lương Xuân Nghĩ", "right"),
    ("ghi.dt", "Đỗ Thị Ghi", "right"),
    ("hocvien", "Học Viên Mẫu", "right"),
    ("huan.hv", "Hồ Việt Huấn", "partial"),
    ("mung.tt", "Tạ Thị Mừng", "partial"),
    ("ky.dd", "Dương Đình Kỷ", "partial"),
    ("vuong.nq", "Nguyễn Quý Vượng", "partial"),
    ("sam.ql", "Quách Lệ Sầm", "partial"),
    ("oanh.mp", "Mạc Phương Oanh", "partial"),
    ("chau.tn", "Trịnh Ngọc Châu", "wrong"),
    ("giap.vd", "Viên Đức Giáp", "wrong"),
    ("rang.kt", "Kiều Tấn Rạng", "wrong"),
    ("en.lq", "Lò Quang Ẻn", "empty"),
    ("uyen.tm", "Tống Mỹ Uyên", "empty"),
    ("loi.pv", "Phan Văn Lỗi", "damaged"),
    ("hong.ct", "Cao Thị Hỏng", "damaged"),
)

CODERS = {"right", "wrong", "damaged"}

VISITOR = "hocvien"
VISITOR_LEFT = frozenset({"t14-05"})


def lessons_of_the_class() -> frozenset[str]:
    """What the class takes: the lessons that a certificate asks for, however many others there are."""
    return frozenset(lesson.id for rule in read_rules() for lesson in rule.lessons)


def sample_class() -> tuple[Person, ...]:
    """The class, spread over the units in turn."""
    return tuple(
        Person(
            learner,
            name,
            UNITS[i % len(UNITS)],
            habit,
            codes=habit in CODERS,
            left=VISITOR_LEFT if learner == VISITOR else frozenset(),
        )
        for i, (learner, name, habit) in enumerate(NAMES)
    )
