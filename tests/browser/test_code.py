"""Code in a page: written and tried by thumb and by keyboard, kept without a network, handed in and graded."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from hocvuso.lessons.master import read_master

from .conftest import PHONE, add_newcomer
from .lessons import give, go_offline, questions_of, right_answers, write_code
from .test_access import LEVELS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LESSON = "t18-02"
SAVED = re.compile("Đã lưu lúc")
MARKS = re.compile(r"^ *### (BEGIN|END) SOLUTION\n", re.MULTILINE)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_code_is_written_tried_kept_and_graded_on_a_phone(site, visit, scheme):
    """Mistakes in plain words, an undo, no network for a while, all points in the end; axe finds nothing on the way."""
    page = visit(add_newcomer(site), PHONE, has_touch=True, color_scheme=scheme).page
    page.goto(site.hoc(f"bai/{LESSON}"))
    master = read_master(site.places.source / LESSON / f"{LESSON}.ipynb")
    slots = {cell.id: page.locator(f"#cau-{cell.id}") for cell in master.solutions}
    slot = slots["loc-don"]
    said = slot.locator(".hv-code-said")
    expect(slot.locator(".cm-content")).to_contain_text("raise NotImplementedError()")

    write_code(slot, None, "def loc_don(bang):\n    return bang[chua]\n\n\nloc_don(don_thu)")
    slot.get_by_role("button", name="Chạy thử").tap()
    expect(said).to_have_text(re.compile("Dòng 2: Có một tên mà Python chưa biết"))
    expect(slot.locator(".hv-code-output")).to_have_text("NameError: name 'chua' is not defined")
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": LEVELS}})
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    small = "all => all.filter(one => one.getBoundingClientRect().height < 43.9).length"
    assert slot.locator("button:visible").evaluate_all(small) == 0

    slot.get_by_role("button", name="Bắt đầu lại").tap()
    expect(slot.locator(".cm-content")).to_contain_text("raise NotImplementedError()")
    slot.get_by_role("button", name="Hoàn tác").tap()
    expect(slot.locator(".cm-content")).to_contain_text("return bang[chua]")

    go_offline(page.context)
    for cell in master.solutions:
        write_code(slots[cell.id], None, MARKS.sub("", cell.source))
    slot.get_by_role("button", name="Chạy thử").tap()
    expect(said).to_have_text(re.compile("Chạy thử cần mạng"))
    page.context.set_offline(False)
    expect(slots["dem-linh-vuc"].locator(".hv-status")).to_have_text(SAVED)
    slot.get_by_role("button", name="Chạy thử").tap()
    expect(said).to_have_text(re.compile("qua phần kiểm tra trong bài"))

    page.reload()
    expect(slot.locator(".cm-content")).to_contain_text('chua_tra_loi = bang["trang_thai"] == "chưa"')
    answers = right_answers(site.places, LESSON)
    for question in questions_of(site.places, LESSON):
        give(page, question, answers[question.id])
    page.get_by_role("button", name="Nộp bài").tap()
    expect(page.locator(".hv-score")).to_contain_text("11/11")
    expect(page.locator(".hv-answer-code").first).to_contain_text("chua_tra_loi")


def test_the_editor_is_left_with_the_keyboard_and_only_lessons_with_code_load_it(site, visit):
    """Tab indents, Escape and Tab lead out, Shift+Enter tries; screen readers are told; others do not load it."""
    page = visit(add_newcomer(site), PHONE).page
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site.hoc("bai/t14-05"))
    expect(page.locator(".hv-question").first).to_be_visible()
    assert not [url for url in asked if "editor.js" in url]

    page.goto(site.hoc(f"bai/{LESSON}"))
    slot = page.locator("#cau-xep-don")
    editor = slot.get_by_role("textbox", name=re.compile("Khung viết mã lệnh: Xếp đơn"))
    assert "Esc" in editor.get_attribute("aria-description")
    expect(editor).to_have_attribute("contenteditable", "true")
    editor.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("x = 1")
    page.keyboard.press("Tab")
    expect(editor).to_have_text("    x = 1")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Enter")
    expect(slot.locator(".hv-code-said")).to_have_text(re.compile("phần kiểm tra trong bài chưa qua"))
    expect(editor).to_have_text("x = 1")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(slot.get_by_role("button", name="Chạy thử")).to_be_focused()
