"""The framework that ships is complete and consistent, and a damaged one tells every mistake at once."""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from hocvuso.curriculum import framework, read_framework, topic_title
from hocvuso.curriculum.model import Sourced
from hocvuso.curriculum.read import DATA, FILES
from hocvuso.problems import FileProblemsError

PAGE = (Path(__file__).parents[2] / "docs" / "curriculum.md").read_text(encoding="utf-8")
LETTERS = {"co-ban": "C", "trung-cap": "T", "nang-cao": "N", "chuyen-sau": "S"}


def test_everything_is_there() -> None:
    """6 domains, 24 competences, 4 levels with 2 tiers each, 26 topics with 136 lessons, 7 roles."""
    known = framework()
    assert [len(x) for x in (known.domains, known.competences, known.topics, known.roles)] == [6, 24, 26, 7]
    assert [level.id for level in known.levels] == ["co-ban", "trung-cap", "nang-cao", "chuyen-sau"]
    assert [tier.level for tier in known.tiers] == [level.id for level in known.levels for _ in range(2)]
    official = [lesson for lesson in known.lessons.values() if lesson.official]
    assert len(official) == len({lesson.name.vi for lesson in official}) == 136
    assert [len(topic.lesson) for topic in known.topics[:6]] == [8, 2, 9, 5, 5, 3]
    assert known.lessons["t14-05"].name.vi == "Lừa đảo danh tính số: nhận diện và phòng tránh"
    assert topic_title(14, "en") == "Managing digital identity"
    assert topic_title(27, "vi") == ""
    assert {version.version for version in known.versions.values()} == {1}
    assert known.versions.keys() == FILES.keys()


def test_crosswalks_lead_somewhere() -> None:
    """All but the AI domain has both codes of DigComp, the same; topics reach 21 + 3 competences by position."""
    known = framework()
    codes = {c.id: (c.digcomp_2_2, c.digcomp_3_0) for c in known.competences}
    assert {code: found for code, found in codes.items() if found != (code, code)} == {
        "6.1": (None, None),
        "6.2": (None, None),
        "6.3": (None, None),
    }
    assert [len(edition.names) for edition in known.digcomp] == [21, 21]
    placed = [code for topic in known.topics for code in topic.by_position]
    assert sorted(placed) == sorted(codes)
    taught = {code for topic in known.topics for code in topic.by_content}
    assert codes.keys() - taught == {"2.2", "2.5"} == {c for x in known.extras for c in x.competences}
    assert codes.keys() - {c for lesson in known.lessons.values() for c in lesson.competences} == set()


def test_each_entry_says_where_it_comes_from_and_texts_are_composed() -> None:
    """Source and confidence stand on every entry; no text is decomposed; English differs from Vietnamese."""
    known = framework()
    kinds = (known.levels, known.tiers, known.domains, known.competences, known.digcomp, known.topics)
    entries = [entry for kind in (*kinds, known.extras, known.roles, [known.crosswalk]) for entry in kind]
    assert all(isinstance(entry, Sourced) for entry in entries)
    for path in DATA.glob("*.toml"):
        assert unicodedata.is_normalized("NFC", path.read_text(encoding="utf-8")), path
    names = [lesson.name for lesson in known.lessons.values()] + [c.means for c in known.competences]
    assert not [name.vi for name in names if name.vi == name.en]
    assert {role.source for role in known.roles} == {"project"}
    assert {role.confidence for role in known.roles} == {"low"}


def test_the_page_reasons_each_target() -> None:
    """The table of docs/curriculum.md holds the targets as the data do, and a reason in each line."""
    known = framework()
    rows = re.findall(r"^\| (\d\.\d) [^|]*\|((?: [CTNS] \|){7}) (.+) \|$", PAGE, re.MULTILINE)
    assert [row[0] for row in rows] == [competence.id for competence in known.competences]
    for code, letters, reason in rows:
        assert re.findall(r"[CTNS]", letters) == [LETTERS[role.targets[code]] for role in known.roles], code
        assert len(reason.split()) > 6, code


def damaged(folder: Path, **changes: Callable[[str], str]) -> list[str]:
    """What is told of the shipped data with some files changed, line by line without the head."""
    shutil.copytree(DATA, folder / "data")
    for name, change in changes.items():
        path = folder / "data" / f"{name}.toml"
        text = path.read_text(encoding="utf-8")
        assert change(text) != text
        path.write_text(change(text), encoding="utf-8")
    with pytest.raises(FileProblemsError) as caught:
        read_framework(folder / "data")
    return [line.strip() for line in caught.value.tell().splitlines()[1:]]


def swap(*pairs: tuple[str, str]) -> Callable[[str], str]:
    """Replaces the first occurrence of each text."""

    def change(text: str) -> str:
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new, 1)
        return text

    return change


