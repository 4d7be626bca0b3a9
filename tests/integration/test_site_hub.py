"""The site behind a real hub: who may see and do what, and what every answer looks like."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest
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
    site_process,
)
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from conftest import PASSWORD, PATIENCE, name_of, wait_for
from hocvuso.exchange.receipts import PublicKey, check_signature
from hocvuso.hub.accounts import add_account
from hocvuso.places import Places, folder_of

pytestmark = pytest.mark.slow

# thirty times may one hand in, and then no more: as often as that, however slow the machine is
FEW = """
for service in c.JupyterHub.services:
    service.get("environment", {})["HOCVUSO_LIMIT_SUBMIT"] = "30/86400"
"""


@pytest.fixture(scope="module")
def site_places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    return make_site_course(tmp_path_factory.mktemp("khoa").resolve())


@pytest.fixture(scope="module")
def site_url(site_places: Places) -> Iterator[str]:
    with running_site(site_places, more=FEW) as url:
        yield url


@pytest.fixture(scope="module")
def site_alice(site_url: str) -> Iterator[Learner]:
    yield from _signed_in(site_url, ALICE)


@pytest.fixture(scope="module")
def site_bob(site_url: str) -> Iterator[Learner]:
    yield from _signed_in(site_url, BOB)


@pytest.fixture
def site_stranger(site_url: str) -> Iterator[Learner]:
    learner = Learner(site_url)
    yield learner
    learner.http.close()


@pytest.fixture
def site_fresh(site_places: Places) -> Iterator[None]:
    """Nobody has answered, handed in or got anything."""
    yield
    for folder in ("answers", "receipts", "results", "certificates"):
        _remove(site_places.var / folder)


def _signed_in(url: str, name: str) -> Iterator[Learner]:
    learner = Learner(url)
    learner.sign_in(name)
    yield learner
    learner.http.close()


def _remove(path: Path) -> None:
    if path.is_dir():
        for inner in path.iterdir():
            _remove(inner)
        path.rmdir()
    elif path.exists():
        path.unlink()


def _revision(learner: Learner, question: str) -> int:
    return learner.answers().get(question, {"revision": 0})["revision"]


# ---- who may come in


@pytest.mark.parametrize(
    "path",
    [
        "",
        f"bai/{LESSON}",
        f"bai/{LESSON}/ket-qua",
        "ket-qua",
        "chung-nhan",
        f"voila/{LESSON}",
        f"song/{LESSON}/thu-dem",
    ],
)
def test_a_stranger_is_led_to_sign_in(site_stranger: Learner, path: str) -> None:
    """No page of a learner is shown to who is not signed in."""
    response = site_stranger.get(path)
    assert response.url.path.startswith("/hub/login")


@pytest.mark.parametrize("path", [f"api/answers/{LESSON}", f"api/result/{LESSON}", "api/me", "bien-nhan/abc"])
def test_a_stranger_asking_for_data_gets_401(site_stranger: Learner, path: str) -> None:
    """Scripts are told in JSON that the session is over, and are not sent to a page."""
    response = site_stranger.get(path)
    assert (response.status_code, response.headers["content-type"][:16]) == (401, "application/json")
    assert "đăng nhập" in response.json()["error"]


def test_the_verification_page_needs_no_sign_in(site_stranger: Learner) -> None:
    """Anyone may check a certificate; a number alone tells nothing about a person."""
    page = site_stranger.get("xac-minh", params={"so": "HVS-2026-000001"})
    assert page.status_code == 200
    assert page.url.path == f"{BASE}xac-minh"
    assert "HVS-2026-000001" in page.text
    sent = site_stranger.http.post(f"{BASE}xac-minh", files={"tep": ("a.json", b"{}")})
    assert sent.status_code == 200
    assert "hv-finding-unreadable" in sent.text


def test_a_file_that_is_too_large_is_refused_in_words(site_stranger: Learner) -> None:
    """More than 5 MB: 413 and a sentence, after the whole upload was read and thrown away."""
    sent = site_stranger.http.post(f"{BASE}xac-minh", files={"tep": ("a.pdf", b"x" * (7 * 1024 * 1024))})
    assert sent.status_code == 413
    assert "5 MB" in sent.text


def test_published_documents_are_public_and_nothing_else_is(
    site_places: Places, site_stranger: Learner
) -> None:
    """What the issuer publishes is read by anyone; a path out of its folder is not."""
    site_places.published.mkdir(parents=True, exist_ok=True)
    (site_places.published / "issuer.json").write_text('{"id": "x"}', encoding="utf-8")
    (site_places.published / "other.json").write_text("{}", encoding="utf-8")
    assert site_stranger.get("phat-hanh/issuer.json").json() == {"id": "x"}
    for path in ("phat-hanh/other.json", "phat-hanh/..%2Fsite%2Freceipts.key", "phat-hanh/status-1.json"):
        assert site_stranger.get(path).status_code == 404, path


def test_identity_comes_from_the_hub_only(site_bob: Learner, site_alice: Learner, site_fresh: None) -> None:
    """Headers, queries and cookies of a browser's own making change nothing."""
    assert site_alice.put("cuoc-goi", "b").status_code == 200
    forged = {"X-Hub-User": ALICE.encode(), "X-Forwarded-User": ALICE.encode(), "Remote-User": ALICE.encode()}
    response = site_bob.http.get(
        f"{BASE}api/answers/{LESSON}",
        params={"user": ALICE, "learner": ALICE},
        headers=forged | {"X-XSRFToken": site_bob.xsrf.encode()},
    )
    assert response.json()["answers"] == {}


