"""The main road, as a learner with a phone walks it."""

import json
import re

import pytest
from playwright.sync_api import Response, Route, expect

from .conftest import DESKTOP, PHONE
from .lessons import (
    change_a_letter,
    expect_given,
    give,
    go_offline,
    questions_of,
    right_answers,
    save,
    wait_until_open,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def verdict(page, site, path) -> str:
    """What the public verification page says of a file."""
    page.goto(site.hoc("xac-minh"))
    page.set_input_files("input[type=file]", path)
    page.click("form [type=submit]")
    return page.locator(".hv-finding").get_attribute("class") or ""


def check_as_a_stranger(site, stranger, tmp_path, credential: bytes, printed: bytes) -> None:
    """Both files are valid as they are; one letter or figure changed and they are not."""
    assert "valid" in verdict(stranger, site, save(tmp_path, "a.json", credential))
    expect(stranger.locator(".hv-finding")).to_contain_text("Học Viên Mẫu")
    assert "valid" in verdict(stranger, site, save(tmp_path, "a.pdf", printed))
    name = change_a_letter(credential, "Học Viên Mẫu", "Học Viên Mầu")
    assert "altered" in verdict(stranger, site, save(tmp_path, "b.json", name))
    year = json.loads(credential)["validFrom"][:4]
    figure = change_a_letter(credential, year, str(int(year) - 1))
    assert "altered" in verdict(stranger, site, save(tmp_path, "c.json", figure))
    assert "altered" in verdict(stranger, site, save(tmp_path, "b.pdf", printed + b"\n"))
    assert "unreadable" in verdict(stranger, site, save(tmp_path, "d.json", credential[:100]))


def test_from_sign_in_to_a_certificate_that_shows_when_it_was_altered(site, visit, tmp_path):
    """At 360 px: sign in, answer, lose the kernel, reload, hand in, see why, hold a certificate, check it."""
    person = visit("hocvien", PHONE)
    page = person.page
    answers = right_answers(site.places, "t14-05")
    questions = questions_of(site.places, "t14-05")

    expect(page.locator(".hv-lead")).to_contain_text("Học Viên Mẫu")  # their name, not the user name

    # the same lesson as a Voila app has a kernel to lose: answer there first
    page.goto(site.hoc("voila/t14-05"))
    first = page.locator(".hv-question").first
    expect(first).to_be_visible()
    first.locator(f"input[value='{answers[questions[0].id]}']").check()
    expect(first.locator(".hv-status")).to_have_text(re.compile("Đã lưu"))
    assert site.kill_kernels() > 0
    page.get_by_role("button", name="Tải lại trang").click()  # the page has noticed
    again = page.locator(".hv-question").first.locator(f"input[value='{answers[questions[0].id]}']")
    expect(again).to_be_checked()

    # the page needs no kernel
    page.goto(site.hoc())
    page.get_by_role("link", name=re.compile("Lừa đảo danh tính số")).first.click()
    page.wait_for_url("**/bai/t14-05")
    expect_given(page, questions[0], answers[questions[0].id])
    for question in questions[1:]:
        give(page, question, answers[question.id])
        expect(page.locator(f"#cau-{question.id} .hv-status")).to_have_text(re.compile("Đã lưu"))
    site.kill_kernels()
    page.reload()
    for question in questions:
        expect_given(page, question, answers[question.id])
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    page.get_by_role("button", name="Nộp bài").click()
    page.wait_for_url("**/ket-qua")
    expect(page.locator(".hv-score")).to_contain_text("12/12")
    for question in questions:
        expect(page.locator(".hv-answers")).to_contain_text(question.why[:40])

    # the last lesson was missing: the issuer sees the new export and issues
    person.wait_for_certificate()
    with page.expect_download() as pdf:
        page.get_by_role("link", name=re.compile("Tải bản PDF")).click()
    with page.expect_download() as digital:
        page.get_by_role("link", name=re.compile("Tải bản điện tử")).click()
    printed = pdf.value.path().read_bytes()
    credential = digital.value.path().read_bytes()

    check_as_a_stranger(site, visit(None, DESKTOP).page, tmp_path, credential, printed)


def test_a_second_learner_gets_nothing_of_the_first(site, visit):
    """Kernel, answers, receipt, result and certificate of another learner: 403 or 404 each time."""
    first = visit("hocvien", DESKTOP)
    first.page.goto(site.hoc("voila/t20-01"))
    expect(first.page.locator(".hv-question").first).to_be_visible()
    kernel = first.page.evaluate(
        "JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId"
    )
    mine = first.page.request.get(site.hoc(f"api/kernels/{kernel}"), headers={"X-XSRFToken": first.xsrf()})
    assert mine.status == 200, "the owner's own kernel must be there"
    first.page.goto(site.hoc("bai/t20-01"))
    wait_until_open(first.page)
    first.page.get_by_role("button", name="Nộp bài").click()
    first.page.wait_for_url("**/ket-qua")
    receipt = first.page.get_by_role("link", name=re.compile("biên nhận")).get_attribute("href")

    second = visit("hai.tran", DESKTOP)
    asked = {
        "kernel": site.hoc(f"api/kernels/{kernel}"),
        "receipt": site.url + receipt,
    }
    for number in (site.places.certificates / "hocvien").glob("HVS-*.json"):
        asked[number.name] = site.hoc(f"chung-nhan/{number.name}")
    headers = {"X-XSRFToken": second.xsrf()}
    statuses = {what: second.page.request.get(url, headers=headers).status for what, url in asked.items()}
    assert set(statuses.values()) <= {403, 404}, statuses
    assert first.page.request.get(asked["receipt"]).status == 200, "the owner's own receipt must be readable"

    # answers and results have no address with a name in it: each gets their own
    answers = second.page.request.get(site.hoc("api/answers/t03-09"), headers=headers)
    theirs = first.page.request.get(site.hoc("api/answers/t03-09"), headers={"X-XSRFToken": first.xsrf()})
    assert len(theirs.json()["answers"]) == len(questions_of(site.places, "t03-09"))
    assert answers.ok
    assert answers.json() != theirs.json()
    assert "points" not in second.page.request.get(site.hoc("api/result/t20-01"), headers=headers).text()
    opened = second.page.evaluate(
        """async (url) => new Promise((done) => {
            const socket = new WebSocket(url);
            socket.onopen = () => done("open");
            socket.onerror = () => done("refused");
        })""",
        site.hoc(f"api/kernels/{kernel}/channels").replace("http://", "ws://"),
    )
    assert opened == "refused"


def texts_of(responses: list[Response]) -> list[str]:
    """The texts among what the page that is open was answered; another page's are gone with it."""
    return [
        answer.text()
        for answer in responses
        if re.search("json|html|javascript", answer.headers.get("content-type", ""))
    ]


def test_nothing_that_gives_an_answer_away_reaches_the_browser_before_handing_in(site, visit, newcomer):
    """No key marker, explanation or hidden test in any response while a lesson is open."""
    texts: list[str] = []
    page = visit(newcomer, DESKTOP).page
    answered: list[Response] = []
    page.on("response", lambda answer: answered.append(answer) if answer.status == 200 else None)
    secrets = []
    for edition in ("t14-05", "t20-01", "t03-09", "t18-02"):
        secrets += [question.why for question in questions_of(site.places, edition)]
        answered.clear()
        page.goto(site.hoc(f"bai/{edition}"))
        wait_until_open(page)
        page.wait_for_load_state("networkidle")
        texts += texts_of(answered)
    answered.clear()
    page.goto(site.hoc("voila/t14-05"))
    expect(page.locator(".hv-question").first).to_be_visible()
    wait_until_open(page)
    texts += texts_of(answered)
    everything = "\n".join(texts)
    assert "viec-dau-tien" in everything, "the responses were not read"
    assert [why for why in secrets if why[:60] in everything] == []
    assert "HIDDEN TESTS" not in everything


def test_answers_wait_in_the_browser_while_the_network_is_away(site, visit, newcomer):
    """Offline: a sentence says so; back online: the answer arrives at the site by itself."""
    person = visit(newcomer, PHONE)
    page = person.page
    page.goto(site.hoc("bai/t03-09"))
    question = questions_of(site.places, "t03-09")[0]
    answer = right_answers(site.places, "t03-09")[question.id]
    wait_until_open(page)
    go_offline(person.context)
    give(page, question, answer)
    expect(page.locator(".hv-banner")).to_contain_text("Mất mạng")
    person.context.set_offline(False)
    expect(page.locator(f"#cau-{question.id} .hv-status")).to_have_text(re.compile("Đã lưu"))
    stored = page.request.get(site.hoc("api/answers/t03-09")).json()
    assert stored["answers"][question.id]["answer"] == answer


def test_a_lesson_is_handed_in_only_once_the_answers_given_before_are_there(site, visit, newcomer):
    """Until then all its questions would be counted as open."""
    page = visit(newcomer, PHONE).page
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/answers/t03-09", hold)
    page.goto(site.hoc("bai/t03-09"))
    expect(page.locator(".hv-question").first).to_be_visible()
    button = page.get_by_role("button", name="Nộp bài")
    while not held:
        page.wait_for_timeout(50)
    expect(button).to_be_disabled()
    held[0].continue_()
    expect(button).to_be_enabled()


def test_two_devices_with_one_lesson_do_not_lose_an_answer_silently(site, visit, newcomer):
    """The newer edit wins, the older is kept in the history, and the learner is told."""
    phone, desk = visit(newcomer, PHONE), visit(newcomer, DESKTOP)
    question = next(q for q in questions_of(site.places, "t20-01") if q.type == "choice")
    for person in (phone, desk):
        person.page.goto(site.hoc("bai/t20-01"))
        wait_until_open(person.page)
    one, other = list(question.options)[:2]
    give(phone.page, question, one)
    expect(phone.page.locator(f"#cau-{question.id} .hv-status")).to_have_text(re.compile("Đã lưu"))
    give(desk.page, question, other)
    expect(desk.page.locator(f"#cau-{question.id} .hv-status")).to_have_text(re.compile("hiết bị khác"))
    stored = desk.page.request.get(site.hoc("api/answers/t20-01")).json()
    assert stored["answers"][question.id]["answer"] == other
    history = (site.places.answers / newcomer / "t20-01" / "history.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line) for line in history.splitlines() if question.id in line], (
        "the older answer is gone"
    )


def test_the_live_table_changes_as_columns_are_hidden(site, visit):
    """t20-01's live example runs in a kernel and answers to a tap."""
    person = visit("hai.tran", PHONE)
    page = person.page
    page.goto(site.hoc("bai/t20-01"))
    page.get_by_role("button", name="Mở ví dụ").click()
    frame = page.frame_locator(".hv-live-iframe")
    columns = frame.locator("table th")
    expect(columns.nth(2)).to_be_visible()
    before = columns.count()
    frame.locator("input[type=checkbox]").first.click()
    expect(columns).to_have_count(before - 1)
