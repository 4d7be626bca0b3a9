"""A small course with an export of grades, for the tests of certificates."""

import csv
import random
import uuid
from datetime import UTC, datetime

from hocvuso.certificates.issue import certify
from hocvuso.certificates.issuer import IssuerProfile
from hocvuso.certificates.publish import file_path
from hocvuso.certificates.rules import read_rules
from hocvuso.places import Places

NOW = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)  # in Viet Nam it is the 22nd already
LESSONS = ("t14-05", "t20-01", "t03-09", "t18-02")
COLUMNS = ("lesson", "assignment", "student_id", "full_name", "unit", "email", "score", "max_score", "state")
PEOPLE = {"phuong": "Nguyễn Thị Hồng Phượng", "quyen": "Ngô Minh Quyền"}


class Course:
    """One course in a folder: write its export, run certify on it."""

    def __init__(self, root, seed=7):
        self.places = Places(root)
        self.export = root / "grades.csv"
        self.random = random.Random(seed)

    def new_id(self):
        return uuid.UUID(int=self.random.getrandbits(128), version=4)

    def grade(self, people, score=7, **scores):
        """An export: everyone in ``people`` has ``score`` of 10 in each lesson, or what ``scores`` says."""
        with self.export.open("w", encoding="utf-8", newline="") as file:
            rows = csv.DictWriter(file, COLUMNS)
            rows.writeheader()
            for learner, name in people.items():
                for lesson in LESSONS:
                    row = {
                        "lesson": lesson,
                        "assignment": lesson,
                        "student_id": learner,
                        "full_name": name,
                        "unit": "Vụ Thử nghiệm",
                        "email": f"{learner}@example.vn",
                        "score": scores.get(learner, score),
                        "max_score": 10,
                        "state": "graded",
                    }
                    rows.writerow(row)

    def certify(self, **options):
        given = {
            "rules": read_rules(),
            "now": NOW,
            "new_id": self.new_id,
            "chance": self.random,
            "profile": IssuerProfile(),
        }
        return certify(self.places, self.export, **{**given, **options})

    def path(self, held, kind):
        return file_path(self.places, held.learner, held.number, kind)

    def read(self, held, kind="json"):
        return self.path(held, kind).read_bytes()


def issued_course(root, people=None):
    """A course whose people all hold a certificate, and their certificates."""
    course = Course(root)
    course.grade(people or PEOPLE)
    return course, course.certify().issued
