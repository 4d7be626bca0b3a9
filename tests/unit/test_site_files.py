"""Static files: each at an address of its version, compressed once; question types' parts are among them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
import subprocess
from urllib.parse import unquote

import pytest

from hocvuso import questions
from hocvuso.errors import SetupError
from hocvuso.lessons.page import STATIC as ADDRESS
from hocvuso.site import files
from hocvuso.site.files import STATIC, address_of, check_built, find_file, pack, with_versions
from hocvuso.site.web import policy


def test_a_file_is_what_lies_on_the_disk_and_its_compressed_form_too():
    """Both forms say the same; what compression doesn't shrink is sent as it is."""
    script = find_file("reading.js")
    assert script.body == (STATIC / "reading.js").read_bytes() == gzip.decompress(script.squeezed)
    assert pack(bytes(range(256))).squeezed is None


def test_another_content_has_another_address():
    """The address names the content, so a browser may keep it."""
    assert pack(b"one").version != pack(b"two").version
    assert address_of("/hoc/", "host.js") == f"/hoc/static/host.js?v={find_file('host.js').version}"


@pytest.mark.parametrize(
    "name", ["", "khong-co.js", "../web.py", "built", "built/../host.js", "/etc/passwd", "host.js\0"]
)
def test_only_our_files_are_found(name):
    """A name is looked up in a list; no path is made of it."""
    assert find_file(name) is None


def test_names_that_strangers_make_up_take_no_memory():
    """Files are kept once they were asked for; what isn't there is not."""
    before = files._packed.cache_info().currsize
    assert [find_file(f"khong-co-{n}.js") for n in range(100)] == [None] * 100
    assert files._packed.cache_info().currsize == before


def test_a_built_page_gets_the_present_addresses():
    """Only of files that there are; everything else stays as it was built."""
    page = f'<script src="{ADDRESS}host.js"></script><a href="{ADDRESS}khong-co.js"></a><a href="/hub/x"></a>'
    given = with_versions(page.encode()).decode()
    assert given == page.replace(f"{ADDRESS}host.js", address_of(ADDRESS[: -len("static/")], "host.js"))


def test_one_script_stands_in_the_page_and_the_policy_names_it():
    """So it costs no request, and no other script in a page can run."""
    page = f'<meta><script src="{ADDRESS}reading.js"></script><link>'.encode()
    script = re.fullmatch(r"<meta><script>(.*)</script><link>", with_versions(page).decode(), re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'self' 'sha256-{digest}';" in policy()
    assert "</" not in script
    assert "hv-reading" in script


def test_the_lesson_s_sheet_has_the_questions_and_its_pictures():
    """One sheet, one request: what it draws stands in it, as does the page's own icon."""
    sheet = find_file("lesson.css").body.decode()
    assert questions.front_css() in sheet
    (picture,) = re.findall(r'url\("([^"]*)"\)', sheet)
    kind, _, content = picture.partition(",")
    assert (kind, unquote(content).encode()) == ("data:image/svg+xml", (STATIC / "icon.svg").read_bytes())
    assert with_versions(f'<link href="{ADDRESS}icon.svg">'.encode()) == f'<link href="{picture}">'.encode()


def test_all_question_types_come_in_one_object(tmp_path):
    """It can be made, and has each type's front end by name."""
    code = f"const all = {questions.front_ends()};\nconsole.log(Object.keys(all).filter((n) => all[n].render).join())"
    (tmp_path / "look.mjs").write_text(code, encoding="utf-8")
    done = subprocess.run(["node", "look.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip().split(",") == list(questions.types())


def test_pages_load_one_script(tmp_path):
    """Nothing of ours is left to be asked for separately, and it is a module that can be read."""
    text = find_file("site.js").body.decode("utf-8")
    assert not re.search(r'(from|import\() ?"\./', text)
    (tmp_path / "it.mjs").write_text(text, encoding="utf-8")
    subprocess.run(["node", "--check", str(tmp_path / "it.mjs")], check=True)


def test_what_was_not_built_is_told(tmp_path):
    """A checkout in which only Python was installed: the site says what to do, not each page that something failed."""
    check_built()
    with pytest.raises(SetupError, match="make setup"):
        check_built(tmp_path)