# ---- answers


def test_an_answer_is_saved_and_found_again(site_alice: Learner, site_fresh: None) -> None:
    """PUT then GET, with the revision that the next edit must name."""
    assert site_alice.put("cuoc-goi", "a").json() == {"revision": 1, "conflict": None, "current": "a"}
    assert site_alice.put("cuoc-goi", "b", seen=1).json()["revision"] == 2
    saved = site_alice.answers()["cuoc-goi"]
    assert (saved["answer"], saved["revision"]) == ("b", 2)


def test_two_devices(site_alice: Learner, site_fresh: None) -> None:
    """The newer edit stands: 200 for it, 409 with what is kept for the older one."""
    site_alice.put("cuoc-goi", "a")
    newer = site_alice.put("cuoc-goi", "b", seen=0)
    assert (newer.status_code, newer.json()["conflict"]) == (200, "kept-yours")
    older = site_alice.put("cuoc-goi", "a", seen=0, age_ms=3_600_000)
    assert (older.status_code, older.json()["conflict"], older.json()["current"]) == (409, "kept-other", "b")


def test_one_learner_s_slow_disk_holds_up_nobody_else(
    site_alice: Learner, site_bob: Learner, site_places: Places, site_fresh: None
) -> None:
    """Ten of her edits wait for a lock; his is saved meanwhile, and afterwards all of hers are."""
    assert site_alice.put("cuoc-goi", "a").status_code == 200
    folder = os.open(site_places.answers / folder_of(ALICE) / LESSON, os.O_RDONLY | os.O_DIRECTORY)
    with ThreadPoolExecutor(10) as browser:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            waiting = [browser.submit(site_alice.put, "cuoc-goi", "a", seen=1) for _ in range(10)]
            time.sleep(0.5)  # they are on their way; should one come later, the promise is the same
            assert site_bob.put("cuoc-goi", "b").status_code == 200
            assert not any(edit.done() for edit in waiting)
        finally:
            os.close(folder)
        assert [edit.result().status_code for edit in waiting] == [200] * 10


def test_a_revision_that_never_was_gets_the_real_one(site_alice: Learner, site_fresh: None) -> None:
    """409, and enough in it for the page to go on from what the server has."""
    site_alice.put("cuoc-goi", "a")
    response = site_alice.put("cuoc-goi", "b", seen=7)
    assert response.status_code == 409
    assert {k: response.json()[k] for k in ("conflict", "revision", "current")} == {
        "conflict": "unknown-revision",
        "revision": 1,
        "current": "a",
    }


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"answer": "z", "seen": 0, "age_ms": 0}, 400),  # no option of the question
        ({"answer": ["b"], "seen": 0, "age_ms": 0}, 400),
        ({"answer": "b", "seen": -1, "age_ms": 0}, 400),
        ({"answer": "b", "seen": 0, "age_ms": -5}, 400),
        ({"answer": "b", "seen": "0", "age_ms": 0}, 400),
        ({"answer": "b", "seen": 0}, 400),
        ({"answer": "b", "seen": 0, "age_ms": 0, "learner": "an"}, 400),
        (["b"], 400),
        ({"answer": "b" * 30_000, "seen": 0, "age_ms": 0}, 413),
    ],
)
def test_what_is_not_an_edit_is_refused(
    site_alice: Learner, site_fresh: None, body: object, status: int
) -> None:
    """Wrong shapes get their status and a sentence in JSON, and change nothing."""
    response = site_alice.send("PUT", f"api/answers/{LESSON}/cuoc-goi", json=body)
    assert response.status_code == status
    assert response.json()["error"]
    assert site_alice.answers() == {}


