"""The site under attack: sockets, paths, methods, cookies, full disks; and what no answer of it may hold."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from certificates_class import Course
from jupyter_server.services.kernels.connection.base import deserialize_binary_message
from site_course import (
    ALICE,
    BASE,
    BOB,
    LESSON,
    SECRETS,
    Learner,
    kernel_of,
    make_site_course,
    running_site,
)
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from conftest import PASSWORD, PATIENCE
from hocvuso.grading.grade import grade_waiting
from hocvuso.hub.accounts import add_account
from hocvuso.places import Places, folder_of

pytestmark = pytest.mark.slow

HOSTILE = (
    "<script>alert(1)</script>",
    "{{7*7}}",
    "{0.__class__}",
    "{name}{count}{",
    "'\"><img src=x onerror=alert(1)>",
    "%s%n${7*7}#{7*7}",
    "=cmd|' /C calc'!A0",
)


@pytest.fixture(scope="module")
def hostile_places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    return make_site_course(tmp_path_factory.mktemp("khoa").resolve())


@pytest.fixture(scope="module")
def hostile_url(hostile_places: Places) -> Iterator[str]:
    with running_site(hostile_places) as url:
        yield url


@pytest.fixture(scope="module")
def hostile_alice(hostile_url: str) -> Iterator[Learner]:
    yield from _signed_in(hostile_url, ALICE)


@pytest.fixture(scope="module")
def hostile_bob(hostile_url: str) -> Iterator[Learner]:
    yield from _signed_in(hostile_url, BOB)


def _signed_in(url: str, name: str) -> Iterator[Learner]:
    learner = Learner(url)
    learner.sign_in(name)
    yield learner
    learner.http.close()


def _log(places: Places) -> str:
    return (places.root / "hub.log").read_text("utf-8")


# ---- the line to a kernel


def _kernel(learner: Learner, app: str) -> str:
    return kernel_of(learner.get(app).text)


def _line(learner: Learner, kernel: str, origin: str | None = None) -> ClientConnection:
    address = f"{learner.url.replace('http', 'ws', 1)}{BASE}api/kernels/{kernel}/channels?session_id=x"
    return connect(
        address, additional_headers={"Cookie": learner.cookies}, origin=origin or learner.url, max_size=None
    )


def _message(kind: str, content: dict[str, Any], channel: str = "shell") -> str:
    name = uuid.uuid4().hex
    header = {"msg_id": name, "msg_type": kind, "username": "", "session": name, "version": "5.3"}
    return json.dumps(
        {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": channel}
    )


def _until_reply(socket: ClientConnection, kind: str) -> list[str]:
    """Everything that comes until a message of that kind, as text."""
    heard = []
    while True:
        got = socket.recv(timeout=PATIENCE)
        message = json.loads(got) if isinstance(got, str) else deserialize_binary_message(got)
        heard.append(got if isinstance(got, str) else got.decode("utf-8", "replace"))
        if message["header"]["msg_type"] == kind:
            return heard


@pytest.mark.parametrize("channel", ["shell", "control", "stdin", "iopub"])
def test_a_browser_can_not_send_code_to_its_kernel(hostile_alice: Learner, channel: str) -> None:
    """Only widgets' messages pass; the kernel answers the next question and never saw the code."""
    with _line(hostile_alice, _kernel(hostile_alice, f"voila/{LESSON}")) as socket:
        for kind in (
            "execute_request",
            "inspect_request",
            "complete_request",
            "history_request",
            "input_reply",
            "debug_request",
            "interrupt_request",
            "create_subshell_request",
            "shutdown_request",
        ):
            socket.send(_message(kind, {"code": "print('ĐÃ' + 'CHẠY')", "silent": False}, channel))
        stranger = {"comm_id": "x", "target_name": "hỏi gì cũng chạy", "data": {}}
        socket.send(_message("comm_open", stranger, channel))
        socket.send(_message("kernel_info_request", {}))
        heard = "\n".join(_until_reply(socket, "kernel_info_reply"))
        socket.send(_message("comm_info_request", {}))
        known = json.loads(_until_reply(socket, "comm_info_reply")[-1])["content"]["comms"]
    assert "x" not in known
    assert "ĐÃCHẠY" not in heard
    assert "shutdown_reply" not in heard
    for reply in ("execute_reply", "execute_input", "inspect_reply", "complete_reply", "history_reply"):
        assert reply not in heard


