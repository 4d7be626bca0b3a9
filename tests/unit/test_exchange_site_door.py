"""A JupyterLab's way to the site when the network is not there, and when answers get lost on the way."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError
from traitlets.config import Config

from hocvuso.errors import SiteError
from hocvuso.exchange import site_door
from hocvuso.exchange.nbgrader_http import (
    SiteFetch,
    SiteList,
    SiteSubmit,
    bring_together,
    send_edits,
)
from hocvuso.exchange.site_door import SiteDoor
from hocvuso.exchange.site_lessons import site as lessons
from hocvuso.exchange.working_copy import SEEN
from hocvuso.questions.answers import save_answer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EDITION = "t14-05"


class Site(ThreadingHTTPServer):
    """Hears every request and answers as ``replies`` say, in turn; None: hangs up without a word."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies: list[tuple[int, Any] | None] = []
        self.heard: list[tuple[str, str, bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/services/hoc/"


class _Handler(BaseHTTPRequestHandler):
    server: Site

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.heard.append((self.path, self.headers["Authorization"], body))
        reply = self.server.replies.pop(0)
        if reply is None:
            self.close_connection = True
            return
        content = json.dumps(reply[1]).encode()
        self.send_response(reply[0])
        self.send_header("Content-Length", str(len(content)))
        if reply[0] == 302:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST  # noqa: N815  (http.server's name)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr(site_door, "PAUSES", (0, 0))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    running = Site()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    lessons.use(SiteDoor(running.url, "mã-thử".encode().hex()))
    yield running
    lessons.use(None)
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a lesson that was fetched."""
    (tmp_path / EDITION).mkdir()
    (tmp_path / EDITION / f"{EDITION}.ipynb").write_text('{"cells": []}', encoding="utf-8")
    return tmp_path


def act(kind: type, home: Path, edition: str = EDITION) -> Any:
    """What nbgrader's assignment list does."""
    config = Config({"Exchange": {"assignment_dir": str(home)}})
    course = CourseDirectory(config=config)
    course.assignment_id = edition
    return kind(coursedir=course, config=config).start()


RECEIPT = {
    "id": "r1",
    "learner": "an",
    "lesson": EDITION,
    "edition": EDITION,
    "submission": "x",
    "handed_in": "2026-11-22T08:00:00Z",
    "via": "jupyterlab",
    "files": {},
}
GOOD = (201, {"receipt": RECEIPT, "merged": {"answers": {}}})


def test_a_lost_answer_is_asked_for_with_the_same_bytes(server, home):
    """The site hears the same request again, so that it can tell that it has been done."""
    server.replies = [None, (503, {"error": "bận"}), GOOD]
    act(SiteSubmit, home)
    assert len(server.heard) == 3
    assert len(set(server.heard)) == 1
    assert server.heard[0][0] == f"/services/hoc/api/lab/assignments/{EDITION}/submit"


def test_pressing_again_after_no_answer_sends_the_same_request(server, home):
    """Without an answer nobody knows whether it was heard: the next press is the same click to the site."""
    server.replies = [None] * 3 + [GOOD, GOOD]
    with pytest.raises(ExchangeError, match=r"Không kết nối được với trang học\. Tệp của anh/chị vẫn còn"):
        act(SiteSubmit, home)
    act(SiteSubmit, home)
    assert len(set(server.heard)) == 1
    act(SiteSubmit, home)
    assert len(set(server.heard)) == 2, "what was answered is done; a press after that is a new one"


def test_what_the_site_took_in_meanwhile_is_no_change_of_the_work(server, home):
    """The request was heard and the copy brought up to date since: it is still the same click."""
    save_answer(home / EDITION / "answers.json", "c1", "a", edited=datetime.now(UTC))
    taken = {"answers": {"c1": {"answer": "a", "revision": 7, "edited": "2026-11-22T08:00:00Z"}}}
    server.replies = [None] * 3 + [(200, {"merged": taken}), GOOD]
    with pytest.raises(ExchangeError):
        act(SiteSubmit, home)
    bring_together(home, EDITION)
    act(SiteSubmit, home)
    assert server.heard[0] == server.heard[-1]


def test_pressing_again_after_a_change_sends_what_is_there_now(server, home):
    """Work that was done meanwhile is handed in, under a key of its own."""
    server.replies = [None] * 3 + [GOOD]
    with pytest.raises(ExchangeError):
        act(SiteSubmit, home)
    (home / EDITION / f"{EDITION}.ipynb").write_text('{"cells": [1]}', encoding="utf-8")
    act(SiteSubmit, home)
    first, last = (json.loads(server.heard[n][2]) for n in (0, -1))
    assert (first["notebook"], last["notebook"]) == ('{"cells": []}', '{"cells": [1]}')
    assert first["key"] != last["key"]


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        ((413, {"error": "Nội dung gửi lên quá lớn."}), "Nội dung gửi lên quá lớn."),
        ((507, {"error": "Hết {chỗ}."}), "Hết {chỗ}."),
        ((401, {}), "đăng nhập rồi mở lại JupyterLab"),
        ((302, {}), "đăng nhập rồi mở lại JupyterLab"),
        ((404, "?"), "không đúng dạng"),
        ((200, {"editions": "?"}), "không đúng dạng"),
    ],
)
def test_what_the_site_says_is_told_in_words(server, home, reply, sentence):
    """Each refusal is one sentence, asked for once, and no redirect is followed."""
    server.replies = [reply]
    with pytest.raises(ExchangeError, match=sentence.replace("{", r"\{")):
        act(SiteList, home)
    assert len(server.heard) == 1


