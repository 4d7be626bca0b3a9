"""Without a network: lessons open and can be answered, are handed in later, and nobody sees another's answers."""

import contextlib
import json
import re
import signal
import struct
import threading
import time
from urllib.parse import urljoin

import psutil
import pytest
from playwright.sync_api import expect

from .conftest import DESKTOP, PATIENCE, PHONE, Site, add_newcomer
from .lessons import (
    expect_given,
    give,
    go_offline,
    open_offline,
    questions_of,
    right_answers,
    wait_until_open,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SAVED = re.compile("Đã lưu lúc \\d\\d:\\d\\d")
WAITS = re.compile("Mất mạng|Máy chủ chưa lưu được")


def wait_until_kept(page, site: Site, lesson: str) -> None:
    """Wait until the worker runs and has the lesson's page and every script that it used."""
    page.evaluate(
        """async ([page, patience]) => {
            await navigator.serviceWorker.ready;
            const used = performance.getEntriesByType("resource").map((entry) => entry.name);
            const files = used.filter((name) => name.includes("/static/"));
            if (!files.some((name) => name.includes("/site.js"))) throw new Error(files.join());
            const there = async () => (await Promise.all(
                [caches.match(page, {cacheName: "hv-pages"}), ...files.map((file) => caches.match(file))]
            )).map(Boolean);
            const until = Date.now() + patience;
            while (!(await there()).every(Boolean)) {
                if (Date.now() > until) throw new Error(`${await there()}: ${[page, ...files]}`);
                await new Promise((done) => setTimeout(done, 100));
            }
        }""",
        [f"/services/hoc/bai/{lesson}", PATIENCE * 1000],
    )


def answer_all(page, places, lesson: str, some: slice = slice(None)) -> None:
    """Give the right answers to some questions of the lesson."""
    answers = right_answers(places, lesson)
    for question in questions_of(places, lesson)[some]:
        give(page, question, answers[question.id])


def stored(page, site: Site, lesson: str) -> dict:
    """What the site has of whoever is signed in."""
    answers = page.request.get(site.hoc(f"api/answers/{lesson}")).json()["answers"]
    return {name: in_order(kept["answer"]) for name, kept in answers.items()}


def in_order(answer):
    """An answer of several choices, in whichever order they were given."""
    return sorted(answer) if isinstance(answer, list) else answer


def sign_out(page, site: Site) -> None:
    """By the link at the foot of the pages, as a person does."""
    link = page.get_by_role("link", name="Đăng xuất")
    expect(link).not_to_have_attribute("aria-busy", "true")
    link.click()


def test_the_site_can_be_installed(site, visit):
    """A manifest with icons that exist and a worker that takes over; a stranger's page says no more than anybody's."""
    page = visit("hai.tran", PHONE).page
    address = page.evaluate("document.querySelector('link[rel=manifest]').href")
    answer = page.request.get(address)
    assert answer.headers["content-type"].startswith("application/manifest+json")
    manifest = answer.json()
    assert (manifest["name"], manifest["lang"], manifest["display"]) == ("Học vụ số", "vi", "standalone")
    assert urljoin(address, manifest["start_url"]) == site.hoc()
    sides = set()
    for icon in manifest["icons"]:
        drawn = page.request.get(urljoin(address, icon["src"]))
        assert drawn.headers["content-type"] == icon["type"]
        if icon["type"] == "image/png":
            side = struct.unpack(">II", drawn.body()[16:24])
            assert icon["sizes"] == f"{side[0]}x{side[1]}"
            sides.add(side[0])
    assert {192, 512} <= sides
    assert page.evaluate("navigator.serviceWorker.ready.then((it) => it.scope)") == site.hoc()
    session = page.context.new_cdp_session(page)
    assert session.send("Page.getAppManifest")["errors"] == []
    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert {error["errorId"] for error in errors} <= {"in-incognito"}, (
        errors
    )  # which this test's browser always is


def test_a_lesson_is_answered_and_handed_in_without_a_network(site, visit, newcomer):
    """Opened again without a network it is as it was; what is typed waits, and the lesson is handed in by itself."""
    person = visit(newcomer, PHONE)
    page = person.page
    lesson, places = "t20-01", site.places
    answers, questions = right_answers(places, lesson), questions_of(places, lesson)
    page.goto(site.hoc(f"bai/{lesson}"))
    answer_all(page, places, lesson, slice(0, 2))
    expect(page.locator(".hv-saving")).to_have_text(re.compile("Đã lưu tất cả lúc \\d\\d:\\d\\d"))
    page.reload()
    expect(page.locator(f"#cau-{questions[0].id} .hv-status")).to_have_text(SAVED)
    wait_until_kept(page, site, lesson)

    go_offline(person.context)
    answer_all(page, places, lesson, slice(2, 4))
    expect(page.locator(".hv-saving")).to_have_text("2 câu trả lời đang chờ trên thiết bị này")
    page.close()
    page = person.context.new_page()
    open_offline(page, site.hoc())
    page.locator(f'a[href$="bai/{lesson}"]').first.click()
    page.wait_for_url(f"**/bai/{lesson}")
    for question in questions[:4]:
        expect_given(page, question, answers[question.id])
    answer_all(page, places, lesson, slice(4, None))
    page.get_by_role("button", name="Nộp bài").click()
    expect(page.locator("#hv-submit-state")).to_contain_text("Bài sẽ được nộp khi có mạng")
    page.get_by_role("button", name="Không nộp nữa").click()
    expect(page.locator("#hv-submit-state")).to_be_empty()
    page.get_by_role("button", name="Nộp bài").click()
    expect(page.locator("#hv-submit-state")).to_contain_text("Bài sẽ được nộp khi có mạng")
    page.close()

    person.context.set_offline(False)
    page = person.context.new_page()
    page.goto(site.hoc("chung-nhan"))
    page.get_by_role("link", name="Xem kết quả").click()
    page.wait_for_url(f"**/bai/{lesson}/ket-qua")
    assert stored(page, site, lesson) == {name: in_order(answer) for name, answer in answers.items()}
    expect(page.locator(".hv-score")).to_be_visible()


def test_no_answer_is_lost_when_kernels_die_and_the_site_restarts(site, visit, newcomer):
    """Offline in the middle, a killed kernel, a site that ends and comes back: what was typed is what is stored."""
    person = visit(newcomer, DESKTOP)
    page = person.page
    lesson, places = "t14-05", site.places
    answers = right_answers(places, lesson)
    page.goto(site.hoc(f"bai/{lesson}"))
    wait_until_open(page)
    go_offline(person.context)
    answer_all(page, places, lesson, slice(0, 3))
    expect(page.locator(".hv-banner")).to_contain_text("Mất mạng")
    person.context.set_offline(False)
    expect(page.locator(".hv-banner")).to_be_hidden()
    site.kill_kernels()
    with kept_down(site):
        answer_all(page, places, lesson, slice(3, None))
        expect(page.locator(".hv-banner")).to_have_text(WAITS)
    expect(page.locator(".hv-saving")).to_have_text(re.compile("Đã lưu tất cả"), timeout=2 * PATIENCE * 1000)
    page.reload()
    for question in questions_of(places, lesson):
        expect_given(page, question, answers[question.id])
    assert stored(page, site, lesson) == {name: in_order(answer) for name, answer in answers.items()}


@contextlib.contextmanager
def kept_down(site: Site):
    """The site has ended, and ends again whenever the hub has started it, until the block is left."""
    enough = threading.Event()

    def hold() -> None:
        while not enough.wait(0.1):
            end_site(site, signal.SIGKILL)

    holding = threading.Thread(target=hold, daemon=True)
    end_site(site, signal.SIGTERM)
    holding.start()
    try:
        yield
    finally:
        enough.set()
        holding.join()


def end_site(site: Site, how: signal.Signals) -> None:
    """End the site's own process, if there is one, and wait until it has; its parent need not have noticed."""
    deadline = time.monotonic() + PATIENCE
    for process in site.processes("-m hocvuso.site"):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(how)
            while process.status() != psutil.STATUS_ZOMBIE:
                assert time.monotonic() < deadline, f"{process} did not end"
                time.sleep(0.05)


@pytest.mark.parametrize("choice", ["Giữ trên thiết bị này", "Bỏ đi"])
def test_signing_out_without_a_network(site, visit, newcomer, choice):
    """One chooses; other tabs are told; nobody sees anything; the next person neither; what was kept comes back."""
    person = visit(newcomer, PHONE)
    page, lesson, places = person.page, "t03-09", site.places
    questions, answers = questions_of(places, lesson), right_answers(places, lesson)
    first = questions[0]
    tab = person.context.new_page()
    tab.goto(site.hoc(f"bai/{lesson}"))
    wait_until_kept(tab, site, lesson)
    go_offline(person.context)
    give(tab, first, answers[first.id])
    expect(tab.locator(".hv-saving")).to_contain_text("đang chờ")

    sign_out(page, site)
    page.get_by_role("button", name="Chưa đăng xuất").click()
    sign_out(page, site)
    page.get_by_role("button", name=choice).click()
    expect(page.locator("main")).to_contain_text("Anh/chị đã đăng xuất trên thiết bị này")
    expect(tab.locator("main")).to_contain_text("Anh/chị đã đăng xuất.")
    expect(tab.locator(".hv-slot")).to_have_count(0)
    tab.goto(site.hoc(f"bai/{lesson}"))
    expect(tab.locator("main")).to_contain_text("Anh/chị đã đăng xuất trên thiết bị này")
    expect(tab.locator(".hv-slot")).to_have_count(0)
    tab.close()

    person.context.set_offline(False)  # the page tells the site, which had not heard of it
    page.wait_for_url(re.compile("/hub/"))
    other = person.context.new_page()
    person.page = other
    person.sign_in(add_newcomer(site))
    other.goto(site.hoc(f"bai/{lesson}"))
    expect(other.locator(".hv-progress")).to_be_visible()
    held = json.dumps(other.evaluate("({...localStorage})"))
    assert first.id not in re.sub(r'"hv:[^"]*"', "", held), (
        "only the unsent answer may be there, under its owner's tag"
    )
    sign_out_here(other, site)

    person.sign_in(newcomer)
    other.goto(site.hoc(f"bai/{lesson}"))
    wait_until_open(other)
    if choice == "Bỏ đi":
        assert stored(other, site, lesson) == {}
    else:
        expect(other.locator(f"#cau-{first.id} .hv-status")).to_have_text(SAVED)
        assert list(stored(other, site, lesson)) == [first.id]


def sign_out_here(page, site: Site) -> None:
    """With a network: nothing is asked."""
    page.goto(site.hoc())
    sign_out(page, site)
    page.wait_for_url(re.compile("/hub/log"))
