"""Lessons are found by words, with diacritics or without, in whichever form they are typed."""

from __future__ import annotations

import unicodedata

import pytest

from hocvuso.lessons.catalogue import InLanguage, LessonInfo
from hocvuso.places import Places
from hocvuso.site.search import Index, fold, text_of
from hocvuso.site.shelf import Shelf

PAGES = {
    "t14-05": ("Lừa đảo danh tính số: nhận diện và phòng tránh", "Kẻ gian giục giã: đảo ngữ, rồi mới lừa."),
    "t20-01": ("Bảo vệ dữ liệu cá nhân", "Chị Hạnh gặp một vụ lừa đảo qua điện thoại."),
    "t03-09": ("Dùng AI an toàn", "Dữ liệu nào, công cụ đó. " + "Đọc kỹ trước khi gửi. " * 20 + "Hết."),
}


def info(edition: str) -> LessonInfo:
    return LessonInfo(
        id=edition, edition=edition, title=PAGES[edition][0], title_en="Safe use" if edition == "t03-09" else None,
        topic=int(edition[1:3]), minutes=8, competences=("4.2",), levels=("co-ban",), kind="questions", points=2,
        questions=({"id": "a", "prompt": "Việc nên làm trước tiên?"},) if edition == "t20-01" else (),
    )  # fmt: skip


@pytest.fixture
def index(tmp_path, monkeypatch):
    for edition, (_, text) in PAGES.items():
        page = tmp_path / "release" / edition / "page.html"
        page.parent.mkdir(parents=True)
        hidden = "<head><title>ngoài bài</title></head><main><script>kịch bản</script>"
        page.write_text(f'{hidden}<p title="một > hai" class="thuộc tính">{text} A&amp;B</p></main>', "utf-8")
    shelf = Shelf(Places(tmp_path))
    monkeypatch.setattr(Shelf, "lessons", lambda _: {edition: [info(edition)] for edition in PAGES})
    return Index(shelf)


@pytest.mark.parametrize(
    "query", ["lua dao", "lừa đảo", "LỪA  ĐẢO", unicodedata.normalize("NFD", "lừa đảo"), "lua-dao!", "lu dao"]
)
def test_words_are_found_with_or_without_diacritics(index, query):
    """Every word begins some word; titles first."""
    assert [found.info.id for found in index.find(query, "vi")] == ["t14-05", "t20-01"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", []),
        ("?!", []),
        ("ngoai bai", []),  # not in the page's main part
        ("kich ban", []),
        ("thuoc tinh", []),
        ("ua dao", []),  # only the beginning of a word
        ("viec nen lam", ["t20-01"]),  # what a question asks
        ("safe", ["t03-09"]),  # the English title
        ("du lieu", ["t20-01", "t03-09"]),
        ("a b", ["t14-05", "t20-01", "t03-09"]),
        (".*(", []),
    ],
)
def test_what_is_found(index, query, found):
    """Titles, prose, prompts; no tags, no scripts; a query is never a pattern."""
    assert [one.info.id for one in index.find(query, "vi")] == found


def test_the_place_is_shown_in_the_text_as_it_is_written(index):
    """Whole words around it; three dots where the text goes on."""
    (found,) = index.find("doc ky truoc", "vi")
    assert found.words == "Đọc kỹ trước"
    assert found.before.endswith("công cụ đó. ")
    assert found.after.startswith(" khi gửi.")
    assert found.after.endswith(" …")


def test_a_page_that_changed_is_read_again(index, tmp_path):
    """What is kept is kept for one page."""
    assert index.find("xa la", "vi") == []
    (tmp_path / "release" / "t03-09" / "page.html").write_text("<main><p>xa lạ</p></main>", "utf-8")
    assert [found.info.id for found in index.find("xa la", "vi")] == ["t03-09"]


def test_folding_keeps_places():
    """One character for each, of Vietnamese letters and of any other."""
    text = "Đặng Thị Ỷ, ẾỗƯ ﬁ İ ß 漢 🙂\u0301"
    assert len(fold(text)) == len(text)
    assert fold("Đặng Thị Ỷ, ẾỗƯ") == "dang thi y, eou"


def test_the_text_of_a_page_is_its_main_part():
    """Without title, counts and tags, with entities read."""
    page = '<nav>x</nav><main><h1 id="t">T</h1><p class="hv-facts">8</p><p>A &lt; <b>B</b></p><style>c</style></main>'
    assert text_of(page).split() == ["A", "<", "B"]
    assert text_of("no main") == ""


def test_a_translated_lesson_is_found_by_its_own_words(index, tmp_path, monkeypatch):
    """Page and prompts are those of the reader's language."""
    told = info("t20-01").model_copy(
        update={"translations": {"en": InLanguage(title="Data", complete=True, prompts={"a": "What first?"})}}
    )
    monkeypatch.setattr(Shelf, "lessons", lambda _: {"t20-01": [told]})
    (tmp_path / "release" / "t20-01" / "page.en.html").write_text(
        "<main><p>A call for help</p></main>", "utf-8"
    )
    for query, lang, count in (
        ("call for", "en", 1), ("what first", "en", 1), ("viec nen lam", "en", 0),
        ("call for", "vi", 0), ("what first", "vi", 0), ("viec nen lam", "vi", 1),
    ):  # fmt: skip
        assert len(index.find(query, lang)) == count, (query, lang)
