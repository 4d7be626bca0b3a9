"""Everybody reads in their own way: size, colours, part by part, aloud, on paper. It stays as it was chosen."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from .conftest import DESKTOP, FINISHED, PHONE
from .lessons import wait_until_open
from .test_access import LEVELS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LESSON = "bai/t14-05"
SHOWN = ".hv-slot:visible"
# a device with a voice of its own and one that would ask another host; what is said is noted, one block at a time
VOICES = """
const said = globalThis.said = [];
globalThis.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
Object.defineProperty(globalThis, "speechSynthesis", { value: {
  getVoices: () => [
    { name: "far", lang: "vi-VN", localService: false },
    ...(NEAR ? [{ name: "near", lang: "vi-VN", localService: true }] : []),
  ],
  speak(words) { said.push([words.voice.name, words.text]); this.last = words; },
  cancel() { this.last?.onerror?.(); },
} });
"""


def choose(page, **choices) -> None:
    """Open the dialog and choose."""
    page.locator("#hv-reading-open").click()
    for name, value in choices.items():
        page.locator(f"#hv-reading input[name={name}][value={value}]").check()
    page.get_by_role("button", name="Xong").click()


def shown_questions(page) -> list[str]:
    """The questions that are on the page now."""
    return page.locator(SHOWN).evaluate_all("some => some.map((one) => one.id)")


def expect_only(page, name: str) -> None:
    """Of all questions only the one of that name is on the page now."""
    expect(page.locator(SHOWN)).to_have_count(1)
    expect(page.locator(SHOWN)).to_have_id(name)


def test_a_lesson_part_by_part(site, visit, newcomer):
    """One question at a time; back and reload as expected; the choice stays; what is open is led to."""
    page = visit(newcomer, PHONE).page
    page.goto(site.hoc(LESSON))
    wait_until_open(page)
    every = shown_questions(page)
    assert len(every) == 8
    choose(page, parts="one")
    expect_only(page, every[0])
    expect(page.locator(".hv-part-nav p")).to_have_text("Phần 1/9")
    expect(page.get_by_role("button", name="Nộp bài")).to_be_hidden()
    page.get_by_role("button", name="Phần tiếp").click()
    page.get_by_role("button", name="Phần tiếp").click()
    expect_only(page, every[2])
    page.reload()
    expect_only(page, every[2])
    page.go_back()
    expect_only(page, every[1])
    page.goto(site.hoc(f"{LESSON}#{every[5]}"))
    expect_only(page, every[5])
    for _ in range(3):
        page.get_by_role("button", name="Phần tiếp").click()
    expect(page.get_by_role("button", name="Phần tiếp")).to_be_hidden()
    page.get_by_role("button", name="Nộp bài").click()
    page.get_by_role("button", name="Làm tiếp").click()
    expect_only(page, page.evaluate("document.querySelector('.hv-slot:not(.hv-done)').id"))
    last = page.locator(".hv-slot:not(.hv-done)").last.get_attribute("id")
    page.goto(site.hoc(f"{LESSON}#phan-9"))
    page.get_by_role("button", name="Nộp bài").click()
    expect(page.locator(".hv-listed button")).to_have_count(page.locator(".hv-slot:not(.hv-done)").count())
    page.locator(".hv-listed button").last.click()
    expect_only(page, last)
    page.goto(site.hoc("bai/t20-01"))
    expect(page.locator(SHOWN)).to_have_count(1)
    choose(page, parts="all")
    expect(page.locator(SHOWN)).to_have_count(8)


@pytest.mark.parametrize("theme", ["light", "dark", "strong"])
def test_what_was_chosen_stays_and_meets_wcag(site, visit, theme):
    """Very large letters in each theme, on a phone: no violation, nothing sideways, on every page afterwards."""
    person = visit(FINISHED, PHONE, color_scheme="dark" if theme == "light" else "light")
    page = person.page
    person.wait_for_certificate()
    choose(page, size="largest", theme=theme)
    ground = {"light": "rgb(246, 244, 238)", "dark": "rgb(18, 24, 28)", "strong": "rgb(0, 0, 0)"}[theme]
    for path in ("", LESSON, "bai/t20-01/ket-qua", "ket-qua", "chung-nhan", "xac-minh"):
        page.goto(site.hoc(path))
        page.wait_for_load_state("networkidle")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == ground
        assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") > 24
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": LEVELS}})
        assert found.violations_count == 0, (path, found.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
    page.locator("#hv-reading-open").click()
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": LEVELS}})
    assert found.violations_count == 0, found.generate_report()


def test_the_keyboard_reaches_the_choices(site, visit):
    """The button, the choices, and out again with Escape; the focus comes back."""
    page = visit("hai.tran", DESKTOP).page
    page.goto(site.hoc())
    page.locator("#hv-reading-open").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#hv-reading input[value=normal]")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("html")).to_have_attribute("data-size", "large")
    page.keyboard.press("Escape")
    expect(page.locator("#hv-reading")).to_be_hidden()
    expect(page.locator("#hv-reading-open")).to_be_focused()


def test_aloud_with_a_voice_of_the_device_only(site, visit):
    """Block by block from what is seen; the one that speaks is marked; it stops when told to."""
    page = visit("hai.tran", PHONE).page
    page.add_init_script(VOICES.replace("NEAR", "true"))
    page.goto(site.hoc(LESSON))
    page.locator("#hv-reading-open").click()
    page.get_by_role("button", name="Đọc thành tiếng").click()
    title = "Lừa đảo danh tính số: nhận diện và phòng tránh"
    assert page.evaluate("said") == [["near", title]]
    expect(page.locator(".hv-spoken")).to_have_text(title)
    page.evaluate("speechSynthesis.last.onend()")
    page.evaluate("speechSynthesis.last.onend()")
    assert [text for _, text in page.evaluate("said")][2] == "Điều cốt lõi"
    page.get_by_role("button", name="Dừng đọc").click()
    expect(page.locator(".hv-spoken")).to_have_count(0)
    assert len(page.evaluate("said")) == 3


def test_without_such_a_voice_nothing_is_sent_anywhere(site, visit):
    """The button is not there; what to do is said."""
    page = visit("hai.tran", PHONE).page
    page.add_init_script(VOICES.replace("NEAR", "false"))
    page.goto(site.hoc(LESSON))
    page.locator("#hv-reading-open").click()
    expect(page.get_by_role("button", name="Đọc thành tiếng")).to_be_hidden()
    expect(page.locator(".hv-no-voice")).to_contain_text("cài giọng đọc tiếng Việt")


def test_on_paper_a_lesson_is_whole(site, visit):
    """All parts, no buttons, though the screen shows one part."""
    page = visit("hai.tran", PHONE).page
    page.goto(site.hoc(LESSON))
    choose(page, parts="one")
    page.emulate_media(media="print")
    expect(page.locator(SHOWN)).to_have_count(8)
    expect(page.locator(".hv-part-nav")).to_be_hidden()
    expect(page.locator(".hv-head")).to_be_hidden()