def test_a_body_that_is_no_json(site_alice: Learner) -> None:
    """400 for broken JSON and for NaN, 415 when it is declared as a form."""
    path = f"api/answers/{LESSON}/cuoc-goi"
    head = {"X-XSRFToken": site_alice.xsrf, "Content-Type": "application/json"}
    for text in ("{", '{"answer": NaN, "seen": 0, "age_ms": 0}', "[" * 20_000):
        assert site_alice.http.put(BASE + path, content=text, headers=head).status_code == 400
    assert site_alice.send("PUT", path, data={"answer": "b"}).status_code == 415


@pytest.mark.parametrize(
    "path", [f"api/answers/{LESSON}/khong-co", "api/answers/t99-99/cuoc-goi", "api/answers/../x"]
)
def test_unknown_editions_and_questions(site_alice: Learner, path: str) -> None:
    """404, as for anything that does not exist."""
    assert site_alice.send("PUT", path, json={"answer": "b", "seen": 0, "age_ms": 0}).status_code == 404


def test_changes_need_the_token(site_alice: Learner, site_fresh: None) -> None:
    """A request that another site makes a browser send carries no token: 403, nothing changes."""
    body = {"answer": "b", "seen": 0, "age_ms": 0}
    for headers in ({}, {"X-XSRFToken": "x"}, {"X-XSRFToken": site_alice.xsrf[:-4] + "AAAA"}):
        put = site_alice.http.put(f"{BASE}api/answers/{LESSON}/cuoc-goi", json=body, headers=headers)
        post = site_alice.http.post(f"{BASE}bai/{LESSON}/nop", json={"edition": LESSON}, headers=headers)
        assert (put.status_code, post.status_code) == (403, 403)
    assert site_alice.answers() == {}


def test_an_answer_that_can_not_be_written(
    site_alice: Learner, site_places: Places, site_fresh: None
) -> None:
    """The store can't write: 507 and a Vietnamese sentence, and it works again afterwards."""
    place = site_places.answers / folder_of(ALICE)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("không phải thư mục", encoding="utf-8")
    response = site_alice.put("cuoc-goi", "b")
    assert response.status_code == 507
    assert "Chưa lưu được" in response.json()["error"]
    place.unlink()
    assert site_alice.put("cuoc-goi", "b").status_code == 200


# ---- handing in, receipts, results


def test_handing_in_gives_a_signed_receipt(
    site_alice: Learner, site_places: Places, site_fresh: None
) -> None:
    """The submission waits for the grader, whole; the receipt names learner, edition and hashes, and is signed."""
    site_alice.put("cuoc-goi", "b")
    handed = site_alice.hand_in()
    assert handed.status_code == 201
    receipt = check_signature(handed.json()["receipt"], PublicKey.load(site_places.site_keys))
    assert (receipt.learner, receipt.edition, receipt.via) == (ALICE, LESSON, "page")
    folder = site_places.inbound / receipt.submission
    assert json.loads((folder / "answers.json").read_text())["answers"]["cuoc-goi"]["answer"] == "b"
    assert site_alice.get(f"bien-nhan/{receipt.id}").json() == handed.json()["receipt"]


def test_handing_in_another_lesson_than_the_page_s(site_alice: Learner) -> None:
    """The body must name a released edition of this lesson."""
    for edition in ("t14-05", "t26-91-e7"):
        assert site_alice.hand_in(edition).status_code == 404
    assert site_alice.hand_in("../x").status_code == 400


