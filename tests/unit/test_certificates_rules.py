"""Rules of certificates: what ships is sound, and a mistaken file tells all its mistakes."""

from decimal import Decimal

import pytest

from hocvuso.certificates.rules import read_rules
from hocvuso.problems import FileProblemsError

GOOD = """
[[certificate]]
id = "mau"
version = 1
name = "Mẫu"
name_en = "Sample"
description = "Mô tả."
criteria = "Tiêu chí."
[[certificate.lesson]]
id = "t14-05"
title = "Bài một"
pass = 0.7
"""


def write(folder, text):
    path = folder / "rules.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_shipped_rules():
    """The first certificate asks for the four first lessons, seven tenths of the points of each."""
    (rule,) = read_rules()
    assert {lesson.id for lesson in rule.lessons} == {"t14-05", "t20-01", "t03-09", "t18-02"}
    assert {lesson.pass_ratio for lesson in rule.lessons} == {Decimal("0.7")}
    assert rule.alignment == ()


def test_all_mistakes_at_once(tmp_path):
    """Every mistake is told with its place, those of shape beside those of repetition."""
    text = GOOD.replace('name_en = "Sample"', 'colour = "red"').replace("pass = 0.7", "pass = 1.5")
    again = '[[certificate.lesson]]\nid = "t14-05"\ntitle = ""\npass = 0\n'
    with pytest.raises(FileProblemsError) as caught:
        read_rules(write(tmp_path, text + again))
    assert {problem.place for problem in caught.value.problems} == {
        "certificate.1.name_en",
        "certificate.1.colour",
        "certificate.1.lesson.1.pass",
        "certificate.1.lesson.2.title",
        "certificate.1.lesson.2.pass",
        "certificate.1.lesson",
    }
    assert len(str(caught.value).splitlines()) == 7


@pytest.mark.parametrize("text", ["", "[[certificate]", "certificate = 3", GOOD + GOOD, "\udcff"])
def test_no_half_file(tmp_path, text):
    """A file without certificates, with broken syntax, with one id twice, or not UTF-8 is refused."""
    path = tmp_path / "rules.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(FileProblemsError):
        read_rules(path)


def test_missing_file(tmp_path):
    """A file that isn't there is a sentence, not a traceback."""
    with pytest.raises(FileProblemsError, match="không đọc được"):
        read_rules(tmp_path / "none.toml")


def test_demands_are_what_decides(tmp_path):
    """Another title asks the same; another ratio or lesson asks something else."""
    demands = read_rules(write(tmp_path, GOOD))[0].demands()
    assert read_rules(write(tmp_path, GOOD.replace("Bài một", "Bài hai")))[0].demands() == demands
    assert read_rules(write(tmp_path, GOOD.replace("0.7", "0.70")))[0].demands() == demands
    assert read_rules(write(tmp_path, GOOD.replace("0.7", "0.8")))[0].demands() != demands
    assert read_rules(write(tmp_path, GOOD.replace("t14-05", "t14-06")))[0].demands() != demands
