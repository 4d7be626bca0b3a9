"""A lesson that is built again after learners began: from the page to the certificate."""

from __future__ import annotations

import itertools
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from certificates_class import NOW
from site_course import ALICE, BASE, BOB, LESSON, Learner, make_site_course, running_site, write_lesson

from hocvuso.certificates.issue import certify
from hocvuso.certificates.issuer import IssuerProfile
from hocvuso.certificates.rules import read_rules
from hocvuso.grading.grade import grade_waiting
from hocvuso.lessons.build import build
from hocvuso.places import Places
from hocvuso.records.grades_csv import write_export
from hocvuso.records.people import import_people

pytestmark = pytest.mark.slow

SECOND = f"{LESSON}-e2"
NEW_TEXT = {"Đọc rồi trả lời.": "Đọc kỹ rồi hãy trả lời."}
NEW_QUESTION = """```{code-cell} ipython3
:tags: [question]

Choice(
    "cau-them",
    "Nhận được tin nhắn lạ có đường dẫn. Nên làm gì?",
    options={"a": "Bấm thử", "b": "Không bấm"},
    key="b",
    why="GIẢI-THÍCH-MẬT: đường dẫn lạ dẫn tới trang giả.",
    points=2,
)
```

```{code-cell} ipython3
---
tags: [live]
id: thu-dem
"""
LIVE = "```{code-cell} ipython3\n---\ntags: [live]\nid: thu-dem\n"
RULES = f"""
[[certificate]]
id = "thu"
version = 1
name = "Chứng nhận thử"
name_en = "A certificate to try"
description = "Thử."
criteria = "Đủ điểm."
[[certificate.lesson]]
id = "{LESSON}"
title = "Bài thử của trang"
pass = 0.9
"""


@pytest.fixture
def edition_places(tmp_path: Path) -> Places:
    return make_site_course(tmp_path.resolve())


@pytest.fixture
def edition_learners(edition_places: Places) -> Iterator[tuple[Learner, Learner]]:
    with running_site(edition_places) as url:
        alice, bob = Learner(url), Learner(url)
        alice.sign_in(ALICE)
        bob.sign_in(BOB)
        yield alice, bob
        alice.http.close()
        bob.http.close()


def _edition(learner: Learner) -> str:
    found = re.search(r'<meta content="([^"]+)" name="hv-edition"', learner.get(f"bai/{LESSON}").text)
    return found[1] if found else ""


def _answer(learner: Learner, edition: str, **answers: str) -> None:
    for question, answer in answers.items():
        name = question.replace("_", "-")
        body = {"answer": answer, "seen": 0, "age_ms": 0}
        saved = learner.send("PUT", f"api/answers/{edition}/{name}", json=body)
        assert saved.status_code == 200, saved.text


def _grade(places: Places) -> None:
    numbers = itertools.count()
    summary = grade_waiting(places, now=lambda: datetime.now(UTC), new_id=lambda: f"id{next(numbers)}")
    assert summary.failed == 0


def _points(learner: Learner, edition: str) -> tuple[int, int]:
    told = learner.send("GET", f"api/result/{edition}").json()
    return told["points"], told["out_of"]


def test_a_lesson_rebuilt_after_learners_began(
    edition_places: Places, edition_learners: tuple[Learner, Learner], tmp_path: Path
) -> None:
    """Who began gets new text and finishes their own questions, newcomers get new ones; the better result counts."""
    places, (alice, bob) = edition_places, edition_learners
    _answer(alice, LESSON, cuoc_goi="b")

    write_lesson(places, NEW_TEXT)
    page = alice.get(f"bai/{LESSON}").text
    assert "Đọc kỹ rồi hãy trả lời." in page
    assert _edition(alice) == LESSON
    assert alice.answers()["cuoc-goi"]["answer"] == "b"

    write_lesson(places, NEW_TEXT | {LIVE: NEW_QUESTION})
    assert (_edition(alice), _edition(bob)) == (LESSON, SECOND)
    assert "cau-them" not in alice.get(f"bai/{LESSON}").text
    assert "cau-them" in bob.get(f"bai/{LESSON}").text
    card = f'hv-card-title"><a href="{BASE}bai/{LESSON}"'
    assert alice.get("").text.count(card) == 1, "one lesson, whatever its editions"

    _answer(alice, LESSON, ma_so="OTP")
    assert alice.hand_in(LESSON).status_code == 201
    _answer(bob, SECOND, cuoc_goi="b", ma_so="OTP", cau_them="a")
    assert bob.hand_in(SECOND).status_code == 201
    _grade(places)
    assert _points(alice, LESSON) == (2, 2)
    assert _points(bob, SECOND) == (2, 4)

    # handed in, so the next time is the newest edition; a worse result there takes nothing away
    assert _edition(alice) == SECOND
    _answer(alice, SECOND, cuoc_goi="b", ma_so="OTP", cau_them="a")
    assert alice.hand_in(SECOND).status_code == 201
    _grade(places)
    shown = alice.get(f"bai/{LESSON}/ket-qua").text
    assert "<strong>2</strong><span>/4" in shown
    assert "2/2" in shown, "the better result is told beside the newer one"

    people = tmp_path / "people.csv"
    people.write_text(
        f"learner,full_name,unit,email\n{ALICE},Nguyễn An,Vụ,\n{BOB},Lê Bình,Vụ,\n", encoding="utf-8"
    )
    import_people(places, people, now=NOW)
    rules = tmp_path / "rules.toml"
    rules.write_text(RULES, encoding="utf-8")
    chance = Random(3)
    issued = certify(
        places,
        write_export(places),
        rules=read_rules(rules),
        now=NOW,
        new_id=lambda: uuid.UUID(int=chance.getrandbits(128), version=4),
        chance=chance,
        profile=IssuerProfile(),
    ).issued
    assert [held.learner for held in issued] == [ALICE]


def test_a_mistake_in_a_rebuild_reaches_nobody(
    edition_places: Places, edition_learners: tuple[Learner, Learner]
) -> None:
    """A lesson that can't be built any more is still there for learners, as it was."""
    alice, _ = edition_learners
    before = alice.get(f"bai/{LESSON}").content
    path = edition_places.lessons / "t26" / f"{LESSON}.md"
    path.write_text(path.read_text("utf-8").replace('key="b"', 'key="z"'), encoding="utf-8")
    report = build(edition_places)
    (error,) = report.errors
    assert f"{LESSON}.md:" in error.tell()
    assert alice.get(f"bai/{LESSON}").content == before
    _answer(alice, LESSON, cuoc_goi="b", ma_so="OTP")
    assert alice.hand_in().status_code == 201
    _grade(edition_places)
    assert _points(alice, LESSON) == (2, 2)