@pytest.mark.parametrize(
    "junk", ["", "{", "[1]", "null", '{"channel": "shell"}', '{"channel": ["x"]}', b"\x00" * 9, b""]
)
def test_a_malformed_message_ends_the_line_and_nothing_else(
    hostile_places: Places, hostile_alice: Learner, junk: str | bytes
) -> None:
    """The socket may be closed; kernel and site go on; no traceback and no address is logged."""
    kernel = _kernel(hostile_alice, f"song/{LESSON}/thu-dem")
    before = len(_log(hostile_places))
    with _line(hostile_alice, kernel) as socket:
        socket.send(junk)
        try:
            socket.send(_message("kernel_info_request", {}))
            _until_reply(socket, "kernel_info_reply")
        except ConnectionClosed as closed:
            assert closed.rcvd is not None, "closed in order"
    assert hostile_alice.send("GET", f"api/kernels/{kernel}").status_code == 200
    log = _log(hostile_places)[before:]
    assert "Traceback" not in log
    assert "remote_ip" not in log


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1.evil.example"])
def test_another_site_s_page_gets_no_line_to_a_kernel(hostile_alice: Learner, origin: str) -> None:
    """A browser sends the cookies along; the origin decides."""
    kernel = _kernel(hostile_alice, f"song/{LESSON}/thu-dem")
    with pytest.raises(InvalidStatus, match="403"), _line(hostile_alice, kernel, origin):
        pass


def test_a_kernel_s_widgets_hold_no_key(hostile_alice: Learner) -> None:
    """The page of a whole lesson as an app, and the state of each of its widgets as the kernel tells it."""
    kernel = _kernel(hostile_alice, f"voila/{LESSON}")
    with _line(hostile_alice, kernel) as socket:
        socket.send(_message("comm_info_request", {"target_name": "jupyter.widget"}))
        heard = _until_reply(socket, "comm_info_reply")
        comms = json.loads(heard[-1])["content"]["comms"]
        for comm in comms:
            socket.send(_message("comm_msg", {"comm_id": comm, "data": {"method": "request_state"}}))
            heard += _until_reply(socket, "comm_msg")
    everything = "\n".join(heard)
    assert "cuoc-goi" in everything, "the widgets' state was not heard"
    for secret in SECRETS:
        assert secret not in everything


# ---- paths, methods, headers


@pytest.mark.parametrize(
    "path",
    [
        "static/%00",
        "static/host.js%00.css",
        "static/..%2f..%2fservice.py",
        "static//etc/passwd",
        "voila/templates/..%2f..%2f..%2fetc/passwd",
        "voila/templates/hocvuso/static/..%2f..%2fconf.json",
        "voila/templates/hocvuso/index.html.j2",
        "voila/templates/khong-co/static/x.css",
        "voila/templates/hocvuso/static/%00",
        "voila/static/..%2f..%2f..%2fetc/passwd",
        "phat-hanh/issuer.json%0a",
        "phat-hanh/..%2fsite%2freceipts.key",
        "bai/t26-91%00",
        "bai/%E2%80%AE",
        "api/answers/" + "a" * 3000,
        "bien-nhan/..%2f..%2fx",
        "bien-nhan/%00",
        "chung-nhan/x%0d%0aSet-Cookie:a=b.json",
        "song/..%2fsource/x",
        "voila/..%2f..%2fsource",
    ],
)
def test_a_path_that_leads_nowhere(hostile_places: Places, hostile_alice: Learner, path: str) -> None:
    """404 (403 from the file handlers of others), never a failure of ours, and nothing of the machine."""
    answer = hostile_alice.get(path)
    assert answer.status_code in {403, 404}, path
    assert "root:" not in answer.text
    assert "Traceback" not in answer.text
    assert "set-cookie" not in {name for name in answer.headers if "a=b" in answer.headers[name]}


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "DELETE", "PATCH", "PUT", "POST", "TRACE"])
@pytest.mark.parametrize(
    "path", ["", f"bai/{LESSON}", f"api/answers/{LESSON}", "xac-minh", "khong-co", f"song/{LESSON}/thu-dem"]
)
def test_other_methods_are_refused_in_words(hostile_alice: Learner, method: str, path: str) -> None:
    """Nothing but what a page offers is done, and no answer is a failure."""
    answer = hostile_alice.http.request(method, BASE + path)
    assert answer.status_code in {200, 400, 403, 404, 405}
    assert answer.status_code != 200 or (method, path) == ("HEAD", "xac-minh")
    assert "Traceback" not in answer.text


