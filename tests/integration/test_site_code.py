"""Questions on code on the real site: written, tried, handed in, graded; and what hostile code may do: nothing."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from site_course import ALICE, BOB, Learner, make_site_course, running_site
from tests.lesson_text import lesson_text
from traitlets.config import Config

from conftest import name_of, wait_for
from hocvuso.grading.grade import grade_waiting
from hocvuso.grading.result import result_path
from hocvuso.lessons.build import build
from hocvuso.lessons.release import release
from hocvuso.places import COURSE, Places

pytestmark = [
    pytest.mark.slow,
    # two habits of nbgrader: rows that are put together while others are written, and a copied cell's id
    pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning"),
    pytest.mark.filterwarnings("ignore:Non-unique cell id"),
]

LESSON = "t26-95"
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
_TEXT = lesson_text(
    LESSON,
    "Bài thử viết mã",
    """
```{code-cell} ipython3
:tags: [setup]

so_don = [3, 5, 8]
```

```{code-cell} ipython3
---
tags: [solution]
id: cong-don
---
def cong(cac_so):
    \"\"\"Cộng các số lại.\"\"\"
    ### BEGIN SOLUTION
    return sum(cac_so)
    ### END SOLUTION
```

```{code-cell} ipython3
---
tags: [test]
id: thu-cong
points: 2
---
assert cong(so_don) == 16, "Ba số cộng lại phải được 16."
### BEGIN HIDDEN TESTS
assert cong([]) == 0, "MẬT: không có số nào thì được 0."
### END HIDDEN TESTS
```

```{code-cell} ipython3
:tags: [question]

Code(
    "trung-binh",
    "Viết hàm trung_binh, dùng lại hàm cong ở trên.",
    given="def trung_binh(cac_so):",
    solution="    return cong(cac_so) / len(cac_so) if cac_so else 0",
    example="trung_binh(so_don)",
    checks=[
        ("trung_binh([2, 4]) == 3", "MẬT: trung bình của 2 và 4 là 3.", 1),
        ("trung_binh([]) == 0", "MẬT: không có số nào thì được 0.", 2),
    ],
    why="MẬT: lấy tổng chia cho số lượng, và chừa trường hợp trống.",
    points=3,
)
```
""",
    competences=["3.4"],
)
SUM = "def cong(cac_so):\n    return sum(cac_so)\n"


@pytest.fixture(scope="module")
def code_places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    places = make_site_course(tmp_path_factory.mktemp("khoa").resolve())
    (places.lessons / "t26" / f"{LESSON}.md").write_text(_TEXT, encoding="utf-8")
    report = build(places)
    assert report.ok, report
    release(places, now=NOW)
    return places


@pytest.fixture(scope="module")
def code_url(code_places: Places) -> Iterator[str]:
    with running_site(code_places) as url:
        yield url


def _signed_in(url: str, name: str) -> Iterator[Learner]:
    learner = Learner(url)
    learner.sign_in(name)
    yield learner
    learner.http.close()


@pytest.fixture(scope="module")
def coder(code_url: str) -> Iterator[Learner]:
    yield from _signed_in(code_url, ALICE)


@pytest.fixture(scope="module")
def other_coder(code_url: str) -> Iterator[Learner]:
    yield from _signed_in(code_url, BOB)


def _try(learner: Learner, question: str, code: str) -> dict:
    answer = learner.send("POST", f"api/chay/{LESSON}/{question}", json={"code": code})
    assert answer.status_code == 200, answer.text
    return answer.json()


def _save(learner: Learner, question: str, code: object) -> None:
    known = learner.send("GET", f"api/answers/{LESSON}").json()["answers"].get(question, {"revision": 0})
    body = {"answer": code, "seen": known["revision"], "age_ms": 0}
    assert learner.send("PUT", f"api/answers/{LESSON}/{question}", json=body).status_code == 200


def test_code_is_tried_as_the_lesson_stands_around_it(coder: Learner) -> None:
    """Setup first, then what was written elsewhere; output, mistakes and the visible check told in plain words."""
    ran = _try(coder, "cong-don", SUM + "print('xin chào')\ncong(so_don)")
    assert ran["output"] == "xin chào\n16"
    assert (ran["failed"], ran["python"]) == (False, "")
    wrong = _try(coder, "cong-don", "def cong(cac_so):\n    return 0")
    assert wrong["failed"]
    assert "Ba số cộng lại phải được 16." in wrong["sentence"]
    mistake = _try(coder, "cong-don", "def cong(cac_so):\n    return tong\ncong([])")
    assert mistake["sentence"].startswith("Dòng 2: Có một tên mà Python chưa biết")
    assert mistake["python"] == "NameError: name 'tong' is not defined"
    assert (
        "Phần này chưa viết"
        in _try(coder, "trung-binh", "def trung_binh(x):\n    raise NotImplementedError()")["sentence"]
    )

    _save(coder, "cong-don", SUM)
    used = _try(coder, "trung-binh", "def trung_binh(cac_so):\n    return cong(cac_so) / len(cac_so)")
    assert used["output"].startswith("5.33")


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_who_tries_too_much_or_something_else_is_told(other_coder: Learner, lang: str) -> None:
    """No such lesson, question, form: the usual answers; no code of such a length."""
    other_coder.get("", params={"lang": lang})
    path = f"api/chay/{LESSON}"
    for there in (f"{path}/khong-co", "api/chay/t26-99/x", "api/chay/t26-91/cuoc-goi"):
        assert other_coder.send("POST", there, json={"code": ""}).status_code == 404
    for body in ({}, {"code": 1}, {"code": "x", "more": 1}, []):
        assert other_coder.send("POST", f"{path}/cong-don", json=body).status_code == 400
    assert other_coder.send("POST", f"{path}/cong-don", json={"code": "x" * 7000}).status_code == 400
    assert other_coder.http.post(f"/services/hoc/{path}/cong-don", json={"code": "1"}).status_code == 403
    other_coder.get("", params={"lang": "vi"})


HOSTILE = {
    "endless": ("while True:\n    pass", "chạy hơn 10 giây"),
    "output": ("while True:\n    print('x' * 1000)", "in ra quá nhiều"),
    "forks": ("import os\nwhile True:\n    os.fork()", ""),
    "memory": ("hang = bytearray(10**11)", "quá nhiều bộ nhớ"),
    "ended": ("import os\nos._exit(0)", "tự kết thúc"),
}


NAME = "hvs-hostile"
CALL_IT_SO = f"import ctypes\nctypes.CDLL(None).prctl(15, b'{NAME}')\n"  # and so all that it starts


def _hostile_run() -> bool:
    """Whether something of the hostile code runs, seen from outside."""
    return any(name_of(process) == NAME for process in psutil.Process().children(recursive=True))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_code_harms_nobody(code_url: str, coder: Learner, other_coder: Learner, name: str) -> None:
    """The learner gets a sentence, no process is left, and another one's code runs as before."""
    code, sentence = HOSTILE[name]
    with ThreadPoolExecutor(1) as browser:
        trying = browser.submit(_try, other_coder, "cong-don", CALL_IT_SO + code)
        if name == "endless":
            wait_for("the hostile code is seen", _hostile_run, lambda: not trying.done())
        told = trying.result()
    assert told["failed"]
    assert sentence in told["sentence"]
    assert len(json.dumps(told)) < 40_000
    assert _try(coder, "cong-don", f"{SUM}cong([1])")["output"] == "1"
    wait_for("nothing of the hostile code runs", lambda: not _hostile_run())


