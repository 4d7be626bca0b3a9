"""The message catalogue keeps its promises."""

import unicodedata

import pytest

from hocvuso.language import get_language, languages
from hocvuso.language.catalogue import faults, messages


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


def test_every_message_is_nfc():
    """Text is in normal form C at the source."""
    assert [m for m, _ in messages() if unicodedata.normalize("NFC", m) != m] == []


def test_what_fills_a_message_becomes_nfc():
    """A decomposed name comes out composed."""
    assert get_language("vi")("Chào {name}", name=unicodedata.normalize("NFD", "Quyền")) == "Chào Quyền"