def test_the_result_page_waits_then_shows(site_alice: Learner, site_places: Places, site_fresh: None) -> None:
    """First that it is being graded, then points and explanations: all of it escaped."""
    site_alice.put("cuoc-goi", "a")
    receipt = site_alice.hand_in().json()["receipt"]
    assert site_alice.send("GET", f"api/result/{LESSON}").json() == {
        "state": "waiting",
        "receipt": receipt["id"],
    }
    assert "Đang chấm bài" in site_alice.get(f"bai/{LESSON}/ket-qua").text
    _write_result(site_places, ALICE, receipt, your="<img src=x onerror=alert(1)>")
    told = site_alice.send("GET", f"api/result/{LESSON}").json()
    assert told == {"state": "graded", "receipt": receipt["id"], "points": 1, "out_of": 2}
    page = site_alice.get(f"bai/{LESSON}/ket-qua").text
    assert "GIẢI-THÍCH-MẬT" in page
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
    assert "Làm lại" in page


def test_the_result_page_gives_reasons_and_notes_in_the_reader_s_language(
    site_alice: Learner, site_places: Places, site_fresh: None
) -> None:
    """The record holds messages and fields; the page says them, and what to do next."""
    refused = {"state": "refused", "questions": [], "reasons": [
        {"message": "Bài nộp không có sổ tay {name}.", "fields": {"name": "<b>t26-91.ipynb"}}]}  # fmt: skip
    part = {"id": "kiem-tra", "kind": "code", "points": 0, "out_of": 1, "state": "wrong", "notes": [
        {"message": "Phần kiểm tra chưa qua: mã lệnh báo lỗi {error}.", "fields": {"error": "KeyError"}},
        {"message": "Tác giả viết {thế này}.", "fields": {}}]}  # fmt: skip
    receipt = site_alice.hand_in().json()["receipt"]
    said = {}
    for name, changes in (("refused", refused), ("code", {"questions": [part]})):
        _write_result(site_places, ALICE, receipt, **changes)
        for lang in ("en", "vi"):
            said[name, lang] = site_alice.get(f"bai/{LESSON}/ket-qua", params={"lang": lang}).text
    assert "Bài nộp không có sổ tay &lt;b&gt;t26-91.ipynb." in said["refused", "vi"]
    assert "Hãy nộp lại; nếu vẫn lỗi, hãy báo người vận hành." in said["refused", "vi"]
    assert "The submission has no notebook &lt;b&gt;t26-91.ipynb." in said["refused", "en"]
    assert "Phần kiểm tra mã lệnh kiem-tra" in said["code", "vi"]
    assert "mã lệnh báo lỗi KeyError." in said["code", "vi"]
    assert "the code raised the error KeyError." in said["code", "en"]
    assert "Tác giả viết {thế này}." in said["code", "en"]


def test_handing_in_again_waits_again(site_alice: Learner, site_places: Places, site_fresh: None) -> None:
    """A retake is possible as often as one likes; the old result is not shown as the new one's."""
    first = site_alice.hand_in().json()["receipt"]
    _write_result(site_places, ALICE, first)
    second = site_alice.hand_in()
    assert second.status_code == 201
    assert site_alice.send("GET", f"api/result/{LESSON}").json()["state"] == "waiting"
    assert site_alice.put("cuoc-goi", "b").status_code == 200


def test_a_record_that_names_someone_else_is_shown_to_nobody(
    site_alice: Learner, site_places: Places, site_fresh: None
) -> None:
    """The folder is the identity; a record in it that disagrees is not shown."""
    receipt = site_alice.hand_in().json()["receipt"]
    _write_result(site_places, ALICE, receipt | {"learner": BOB})
    assert site_alice.send("GET", f"api/result/{LESSON}").json()["state"] == "waiting"


def _write_result(
    places: Places, learner: str, receipt: dict, your: str = "Cài ngay", **changes: object
) -> None:
    questions = [
        {"id": "cuoc-goi", "kind": "question", "prompt": "Nên làm gì?", "points": 0, "out_of": 1, "state": "wrong",
         "your": your, "key": "Cúp máy rồi tự hỏi lại", "why": "GIẢI-THÍCH-MẬT", "notes": []}
    ]  # fmt: skip
    record = {
        "format": 1, "learner": receipt["learner"], "lesson": LESSON, "edition": LESSON, "submission": "x",
        "state": "graded", "reasons": [], "points": 1, "out_of": 2, "handed_in": receipt["handed_in"],
        "graded": receipt["handed_in"], "via": "page", "questions": questions,
        "evidence": {"engine": "0", "master": "", "submission": "", "receipt": receipt["id"]},
    } | changes  # fmt: skip
    path = places.results / folder_of(learner) / f"{LESSON}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record), encoding="utf-8")


