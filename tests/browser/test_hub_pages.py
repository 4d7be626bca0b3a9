"""The hub's own pages: signing in and out, changing the password, what goes wrong; in both languages, on a phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from hocvuso.hub.accounts import add_account

from .conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PASSWORD = "trâu chậm uống nước đục"


def faults_of(page: Page, lang: str) -> list[object]:
    """What is wrong with the page that is open: its language, its width, what axe finds."""
    page.wait_for_load_state()  # the styles too
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": LEVELS}})
    faults = [(v["id"], [n["html"][:120] for n in v["nodes"]][:3]) for v in found.response["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth")
    spoken = page.locator("html").get_attribute("lang")
    return [*faults, *([wide] if wide > PHONE["width"] else []), *([spoken] if spoken != lang else [])]


@pytest.mark.parametrize(("lang", "scheme"), [("vi", "light"), ("en", "dark")])
def test_pages_of_the_hub_meet_wcag_and_fit_a_phone(site, visit, lang, scheme):
    """axe finds nothing, nothing scrolls sideways, and the language that was chosen at sign-in holds on each page."""
    name = add_account(site.places, f"trang.{lang}", PASSWORD, replace=True)
    page = visit(None, PHONE, color_scheme=scheme).page
    faults = {}

    def look(what: str) -> None:
        if found := faults_of(page, lang):
            faults[what] = found

    def fill_in(password: str) -> None:
        page.fill("input[name=username]", name)
        page.fill("input[name=password]", password)
        page.keyboard.press("Enter")

    page.goto(f"{site.url}/hub/login?lang={lang}")
    look("sign in")
    fill_in("không phải mật khẩu")
    expect(page.locator("[role=alert]")).to_be_visible()
    look("wrong password")
    page.goto(f"{site.url}/hub/khong-co")
    look("no such page")
    page.goto(f"{site.url}/hub/login?next=/hub/home")
    fill_in(PASSWORD)
    page.wait_for_url(f"{site.url}/hub/home")
    look("home")
    page.goto(f"{site.url}/hub/change-password")
    look("change password")
    for field, text in (("old_password", PASSWORD), ("new_password", "ngắn"), ("again", "ngắn")):
        page.fill(f"input[name={field}]", text)
    page.keyboard.press("Enter")
    expect(page.locator("[role=alert]")).to_be_visible()
    look("bad new password")
    page.goto(f"{site.url}/hub/user/{name}/lab")
    look("no JupyterLab runs")
    page.goto(site.hoc("logout"))
    expect(page.locator("h1")).to_have_text({"vi": "Đã đăng xuất", "en": "You are signed out"}[lang])
    look("signed out")
    assert faults == {}


def test_the_language_is_changed_on_the_page(site, visit):
    """By a link at its end, which stays on the page; the site then speaks it too."""
    page = visit(None, PHONE).page
    page.goto(site.hoc("ket-qua"))
    expect(page.locator("h1")).to_have_text("Đăng nhập")
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("Sign in")
    assert "next=" in page.url
    page.goto(site.hoc("xac-minh"))
    assert page.locator("html").get_attribute("lang") == "en"
