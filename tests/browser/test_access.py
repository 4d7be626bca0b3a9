"""Every page is at home on a phone, in both themes, for keyboard and screen reader."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from .conftest import DESKTOP, FINISHED, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = (
    "",
    "?tim=lua+dao",
    "bai/t14-05",
    "bai/t20-01",
    "bai/t03-09",
    "bai/t18-02",
    "ket-qua",
    "bai/t20-01/ket-qua",
    "chung-nhan",
    "xac-minh",
)
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_pages_meet_wcag_and_fit_the_screen(site, visit, viewport, scheme):
    """axe finds no violation of WCAG 2.2 AA, and nothing scrolls sideways."""
    person = visit(FINISHED, viewport, color_scheme=scheme)
    person.wait_for_certificate()
    faults = {}
    for path in PAGES:
        person.page.goto(site.hoc(path))
        person.page.wait_for_load_state("networkidle")
        expect(person.page.locator("#hv-waiting")).to_have_count(0, timeout=30_000)  # it reloads by itself
        found = Axe().run(person.page, options={"runOnly": {"type": "tag", "values": LEVELS}})
        if found.violations_count:
            faults[path] = [
                (v["id"], [n["html"][:120] for n in v["nodes"]][:3]) for v in found.response["violations"]
            ]
        wide = person.page.evaluate("document.documentElement.scrollWidth")
        if wide > viewport["width"]:
            faults[f"{path} (width)"] = wide
    assert faults == {}


def test_the_sign_in_page_meets_wcag(site, visit):
    """The hub's own page too."""
    page = visit(None, PHONE).page
    page.goto(site.hoc())
    expect(page.locator("input[name=password]")).to_be_visible()
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": LEVELS}})
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_lesson_can_be_done_with_the_keyboard_alone(site, visit):
    """Tab and space reach a question, answer it, and reach the button that hands in."""
    page = visit("hai.tran", DESKTOP).page
    page.goto(site.hoc("bai/t14-05"))
    expect(page.locator(".hv-slot input").first).to_be_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className").startswith("hv-skip")
    page.keyboard.press("Enter")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.hv-slot input[type=radio]')"):
            break
    page.keyboard.press("Space")
    expect(page.locator(".hv-slot").first.locator("input:checked")).to_have_count(1)
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('#hv-submit') !== null"):
            break
    assert page.evaluate("document.activeElement.textContent").strip() == "Nộp bài"


def test_home_says_what_is_next_and_finds_lessons(site, visit):
    """One large button leads to the first lesson that is not done; words are found without their diacritics."""
    page = visit("hai.tran", PHONE).page
    page.goto(site.hoc())
    expect(page.locator(".hv-next .hv-over")).to_have_text("Việc tiếp theo")
    next_lesson = page.locator(".hv-next a.hv-button")
    assert (next_lesson.bounding_box() or {})["height"] >= 56
    page.get_by_role("searchbox").fill("lua dao")
    page.get_by_role("button", name="Tìm", exact=True).click()
    expect(page.locator(".hv-card-title").first).to_have_text(
        "Lừa đảo danh tính số: nhận diện và phòng tránh"
    )
    expect(page.locator(".hv-card mark").first).to_have_text("lừa đảo", ignore_case=True)
    page.get_by_role("searchbox").fill("khongcochunay")
    page.keyboard.press("Enter")
    expect(page.locator(".hv-empty")).to_contain_text("Hãy thử ít chữ hơn")
    page.get_by_role("link", name="Về tất cả các bài").click()
    page.locator(".hv-next a.hv-button").click()
    expect(page.locator("main.hv-lesson h1")).to_be_visible()