# ---- what is another learner's


def test_another_learner_s_things(
    site_alice: Learner, site_bob: Learner, site_places: Places, site_fresh: None
) -> None:
    """Answers, receipt, result and certificate of one learner do not exist for another."""
    site_alice.put("cuoc-goi", "b")
    receipt = site_alice.hand_in().json()["receipt"]
    _write_result(site_places, ALICE, receipt)
    held = site_places.certificates / folder_of(ALICE)
    held.mkdir(parents=True)
    (held / "HVS-1.json").write_text("{}", encoding="utf-8")
    index = [{"number": "HVS-1", "name": "Chứng nhận thử", "date": "2026-11-21", "state": "valid"}]
    (held / "index.json").write_text(json.dumps(index), encoding="utf-8")

    assert "Chứng nhận thử" in site_alice.get("chung-nhan").text
    assert site_alice.get("chung-nhan/HVS-1.json").status_code == 200
    assert site_bob.answers() == {}
    assert site_bob.get(f"bien-nhan/{receipt['id']}").status_code == 404
    assert site_bob.send("GET", f"api/result/{LESSON}").json()["state"] == "none"
    assert site_bob.get(f"bai/{LESSON}/ket-qua").url.path == f"{BASE}bai/{LESSON}"
    assert site_bob.get("chung-nhan/HVS-1.json").status_code == 404
    assert "Chứng nhận thử" not in site_bob.get("chung-nhan").text


def test_only_listed_certificates_are_handed_out(
    site_alice: Learner, site_places: Places, site_fresh: None
) -> None:
    """A file beside the list, the list itself, a path out of the folder: 404."""
    held = site_places.certificates / folder_of(ALICE)
    held.mkdir(parents=True)
    (held / "index.json").write_text("[]", encoding="utf-8")
    (held / "HVS-2.json").write_text("{}", encoding="utf-8")
    for path in (
        "chung-nhan/HVS-2.json",
        "chung-nhan/index.json",
        "chung-nhan/..%2F..%2Fsite%2Freceipts.json",
    ):
        assert site_alice.get(path).status_code == 404, path


# ---- live kernels


def test_a_kernel_is_its_learner_s(site_alice: Learner, site_bob: Learner, site_stranger: Learner) -> None:
    """Reloading finds the kernel again; nobody else can see, reach or end it; its page asks no other host."""
    page = site_alice.get(f"song/{LESSON}/thu-dem")
    assert page.status_code == 200
    assert "môi trường: []" in page.text, "nothing of the service's environment is in the kernel"
    kernel = kernel_of(page.text)
    assert kernel_of(site_alice.get(f"song/{LESSON}/thu-dem").text) == kernel
    assert kernel_of(site_bob.get(f"song/{LESSON}/thu-dem").text) != kernel
    assert "https://" not in page.text
    for other in (site_bob, site_stranger):
        assert other.http.get(f"{BASE}api/kernels/{kernel}", follow_redirects=False).status_code == 403
        assert _channel_status(other, kernel) == 403
    forged = {"X-XSRFToken": site_bob.xsrf}
    assert site_bob.http.delete(f"{BASE}api/kernels/{kernel}", headers=forged).status_code == 403
    assert site_bob.http.post(f"{BASE}voila/api/shutdown/{kernel}", headers=forged).status_code == 404
    assert _channel_status(site_alice, kernel) == 101
    assert site_alice.send("DELETE", f"api/kernels/{kernel}").status_code == 204
    assert kernel_of(site_alice.get(f"song/{LESSON}/thu-dem").text) != kernel


def test_a_live_example_that_fails_says_so_in_plain_words(site_alice: Learner) -> None:
    """No traceback, and nothing of Voila's advice to whoever runs a server; what came before it is shown."""
    page = site_alice.get(f"song/{LESSON}/thu-ba").text
    cells = page.partition('id="hv-cells"')[2]
    assert "Ví dụ này gặp lỗi." in cells
    assert "3" in cells.partition("Ví dụ này gặp lỗi.")[0]
    for word in ("ValueError", "chi tiết của tác giả", "Voil", "There was an error"):
        assert word not in page