def test_a_site_that_is_busy_is_asked_three_times(server, home):
    """Then the learner is told to try again."""
    server.replies = [(502, "<html>")] * 3
    with pytest.raises(ExchangeError, match="Trang học đang bận"):
        act(SiteList, home)


@pytest.mark.parametrize("name", ["../x", ".bashrc", "answers.json", "a/b"])
def test_a_reply_can_put_files_only_into_the_lesson_s_folder(server, home, name):
    """Not even the site writes anywhere else, or over answers."""
    server.replies = [(200, {"files": {name: "eA=="}})]
    with pytest.raises(ExchangeError, match="không đúng dạng"):
        act(SiteFetch, home, "t03-09")
    assert [path.name for path in home.iterdir()] == [EDITION]


@pytest.mark.parametrize("edition", ["", "../x", "T", "a/b", "*"])
def test_what_can_be_no_edition_is_asked_of_nobody(server, home, edition):
    """The name goes into an address and a path: nothing but a name is let through."""
    for kind in (SiteFetch, SiteSubmit):
        with pytest.raises(ExchangeError):
            act(kind, home, edition)
    assert server.heard == []


def test_edits_are_sent_once_and_what_did_not_change_is_not_asked_about(server, home):
    """A JupyterLab that lies idle costs the site nothing, also when an answer in it can't be used."""
    (home / EDITION / SEEN).write_text('{"format": 1, "seen": {}}', encoding="ascii")
    assert server.heard == []
    looked_at = send_edits(home, {})
    assert server.heard == []
    save_answer(home / EDITION / "answers.json", "c1", "a", edited=datetime.now(UTC))
    server.replies = [(200, {"merged": {"answers": {}, "unusable": ["c1"]}})]
    looked_at = send_edits(home, looked_at)
    looked_at = send_edits(home, looked_at)
    assert [json.loads(body)["answers"]["c1"]["answer"] for _, _, body in server.heard] == ["a"]


def test_without_a_token_there_is_no_way(home):
    """A kernel's own process is told where the list is."""
    with pytest.raises(ExchangeError, match="Assignment List"):
        act(SiteList, home)


def test_the_token_is_in_no_description():
    """A traceback or a log can't show it."""
    assert "bí-mật" not in repr(SiteDoor("http://127.0.0.1/", "bí-mật"))
    with pytest.raises(SiteError):
        SiteDoor("http://127.0.0.1:9/", "x").get("api")
