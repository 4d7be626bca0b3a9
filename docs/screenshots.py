"""Makes the pictures of README and docs/questions.md from a really running site: ``make screenshots``.

Builds a fresh course in a temporary folder, serves it, walks through it as a sample learner and saves what the
screen shows to ``docs/images/``. ``python docs/screenshots.py questions`` makes those of the question types alone.
"""

import contextlib
import random
import sys
import tempfile
from pathlib import Path

import typst
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser.conftest import DESKTOP, PHONE, chromium, running_site  # noqa: E402
from tests.browser.lessons import give, give_in, questions_of, right_answers  # noqa: E402

from hocvuso.questions import example, types  # noqa: E402

IMAGES = ROOT / "docs" / "images"
TALLEST = 1200  # of a question's picture, in pixels


def sign_in(page: Page, site) -> None:
    """As the sample learner."""
    page.goto(site.hoc())
    page.fill("input[name=username]", "hocvien")
    page.fill("input[name=password]", site.passwords["hocvien"])
    page.click("form [type=submit]")
    page.wait_for_url("**/services/hoc/")


def save(page: Page, name: str) -> None:
    """One picture of what the screen shows now."""
    page.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png")


def phone(page: Page, site) -> None:
    """Home, a question, the result."""
    sign_in(page, site)
    save(page, "home-phone")
    page.goto(site.hoc("bai/t14-05"))
    answers = right_answers(site.places, "t14-05")
    questions = questions_of(site.places, "t14-05")
    for question in questions:
        page.locator(f"#cau-{question.id} input").first.wait_for()
        give(page, question, answers[question.id])
    page.locator(f"#cau-{questions[5].id}").scroll_into_view_if_needed()
    page.evaluate("id => document.getElementById(id).scrollIntoView()", f"cau-{questions[5].id}")
    page.wait_for_timeout(900)
    save(page, "lesson-phone")
    page.get_by_role("button", name="Nộp bài").click()
    page.locator(".hv-answers").wait_for()
    save(page, "result-phone")


def desktop(page: Page, site) -> None:
    """The live example, the certificate, the verification."""
    sign_in(page, site)
    page.goto(site.hoc("bai/t20-01"))
    page.get_by_role("button", name="Mở ví dụ").click()
    frame = page.frame_locator(".hv-live-iframe")
    frame.locator("input[type=checkbox]").nth(1).wait_for(timeout=60_000)
    page.evaluate("document.querySelector('.hv-live').scrollIntoView()")
    page.wait_for_timeout(1500)
    save(page, "live-desktop")
    page.goto(site.hoc("chung-nhan"))
    for _ in range(120):
        if page.locator(".hv-certificate").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    with page.expect_download() as download:
        page.locator("a[href$='.pdf']").first.click()
    page.goto(site.hoc("xac-minh"))
    page.set_input_files("input[type=file]", download.value.path())
    page.click("form [type=submit]")
    page.locator(".hv-verdict").wait_for()
    save(page, "verify-desktop")
    certificate(download.value.path())


def question_types(page: Page, site) -> None:
    """Each question type on a phone, with its example answered."""
    sign_in(page, site)
    page.goto(site.hoc("loai-cau-hoi"))
    page.locator(".hv-question").last.wait_for()
    for name in types():
        front = page.locator(f"#loai-{name} .hv-front")
        samples = example(name).samples(random.Random(1))  # noqa: S311
        known = "right" if "right" in samples else "ungraded"
        if name != "screen":  # of which the last screen would say least
            give_in(front, example(name), samples[known])
        page.evaluate("document.activeElement.blur()")
        box = front.locator(".hv-question").bounding_box()
        page.screenshot(
            path=IMAGES / f"question-{name}.png",
            full_page=True,
            clip={
                **box,
                "y": box["y"] + page.evaluate("scrollY"),
                "height": min(box["height"], TALLEST),
            },
        )
        print(f"docs/images/question-{name}.png")


def certificate(pdf: Path) -> None:
    """The first page of the certificate."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "c.pdf").write_bytes(pdf.read_bytes())
        (Path(folder) / "c.typ").write_text(
            '#set page(width: 297mm, height: 210mm, margin: 0pt)\n#image("c.pdf", width: 100%)\n'
        )
        (IMAGES / "certificate.png").write_bytes(
            typst.compile(str(Path(folder) / "c.typ"), format="png", ppi=96)
        )
    print("docs/images/certificate.png")


def main() -> None:
    """All pictures, or those of the question types."""
    IMAGES.mkdir(exist_ok=True)
    with contextlib.ExitStack() as stack:
        site = stack.enter_context(running_site(Path(stack.enter_context(tempfile.TemporaryDirectory()))))
        browser = stack.enter_context(chromium(stack.enter_context(sync_playwright())))
        walks = ((PHONE, phone, 2), (DESKTOP, desktop, 1), (PHONE, question_types, 1))
        for viewport, walk, scale in walks[2:] if "questions" in sys.argv else walks:
            context = browser.new_context(
                viewport=viewport, locale="vi-VN", device_scale_factor=scale, accept_downloads=True
            )
            walk(context.new_page(), site)
            context.close()


if __name__ == "__main__":
    main()
