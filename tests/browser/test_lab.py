"""JupyterLab as the hub starts it: a learner who programs does a coding lesson, a trainer grades by hand."""

import html
import json
import re
import secrets
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from playwright.sync_api import Locator, Page, expect

from hocvuso.exchange.collect import find_waiting
from hocvuso.lessons.master import read_master
from hocvuso.places import COURSE

from .conftest import DESKTOP, PATIENCE, load
from .lessons import give_in, right_answers

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LESSON = "t18-02"
MARKUP = "# <b>đậm</b>"
NAME = "Ánh"  # of anh.nt in the sample class


def wait_for_lab(page: Page, name: str) -> None:
    """Wait until the person's JupyterLab can be used."""
    page.wait_for_url(re.compile(rf".*/user/{re.escape(name)}/lab.*"))
    expect(page.locator("#jupyterlab-splash")).to_have_count(0)
    expect(page.locator(".lm-MenuBar-itemLabel", has_text="Nbgrader")).to_be_visible()


def open_lab(page: Page, site, name: str) -> None:
    """Go to JupyterLab from the lesson's page."""
    page.goto(site.hoc(f"bai/{LESSON}"))
    page.get_by_text("Cách khác: làm trong JupyterLab").click()
    page.get_by_role("link", name="Mở JupyterLab").click()
    wait_for_lab(page, name)


def choose(page: Page, menu: str, entry: str) -> None:
    """Choose an entry of JupyterLab's menu."""
    page.locator(".lm-MenuBar-itemLabel").get_by_text(menu, exact=True).click()
    page.locator(".lm-Menu-itemLabel").get_by_text(entry, exact=True).click()


def cells(page: Page, notebook: dict) -> dict[tuple[str, str], Locator]:
    """The cells of the open notebook by role and id."""
    shown = page.locator(".jp-Notebook .jp-Cell")
    expect(shown).to_have_count(len(notebook["cells"]))
    about = [cell["metadata"].get("hocvuso", {}) for cell in notebook["cells"]]
    return {(a["role"], a["id"]): shown.nth(n) for n, a in enumerate(about) if "id" in a}


def write(page: Page, cell: Locator, source: str) -> None:
    """Replace what stands in a code cell, by keyboard."""
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(source)


def run(page: Page, cell: Locator) -> None:
    """Run one cell whose code is folded away, as those of questions are."""
    cell.locator(".jp-Placeholder-content").first.click()
    page.keyboard.press("Shift+Enter")


def wait_for_file(path: Path) -> dict:
    """The JSON file at ``path`` as soon as it is there."""
    deadline = time.monotonic() + PATIENCE
    while not path.is_file():
        assert time.monotonic() < deadline, f"{path.name} was never written"
        time.sleep(0.1)
    return load(path)


def fetch_and_open(page: Page) -> Locator:
    """Fetch the lesson in nbgrader's assignment list and open its notebook; the lesson's row in that list."""
    choose(page, "Nbgrader", "Assignment List")
    page.locator("#released_assignments_list .list_item", has_text=LESSON).get_by_role(
        "button", name="Fetch"
    ).click()
    fetched = page.locator("#fetched_assignments_list .list_item", has_text=LESSON).first
    fetched.get_by_role("button", name=LESSON).click()
    page.locator("#fetched_assignments_list .nested_list_item").get_by_role("link", name=LESSON).click()
    wait_for_kernel(page)
    return fetched