def test_a_page_that_was_left_while_it_loaded_is_there_at_the_next_try(site_bob: Learner) -> None:
    """A broken connection costs no second kernel: the page is finished and waits."""
    with site_bob.http.stream("GET", f"{BASE}song/{LESSON}/thu-hai") as response:
        text = ""
        for piece in response.iter_text():
            text += piece
            if "</script>" in text.partition('id="jupyter-config-data"')[2]:
                break
    assert kernel_of(site_bob.get(f"song/{LESSON}/thu-hai").text) == kernel_of(text)


def test_a_kernel_that_was_killed_is_replaced(
    site_alice: Learner, site_places: Places, site_fresh: None
) -> None:
    """Reloading after the kernel's process ended starts a new one; the answers are still there."""
    site_alice.put("cuoc-goi", "b")
    kernel = kernel_of(site_alice.get(f"song/{LESSON}/thu-dem").text)
    running = [
        p for p in site_process(site_places).children(recursive=True) if name_of(p) == "hocvuso-kernel"
    ]
    assert running
    for process in running:
        with contextlib.suppress(psutil.NoSuchProcess):  # not looked at for too long, and closed just now
            process.kill()
    psutil.wait_procs(running, PATIENCE)
    wait_for(
        "the page has a new kernel",
        lambda: kernel_of(site_alice.get(f"song/{LESSON}/thu-dem").text) != kernel,
    )
    assert site_alice.answers()["cuoc-goi"]["answer"] == "b"


def test_a_learner_has_three_kernels_at_most(site_bob: Learner) -> None:
    """The fourth app ends the one used longest ago; its page can be opened anew."""
    apps = [f"song/{LESSON}/{live}" for live in ("thu-dem", "thu-hai", "thu-ba")] + [f"voila/{LESSON}"]
    kernels = []
    for app in apps:
        kernels.append(kernel_of(site_bob.get(app).text))
        _wait_until_quiet(site_bob, kernels[-1])
    found = [site_bob.send("GET", f"api/kernels/{kernel}").status_code for kernel in kernels]
    assert found == [403, 200, 200, 200]  # of one that is gone nobody is the owner
    assert kernel_of(site_bob.get(apps[0]).text) not in kernels


def _wait_until_quiet(learner: Learner, kernel: str) -> None:
    """Until the server has seen the last message of the page's cells: each one counts as use of the kernel."""
    seen: list[tuple[str, str]] = []
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        told = learner.send("GET", f"api/kernels/{kernel}").json()
        seen.append((told["execution_state"], told["last_activity"]))
        if seen[-2:] == [("idle", told["last_activity"])] * 2:
            return
        time.sleep(0.3)
    pytest.fail(f"the kernel is not idle: {seen}")


def _channel_status(learner: Learner, kernel: str) -> int:
    address = f"{learner.url.replace('http', 'ws', 1)}{BASE}api/kernels/{kernel}/channels?session_id=x"
    headers = {"Cookie": learner.cookies}
    try:
        with connect(address, additional_headers=headers, origin=learner.url) as socket:
            return socket.response.status_code
    except InvalidStatus as refused:
        return refused.response.status_code


@pytest.mark.parametrize(
    "path",
    [
        "api/kernels",
        "api/contents",
        "api/terminals",
        "voila/tree",
        f"voila/render/{LESSON}/{LESSON}.ipynb",
        f"voila/files/{LESSON}/{LESSON}.ipynb",
        "voila/api/contents",
        "voila/static/voila.js",
        "voila/templates/hocvuso/static/index.css",
        "voila/labextensions/anywidget/package.json",
        f"song/{LESSON}/khong-co",
        "song/t26-91/..",
        "voila/t99-99",
    ],
)
def test_what_voila_would_offer_beside_is_not_there(site_alice: Learner, path: str) -> None:
    """No listing, no files, no rendering of a path, no kernels but through our pages."""
    assert site_alice.get(path).status_code == 404


# ---- signing out


