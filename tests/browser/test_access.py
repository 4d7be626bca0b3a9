"""Every page is at home on a phone, in both themes, for keyboard and screen reader."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from .conftest import DESKTOP, FINISHED, PHONE
from .lessons import go_offline, open_offline, wait_until_open

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
WHERE = """(() => {
    const one = document.activeElement;
    if (one.closest("#hv-submit")) return "submit";
    return one.closest(".hv-slot") && one.matches("input:not(:checked)") ? one.type : "elsewhere";
})()"""
UNTIL_KEPT = """async (lang) => {
    await navigator.serviceWorker.ready;
    const page = async () => (await caches.match("/services/hoc/khong-mang"))?.headers.get("Content-Language");
    while ((await page()) !== lang) await new Promise((done) => setTimeout(done, 100));
}"""
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.mark.parametrize(
    ("lang", "scheme", "viewport"),
    [("vi", "light", PHONE), ("vi", "dark", DESKTOP), ("en", "dark", PHONE), ("en", "light", DESKTOP)],
    ids=["vi-light-phone", "vi-dark-desktop", "en-dark-phone", "en-light-desktop"],
)
def test_pages_meet_wcag_and_fit_the_screen(site, visit, lang, scheme, viewport):
    """axe finds no violation of WCAG 2.2 AA, and nothing scrolls sideways."""
    person = visit(FINISHED, viewport, color_scheme=scheme)
    person.wait_for_certificate()
    person.page.goto(site.hoc(f"?lang={lang}"))
    faults = {}
    for path in PAGES:
        person.page.goto(site.hoc(path))
        person.page.wait_for_load_state("networkidle")
        expect(person.page.locator("#hv-waiting")).to_have_count(0)  # it reloads by itself
        assert person.page.locator("html").get_attribute("lang") == lang, path
        faults |= faults_of(person.page, path)
    person.page.evaluate(UNTIL_KEPT, lang)
    go_offline(person.context)
    open_offline(person.page, site.hoc("ket-qua"))
    assert person.page.locator("html").get_attribute("lang") == lang
    faults |= faults_of(person.page, "no network")
    assert faults == {}


def faults_of(page, path: str) -> dict:
    """What axe finds on the page, and whether it is wider than the screen."""
    faults = {}
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": LEVELS}})
    if found.violations_count:
        faults[path] = [
            (v["id"], [n["html"][:120] for n in v["nodes"]][:3]) for v in found.response["violations"]
        ]
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > page.viewport_size["width"]:
        faults[f"{path} (width)"] = wide
    return faults


def test_pages_reflow_on_the_narrowest_screen_and_at_twice_the_size(site, visit):
    """320 px wide, and 1280 px zoomed to 200 % with letters twice as large again: nothing scrolls sideways."""
    page = visit(FINISHED, PHONE).page
    faults = {}
    for path in PAGES:
        page.set_viewport_size({"width": 320, "height": 640})
        page.goto(site.hoc(path))
        page.wait_for_load_state("networkidle")
        narrow = page.evaluate("document.documentElement.scrollWidth")
        page.set_viewport_size({"width": 640, "height": 450})
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        large = page.evaluate("document.documentElement.scrollWidth")
        if narrow > 320 or large > 640:
            faults[path] = (narrow, large)
    assert faults == {}


def test_a_lesson_that_is_not_translated_says_so(site, visit):
    """The page is in English, its text in Vietnamese, marked as such for whoever has it read aloud."""
    page = visit("hai.tran", PHONE).page
    page.goto(site.hoc("bai/t05-02?lang=en"))
    expect(page.locator(".hv-notice")).to_contain_text("not translated yet")
    expect(page.locator("main h1")).to_have_text("Using online public services effectively and safely")
    expect(page.locator(".hv-prose[lang=vi]").first).to_be_visible()
    expect(page.locator(".hv-front[lang=vi] .hv-hint[lang=en]").first).to_be_visible()
    page.goto(site.hoc("bai/t05-02?lang=vi"))
    expect(page.locator("main h1")).to_have_text("Sử dụng dịch vụ công trực tuyến hiệu quả, an toàn")
    expect(page.locator(".hv-notice, main [lang]")).to_have_count(0)


def test_a_lesson_is_finished_with_the_keyboard_alone(site, visit, newcomer):
    """Tab, Space and letters answer every question; Enter hands in and leads to the result."""
    page = visit(newcomer, DESKTOP).page
    page.goto(site.hoc("bai/t03-09"))
    wait_until_open(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className").startswith("hv-skip")
    page.keyboard.press("Enter")
    for _ in range(200):
        page.keyboard.press("Tab")
        match page.evaluate(WHERE):
            case "radio" | "checkbox":
                page.keyboard.press("Space")
            case "text":
                page.keyboard.press("Control+A")
                page.keyboard.type("vneid")
            case "submit":
                break
    expect(page.locator("#hv-progress")).to_contain_text(re.compile(r"(\d+)/\1 câu"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/bai/t03-09/ket-qua")
    expect(page.locator(".hv-score, #hv-waiting")).to_be_visible()


def test_home_says_what_is_next_and_finds_lessons(site, visit, newcomer):
    """One large button leads to the first lesson that is not done; words are found without their diacritics."""
    page = visit(newcomer, PHONE).page
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
