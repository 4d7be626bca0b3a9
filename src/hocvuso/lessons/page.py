"""A lesson as one static page, rendered once when it is built: the same file for every learner.

The page holds questions as asked, never a key; it has no inline script or style and asks no other host.
What the site's `host.js` and style sheets hook into is described in docs/architecture.md ("Lesson page").
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import nh3
from markupsafe import Markup
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers.python import PythonLexer
from traitlets.config import Config

from hocvuso.language import get_language
from hocvuso.questions import front_messages

TEMPLATES = Path(__file__).parent / "templates"
SHARED_TEMPLATES = TEMPLATES / "shared"
BASE = "/services/hoc/"
STATIC = f"{BASE}static/"
_TAGS = nh3.ALLOWED_TAGS - {"img", "map", "area"} | {"img"}
_HEADING = re.compile(r"\A\s*# [^\n]*\n?")


def render_page(released: str, public: Mapping[str, Any], lang: str = "vi") -> str:
    """The page of a released notebook's text; ``public`` is the content of its ``lesson.json``."""
    questions = {question["id"]: question for question in public["questions"]}
    page = {
        "lang": lang,
        "t": get_language(lang),
        "base": BASE,
        "static": STATIC,
        "messages": front_messages(lang),
        "questions": questions,
        "numbers": {identifier: number for number, identifier in enumerate(questions, start=1)},
        "live": {live["id"]: live["title"] for live in public["live"]},
    }
    html, _ = _exporter().from_notebook_node(nbformat.v4.reads(released), resources={"hocvuso": page})
    return str(html)


def prose(cell: Mapping[str, Any]) -> Markup:
    """A Markdown cell as safe HTML; the lesson's own title, which the page shows itself, is left out."""
    source = str(cell["source"])
    if cell["metadata"].get("hocvuso", {}).get("role") == "title":
        source = _HEADING.sub("", source, count=1)
    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)
    html = MarkdownWithMath(renderer=renderer).render(source).strip()
    html = re.sub(r"<(/?)h1\b", r"<\1h2", html)
    clean = nh3.clean(html, tags=_TAGS, attribute_filter=_own_images_only, link_rel="noreferrer")
    return Markup(clean)  # noqa: S704  (sanitised by nh3 on the line above)


def python(source: str) -> Markup:
    """Python source, highlighted with classes only."""
    return Markup(highlight(source, PythonLexer(), HtmlFormatter()))  # noqa: S704  (pygments escapes)


def highlight_css() -> str:
    """Default colours for `.highlight`, all readable on white (4.5 to 1 or better)."""
    return str(HtmlFormatter(style="friendly_grayscale").get_style_defs(".highlight"))


def vn_date(date: str) -> str:
    """An ISO date as it is written in Viet Nam."""
    return f"{dt.date.fromisoformat(date):%d/%m/%Y}"


def add_filters(environment: Any) -> None:  # a jinja2 Environment; nbconvert's and Voila's have no types
    """Give a Jinja environment the filters that the shared blocks use."""
    environment.filters.update(_FILTERS)


def _own_images_only(tag: str, attribute: str, value: str) -> str | None:
    foreign = re.match(r"^\s*([a-z][a-z0-9+.-]*:|//)", value, re.IGNORECASE)
    return None if tag == "img" and attribute == "src" and foreign else value


def _compact_json(value: Any) -> str:  # any JSON
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _script_json(value: Any) -> Markup:  # any JSON
    text = json.dumps(value, ensure_ascii=False).replace("<", "\\u003c").replace("&", "\\u0026")
    return Markup(text)  # noqa: S704  (inside <script type="application/json">; nothing can close it)


_FILTERS = {
    "prose": prose,
    "python": python,
    "vn_date": vn_date,
    "compact_json": _compact_json,
    "script_json": _script_json,
}


@cache
def _exporter() -> HTMLExporter:
    """One exporter for all lessons of a build: its templates are compiled once."""
    config = Config({"HTMLExporter": {"default_preprocessors": []}})
    exporter = HTMLExporter(
        config=config,
        template_name="page",
        extra_template_basedirs=[str(TEMPLATES)],
        extra_template_paths=[str(SHARED_TEMPLATES)],
    )
    add_filters(exporter.environment)
    return exporter