def test_signing_out_ends_every_session(site_url: str, site_places: Places) -> None:
    """Signed out in one browser: in the other one each page asks to sign in, the kernel and the line to it are gone."""
    add_account(site_places, "cúc", PASSWORD, replace=True)
    here, there = (next(_signed_in(site_url, "cúc")) for _ in range(2))
    kernel = kernel_of(there.get(f"song/{LESSON}/thu-dem").text)
    address = f"{site_url.replace('http', 'ws', 1)}{BASE}api/kernels/{kernel}/channels?session_id=x"
    with connect(address, additional_headers={"Cookie": there.cookies}, origin=site_url) as line:
        said = here.get("logout")
        assert (said.status_code, said.url.path) == (200, "/hub/logout")
        assert "trên mọi thiết bị khác" in said.text
        assert "on all other devices" not in said.text
        assert _closed_with(line) == 4401
    for browser in (here, there):
        for path in (
            "",
            f"bai/{LESSON}",
            "ket-qua",
            "chung-nhan",
            f"voila/{LESSON}",
            f"song/{LESSON}/thu-dem",
        ):
            assert browser.get(path).url.path == "/hub/login", path
        for path in ("api/me", f"api/answers/{LESSON}", f"api/result/{LESSON}", "bien-nhan/abc"):
            assert browser.get(path).status_code == 401, path
        assert browser.http.get("/hub/home").url.path == "/hub/login"
        assert browser.http.get("/hub/api/user").status_code == 403
        assert _channel_status(browser, kernel) == 403
    assert "không còn đăng nhập" in here.get("logout", params={"lang": "vi"}).text
    there.sign_in("cúc")
    assert there.send("GET", f"api/kernels/{kernel}").status_code == 403, "nobody's any more"
    for browser in (here, there):
        browser.http.close()


def _closed_with(line: ClientConnection) -> int:
    """Hear everything until the line is closed; the code that it was closed with."""
    with contextlib.suppress(ConnectionClosed):
        while True:
            line.recv(timeout=PATIENCE)
    return line.close_code


@pytest.mark.parametrize("token", [None, "token x", "token"])
def test_only_the_hub_says_who_has_signed_out(site_alice: Learner, token: str | None) -> None:
    """Nobody else can end a person's sessions by asking the site."""
    headers = {"Authorization": token} if token else {}
    body = {"learner": ALICE}
    refused = site_alice.http.post(f"{BASE}api/signed-out", json=body, headers=headers)
    assert refused.status_code == 403
    assert site_alice.get("api/me").status_code == 200


def test_handing_in_too_often_is_told_when_to_go_on(site_url: str, site_places: Places) -> None:
    """429, how long to wait, and a sentence in the learner's language; another learner is not hindered."""
    add_account(site_places, "dung", PASSWORD, replace=True)
    learner = next(_signed_in(site_url, "dung"))
    learner.get("", params={"lang": "en"})
    answers = [learner.hand_in("t14-05") for _ in range(31)]
    assert {answer.status_code for answer in answers[:-1]} == {404}
    told = answers[-1]
    assert told.status_code == 429
    assert int(told.headers["Retry-After"]) > 0
    assert "too fast" in told.json()["error"]
    learner.http.close()


# ---- what every answer looks like


def _all_pages(learner: Learner) -> list[httpx.Response]:
    paths = ["", f"bai/{LESSON}", "ket-qua", "chung-nhan", "xac-minh", "khong-co", f"api/answers/{LESSON}",
             "api/me", f"api/result/{LESSON}", "static/site.js", "static/lesson.css", f"song/{LESSON}/thu-dem",
             f"voila/{LESSON}"]  # fmt: skip
    return [learner.send("GET", path) for path in paths]


def test_headers(site_alice: Learner) -> None:
    """A policy without other hosts and without inline scripts but ours on each; personal pages are kept nowhere."""
    for response in _all_pages(site_alice):
        policy = response.headers["content-security-policy"]
        assert "default-src 'self'" in policy, response.url
        assert "frame-ancestors 'self'" in policy
        assert "http:" not in policy
        assert "unsafe-inline" not in policy.split("style-src")[0]
        assert "unsafe-eval" not in policy
        assert response.headers["x-content-type-options"] == "nosniff"
        if "/static/" not in response.url.path and "/bai/" not in response.url.path:
            assert response.headers["cache-control"] == "no-store", response.url
    assert site_alice.get(f"bai/{LESSON}").headers["cache-control"] == "private, no-cache"


