"""nbgrader's assignment list in a learner's JupyterLab, through its own addresses, against the real hub and site."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from site_course import ALICE, BASE, LESSON, NOW, Learner, make_site_course, running_site, site_process
from tests.lesson_text import lesson_text

from conftest import PASSWORD, Visitor, wait_for
from hocvuso.exchange.code_answers import MAX_NOTEBOOK
from hocvuso.exchange.nbgrader_http import RECEIPTS
from hocvuso.exchange.receipts import PublicKey, check, check_signature
from hocvuso.grading.grade import grade_waiting
from hocvuso.hub.accounts import add_account
from hocvuso.lessons.build import build
from hocvuso.lessons.release import release
from hocvuso.places import COURSE, Places, folder_of

pytestmark = pytest.mark.slow

CODING = "t26-92"
LAN = "lan"
_CODING = lesson_text(
    CODING,
    "Bài viết mã lệnh",
    """
Viết hàm gấp đôi một số.

```{code-cell} ipython3
---
tags: [solution]
id: gap-doi
---
def gap_doi(so):
    ### BEGIN SOLUTION
    return 2 * so
    ### END SOLUTION
```

```{code-cell} ipython3
---
tags: [test]
id: thu-gap-doi
points: 2
---
assert gap_doi(2) == 4
### BEGIN HIDDEN TESTS
assert gap_doi(5) == 10
### END HIDDEN TESTS
```
""",
)
_WATCHED = """
from hocvuso.hub.spawner import LabSpawner


class Watched(LabSpawner):
    # tells the test which token it hands to the server; the hub keeps only a hash
    async def start(self):
        from pathlib import Path
        from hocvuso.places import folder_of
        (Path({root!r}) / f"token-{{folder_of(self.user.name)}}").write_text(self.api_token)
        return await super().start()


c.JupyterHub.spawner_class = Watched
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """A lesson of questions and one of code, both released."""
    places = make_site_course(tmp_path_factory.mktemp("khoa").resolve())
    path = places.lessons / "t26" / f"{CODING}.md"
    path.write_text(_CODING, encoding="utf-8")
    report = build(places)
    assert report.ok, report
    release(places, now=NOW)
    add_account(places, LAN, PASSWORD, replace=True)
    return places


@pytest.fixture(scope="module")
def url(course: Places) -> Iterator[str]:
    with running_site(course, more=_WATCHED.format(root=str(course.root))) as address:
        yield address


class Lab:
    """One learner at their JupyterLab, and at the site with a browser."""

    def __init__(self, url: str, places: Places, name: str) -> None:
        self.places, self.name = places, name
        self.visitor = Visitor(url)
        assert self.visitor.sign_in(name, PASSWORD).status_code == 302
        self.visitor.open_lab()
        self.home = places.homes / folder_of(name)
        self.page = Learner(url)
        self.page.sign_in(name)

    def list(self) -> list[dict[str, Any]]:
        """What nbgrader's front end is shown."""
        answer = self.visitor.lab("GET", "assignments", params={"course_id": COURSE}).json()
        assert answer["success"], answer
        return answer["value"]

    def act(self, action: str, edition: str) -> dict[str, Any]:
        """Press a button, as nbgrader's front end does."""
        body = {"course_id": COURSE, "assignment_id": edition}
        return self.visitor.lab("POST", f"assignments/{action}", json=body).raise_for_status().json()

    def ask(self, method: str, path: str, **sent: Any) -> httpx.Response:
        """A request to the site with the token of this JupyterLab and nothing else."""
        token = (self.places.root / f"token-{folder_of(self.name)}").read_text()
        return ask(self.visitor.url, token, method, path, **sent)

    def receipts(self) -> list[dict[str, Any]]:
        """The learner's receipts as the site keeps them, the oldest first."""
        found = [
            json.loads(p.read_bytes()) for p in (self.places.receipts / folder_of(self.name)).glob("*.json")
        ]
        return sorted(found, key=lambda one: one["handed_in"])

    def answer_here(self, edition: str, answers: dict[str, Any]) -> None:
        """Answer in a kernel, as the widgets of the notebook do."""
        code = (
            f"import os; os.chdir({edition!r})\n"
            "from pathlib import Path; from datetime import UTC, datetime\n"
            "from hocvuso.questions.answers import save_answer\n"
            f"for name, value in {answers!r}.items():\n"
            "    save_answer(Path('answers.json'), name, value, edited=datetime.now(UTC))\n"
            "print('ok')"
        )
        assert self.visitor.run(code).strip() == "ok"

    def copy(self, edition: str) -> dict[str, Any]:
        """The answers in the home, by question."""
        book = json.loads((self.home / edition / "answers.json").read_bytes())
        return {name: record["answer"] for name, record in book["answers"].items()}

    def forget(self) -> None:
        """As on the first day; the JupyterLab goes on running."""
        for path in self.home.glob("t26-*"):
            shutil.rmtree(path)
        for folder in ("answers", "receipts", "results"):
            shutil.rmtree(self.places.var / folder / folder_of(self.name), ignore_errors=True)
        for path in self.places.inbound.glob(f"{folder_of(self.name)}+*"):
            shutil.rmtree(path)