def test_a_refused_request_fails_no_other(hostile_url: str) -> None:
    """The verification page refuses some requests before it read them; the next visitor on that line is served."""
    with httpx.Client(base_url=hostile_url, timeout=PATIENCE) as stranger:
        for method in ("DELETE", "PUT", "PATCH", "OPTIONS"):
            for _ in range(5):
                assert stranger.request(method, f"{BASE}xac-minh", content=b"x" * 1000).status_code in {
                    403,
                    405,
                }
                assert stranger.get(f"{BASE}xac-minh").status_code == 200


def test_cookies_are_for_this_site_alone(hostile_url: str) -> None:
    """Each says SameSite; those that sign in can't be read by scripts."""
    learner = Learner(hostile_url)
    set_by: list[str] = []
    learner.http.event_hooks = {
        "response": [lambda answer: set_by.extend(answer.headers.get_list("set-cookie"))]
    }
    learner.sign_in(ALICE)
    learner.get("", params={"lang": "vi"})
    learner.http.close()
    names = {cookie.partition("=")[0] for cookie in set_by}
    assert {"service-hoc", "jupyterhub-hub-login", "_xsrf", "hocvuso-lang"} <= names
    for cookie in set_by:
        name, _, attributes = cookie.lower().partition(";")
        if "expires=" in attributes and '=""' in name:
            continue  # a cookie that is taken away
        assert "samesite=lax" in attributes, cookie
        assert name.startswith("_xsrf=") or "httponly" in attributes, cookie


@pytest.mark.parametrize(
    "there", ["https://evil.example/", "//evil.example/", "/\\evil.example", "https:evil.example"]
)
def test_nobody_is_led_to_another_site(hostile_places: Places, hostile_url: str, there: str) -> None:
    """What a link names as the next page is followed within the site only."""
    add_account(hostile_places, "chi", PASSWORD, replace=True)
    learner = next(_signed_in(hostile_url, "chi"))
    for path in ("/hub/login", f"{BASE}oauth_callback", "/hub/logout", f"{BASE}logout"):
        cookies = learner.http.cookies
        with httpx.Client(base_url=hostile_url, cookies=cookies, timeout=PATIENCE) as copy:
            answer = copy.get(path, params={"next": there, "state": there, "code": "x"})
        location = answer.headers.get("location", "/")
        assert location.startswith("/"), (path, location)
        assert not location.startswith(("//", "/\\")), (path, location)
    learner.http.close()


def test_a_name_that_stands_twice(hostile_alice: Learner) -> None:
    """JSON in which two readers could see two things is none."""
    head = {"X-XSRFToken": hostile_alice.xsrf, "Content-Type": "application/json"}
    text = '{"answer": "a", "answer": "b", "seen": 0, "age_ms": 0}'
    answer = hostile_alice.http.put(f"{BASE}api/answers/{LESSON}/cuoc-goi", content=text, headers=head)
    assert answer.status_code == 400


# ---- what learners write is never more than text