def wait_for_kernel(page: Page) -> None:
    """Wait until the open notebook has its kernel: what is run before may be lost."""
    expect(page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']")).to_be_visible()


def hidden_tests(master) -> list[str]:
    """The lines of the hidden tests that no learner may see."""
    hidden = [
        re.findall(r"### BEGIN HIDDEN TESTS\n(.*?)### END HIDDEN TESTS", cell.source, re.DOTALL)
        for cell in master.tests
    ]
    return [
        line for found in hidden for text in found for line in text.splitlines() if line.startswith("assert ")
    ]


def check_receipt(places, learner: str, result: dict) -> None:
    """The learner has the site's receipt of what was graded, and no folder of theirs is shared."""
    receipt = wait_for_file(places.evidence / learner / LESSON / result["submission"] / "receipt.json")
    assert receipt["via"] == "jupyterlab"
    assert load(places.receipts / learner / f"{receipt['id']}.json") == receipt
    assert not (places.labs / learner).exists()


def test_a_learner_who_programs_does_a_lesson_in_jupyterlab(site, visit):
    """Fetch, answer, lose the page, write code, hand in: points on the site and feedback in JupyterLab."""
    person = visit("hai.tran", DESKTOP)
    page = person.page
    open_lab(page, site, "hai.tran")

    fetched = fetch_and_open(page)
    master = read_master(site.places.source / LESSON / f"{LESSON}.ipynb")
    released = load(site.places.release / LESSON / f"{LESSON}.ipynb")
    home = site.places.homes / "hai.tran" / LESSON
    answers = right_answers(site.places, LESSON)
    choice = next(q for q in master.questions if q.type == "choice")
    cell = cells(page, released)[("ask", choice.id)]
    run(page, cell)
    give_in(cell, choice, answers[choice.id])
    expect(cell.locator(".hv-feedback")).to_be_hidden()
    saved = wait_for_file(home / "answers.json")["answers"][choice.id]
    assert (saved["answer"], saved["revision"]) == (answers[choice.id], 1)

    page.reload()
    wait_for_lab(page, "hai.tran")
    found = cells(page, released)
    wait_for_kernel(page)
    for solution in master.solutions:
        write(page, found[("solution", solution.id)], f"{solution.source}\n{MARKUP}")
    choose(page, "Run", "Run All Cells")
    again = found[("ask", choice.id)].locator(f"input[value='{answers[choice.id]}']")
    expect(again).to_be_checked()
    for question in (q for q in master.questions if q is not choice):
        give_in(found[("ask", question.id)], question, answers[question.id])
        expect(found[("ask", question.id)].locator(".hv-status")).to_have_text(re.compile("Đã lưu"))
    expect(page.locator(".jp-Notebook [data-mime-type*=error]")).to_have_count(0)
    page.keyboard.press("Control+s")
    expect(page.locator(".lm-TabBar-tab.jp-mod-dirty")).to_have_count(0)

    page.get_by_role("tab", name="Assignments").click()
    fetched.get_by_role("button", name="Submit").click()
    handed_in = page.locator("#submitted_assignments_list .list_item", has_text=LESSON).first
    expect(handed_in).to_be_visible()
    result = wait_for_file(site.places.results / "hai.tran" / f"{LESSON}.json")
    assert (result["points"], result["out_of"], result["via"]) == (11, 11, "jupyterlab")
    check_receipt(site.places, "hai.tran", result)

    handed_in.get_by_role("button", name="Fetch Feedback").click()
    handed_in.get_by_text("(view feedback)").click()
    page.locator(".jp-DirListing-item", has_text=f"{LESSON}.html").dblclick()
    expect(page.frame_locator(".jp-HTMLViewer iframe").locator("main")).to_contain_text("Điểm: 11/11")
    (feedback,) = (home / "feedback").glob(f"*/{LESSON}.html")
    text = feedback.read_text(encoding="utf-8")
    assert html.escape(MARKUP) in text
    assert MARKUP not in text
    assert [line for line in hidden_tests(master) if line in html.unescape(text)] == []

    page.goto(site.hoc(f"bai/{LESSON}/ket-qua"))
    expect(page.locator(".hv-score")).to_contain_text("11/11")
    expect(page.locator(".hv-score")).to_contain_text("từ JupyterLab")


def hand_in_folder(places, learner: str, notebook: dict, answers: dict) -> None:
    """Put a folder where nbgrader puts it in the learner's JupyterLab; nbgrader's secret comes last."""
    at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
    folder = places.labs / learner / "inbound" / f"{learner}+{LESSON}+{at}+{secrets.token_hex(4)}"
    folder.mkdir(parents=True)
    (folder / f"{LESSON}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    entries = {
        name: {"answer": value, "revision": 1, "edited": "2026-01-01T00:00:00.000Z"}
        for name, value in answers.items()
    }
    book = {"format": 1, "lesson": LESSON, "edition": LESSON, "answers": entries}
    (folder / "answers.json").write_text(json.dumps(book), encoding="utf-8")
    (folder / "timestamp.txt").write_text(at, encoding="ascii")
    (folder / "submission_secret.txt").write_text(secrets.token_hex(64), encoding="ascii")


def wait_for_grade(places, learner: str, times: int) -> dict:
    """The result once the grader has taken ``times`` submissions of a learner."""
    evidence = places.evidence / learner / LESSON
    deadline = time.monotonic() + PATIENCE
    while len(list(evidence.glob("*/receipt.json"))) < times:
        assert time.monotonic() < deadline, "never graded"
        time.sleep(0.1)
    return load(places.results / learner / f"{LESSON}.json")


def wait_until_all_is_graded(places) -> None:
    """Until nothing waits that another test has handed in."""
    deadline = time.monotonic() + PATIENCE
    while waiting := list(find_waiting(places)):
        assert time.monotonic() < deadline, waiting
        time.sleep(0.1)


def grade(page: Page, field: Locator, value: str) -> None:
    """Fill in one of formgrader's fields and wait until it is saved (JupyterLab has things of its own to PUT)."""
    with page.expect_response(
        lambda answer: "/formgrader/api/" in answer.url and answer.request.method == "PUT" and answer.ok
    ) as saved:
        field.fill(value)
        field.blur()
    saved.value.finished()


def by_hand(places, learner: str, test: str, solution: str) -> tuple:
    """What people wrote into the gradebook, and whether the cell asks for a look again."""
    with Gradebook(places.gradebook_url, COURSE) as book:
        grade = book.find_grade(test, LESSON, LESSON, learner)
        comment = book.find_comment(solution, LESSON, LESSON, learner)
        return grade.manual_score, grade.extra_credit, comment.manual_comment, grade.needs_manual_grade


def test_a_trainer_reads_a_submission_in_formgrader_and_grades_by_hand(site, visit):
    """Lessons with their counts, the class, a submission as plain text; what a person wrote survives the next one."""
    learner, places = "anh.nt", site.places
    master = read_master(places.source / LESSON / f"{LESSON}.ipynb")
    notebook = load(places.release / LESSON / f"{LESSON}.ipynb")
    for cell in notebook["cells"]:
        if cell["metadata"].get("hocvuso", {}).get("role") == "solution":
            cell["source"] = f"print({MARKUP!r})\n" + "".join(cell["source"])
    answers = right_answers(places, LESSON)
    hand_in_folder(places, learner, notebook, answers)
    assert wait_for_grade(places, learner, 1)["points"] == sum(q.points for q in master.questions)

    page = visit("giangvien", DESKTOP).page
    page.goto(f"{site.url}/hub/spawn")
    wait_for_lab(page, "giangvien")
    wait_until_all_is_graded(places)
    choose(page, "Nbgrader", "Formgrader")
    inside = page.frame_locator("iframe")
    for edition in ("t03-09", "t14-05", "t18-02", "t20-01"):
        handed_in = len(list(places.submitted.glob(f"*/{edition}")))
        row = inside.locator("tbody tr", has_text=edition)
        expect(row.locator("td.num-submissions")).to_have_text(str(handed_in))
    inside.get_by_role("link", name="Manage Students").first.click()
    expect(inside.locator("tbody tr", has_text=learner)).to_contain_text(NAME)

    inside.get_by_role("link", name="Manual Grading").first.click()
    inside.get_by_role("link", name=LESSON).click()
    inside.locator("tbody").get_by_role("link", name=LESSON).click()
    expect(inside.get_by_role("link", name="Submission #1")).to_be_visible()
    inside.get_by_role("button", name="Show All Names").click()
    inside.get_by_role("link", name=NAME).click()
    test, solution = master.tests[0].id, master.solutions[0].id
    given = inside.locator(f"[id='{test}']")
    expect(given).to_be_visible()
    expect(inside.locator("body")).to_contain_text(MARKUP)
    expect(inside.locator("#notebook b")).to_have_count(0)
    # formgrader's script empties its fields once it has fetched what is there; typing before that is lost
    expect(given).to_have_attribute("placeholder", re.compile(r"\d"))
    page.wait_for_load_state("networkidle")
    # formgrader sends the whole grade with each field: the next one may go once the page has taken in the answer
    for field, value in ((given, "1.5"), (inside.locator(f"[id='{test}_extra_credit']"), "0.5")):
        grade(page, field, value)
        page.wait_for_load_state("networkidle")
        expect(field).to_have_value(value)
    grade(page, inside.locator(f"[id='{solution}-comment']"), "Cách làm gọn.")
    assert by_hand(places, learner, test, solution) == (1.5, 0.5, "Cách làm gọn.", False)

    hand_in_folder(places, learner, notebook, {})
    assert wait_for_grade(places, learner, 2)["points"] == 0
    assert by_hand(places, learner, test, solution) == (1.5, 0.5, "Cách làm gọn.", True)
