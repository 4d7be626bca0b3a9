"""Every question type, on the page that shows them all: by thumb, by keyboard, on paper, for screen readers."""

import random

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from hocvuso.questions import example, types

from .conftest import PHONE
from .lessons import give_in, steps_of
from .test_access import LEVELS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TARGETS = ".hv-front :is(.hv-option, .hv-spot, .hv-text, button):visible"
SMALL = "found => found.filter(one => one.getBoundingClientRect().height < 43.9).map(one => one.outerHTML)"
BESIDE = (
    "found => found.filter(one => one.getBoundingClientRect().right > innerWidth).map(one => one.outerHTML)"
)
VERDICTS = {"right": "Đúng", "ungraded": "Chờ giảng viên chấm"}


def best_answer(name: str):
    """An answer with full points and its state; where a person grades, one that waits for them."""
    if name == "code":  # what only the site's sandbox can tell
        return example(name).answer, VERDICTS["right"]
    samples = example(name).samples(random.Random(3))
    state = "right" if "right" in samples else "ungraded"
    return samples[state], VERDICTS[state]


def open_gallery(page, site) -> None:
    """The page of question types with all of them shown, also the editor, which comes a moment later."""
    page.goto(site.hoc("loai-cau-hoi"))
    expect(page.locator(".hv-question")).to_have_count(len(types()))
    expect(page.locator(".cm-content")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_type_is_answered_by_thumb_on_a_phone(site, visit, scheme):
    """At 360 px: large enough to touch, nothing sideways, axe finds nothing before and after the result is shown."""
    page = visit("hai.tran", PHONE, color_scheme=scheme, has_touch=True).page
    open_gallery(page, site)
    assert page.locator(TARGETS).evaluate_all(SMALL) == []
    assert page.locator(TARGETS).evaluate_all(BESIDE) == []
    before = Axe().run(page, options={"runOnly": {"type": "tag", "values": LEVELS}})
    assert before.violations_count == 0, before.generate_report()
    for name in types():
        slot = page.locator(f"#loai-{name}")
        answer, verdict = best_answer(name)
        give_in(slot.locator(".hv-front"), example(name), answer)
        slot.get_by_role("button", name="Xem kết quả").tap()
        expect(slot.locator(".hv-verdict strong")).to_have_text(verdict)
        expect(slot.locator(".hv-details")).to_contain_text(example(name).why[:40])
        expect(slot.locator(".hv-lock")).to_be_visible()
    after = Axe().run(page, options={"runOnly": {"type": "tag", "values": LEVELS}})
    assert after.violations_count == 0, after.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_every_type_is_answered_with_the_keyboard_alone(site, visit):
    """Tab leads in and through; Space, arrows, Enter and letters answer; Tab leads to the button below."""
    page = visit("hai.tran", PHONE).page
    open_gallery(page, site)
    for name in types():
        if name not in BY_KEY:
            continue
        slot = page.locator(f"#loai-{name}")
        answer, verdict = best_answer(name)
        slot.locator("h2").evaluate("one => { one.tabIndex = -1; one.focus(); }")  # where a reader would be
        page.keyboard.press("Tab")
        BY_KEY[name](page, slot, example(name), answer)
        show = slot.get_by_role("button", name="Xem kết quả")
        tab_to(page, show)
        page.keyboard.press("Enter")
        expect(slot.locator(".hv-verdict strong")).to_have_text(verdict)
        expect(show).to_be_focused()


def test_on_paper_every_option_is_there_and_nothing_to_press(site, visit):
    """The print view of each type: options in full, lines to write on, no buttons."""
    page = visit("hai.tran", PHONE).page
    open_gallery(page, site)
    page.emulate_media(media="print")
    expect(page.locator("#loai-match .hv-printed li")).to_have_count(len(example("match").asked()["options"]))
    for shown in page.locator("#loai-match .hv-printed li").all():
        expect(shown).to_be_visible()
    expect(page.locator("#loai-order .hv-step-text").first).to_be_visible()
    for view in example("screen").screens.values():
        expect(page.locator("#loai-screen .hv-sim-sheet")).to_contain_text(view.title)
    expect(page.locator("#loai-screen .hv-sim-sheet")).to_be_visible()
    expect(page.locator(".hv-slot button:visible")).to_have_count(0)
    assert page.locator("#loai-free_text textarea").bounding_box()["height"] >= 200
    ink = page.locator("#loai-choice .hv-prompt").evaluate("one => getComputedStyle(one).color")
    assert ink == "rgb(0, 0, 0)"


def test_an_example_is_scored_and_nothing_is_kept(site, visit):
    """A half right answer earns half; one may start anew; a broken request is refused in words."""
    person = visit("hai.tran", PHONE)
    page = person.page
    open_gallery(page, site)
    slot = page.locator("#loai-multiple")
    slot.locator("input[value=a]").check()
    slot.get_by_role("button", name="Xem kết quả").click()
    expect(slot.locator(".hv-verdict")).to_contain_text("Đúng một phần · 1/2 điểm")
    slot.get_by_role("button", name="Làm lại").click()
    expect(slot.locator(".hv-feedback")).to_be_hidden()
    expect(slot.locator("input:checked")).to_have_count(0)
    told = {"X-XSRFToken": person.xsrf(), "Content-Type": "application/json"}
    for path, body, status in (("khong_co", "{}", 404), ("choice", "[]", 400), ("choice", "{", 400)):
        answer = page.request.post(site.hoc(f"api/loai-cau-hoi/{path}"), headers=told, data=body)
        assert answer.status == status
        assert "<" not in answer.json()["error"]


def tab_to(page, control) -> None:
    """Press Tab until ``control`` has the focus."""
    for _ in range(80):
        if control.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail("Tab does not lead there")


def in_group(page, value: str) -> None:
    """Choose a radio button of the group that has the focus."""
    page.keyboard.press("Space")
    for _ in range(20):
        if page.evaluate("document.activeElement.value") == value:
            return
        page.keyboard.press("ArrowDown")
    pytest.fail(f"no option {value}")


def tick(page, slot, question, answer) -> None:
    for value in [box.get_attribute("value") for box in slot.locator("input").all()]:
        assert page.evaluate("document.activeElement.value") == value
        if value in answer:
            page.keyboard.press("Space")
        page.keyboard.press("Tab")


def sort_items(page, slot, question, answer) -> None:
    for item in question.items:
        in_group(page, answer[item])
        page.keyboard.press("Tab")


def write(page, slot, question, answer) -> None:
    page.keyboard.insert_text(answer)
    page.keyboard.press("Tab")


def move_steps(page, slot, question, answer) -> None:
    for place, letter in enumerate(answer):
        up = slot.locator(f"[data-step='{letter}'] button").first
        tab_to(page, up)
        while steps_of(slot).index(letter) > place:
            page.keyboard.press("Enter")
        expect(up).to_be_focused()


def choose_from_lists(page, slot, question, answer) -> None:
    for item in question.pairs:
        for _ in range(20):
            if page.evaluate("document.activeElement.value") == answer[item]:
                break
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")


def fill_in(page, slot, question, answer) -> None:
    for name, field in question.fields.items():
        if field.type == "choice":
            in_group(page, answer[name])
        else:
            page.keyboard.insert_text(answer[name])
        page.keyboard.press("Tab")


def act(page, slot, question, answer) -> None:
    for step in answer:
        tab_to(page, slot.locator(f"[data-step='{step}']"))
        page.keyboard.press("Enter")
        expect(slot.locator(".hv-sim-stage .hv-sim-title")).to_be_focused()


def clean(page, slot, question, answer) -> None:
    for key, text in answer.items():
        row, _, column = key.partition(".")
        card = slot.locator(".hv-table-row").nth(list(question.rows).index(row))
        if column:
            tab_to(page, card.locator("input[type=text]").nth(list(question.columns).index(column)))
            page.keyboard.press("Control+A")
            page.keyboard.insert_text(text)
        else:
            tab_to(page, card.locator("input[type=checkbox]"))
            page.keyboard.press("Space")


def program(page, slot, question, answer) -> None:
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(answer)
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")


BY_KEY = {
    "choice": lambda page, slot, question, answer: in_group(page, answer),
    "multiple": tick,
    "hotspot": tick,
    "classify": sort_items,
    "short_text": write,
    "number": write,
    "free_text": write,
    "order": move_steps,
    "match": choose_from_lists,
    "form": fill_in,
    "screen": act,
    "table": clean,
    "code": program,
}
