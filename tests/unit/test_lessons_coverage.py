"""``hocvuso curriculum``: what is written is counted, what is missing is named, mistakes are told."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hocvuso.cli import main
from hocvuso.curriculum import framework
from hocvuso.lessons.coverage import Coverage, find_coverage, lines
from hocvuso.lessons.new import new_lesson
from hocvuso.lessons.read import read_lesson
from hocvuso.places import Places

CODE = """
```{code-cell}
:tags: [solution]
:id: ham

def ham():
    ### BEGIN SOLUTION
    return 1
    ### END SOLUTION
```

```{code-cell}
:tags: [test]
:id: thu
:points: 2

assert ham() == 1
```
"""


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A course without lessons."""
    (tmp_path / "nbgrader_config.py").touch()
    return Places(tmp_path)


def add(places: Places, lesson: str, *changes: tuple[str, str], more: str = "") -> Path:
    """A lesson made from the skeleton (one question, level co-ban, 8 minutes)."""
    path = new_lesson(places, lesson, date(2026, 11, 22))
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text + more, encoding="utf-8")
    return path


def run(places: Places, *words: str) -> Result:
    """The command, with what it says to stdout and stderr apart."""
    return CliRunner().invoke(main, ["--root", str(places.root), "curriculum", *words])


def tally(counted: dict[str, object]) -> tuple[object, ...]:
    return tuple(counted[name] for name in ("lessons", "questions", "minutes", "types"))


def test_lessons_count_in_their_topic_and_in_each_of_their_competences_and_levels(places: Places) -> None:
    """Questions by type, tests of code as such, minutes; a lesson of two competences counts in both."""
    add(places, "t14-01", ("levels: [co-ban]", "levels: [co-ban, trung-cap]"))
    add(places, "t14-02", ("minutes: 8", "minutes: 9"), more=CODE)
    record = json.loads(run(places, "--json").stdout)
    topics, competences, levels = (
        {each["id"]: each for each in record[name]} for name in ("topics", "competences", "levels")
    )
    both = (["t14-01", "t14-02"], 3, 17, {"choice": 2, "test": 1})
    assert tally(record["total"]) == tally(topics[14]) == tally(competences["2.6"]) == both
    assert tally(competences["4.2"]) == (["t14-02"], 2, 9, {"choice": 1, "test": 1})
    assert tally(levels["trung-cap"]) == (["t14-01"], 1, 8, {"choice": 1})
    assert topics[14]["official"] == {"written": 2, "of": 6}
    assert tally(topics[13]) == ([], 0, 0, {})
    assert record["versions"]["topics"] == framework().versions["topics"].version


def test_what_is_missing_is_named(places: Places) -> None:
    """Thin topics, bare competences and levels, planned extras, and levels that a role needs."""
    add(places, "t14-01")
    add(places, "t14-02")
    add(places, "t10-51")
    missing = json.loads(run(places, "--json").stdout)["missing"]
    assert missing["topics"] == [topic for topic in range(1, 27) if topic != 14]
    codes = {competence.id for competence in framework().competences}
    assert set(missing["competences"]) == codes - {"2.6", "4.2", "2.2"}
    assert missing["levels"] == ["trung-cap", "nang-cao", "chuyen-sau"]
    assert missing["extras"] == ["t13-51"]
    wanted = {(each["competence"], each["level"]): each["roles"] for each in missing["wanted"]}
    assert ("2.6", "co-ban") not in wanted
    assert len(wanted["2.6", "trung-cap"]) == 7
    assert wanted["2.6", "nang-cao"] == ["can-bo-cntt"]
    assert not [level for _, level in wanted if level == "chuyen-sau"]


def test_the_text_tells_the_same(places: Places) -> None:
    """A line for each topic, competence and level, then what is missing; in English on demand."""
    add(places, "t14-01")
    result = run(places)
    assert result.exit_code == 0
    assert result.stdout.startswith("1 bài, 1 câu hỏi, 8 phút; đã viết 1 trong 136 bài chính thức.")
    assert "   1     1     8  14. Quản lý danh tính số (1/6): choice 1\n" in result.stdout
    assert "   0     0     0  2.5 Thực hiện quy tắc ứng xử trên mạng\n" in result.stdout
    assert "  Trình độ chưa có bài: Trung cấp, Nâng cao, Chuyên sâu\n" in result.stdout
    assert "14 (1), 15 (0)" in result.stdout
    english = "\n".join(lines(find_coverage(places), "en"))
    assert "14. Managing digital identity (1/6): choice 1" in english
    assert "Levels without a lesson: Intermediate, Advanced, Highly advanced" in english