def test_hostile_text_stays_text(hostile_places: Places, hostile_bob: Learner) -> None:
    """Markup, templates and fields of messages in an answer: stored, graded and shown as they were typed."""
    for text in HOSTILE:
        revision = hostile_bob.answers().get("ma-so", {"revision": 0})["revision"]
        assert hostile_bob.put("ma-so", text, seen=revision).json()["current"] == text
        hostile_bob.hand_in()
        summary = grade_waiting(
            hostile_places, now=lambda: datetime.now(UTC), new_id=lambda: uuid.uuid4().hex
        )
        assert summary.graded == 1
        page = hostile_bob.get(f"bai/{LESSON}/ket-qua")
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        shown = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        shown = shown.replace("'", "&#39;").replace('"', "&#34;")
        assert shown in page.text
        feedback = hostile_places.feedback / folder_of(BOB) / LESSON / f"{LESSON}.html"
        assert shown in feedback.read_text("utf-8")


def _command(places: Places, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hocvuso", "--root", str(places.root), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


# ---- a certificate that is taken back


def test_revoked_by_command_means_revoked_everywhere(hostile_places: Places, hostile_alice: Learner) -> None:
    """`hocvuso revoke`, then the verification page, `hocvuso verify` and the holder's list all say it, at once."""
    course = Course(hostile_places.root)
    course.grade({ALICE: "Nguyễn Thị Hồng Ân"})
    (held,) = course.certify().issued
    files = {kind: course.read(held, kind) for kind in ("json", "pdf")}

    def verdicts() -> set[str]:
        found = set()
        for kind, data in files.items():
            page = hostile_alice.http.post(f"{BASE}xac-minh", files={"tep": (f"a.{kind}", data)}).text
            found.add(page.partition("hv-finding-")[2].partition('"')[0])
        return found

    assert verdicts() == {"valid"}
    assert "Đã thu hồi" not in hostile_alice.get("chung-nhan").text
    assert _command(hostile_places, "revoke", held.number, "--reason", "cấp nhầm").returncode == 0
    assert verdicts() == {"revoked"}
    assert "Đã thu hồi" in hostile_alice.get("chung-nhan").text
    for kind in files:
        done = _command(hostile_places, "verify", str(course.path(held, kind)))
        assert done.returncode == 1
        assert "thu hồi" in done.stdout
    stranger = Learner(hostile_alice.url)
    for name in ("issuer", "status-1", "pdf-hashes"):
        text = stranger.get(f"phat-hanh/{name}.json").text
        assert ALICE not in json.loads(text).get("name", "")
        assert "Nguyễn" not in text
        assert "cấp nhầm" not in text
    stranger.http.close()


# ---- a disk that is full


@pytest.fixture
def small_disk(hostile_places: Places) -> Iterator[Path]:
    """The store of answers on a file system of its own, of 64 kB."""
    place = hostile_places.answers
    place.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root can mount a small disk; tests/unit/test_exchange_answers.py does it without")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)  # the site may just be looking into it


def test_a_full_disk_under_the_running_site(small_disk: Path, hostile_alice: Learner) -> None:
    """507 and a sentence, the earlier answer stays and can be read; with room again the next edit is saved."""
    assert hostile_alice.put("cuoc-goi", "a").status_code == 200
    filler = small_disk / "day"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(b"0" * 512):
                pass
        except OSError:
            pass
    for _ in range(3):
        full = hostile_alice.put("cuoc-goi", "b", seen=1)
        assert full.status_code == 507
        assert "Chưa lưu được" in full.json()["error"]
    assert {q: (a["answer"], a["revision"]) for q, a in hostile_alice.answers().items()} == {
        "cuoc-goi": ("a", 1)
    }
    filler.unlink()
    assert hostile_alice.put("cuoc-goi", "b", seen=1).json() == {
        "revision": 2,
        "conflict": None,
        "current": "b",
    }
    history = (small_disk / folder_of(ALICE) / LESSON / "history.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["answer"] for line in history] == ["a"], "one whole line, nothing half written"
    assert not [name for _, _, names in os.walk(small_disk) for name in names if name.startswith(".answers")]