def test_mistakes_in_all_files_are_told_at_once(tmp_path: Path) -> None:
    """Shape, sources, crosswalks, targets, order: each with file and field, none hidden by another."""
    told = damaged(
        tmp_path,
        sources=swap(("checked = 2026-11-21", 'checked = "mai"')),
        competences=swap(
            ('digcomp_2_2 = "Foundation"', 'digcomp_2_2 = "Beginner"'),
            ('level = "co-ban"', 'level = "so-cap"'),
            ('confidence = "medium"\n\n[[competence]]\nid = "2.6"', '\n[[competence]]\nid = "2.6"'),
            ('digcomp_3_0 = "3.1"', 'digcomp_3_0 = "3.9"'),
            ('name.vi = "An toàn"', "name.vi = 4"),
        ),
        digcomp=swap(("counts", "count")),
        topics=swap(
            ('by_content = ["1.1"]\nsource = "nq398"', 'by_content = ["7.1"]\nsource = "nq399"'),
            ('competences = ["5.4"]', "competences = []"),
        ),
        roles=swap(('"1.1" = "trung-cap"\n', ""), ('"1.2" = "nang-cao"', '"1.2" = "rat-cao"')),
    )
    assert sorted(told) == sorted(
        [
            "sources.toml: source.1.checked: phải là ngày, ví dụ 2026-11-22",
            "competences.toml: level.1.digcomp_2_2: DigComp 2.2 không có “Beginner”",
            "competences.toml: tier.1.level: không có trình độ “so-cap”",
            "competences.toml: competence.8.confidence: thiếu mục này",
            "competences.toml: competence.10.digcomp_3_0: DigComp 3.0 không có “3.9”",
            "competences.toml: domain.4.name.vi: phải là chữ",
            "digcomp.toml: count: mục lạ, hãy bỏ đi hoặc sửa tên",
            "digcomp.toml: counts: thiếu mục này",
            "topics.toml: topic.6.source: không có nguồn “nq399”",
            "topics.toml: topic.1.lesson.1.competences: cần ít nhất một phần tử",
            "topics.toml: topic.6.by_content: không có năng lực “7.1”",
            "roles.toml: role.1.targets: chưa đặt mức cần đạt cho năng lực 1.1",
            "roles.toml: role.1.targets.1.2: không có trình độ “rat-cao”",
        ]
    )


def test_an_entry_that_went_missing_is_noticed(tmp_path: Path) -> None:
    """A lesson, a topic or a competence that is cut out, and numbers that are no order any more."""

    def without_a_lesson_and_the_last_topic(text: str) -> str:
        lessons = text.split("[[topic.lesson]]")
        text = "[[topic.lesson]]".join([*lessons[:3], *lessons[4:]])
        return text[: text.rindex("[[topic]]")].replace("id = 25\n", "id = 26\n")

    told = damaged(
        tmp_path,
        topics=without_a_lesson_and_the_last_topic,
        competences=lambda text: text[: text.rindex("[[competence]]")],
    )
    assert "topics.toml: counts.topic: ghi là 26 nhưng tệp có 25" in told
    assert "topics.toml: counts.lesson: ghi là 136 nhưng tệp có 130" in told
    assert "topics.toml: topic.25.id: số thứ tự phải là 25" in told
    assert "competences.toml: counts.competence: ghi là 24 nhưng tệp có 23" in told
    assert "roles.toml: role.7.targets: không có năng lực “6.3”" in told


@pytest.mark.parametrize("text", ["version = [", "version = 1\ndate = 2026-11-22\nsource = 3\n", ""])
def test_a_file_of_another_shape_is_a_sentence(tmp_path: Path, text: str) -> None:
    """Broken TOML, a list that is none, an empty file: told, never a traceback."""
    assert any(line.startswith("sources.toml") for line in damaged(tmp_path, sources=lambda _: text))


def test_a_file_that_is_gone_is_told_beside_the_others_mistakes(tmp_path: Path) -> None:
    """What refers to the missing file is not told again line by line."""
    shutil.copytree(DATA, tmp_path / "data")
    (tmp_path / "data" / "sources.toml").unlink()
    roles = tmp_path / "data" / "roles.toml"
    roles.write_text(roles.read_text("utf-8").replace("version = 1", "version = 0"), "utf-8")
    with pytest.raises(FileProblemsError) as caught:
        read_framework(tmp_path / "data")
    assert [problem.place for problem in caught.value.problems] == ["sources.toml", "roles.toml: version"]


def test_counts_name_every_kind(tmp_path: Path) -> None:
    """A kind that a file does not count could lose entries unseen."""
    told = damaged(tmp_path, topics=swap((", extra = 2", "")))
    assert told == ["topics.toml: counts.extra: thiếu mục này"]


def test_an_id_used_twice(tmp_path: Path) -> None:
    """Two entries of one kind with the same id are told once."""
    told = damaged(tmp_path, roles=swap(('id = "chuyen-vien"', 'id = "lanh-dao"')))
    assert told == ["roles.toml: role: mã lanh-dao dùng 2 lần"]
