"""A reader in English has a translated lesson in English from the list to the result; what is graded is the same."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from .conftest import PHONE
from .lessons import give, questions_of, right_answers

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LESSON = "t23-04"
TITLE = "When the Internet connection fails"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def is_accessible(page: Page) -> bool:
    """Whether axe finds no violation of WCAG 2.2 AA."""
    page.wait_for_load_state()  # the styles too
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": LEVELS}})
    return [violation["id"] for violation in found.response["violations"]] == []


def test_a_lesson_is_found_read_done_and_explained_in_english(site, visit, newcomer):
    """English spellings and units are right, nothing is in Vietnamese, and the same answers show in both languages."""
    page = visit(newcomer, PHONE).page
    page.goto(site.hoc("?lang=en&tim=small+box"))
    found = page.locator(".hv-card", has_text=TITLE)
    expect(found.locator("mark")).to_have_text("small box")
    expect(found.locator("[lang=vi]")).to_have_count(0)
    found.get_by_role("link", name=TITLE).click()
    expect(page.locator("main h1")).to_have_text(TITLE)
    expect(page.locator(".hv-notice, main [lang=vi]")).to_have_count(0)
    expect(page.locator("#cau-mang-yeu .hv-option").first).to_have_text(
        "Leave and restart the whole computer"
    )
    assert is_accessible(page)

    answers = right_answers(site.places, LESSON)
    answers["phieu-bao-hong"] |= {"so-may": "3 devices", "den": "A red light."}
    answers["mang-yeu"] = "b"
    for question in questions_of(site.places, LESSON):
        give(page, question, answers[question.id])
    page.get_by_role("button", name="Hand in", exact=True).click()
    page.wait_for_url(f"**/bai/{LESSON}/ket-qua")
    expect(page.locator(".hv-score .hv-big")).to_have_text("11/12 points")
    wrong = page.locator(".hv-answer-wrong")
    expect(wrong.locator(".hv-answer-prompt")).to_contain_text(
        "In the middle of the meeting the picture freezes"
    )
    expect(wrong.locator("dd")).to_contain_text(
        [
            "Join with the phone as well",
            "Turn off his own picture, keep the sound",
            "one more tap on the same thin pipe",
        ]
    )
    expect(page.locator(".hv-answer dd", has_text="3 devices")).to_contain_text("A red light.")
    expect(page.locator("main [lang=vi]")).to_have_count(0)
    assert is_accessible(page)

    page.goto(site.hoc(f"bai/{LESSON}/ket-qua?lang=vi"))
    expect(page.locator(".hv-score .hv-big")).to_have_text("11/12 điểm")
    expect(wrong.locator("dd").first).to_have_text("Mở thêm điện thoại vào cùng phòng họp")
    page.goto(site.hoc(f"bai/{LESSON}"))
    expect(page.locator("#cau-mang-yeu input:checked")).to_have_value("b")
    expect(page.locator("#cau-phieu-bao-hong input").nth(1)).to_have_value("3 devices")
