"""The static page: everything a learner needs, nothing that a learner may not have."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from hocvuso.lessons.assemble import public_record, source_notebook
from hocvuso.lessons.page import highlight_css, prose, render_page
from hocvuso.lessons.read import Lesson, read_lesson
from hocvuso.questions import front_messages

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """\
---
hocvuso:
  id: t01-01
  topic: 1
  title: "Bài <thử> & “ngoặc”"
  competences: ["1.1"]
  levels: [co-ban]
  minutes: 5
  sources:
    - {title: "Luật <mẫu>", number: "1/2026/QH", date: 2026-01-05, checked: 2026-11-21, url: "https://example.org/a"}
---

# Bài <thử> & “ngoặc”

Lời *dẫn*.

| a | b |
|---|---|
| 1 | 2 |

> trích

<script>alert(1)</script><p onclick="x()" style="color:red">thô</p>

<img src="a.png" alt="hình">

```{code-cell}
:tags: [question]

Choice("mot", "Ai nói: \\"<b>'tôi'</b>\\" & đi?", options={"a": "Đúng", "b": "Sai"},
       key="a", why="Điều bí mật của câu hỏi.")
```

```{code-cell}
:tags: [live]
:id: thu-song
:title: Ví dụ <sống>

print("chạy")
```
"""


class Seen(HTMLParser):
    """Every start tag of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def with_class(self, name: str) -> list[dict[str, str | None]]:
        return [attrs for _, attrs in self.tags if name in (attrs.get("class") or "").split()]

    def by_id(self, name: str) -> dict[str, str | None]:
        (found,) = [attrs for _, attrs in self.tags if attrs.get("id") == name]
        return found


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    path = tmp_path / "t01-01.md"
    path.write_text(TEXT, encoding="utf-8")
    return read_lesson(path)


@pytest.fixture
def page(lesson: Lesson) -> str:
    notebook = source_notebook(lesson, "t01-01-e2")
    return render_page(json.dumps(notebook), public_record(lesson, "t01-01-e2"))


def test_the_hooks_of_the_site_are_there(page: str) -> None:
    """What docs/architecture.md promises to host.js and the style sheets stands in the page."""
    seen = Seen(page)
    meta = {attrs["name"]: attrs["content"] for tag, attrs in seen.tags if tag == "meta" and "name" in attrs}
    assert meta["hv-edition"] == "t01-01-e2"
    assert (meta["hv-lesson"], meta["hv-base"], meta["hv-kind"]) == ("t01-01", "/services/hoc/", "questions")
    (slot,) = seen.with_class("hv-slot")
    assert (slot["data-type"], slot["data-number"], slot["data-of"]) == ("choice", "1", "1")
    assert slot["aria-label"] == "Câu 1/1"
    assert seen.by_id("hv-submit")["action"] == "/services/hoc/bai/t01-01/nop"
    assert seen.with_class("hv-live")[0]["data-live"] == "thu-song"
    assert seen.by_id("noi-dung")
    assert any(tag == "html" and attrs["lang"] == "vi" for tag, attrs in seen.tags)
    messages = re.search(r'<script id="hv-messages"[^>]*>(.*?)</script>', page)
    assert messages
    assert json.loads(messages[1]) == front_messages("vi")


def test_a_question_stands_in_its_slot_as_asked(page: str, lesson: Lesson) -> None:
    """The slot's JSON is the question without key and explanation, whatever quotes its prompt has."""
    (slot,) = Seen(page).with_class("hv-slot")
    assert json.loads(slot["data-question"] or "") == lesson.questions[0].asked()
    assert "key" not in lesson.questions[0].asked()
    assert "bí mật" not in html.unescape(page)


def test_nothing_runs_inline_and_nothing_comes_from_elsewhere(page: str) -> None:
    """The page lives under `default-src 'self'`: no inline code, no style, no other host's script or image."""
    for tag, attrs in Seen(page).tags:
        assert not [name for name in attrs if name.startswith("on") or name == "style"], (tag, attrs)
        if tag in {"script", "img", "link", "iframe"}:
            where = attrs.get("src") or attrs.get("href") or ""
            assert not re.match(r"^(https?:)?//", where), attrs
        if tag == "script":
            assert attrs.get("src") or attrs.get("type") == "application/json"
    assert "<style" not in page
    assert "alert(1)" not in page


def test_prose_is_rendered_and_cleaned(page: str) -> None:
    """Tables, quotes and emphasis stay; the lesson's title is not shown twice."""
    assert "<em>dẫn</em>" in page
    assert "<td>2</td>" in page
    assert "<blockquote>" in page
    assert page.count("<h1>") == 1
    assert "Bài &lt;thử&gt; &amp; “ngoặc”</h1>" in page
    assert 'src="a.png"' in page
    assert "Ví dụ &lt;sống&gt;" in page


def test_sources_are_listed_with_vietnamese_dates(page: str) -> None:
    """Each source shows its number, its date, and when it was looked up."""
    text = re.sub(r"<[^>]+>", "", page)
    assert "Luật &lt;mẫu&gt;, số 1/2026/QH, ngày 05/01/2026." in text
    assert "Tra cứu ngày 21/11/2026." in text


def test_a_heading_of_the_lesson_is_below_its_title() -> None:
    """The page has one h1; a `#` in the prose becomes an h2."""
    assert prose({"source": "# Mục\n\nchữ", "metadata": {}}) == "<h2>Mục</h2>\n<p>chữ</p>"
    assert prose({"source": "# Tên bài\n", "metadata": {"hocvuso": {"role": "title"}}}) == ""


@pytest.mark.parametrize(
    "where",
    ["https://example.org/x.png", "//example.org/x.png", "HTTPS://example.org/x", "data:image/png;base64,AA"],
)
def test_an_image_from_elsewhere_is_not_asked_for(where: str) -> None:
    """Whatever a lesson holds, a learner's browser asks no other host."""
    assert "example.org" not in prose({"source": f'x <img src="{where}">', "metadata": {}})
    assert "data:" not in prose({"source": f"x ![y]({where})", "metadata": {}})


def test_code_in_prose_keeps_its_colours_and_no_other_class() -> None:
    """Pygments' classes survive the cleaning; a class that an author wrote does not."""
    made = prose({"source": '```python\nx = 1\n```\n\n<span class="hv-button">x</span>', "metadata": {}})
    assert '<div class="highlight">' in made
    assert '<span class="mi">1</span>' in made
    assert "hv-button" not in made
    assert ".highlight" in highlight_css()
