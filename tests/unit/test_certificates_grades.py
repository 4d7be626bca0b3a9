"""The export of grades is read exactly, or refused whole with every mistake."""

import unicodedata
from fractions import Fraction

import pytest

from hocvuso.certificates.grades import Results, name_fault, read_results
from hocvuso.problems import FileProblemsError

HEAD = "lesson,assignment,student_id,full_name,score,max_score,state"


def read(folder, *rows, head=HEAD, encoding="utf-8"):
    path = folder / "export.csv"
    path.write_bytes("\n".join([head, *rows, ""]).encode(encoding))
    return read_results(path)


def test_best_of_editions(tmp_path):
    """A lesson's result is the best ratio over its editions, exactly; rows may be missing."""
    (person,) = read(
        tmp_path,
        "t14-05,t14-05,an,Lê An,7,10,graded",
        "t14-05,t14-05-e2,an,Lê An,2,3,graded",
        "t20-01,t20-01,an,Lê An,2.1,3.0,graded",
    )
    assert person.best == {"t14-05": Fraction(7, 10), "t20-01": Fraction(7, 10)}


def test_no_result(tmp_path):
    """An empty score, or a lesson without points, is no result and no mistake."""
    (person,) = read(
        tmp_path, "t1,t1,an,Lê An,,10,missing", "t2,t2,an,Lê An,0,0,graded", "t3,t3,an,Lê An,1,,x"
    )
    assert person.best == {}


def test_names_are_composed(tmp_path):
    """A name in decomposed Unicode, with stray spaces, is the same name."""
    name = unicodedata.normalize("NFD", "Ngô  Minh Quyền")
    (person,) = read(tmp_path, f"t1,t1,q,{name},1,1,graded", "t2,t2,q, Ngô Minh Quyền ,1,1,graded")
    assert person.name == "Ngô Minh Quyền"


def test_spreadsheet_apostrophe(tmp_path):
    """What the export wrote for the sake of spreadsheets is not part of a login."""
    learners = [
        person.learner for person in read(tmp_path, "t1,t1,'@an,Lê An,1,1,x", "t1,t1,'an,Lê Văn An,1,1,x")
    ]
    assert learners == ["@an", "'an"]


def test_spreadsheet_mark(tmp_path):
    """A byte order mark, which spreadsheets write, does not hide the first column."""
    assert len(read(tmp_path, "t1,t1,an,Lê An,1,1,graded", encoding="utf-8-sig")) == 1


def test_all_mistakes_with_lines(tmp_path):
    """Every mistaken row is told with its line."""
    with pytest.raises(FileProblemsError) as caught:
        read(
            tmp_path,
            "t1,t1,an,Lê An,mười,10,graded",
            "t1,t1,binh,Lê Bình",
            ",t1,chi,Lê Chi,1,1,graded",
            "t1,t1,an,Lê An,5,10,graded",
            "t2,t2,an,Lê Anh,5,10,graded",
            "t1,t1,dung,Lê Dung,5,10,graded,extra",
        )
    assert [problem.place for problem in caught.value.problems] == ["2", "3", "4", "5", "6", "7"]


@pytest.mark.parametrize("score", ["nan", "inf", "-1", "1/3", "1e999999999", "0x10", "1,5", "٣", "9" * 5000])
def test_points_are_plain_numbers(tmp_path, score):
    """What is no plain number of points is a mistake, and never costs memory."""
    with pytest.raises(FileProblemsError, match="score"):
        read(tmp_path, f'"t1","t1","an","Lê An","{score}","10","graded"')


@pytest.mark.parametrize(
    "data", [b"", b"lesson,student_id\nt1,an\n", b"\xff\xfe", HEAD.encode() + b'\nt1,"t1', b"\x00", None]
)
def test_no_export(tmp_path, data):
    """An empty, foreign, cut or missing file is told, not passed over."""
    path = tmp_path / "export.csv"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(FileProblemsError):
        read_results(path)


@pytest.mark.parametrize("name", ["", "hv-01", "A" * 101, "An\u202eB", "An\u200bB", "An\x07"])
def test_names_that_hide_something(name):
    """No name, a login, an endless name or invisible characters can't stand on a certificate."""
    assert name_fault(Results("hv-01", name))


@pytest.mark.parametrize("name", ["Nguyễn Thị Ánh", "H’Hen Niê", "Đinh Y-Thu", "Ksor Hồ (Sơn)"])
def test_names_of_people(name):
    """Names as people in Viet Nam have them are fine."""
    assert not name_fault(Results("hv-01", name))