def ask(url: str, token: str, method: str, path: str, **sent: Any) -> httpx.Response:
    """A request to the site by whoever has ``token``, without any cookie."""
    headers = {"Authorization": f"token {token}", "Content-Type": "application/json"}
    return httpx.request(method, f"{url}{BASE}api/lab/{path}", headers=headers, timeout=60, **sent)


@pytest.fixture(scope="module")
def _alices_lab(url: str, course: Places) -> Iterator[Lab]:
    lab = Lab(url, course, ALICE)
    yield lab
    lab.visitor.http.close()
    lab.page.http.close()


@pytest.fixture
def lab(_alices_lab: Lab) -> Iterator[Lab]:
    yield _alices_lab
    _alices_lab.forget()


def _by_status(listed: list[dict[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in listed:
        found.setdefault(one["status"], []).append(one["assignment_id"])
    return found


def _solve(lab: Lab) -> None:
    """Write the solution into the fetched notebook."""
    path = lab.home / CODING / f"{CODING}.ipynb"
    notebook = json.loads(path.read_bytes())
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["source"] = "def gap_doi(so):\n    return so + so\n"
    path.write_text(json.dumps(notebook), encoding="utf-8")


def test_a_coding_lesson_from_the_list_to_the_feedback(lab: Lab) -> None:
    """List, fetch, write, hand in, receipt, result on the site, feedback in JupyterLab; nothing in a shared folder."""
    assert _by_status(lab.list()) == {"released": [LESSON, CODING]}
    fetched = lab.act("fetch", CODING)
    (entry,) = [one for one in fetched["value"] if one["status"] == "fetched"]
    assert (entry["path"], entry["notebooks"][0]["path"]) == (CODING, f"{CODING}/{CODING}.ipynb")
    assert sorted(p.name for p in (lab.home / CODING).iterdir() if p.name[0] != ".") == [f"{CODING}.ipynb"]

    _solve(lab)
    began = datetime.now(UTC)
    handed = lab.act("submit", CODING)
    (submitted,) = [one for one in handed["value"] if one["status"] == "submitted"]
    (submission,) = submitted["submissions"]
    assert not submission["has_local_feedback"]
    assert not submission["has_exchange_feedback"]
    (receipt,) = lab.receipts()
    key = PublicKey.load(lab.places.site_keys)
    checked = check(receipt, key, lab.places.inbound / receipt["submission"])
    assert (checked.learner, checked.edition, checked.via) == (ALICE, CODING, "jupyterlab")
    assert began <= checked.handed_in <= datetime.now(UTC)
    assert lab.page.get(f"bien-nhan/{receipt['id']}").json() == receipt
    (kept,) = (lab.home / CODING / RECEIPTS).glob("*.json")
    assert json.loads(kept.read_bytes()) == receipt
    assert lab.page.send("GET", f"api/result/{CODING}").json()["state"] == "waiting"

    grade_waiting(
        lab.places, report=lambda _: None, now=lambda: datetime.now(UTC), new_id=lambda: uuid.uuid4().hex
    )
    assert lab.page.send("GET", f"api/result/{CODING}").json() == {
        "state": "graded",
        "receipt": receipt["id"],
        "points": 2,
        "out_of": 2,
    }
    assert "từ JupyterLab" in lab.page.get(f"bai/{CODING}/ket-qua").text
    told = lab.act("fetch_feedback", CODING)
    (submitted,) = [one for one in told["value"] if one["status"] == "submitted"]
    (submission,) = submitted["submissions"]
    assert (submission["has_local_feedback"], submission["feedback_updated"]) == (True, False)
    page = lab.home / submission["local_feedback_path"] / f"{CODING}.html"
    assert "Điểm: 2/2" in page.read_text(encoding="utf-8")
    assert "gap_doi(5)" not in page.read_text(encoding="utf-8")
    assert not lab.places.labs.exists()


def test_phone_and_jupyterlab_hold_the_same_answers(lab: Lab) -> None:
    """Begun on the phone it is there once fetched, and the other way round; the newer wins, the older is told."""
    lab.page.put("cuoc-goi", "a")
    lab.act("fetch", LESSON)
    assert lab.copy(LESSON) == {"cuoc-goi": "a"}

    lab.answer_here(LESSON, {"ma-so": "OTP"})
    lab.list()
    assert lab.page.answers()["ma-so"]["answer"] == "OTP"

    lab.page.put("cuoc-goi", "b", seen=1)
    lab.page.put("ma-so", "mã cũ", seen=1, age_ms=3_600_000)
    lab.answer_here(LESSON, {"ma-so": "mật khẩu dùng một lần"})
    assert lab.act("submit", LESSON)["success"]
    (receipt,) = lab.receipts()
    handed = json.loads((lab.places.inbound / receipt["submission"] / "answers.json").read_bytes())["answers"]
    assert {name: one["answer"] for name, one in handed.items()} == lab.copy(LESSON)
    assert lab.copy(LESSON) == {"cuoc-goi": "b", "ma-so": "mật khẩu dùng một lần"}
    history = lab.places.answers / folder_of(ALICE) / LESSON / "history.jsonl"
    assert '"mã cũ"' in history.read_text(encoding="utf-8")


def test_code_from_the_phone_and_from_jupyterlab_is_one(lab: Lab) -> None:
    """Written on the phone it is in the fetched notebook; changed there and handed in, it is on the phone."""
    first = "def gap_doi(so):\n    return so * 2\n"
    body = {"answer": first, "seen": 0, "age_ms": 0}
    assert lab.page.send("PUT", f"api/answers/{CODING}/gap-doi", json=body).status_code == 200
    lab.act("fetch", CODING)
    assert _written(lab.home / CODING / f"{CODING}.ipynb") == first

    _solve(lab)
    assert lab.act("submit", CODING)["success"]
    (receipt,) = lab.receipts()
    handed = _written(lab.places.inbound / receipt["submission"] / f"{CODING}.ipynb")
    there = lab.page.send("GET", f"api/answers/{CODING}").json()["answers"]["gap-doi"]["answer"]
    assert handed == there == "def gap_doi(so):\n    return so + so\n"


def _written(notebook: Path) -> str:
    cells = json.loads(notebook.read_bytes())["cells"]
    (source,) = [cell["source"] for cell in cells if cell["metadata"].get("nbgrader", {}).get("solution")]
    return "".join(source)


def test_an_older_edit_here_gives_way_and_is_kept(lab: Lab) -> None:
    """Changed in JupyterLab, later on the phone: the phone's stays, JupyterLab's is in the history."""
    lab.act("fetch", LESSON)
    lab.answer_here(LESSON, {"cuoc-goi": "a"})
    lab.page.put("cuoc-goi", "b")
    lab.list()
    assert lab.copy(LESSON) == {"cuoc-goi": "b"}
    history = lab.places.answers / folder_of(ALICE) / LESSON / "history.jsonl"
    assert '"answer": "a"' in history.read_text(encoding="utf-8")


def test_fetching_again_brings_what_is_missing_and_loses_nothing(lab: Lab) -> None:
    """What the learner wrote stays to the byte; a notebook that was deleted can be fetched again."""
    lab.act("fetch", CODING)
    _solve(lab)
    notebook = lab.home / CODING / f"{CODING}.ipynb"
    own = notebook.read_bytes()
    (lab.home / CODING / "nháp.txt").write_text("của tôi", encoding="utf-8")
    lab.act("fetch", CODING)
    assert notebook.read_bytes() == own

    notebook.unlink()
    assert CODING in _by_status(lab.list())["released"]
    assert CODING in _by_status(lab.act("fetch", CODING)["value"])["fetched"]
    assert notebook.read_bytes() == (lab.places.release / CODING / f"{CODING}.ipynb").read_bytes()
    assert (lab.home / CODING / "nháp.txt").read_text(encoding="utf-8") == "của tôi"


def test_what_can_not_be_handed_in_is_told_and_nothing_is_handed_in(lab: Lab) -> None:
    """A damaged notebook, damaged answers, a notebook that is too large, none at all, an unknown lesson."""
    lab.act("fetch", CODING)
    notebook = lab.home / CODING / f"{CODING}.ipynb"
    whole = notebook.read_bytes()
    said = {}
    for name, content in {
        "cut": whole[: len(whole) // 2],
        "no text": b"\xff\xfe",
        "large": b'{"cells": []' + b" " * MAX_NOTEBOOK + b"}",
    }.items():
        notebook.write_bytes(content)
        said[name] = lab.act("submit", CODING)
    notebook.write_bytes(whole)
    (lab.home / CODING / "answers.json").write_text("{", encoding="utf-8")
    said["answers"] = lab.act("submit", CODING)
    (lab.home / CODING / "answers.json").unlink()
    notebook.unlink()
    notebook.symlink_to("/etc/passwd")
    said["link"] = lab.act("submit", CODING)
    notebook.unlink()
    said["no notebook"] = lab.act("submit", CODING)
    said["not fetched"] = lab.act("submit", LESSON)
    said["unknown"] = lab.act("fetch", "t99-99")
    assert {name: one["success"] for name, one in said.items()} == dict.fromkeys(said, False)
    words = {
        "cut": "bị hỏng",
        "no text": "bị hỏng",
        "large": "4 MB",
        "answers": "đổi tên tệp",
        "link": "liên kết",
        "no notebook": "tải lại bài",
        "not fetched": "Fetch",
        "unknown": "chưa được phát hành",
    }
    assert [name for name, word in words.items() if word not in said[name]["value"]] == []
    assert not [one for one in said.values() if "Traceback" in one["value"]]
    assert lab.receipts() == []


def test_the_site_takes_no_more_than_it_says(lab: Lab) -> None:
    """Who goes past JupyterLab with the same token meets the same bounds and shapes."""
    path = f"assignments/{CODING}/submit"
    sent = {"key": uuid.uuid4().hex, "answers": {}, "seen": {}, "notebook": '{"cells": []}'}
    refused = {
        "large": lab.ask("POST", path, json=sent | {"notebook": "x" * (MAX_NOTEBOOK + 1)}).status_code,
        "huge": lab.ask("POST", path, content=b"x" * (4 * MAX_NOTEBOOK)).status_code,
        "no json": lab.ask("POST", path, content=b"x").status_code,
        "no key": lab.ask("POST", path, json=sent | {"key": ""}).status_code,
        "more": lab.ask("POST", path, json=sent | {"learner": LAN}).status_code,
        "revision": lab.ask("POST", path, json=sent | {"seen": {"a": -1}}).status_code,
        "damaged": lab.ask("POST", path, json=sent | {"notebook": "{"}).status_code,
        "half a letter": lab.ask("POST", path, content=json.dumps(sent | {"notebook": "\ud800"})).status_code,
        "edition": lab.ask("POST", "assignments/t99-99/submit", json=sent).status_code,
        "answers": lab.ask("POST", f"assignments/{LESSON}/answers", content=b"x" * 1_000_000).status_code,
    }
    assert refused == {
        "large": 413,
        "huge": 413,
        "no json": 400,
        "no key": 400,
        "more": 400,
        "revision": 400,
        "damaged": 400,
        "half a letter": 400,
        "edition": 404,
        "answers": 413,
    }
    assert lab.receipts() == []


def test_one_click_is_one_submission_however_often_it_is_sent(lab: Lab) -> None:
    """The same request eight times at once gives one receipt; another click another one."""
    path = f"assignments/{LESSON}/submit"
    sent = {"key": uuid.uuid4().hex, "answers": {}, "seen": {}, "notebook": None}
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: lab.ask("POST", path, json=sent), range(8)))
    assert {reply.status_code for reply in replies} == {201}
    assert len({reply.json()["receipt"]["id"] for reply in replies}) == 1
    assert len(lab.receipts()) == 1
    assert len(list(lab.places.inbound.glob(f"{folder_of(ALICE)}+*"))) == 1
    lab.ask("POST", path, json=sent | {"key": uuid.uuid4().hex})
    assert len(lab.receipts()) == 2


def test_two_presses_at_once_are_two_whole_submissions(lab: Lab) -> None:
    """Two buttons pressed together: both answered, each with a receipt that holds for its own folder."""
    lab.act("fetch", LESSON)
    with ThreadPoolExecutor(2) as pool:
        assert all(one["success"] for one in pool.map(lambda _: lab.act("submit", LESSON), range(2)))
    receipts, key = lab.receipts(), PublicKey.load(lab.places.site_keys)
    assert len(receipts) == 2
    for receipt in receipts:
        check(receipt, key, lab.places.inbound / receipt["submission"])


def test_nobody_reaches_what_is_anothers(lab: Lab, url: str, course: Places) -> None:
    """A forged token, none, a token without the right, and another learner's: nothing of this learner's comes out."""
    lab.act("fetch", LESSON)
    lab.answer_here(LESSON, {"cuoc-goi": "b"})
    lab.act("submit", LESSON)
    (receipt,) = lab.receipts()
    sent = {"key": uuid.uuid4().hex, "answers": {}, "seen": {}, "notebook": None}
    for token in ("0", "0" * 32, receipt["id"]):
        assert ask(url, token, "GET", "assignments").status_code == 401
        assert ask(url, token, "GET", f"feedback/{receipt['id']}").status_code == 401
        assert ask(url, token, "POST", f"assignments/{LESSON}/submit", json=sent).status_code == 403

    lan = Lab(url, course, LAN)
    try:
        listed = lan.ask("GET", "assignments").json()
        assert listed["handed_in"] == []
        assert all(one["revisions"] == {} for one in listed["editions"])
        assert lan.ask("GET", f"feedback/{receipt['id']}").status_code == 404
        own = lan.ask("POST", f"assignments/{LESSON}/submit", json=sent).json()["receipt"]
        assert check_signature(own, PublicKey.load(course.site_keys)).learner == LAN
    finally:
        lan.visitor.http.close()
        lan.page.http.close()
        lan.forget()
    assert [one["id"] for one in lab.receipts()] == [receipt["id"]]


def test_a_site_that_was_killed_gets_one_submission(lab: Lab) -> None:
    """While it is away the learner is told that nothing is lost; pressing again hands in, once."""
    lab.act("fetch", LESSON)
    site_process(lab.places).kill()
    said = []
    wait_for("handed in", lambda: said.append(lab.act("submit", LESSON)) or said[-1]["success"])
    away = (
        "Không kết nối được với trang học. Tệp của anh/chị vẫn còn",
        "Trang học đang bận. Tệp của anh/chị vẫn còn",
    )
    assert [one["value"] for one in said[:-1] if not one["value"].startswith(away)] == []
    assert len(lab.receipts()) == 1


def test_signing_out_ends_the_token(url: str, course: Places) -> None:
    """A JupyterLab's token opens nothing at the site once its learner has signed out."""
    lan = Lab(url, course, LAN)
    try:
        assert lan.ask("GET", "assignments").status_code == 200
        lan.visitor.http.get("/hub/logout")
        wait_for("the token is refused", lambda: lan.ask("GET", "assignments").status_code == 401)
    finally:
        lan.visitor.http.close()
        lan.page.http.close()


def test_kernels_have_neither_the_token_nor_the_list(lab: Lab) -> None:
    """nbgrader's command in a kernel has no way to the site; it says where the list is."""
    said = lab.visitor.run(
        "import os, subprocess, sys\n"
        "print([name for name in os.environ if 'HOCVUSO' in name or 'TOKEN' in name])\n"
        "done = subprocess.run([sys.executable, '-m', 'nbgrader', 'list'], capture_output=True, text=True)\n"
        "print(done.returncode != 0, 'Assignment List' in done.stderr, done.stderr)"
    )
    assert said.startswith("[]\nTrue True "), said
