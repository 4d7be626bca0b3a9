"""A lesson as one static page, rendered once when it is built: the same file for every learner.

The page holds questions as asked, never a key; it has no inline script or style and asks no other host.
What the site's `host.js` and style sheets hook into is described in docs/architecture.md ("Lesson page").
"""

from __future__ import annotations

import datetime as dt
import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import nh3
from markupsafe import Markup
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight  # type: ignore[import-untyped]  # ships no types
from pygments.formatters.html import HtmlFormatter  # type: ignore[import-untyped]
from pygments.lexers.python import PythonLexer  # type: ignore[import-untyped]
from traitlets.config import Config

from hocvuso.language import SOURCE, get_language
from hocvuso.lessons.python_text import has_code
from hocvuso.questions import front_messages

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

TEMPLATES = Path(__file__).parent / "templates"
SHARED_TEMPLATES = TEMPLATES / "shared"
BASE = "/services/hoc/"
STATIC = f"{BASE}static/"
_TAGS = nh3.ALLOWED_TAGS - {"map", "area"}
_ATTRIBUTES = {**nh3.ALLOWED_ATTRIBUTES, "div": {"class"}, "span": {"class", "lang"}}
_FOREIGN = re.compile(r"\s*([a-z][a-z0-9+.-]*:|//|\\\\)", re.IGNORECASE)
_CODE_CLASS = re.compile(r"highlight|[a-z][a-z0-9]{0,2}")
_HEADING = re.compile(r"\A\s*# [^\n]*\n?")


def render_page(
    released: str, public: Mapping[str, Any], lang: str = SOURCE, *, left: Collection[str] | None = None
) -> str:
    """The page of a released notebook's text; ``public`` is the content of its ``lesson.json``.

    ``left`` says what of a translated lesson stands in Vietnamese (`hocvuso.lessons.translation`); None: all of it.
    """
    questions = {question["id"]: question for question in public["questions"]}
    page = {
        "lang": lang,
        "text_lang": SOURCE if left is None else lang,  # what the lesson itself is written in
        "left": left or (),
        "t": get_language(lang),
        "base": BASE,
        "static": STATIC,
        "messages": front_messages(lang),
        "questions": questions,
        "numbers": {identifier: number for number, identifier in enumerate(questions, start=1)},
        "live": {live["id"]: live["title"] for live in public["live"]},
    }
    html, _ = _exporter().from_notebook_node(_read_notebook(released), resources={"hocvuso": page})
    return str(html)


def prose(cell: Mapping[str, Any]) -> Markup:
    """A Markdown cell as safe HTML; the lesson's own title, which the page shows itself, is left out."""
    source = str(cell["source"])
    if cell["metadata"].get("hocvuso", {}).get("role") == "title":
        source = _HEADING.sub("", source, count=1)
    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)
    html = MarkdownWithMath(renderer=renderer).render(source).strip()
    html = re.sub(r"<(/?)h1\b", r"<\1h2", html)
    clean = nh3.clean(
        html, tags=_TAGS, attributes=_ATTRIBUTES, attribute_filter=_filter_attribute, link_rel="noreferrer"
    )
    return Markup(clean)  # noqa: S704  (sanitised by nh3 on the line above)


def python(source: str) -> Markup:
    """Python source, highlighted with classes only."""
    return Markup(highlight(source, PythonLexer(), HtmlFormatter()))  # noqa: S704  (pygments escapes)


def highlight_css() -> str:
    """Colours for `.highlight`, each at least 4.5 to 1 on white (WCAG 2.2, 1.4.3)."""
    return str(HtmlFormatter(style="xcode").get_style_defs(".highlight"))


def vn_date(date: str) -> str:
    """An ISO date as it is written in Viet Nam."""
    return f"{dt.date.fromisoformat(date):%d/%m/%Y}"


def add_filters(environment: Any) -> None:  # a jinja2 Environment; nbconvert's and Voila's have no types
    """Give a Jinja environment the filters that the shared blocks use."""
    environment.filters.update(_FILTERS)


def _filter_attribute(tag: str, attribute: str, value: str) -> str | None:
    """Images come from the site itself; a class is only what pygments gives to highlighted code."""
    if tag == "img" and attribute == "src":
        return None if _FOREIGN.match(value) else value
    if attribute == "class":
        return value if _CODE_CLASS.fullmatch(value) else None
    return value


def _read_notebook(text: str) -> Any:  # a NotebookNode; nbformat has no types
    reads: Any = nbformat.v4.reads
    return reads(text)


def _compact_json(value: Any) -> str:  # any JSON
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _script_json(value: Any) -> Markup:  # any JSON
    text = json.dumps(value, ensure_ascii=False).replace("<", "\\u003c").replace("&", "\\u0026")
    return Markup(text)  # noqa: S704  (nothing in it can close the script element that it stands in)


_FILTERS = {
    "prose": prose,
    "python": python,
    "has_code": has_code,
    "vn_date": vn_date,
    "compact_json": _compact_json,
    "script_json": _script_json,
}


@cache
def _exporter() -> Any:
    """One exporter for all lessons of a build: its templates are compiled once."""
    make: Any = HTMLExporter  # nbconvert has no types
    config = Config({"HTMLExporter": {"default_preprocessors": []}})
    exporter = make(
        config=config,
        template_name="page",
        extra_template_basedirs=[str(TEMPLATES)],
        extra_template_paths=[str(SHARED_TEMPLATES)],
    )
    add_filters(exporter.environment)
    return exporter
