"""The message catalogue keeps its promises."""

import unicodedata

import pytest

from hocvuso.language import get_language, languages
from hocvuso.language.catalogue import faults, messages, python_messages, template_messages


def test_vietnamese_is_the_source_and_needs_no_file():
    """A message id is the Vietnamese sentence itself."""
    assert get_language("vi")("Đã nhập {count} người.", count=3) == "Đã nhập 3 người."
    assert get_language("xx").code == "vi"


@pytest.mark.parametrize("code", [c for c in languages() if c != "vi"])
def test_every_message_is_translated_with_the_same_fields(code):
    """No sentence is missing in a language that we offer, and none lost or gained a field."""
    assert faults(code) == []


def test_messages_are_found_in_code_and_in_templates():
    """The extractor sees both kinds of places; otherwise the test above proves nothing."""
    found = {name.rsplit(".", 1)[-1] for _, name in messages()}
    assert {"py", "j2"} <= found or {"py", "html"} <= found


@pytest.mark.parametrize(
    "source",
    [
        'say("Bài")',
        "report(f\"{say(N_('Bài')):10}\")",
        "page = \"<h1>{{ say(N('Bài')) }}</h1>\"",
        'raise LessonError(\n    N_(\n        "B"\n        "ài"\n    ), path=path)',
    ],
)
def test_a_message_in_code_is_found_however_it_is_written(source):
    """Plain, in an f-string, in a template that is a string, over several lines."""
    assert list(python_messages(source)) == ["Bài"]


@pytest.mark.parametrize("mark", ["_", "say", "t"])
def test_a_message_in_a_template_is_found_under_each_name_of_the_catalogue(mark):
    """The hub, the site and the lessons each call the catalogue by another name."""
    assert list(template_messages(f"{{{{ hv.code({mark}('Bài'), id) }}}}")) == ["Bài"]


def test_every_message_is_nfc():
    """Text is in normal form C at the source."""
    assert [m for m, _ in messages() if unicodedata.normalize("NFC", m) != m] == []


def test_what_fills_a_message_becomes_nfc():
    """A decomposed name comes out composed."""
    assert get_language("vi")("Chào {name}", name=unicodedata.normalize("NFD", "Quyền")) == "Chào Quyền"