def test_nothing_is_missing_once_everything_is_there(places: Places) -> None:
    """Two lessons a topic, all competences at all levels: no list is shown; and 140 lessons are as good as four."""
    codes = ", ".join(f'"{competence.id}"' for competence in framework().competences)
    levels = ", ".join(level.id for level in framework().levels)
    first = add(places, "t01-01", ("levels: [co-ban]", f"levels: [{levels}]"), ('["5.4"]', f"[{codes}]"))
    assert read_lesson(first).front.competences == tuple(c.id for c in framework().competences)
    for lesson in [*framework().lessons, "t26-99", "t26-98"]:
        if lesson != "t01-01":
            add(places, lesson)
    found = find_coverage(places)
    assert len(found.total.lessons) == 140
    assert missing(found) == ["Không thiếu gì so với khung chương trình."]
    assert not any(found.record("vi")["missing"].values())


def missing(found: Coverage) -> list[str]:
    """The lines after the last table."""
    told = list(lines(found, "vi"))
    return told[len(told) - told[::-1].index("") :]


def test_lessons_with_mistakes_are_left_out_and_each_mistake_is_told(places: Places) -> None:
    """The rest is still counted; every mistake of every file is told, with file, line and field; exit code 1."""
    add(places, "t14-01")
    add(places, "t14-02", ('["2.6", "4.2"]', '["7.7", "4.2"]'), ("levels: [co-ban]", "levels: [cao]"))
    add(places, "t20-01", ("topic: 20", "topic: 30"), ('["4.2"]', '["4.2", "4.2"]'))
    for words in ((), ("--json",)):
        result = run(places, *words)
        assert result.exit_code == 1
        for field in ("competences.0", "competences.1", "levels.0", "topic"):
            assert f"Mục “{field}”" in result.stderr
        assert "không có năng lực “7.7”" in result.stderr
        assert "co-ban, trung-cap, nang-cao, chuyen-sau" in result.stderr
        assert "không có chủ đề 30: các chủ đề mang số từ 1 đến 26" in result.stderr
    record = json.loads(run(places, "--json").stdout)
    assert record["total"]["lessons"] == ["t14-01"]
    assert [(each["file"][-9:], each["field"]) for each in record["mistakes"]] == [
        ("t14-02.md", "competences.0"),
        ("t14-02.md", "levels.0"),
        ("t20-01.md", "topic"),
        ("t20-01.md", "competences.1"),
    ]
    assert all(each["line"] > 1 and each["code"] == "front-field" for each in record["mistakes"])


def test_a_lesson_in_two_folders_is_told(places: Places) -> None:
    """It is counted once."""
    path = add(places, "t14-01")
    (places.lessons / "t99").mkdir()
    (places.lessons / "t99" / path.name).write_bytes(path.read_bytes())
    record = json.loads(run(places, "--json").stdout)
    assert record["total"]["lessons"] == ["t14-01"]
    assert "hai nơi" in record["mistakes"][0]["sentence"]


@pytest.mark.parametrize(
    ("lesson", "right"),
    [
        ("t14-06", True),
        ("t14-07", False),
        ("t14-00", False),
        ("t14-50", False),
        ("t14-51", True),
        ("t02-99", True),
    ],
)
def test_a_lesson_stands_at_an_official_place_or_beyond_the_list(
    places: Places, lesson: str, *, right: bool
) -> None:
    """Topic 14 has six official lessons; 51 to 99 are free for others."""
    path = add(places, lesson if right else "t14-06", *([] if right else [("id: t14-06", f"id: {lesson}")]))
    path = path.rename(path.with_name(f"{lesson}.md"))
    found = find_coverage(places)
    assert found.total.lessons == ((lesson,) if right else ())
    told = found.record("vi")["mistakes"]
    assert [each["field"] for each in told] == ([] if right else ["id"])
    assert right or "6 bài chính thức" in told[0]["sentence"]
    assert right or "t14-51" in told[0]["sentence"]


def test_a_new_lesson_brings_what_the_framework_plans_for_its_place(places: Places) -> None:
    """Title in both languages and competences; a place that is open gets words to be replaced."""
    front = read_lesson(new_lesson(places, "t14-02", date(2026, 11, 22))).front
    assert (front.title, front.competences) == ("Bảo vệ thông tin cá nhân và mật khẩu", ("2.6", "4.2"))
    assert front.title_en == "Protecting personal information and passwords"
    assert read_lesson(new_lesson(places, "t14-60", date(2026, 11, 22))).front.title.startswith("Tên bài")
