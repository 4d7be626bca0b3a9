"""A server that can't write: the learner reads it, loses nothing, and need not do anything when it can again."""

import re

import pytest
from playwright.sync_api import expect

from .conftest import PHONE
from .lessons import expect_given, give, questions_of, right_answers, wait_until_open

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_an_answer_that_the_server_could_not_write_waits_in_the_browser(site, visit, newcomer):
    """A banner says so, a reload brings the answer back, and it arrives once there is room."""
    page = visit(newcomer, PHONE).page
    question = questions_of(site.places, "t03-09")[1]
    answer = right_answers(site.places, "t03-09")[question.id]
    folder = site.places.answers / newcomer
    page.goto(site.hoc("bai/t03-09"))
    wait_until_open(page)
    folder.write_text("không phải thư mục", encoding="utf-8")  # what follows can't be written, also for root
    try:
        give(page, question, answer)
        expect(page.locator(".hv-banner")).to_contain_text("hết chỗ lưu")
        page.reload()
        expect_given(page, question, answer)
    finally:
        folder.unlink()
    page.reload()
    expect(page.locator(f"#cau-{question.id} .hv-status")).to_have_text(re.compile("Đã lưu"))
    expect_given(page, question, answer)
    stored = page.request.get(site.hoc("api/answers/t03-09")).json()
    assert stored["answers"][question.id]["answer"] == answer
    expect(page.locator(".hv-banner")).to_be_hidden()