def test_code_finds_nothing_and_reaches_nobody(
    code_places: Places, code_url: str, other_coder: Learner
) -> None:
    """No key, no hidden check, no token, no other process, no file of the course, no network, no site."""
    code = f"""
import glob, os, socket
print(sorted(name for name in os.environ if "HOCVUSO" in name or "JUPYTERHUB" in name))
print(os.path.exists({str(code_places.root)!r}))
seen = []
for place in glob.glob("/proc/[0-9]*"):
    for name in ("environ", "cmdline"):
        try:
            seen.append(open(f"{{place}}/{{name}}", "rb").read())
        except OSError:
            pass
print(any(b"JUPYTERHUB_API_TOKEN" in text or b"hocvuso.site" in text for text in seen))
print([value for value in map(str, list(globals().values())) if "M" + "ẬT" in value])
for address in (("127.0.0.1", {int(code_url.rpartition(":")[2])}), ("1.1.1.1", 53)):
    try:
        socket.create_connection(address, 2)
        print("reached")
    except OSError as error:
        print("refused")
"""
    told = _try(other_coder, "cong-don", code)
    assert told["output"].splitlines() == ["[]", "False", "False", "[]", "refused", "refused"]


def test_what_was_written_on_the_site_is_graded_as_nbgrader_would(
    code_places: Places, other_coder: Learner
) -> None:
    """Each check earns its own points; nbgrader's own autograde gives the same for the folder as it was handed in."""
    _save(other_coder, "cong-don", SUM)
    _save(other_coder, "trung-binh", "def trung_binh(cac_so):\n    return cong(cac_so) / len(cac_so)")
    receipt = other_coder.send("POST", f"bai/{LESSON}/nop", json={"edition": LESSON}).json()["receipt"]
    theirs = _stock_scores(code_places, code_places.inbound / receipt["submission"])
    assert theirs == {"thu-cong": 2, "trung-binh-1": 1, "trung-binh-2": 0}
    summary = grade_waiting(code_places, now=lambda: datetime.now(UTC), new_id=lambda: uuid.uuid4().hex)
    assert summary.graded == 1
    result = json.loads(result_path(code_places, BOB, LESSON).read_bytes())
    assert {part["id"]: part["points"] for part in result["questions"]} == theirs
    assert result["reasons"] == []
    page = other_coder.get(f"bai/{LESSON}/ket-qua").text
    assert "<strong>3</strong><span>/5 điểm</span>" in page
    for told in (
        "Viết hàm trung_binh, dùng lại hàm cong ở trên.",
        "lấy tổng chia cho số lượng, và chừa trường hợp trống.",
        "return cong(cac_so) / len(cac_so) if cac_so else 0",
    ):
        assert told in page
    assert "BEGIN SOLUTION" not in page


def _stock_scores(places: Places, handed: Path) -> dict[str, float]:
    """What nbgrader itself gives for a folder that was handed in, in a gradebook of its own."""
    shutil.copytree(handed, places.root / "stock-submitted" / BOB / LESSON)
    shutil.copy(places.var / "grader" / "gradebook.db", places.root / "stock.db")
    config = Config()
    config.CourseDirectory.root = str(places.root)
    config.CourseDirectory.course_id = COURSE
    config.CourseDirectory.submitted_directory = "stock-submitted"
    config.CourseDirectory.autograded_directory = "stock-autograded"
    config.CourseDirectory.db_url = f"sqlite:///{places.root / 'stock.db'}"
    config.CourseDirectory.assignment_id = LESSON
    config.ExecutePreprocessor.shutdown_kernel = "immediate"
    Autograde(coursedir=CourseDirectory(config=config), config=config).start()
    with Gradebook(f"sqlite:///{places.root / 'stock.db'}", COURSE) as book:
        notebooks = book.find_submission(LESSON, BOB).notebooks
        return {grade.name: grade.auto_score for notebook in notebooks for grade in notebook.grades}
