"""The list of people is read whole or refused with every mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hocvuso.errors import PeopleError
from hocvuso.records.people import Person, read_people

if TYPE_CHECKING:
    from pathlib import Path


def written(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    """A file with that text."""
    path = tmp_path / "lop.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_list_from_any_spreadsheet_is_read(tmp_path, encoding):
    """With or without byte order mark, quoted or not, in decomposed Unicode: the same people."""
    rows = 'an,"Nguye\u0302\u0303n Va\u0306n An","Sở A, phòng B",\r\nbinh,Lê  Bình ,X,b@x.vn\r\n'
    text = "learner,full_name,unit,email\r\n" + rows
    assert read_people(written(tmp_path, text, encoding)) == [
        Person("an", "Nguyễn Văn An", "Sở A, phòng B", ""),
        Person("binh", "Lê Bình", "X", "b@x.vn"),
    ]


@pytest.mark.parametrize(
    ("full", "last", "first"), [("Nguyễn Thị Minh An", "Nguyễn", "Thị Minh An"), ("An", "An", "")]
)
def test_the_family_name_comes_first(full, last, first):
    """A Vietnamese name begins with the family name; a single word is one."""
    person = Person("x", full)
    assert (person.last_name, person.first_name) == (last, first)


def test_all_mistakes_are_told_at_once_with_their_lines(tmp_path):
    """One reading shows everything that must be mended."""
    text = "learner,full_name,unit,email\n,Lê An,X,\nan,,X,\nbinh,=1+1,X,sai\nbinh,Lê Bình,X,\ncuong,Lê\n"
    with pytest.raises(PeopleError) as told:
        read_people(written(tmp_path, text))
    sentences = told.value.tell("vi").splitlines()
    assert [s.split(":")[0].strip() for s in sentences[1:]] == [
        "dòng 2", "dòng 3", "dòng 4", "dòng 4", "dòng 5", "dòng 6"]  # fmt: skip


@pytest.mark.parametrize("text", ["", "ten,lop\nAn,1\n", "learner;full_name;unit\nan;Lê An;X\n"])
def test_a_list_without_the_columns_is_refused(tmp_path, text):
    """The missing columns are named."""
    with pytest.raises(PeopleError, match="thiếu cột"):
        read_people(written(tmp_path, text))


def test_another_encoding_is_told_as_such(tmp_path):
    """A list saved for an old Windows program is not read as garbage."""
    with pytest.raises(PeopleError, match="UTF-8"):
        read_people(written(tmp_path, "learner,full_name,unit\nan,Lê An,X\n", "utf-16"))


def test_a_missing_file_is_told(tmp_path):
    """No traceback for a wrong path."""
    with pytest.raises(PeopleError, match="Không có tệp"):
        read_people(tmp_path / "none.csv")