def test_static_files(site_url: str) -> None:
    """As HTTP wants it: kept for a year at the address of a version, compressed, 304, HEAD, 404, 405."""
    stranger = Learner(site_url)
    page = stranger.get("xac-minh").text
    address = re.search(r"static/site\.js\?v=\w+", page)[0]
    whole = stranger.get(address)
    assert whole.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert stranger.get("static/site.js").headers["cache-control"] == "public, max-age=300"
    assert whole.headers["content-encoding"] == "gzip"
    plain = stranger.get(address, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == whole.content
    tags = f'"other", {whole.headers["etag"]}'
    again = stranger.get(address, headers={"If-None-Match": tags})
    assert (again.status_code, again.content) == (304, b"")
    assert stranger.get(address, headers={"If-None-Match": '"other"'}).status_code == 200
    head = stranger.http.head(f"/services/hoc/{address}")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == whole.headers["content-length"]
    assert stranger.http.post(f"/services/hoc/{address}", content=b"x" * 100_000).status_code == 405
    assert stranger.http.get("/services/hoc/static/khong-co.js").status_code == 404
    assert stranger.get("sw.js").headers["cache-control"] == "no-cache"
    stranger.http.close()


def test_our_pages_hold_nothing_inline(site_alice: Learner) -> None:
    """What the policy forbids is not there: no script but the one it names, no style or handler, no other host."""
    for path in ("", f"bai/{LESSON}", "ket-qua", "chung-nhan", "xac-minh", "khong-co"):
        response = site_alice.get(path)
        text = response.text
        for script in re.findall(r"<script>(.*?)</script>", text, re.DOTALL):
            digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in response.headers["content-security-policy"], path
        for forbidden in ("<style", " style=", "onclick", "onload", "javascript:", 'src="http', 'src="//'):
            assert forbidden not in text, (path, forbidden)


def test_no_key_and_no_explanation_before_handing_in(site_alice: Learner, site_fresh: None) -> None:
    """Nothing that a browser gets before a result exists holds a key or an explanation."""
    site_alice.put("cuoc-goi", "a")
    responses = [*_all_pages(site_alice), site_alice.put("cuoc-goi", "b", seen=1), site_alice.hand_in()]
    for response in responses:
        for secret in SECRETS:
            assert secret not in response.text, response.url


def test_the_lesson_page_is_sent_once(site_alice: Learner) -> None:
    """A second visit with the ETag costs 304 and no body."""
    first = site_alice.get(f"bai/{LESSON}")
    again = site_alice.get(f"bai/{LESSON}", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_language(site_url: str) -> None:
    """Vietnamese unless one asks; the choice is kept; the browser's own language does not count."""
    stranger = Learner(site_url)
    english = {"Accept-Language": "en"}
    assert '<html lang="vi">' in stranger.get("xac-minh", headers=english).text
    for wanted in ("en", "xx", "vi"):
        known = '<html lang="en">' in stranger.get("xac-minh", params={"lang": "en"}).text
        stranger.get("xac-minh", params={"lang": wanted})
        expected = "en" if known and wanted != "vi" else "vi"
        assert f'<html lang="{expected}">' in stranger.get("xac-minh").text
    stranger.http.close()


def test_errors_are_sentences(site_alice: Learner) -> None:
    """A wrong address or method: the right status, a friendly page, nothing of the program's inside."""
    missing = site_alice.get("khong-co")
    assert missing.status_code == 404
    assert "Không có trang này" in missing.text
    wrong = site_alice.send("POST", "ket-qua")
    assert wrong.status_code == 405
    assert "Traceback" not in missing.text + wrong.text


def test_the_log_names_nobody(site_places: Places, site_bob: Learner, site_fresh: None) -> None:
    """The site's lines hold no learner, no answer and no query."""

    def lines() -> list[str]:
        written = (site_places.root / "hub.log").read_text("utf-8").splitlines()
        return [line for line in written if " hocvuso.site " in line]

    def looked_up() -> int:
        return sum("GET /services/hoc/xac-minh" in line for line in lines())

    before = looked_up()
    site_bob.put("ma-so", "CÂU-TRẢ-LỜI-RIÊNG")
    site_bob.get("xac-minh", params={"so": "BI-MAT-77"})
    wait_for("the last request is in the log", lambda: looked_up() > before)
    assert any("PUT /services/hoc/api/answers" in line for line in lines())
    for line in lines():
        for private in ("CÂU-TRẢ-LỜI-RIÊNG", "BI-MAT-77", f" {BOB}", folder_of(BOB)):
            assert private not in line
