"""Sentences in the site's scripts and templates are sentences of the catalogue."""

from __future__ import annotations

import re
import unicodedata

import pytest

from hocvuso.site.files import STATIC
from hocvuso.site.messages import BROWSER
from hocvuso.site.web import HERE, make_templates

_QUOTED = re.compile(r'"([^"\n]*[À-ỹ][^"\n]*)"')


def test_every_sentence_of_a_script_is_in_the_list_and_the_other_way_round():
    """What a script shows can be translated; nothing is translated that no script shows."""
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in sorted(STATIC.glob("*.js")))
    assert set(_QUOTED.findall(scripts)) == set(BROWSER)


@pytest.mark.parametrize("path", sorted((HERE / "templates").glob("*.html")), ids=lambda path: path.name)
def test_templates_hold_no_sentence_outside_the_catalogue(path):
    """Vietnamese text stands in ``_("…")`` only (names of languages aside), and in NFC."""
    text = path.read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", text)
    rest = re.sub(r'_\("[^"]*"', "", text).replace("Tiếng Việt", "")
    assert not re.findall(r"[À-ỹ]+", rest)
    make_templates().get_template(path.name)
