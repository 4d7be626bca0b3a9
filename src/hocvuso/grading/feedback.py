"""The feedback page that a learner fetches in JupyterLab: the result record as HTML, everything in it escaped.

It takes the place of nbgrader's own feedback, which holds the hidden tests and whatever HTML learner code made.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from jinja2 import Environment

from hocvuso.exchange.collect import SECRET
from hocvuso.language import N_, get_language

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hocvuso.grading.result import QuestionResult, Result

_SECRET = re.compile(r"[0-9a-f]{32,256}")
_STATES = {
    "right": N_("Đúng"),
    "partial": N_("Đúng một phần"),
    "wrong": N_("Chưa đúng"),
    "empty": N_("Chưa trả lời"),
    "malformed": N_("Không đọc được câu trả lời"),
    "ungraded": N_("Chờ giảng viên chấm"),
}
_PAGE = """<!doctype html>
<html lang="{{ lang }}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ say(N("Kết quả bài {edition}"), edition=r.edition) }}</title>
<style>
body{font:1rem/1.5 system-ui,sans-serif;max-width:46rem;margin:0 auto;padding:1rem;color:#1b1b1b;background:#fff}
section{border-top:1px solid #767676;padding:.75rem 0}
pre{font:inherit;white-space:pre-wrap;overflow-wrap:anywhere;background:#f4f4f4;padding:.5rem;margin:.25rem 0}
pre.code{font:.875rem/1.5 ui-monospace,monospace}
h2{font-size:1rem}
</style></head><body><main>
<h1>{{ say(N("Kết quả bài {edition}"), edition=r.edition) }}</h1>
{% if r.state == "refused" %}<p>{{ say(N("Bài này chưa chấm được.")) }}</p>
{% for reason in r.reasons %}<p>{{ reason }}</p>{% endfor %}
<p>{{ say(N("Hãy nộp lại; nếu vẫn lỗi, hãy báo người vận hành.")) }}</p>
{% else %}<p><strong>{{ say(N("Điểm: {points}/{out_of}"), points=r.points, out_of=r.out_of) }}</strong></p>{% endif %}
{% if r.state == "partly" %}<p>{{ say(N("Còn phần chờ giảng viên chấm; điểm có thể tăng thêm.")) }}</p>
{% elif r.state == "graded" %}{% for reason in r.reasons %}<p>{{ reason }}</p>{% endfor %}{% endif %}
<!--sections-->
</main></body></html>
"""
_SECTION = """<section>
<h2>{{ told.prompt or say(N("Phần kiểm tra mã lệnh {id}"), id=q.id) }}</h2>
<p>{{ say(states[q.state]) }} · {{ say(N("Điểm: {points}/{out_of}"), points=q.points, out_of=q.out_of) }}</p>
{% if told.your %}<p>{{ say(N("Câu trả lời của anh/chị")) }}:</p>
<pre class="{{ q.kind }}">{{ told.your }}</pre>{% endif %}
{% if told.key %}<p>{{ say(N("Đáp án")) }}:</p><pre class="{{ q.kind }}">{{ told.key }}</pre>{% endif %}
{% if told.why %}<p>{{ say(N("Giải thích")) }}: {{ told.why }}</p>{% endif %}
{% for note in q.notes %}<p>{{ note.tell(lang) }}</p>{% endfor %}
</section>"""
_HOLE = "<!--sections-->"  # all else in the page is escaped, so nothing else can look like it
_environment = Environment(autoescape=True, trim_blocks=True)
_page = _environment.from_string(_PAGE)
_section = _environment.from_string(_SECTION)


def feedback_page(result: Result, lang: str = "vi") -> str:
    """The page; plain HTML without script."""
    parts = (section_of(part, lang).encode("utf-8") for part in result.questions)
    return page_of(result, parts, lang).decode("utf-8")


def section_of(part: QuestionResult, lang: str = "vi") -> str:
    """The page's part on one question."""
    return _section.render(
        q=part, told=part.told(lang), say=get_language(lang), N=N_, states=_STATES, lang=lang
    )


def page_of(result: Result, sections: Iterable[bytes], lang: str = "vi") -> bytes:
    """The page of a ``result``, with its parts on the questions as `section_of` made them."""
    before, after = _around(
        result.edition,
        result.state,
        result.points,
        result.out_of,
        tuple(reason.tell(lang) for reason in result.reasons),
        lang,
    )
    return b"".join((before, *sections, after))


@lru_cache(maxsize=1024)
def _around(  # noqa: PLR0913, PLR0917  (all that it depends on)
    edition: str, state: str, points: int, out_of: int, reasons: tuple[str, ...], lang: str
) -> tuple[bytes, bytes]:
    """What stands before and after the parts on the questions; a class has the same few again and again."""
    page = _page.render(
        r={"edition": edition, "state": state, "points": points, "out_of": out_of, "reasons": reasons},
        say=get_language(lang),
        N=N_,
        lang=lang,
    )
    before, after = page.rsplit(_HOLE, 1)
    return before.encode("utf-8"), after.encode("utf-8")


def fetched_pages(result: Result, files: Mapping[str, bytes]) -> list[str]:
    """The names under which this learner's JupyterLab fetches the page; ``files`` are those that were handed in.

    There are some only for a folder that nbgrader handed in there: it holds a secret, from which both sides make the
    page's name. nbgrader offers feedback once each notebook of the folder has a page, so a notebook that the learner
    put beside the lesson's gets the same one.
    """
    secret = files.get(SECRET, b"").decode("ascii", "replace").strip()
    if result.via != "jupyterlab" or not _SECRET.fullmatch(secret):
        return []
    from nbgrader.utils import notebook_hash  # loads most of nbgrader

    beside = {name.removesuffix(".ipynb") for name in files if name.endswith(".ipynb") and "/" not in name}
    return [
        f"{notebook_hash(secret=secret, notebook_id=notebook)}.html"
        for notebook in sorted(beside | {result.edition})
    ]
