"""Signing in at a real OpenID Connect provider, a stand-in for a national identity; and what it does not let in."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from tests.ports import free_port

from conftest import PASSWORD, PATIENCE, RunningHub, Visitor, command_of, running_hub, wait_for
from hocvuso.hub.accounts import add_account
from hocvuso.places import Places, folder_of

pytestmark = pytest.mark.slow

PEERS = Path(__file__).parents[1] / "peers"


class Provider:
    """The provider's process, and people who go there."""

    def __init__(self, url: str) -> None:
        self.url = url

    def change_groups(self, name: str, groups: list[str]) -> None:
        """Somebody's office moves them."""
        httpx.put(f"{self.url}/nhom/{name}", json=groups, timeout=PATIENCE).raise_for_status()


@pytest.fixture(scope="module")
def oidc_provider() -> Iterator[Provider]:
    node = shutil.which("node")
    assert node, "This test needs Node: run `make setup`."
    assert (PEERS / "node_modules" / "oidc-provider").is_dir(), "run `npm ci --prefix tests/peers`."
    port, hub_port = free_port(), free_port()
    callback = f"http://127.0.0.1:{hub_port}/hub/oauth_callback"
    process = subprocess.Popen(
        [node, "oidc.mjs", str(port), callback],
        cwd=PEERS,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    provider = Provider(f"http://127.0.0.1:{port}")
    provider.hub_port = hub_port
    try:
        wait_for("the provider answers", lambda: _answers(provider.url), lambda: process.poll() is None)
        yield provider
    finally:
        process.terminate()
        process.wait(PATIENCE)


@pytest.fixture(scope="module")
def oidc_hub(oidc_provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub that had accounts of its own before, and now asks the provider."""
    places = Places(tmp_path_factory.mktemp("khoa").resolve())
    (places.root / "khoa-bi-mat").write_text("khoa-cua-hoc-vu-so\n", encoding="utf-8")
    people = places.root / "nguoi.csv"
    people.write_text("learner,full_name,unit\nco.trong.danh.sach,Lê Thị Danh,Phòng 1\n", encoding="utf-8")
    told = {
        "HOCVUSO_PUBLIC_URL": f"http://127.0.0.1:{oidc_provider.hub_port}",
        "HOCVUSO_OIDC_ISSUER": oidc_provider.url,
        "HOCVUSO_OIDC_CLIENT_ID": "hoc-vu-so",
        "HOCVUSO_OIDC_SECRET_FILE": str(places.root / "khoa-bi-mat"),
        "HOCVUSO_OIDC_NAME": "Định danh thử",
        "HOCVUSO_OIDC_LEARNERS": "can-bo",
        "HOCVUSO_OIDC_TRAINERS": "giao-vien",
        "HOCVUSO_OIDC_OPERATORS": "quan-tri",
        "HOCVUSO_OIDC_PEOPLE": str(people),
        "HOCVUSO_OIDC_END_THERE": "1",
    }
    with running_hub(places, demo=False, env=told, port=oidc_provider.hub_port) as hub:
        yield hub


def _answers(url: str) -> bool:
    try:
        address = f"{url}/.well-known/openid-configuration"
        return httpx.get(address, timeout=PATIENCE).status_code == 200
    except httpx.TransportError:
        return False


def go_there(visitor: Visitor, name: str) -> str:
    """From the sign-in page to the provider, sign in and agree there; the address that it leads back to."""
    page = visitor.http.get("/hub/login", params={"next": "/hub/home"})
    assert "Đăng nhập bằng Định danh thử" in page.text
    assert 'type="password"' not in page.text
    button = re.search(r'id="login_provider" href="([^"]+)"', page.text)
    assert button
    answer = visitor.http.get(button[1].replace("&amp;", "&"), follow_redirects=False)
    for _ in range(12):
        there = answer.headers.get("location")
        if there and there.startswith(f"{visitor.url}/hub/oauth_callback"):
            return there
        if there:
            answer = visitor.http.get(str(answer.url.join(there)), follow_redirects=False)
            continue
        prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
        assert prompt, answer.text
        fields = {"prompt": prompt[1], "login": name, "password": "gì cũng được"}
        answer = visitor.http.post(str(answer.url), data=fields, follow_redirects=False)
    pytest.fail(f"the provider never led back: {answer.url}")


def sign_in(visitor: Visitor, name: str) -> httpx.Response:
    """Go there and come back; the page at the end."""
    return visitor.http.get(go_there(visitor, name))


def groups_of(visitor: Visitor) -> list[str]:
    return visitor.http.get("/hub/api/user").raise_for_status().json()["groups"]


@pytest.mark.parametrize(
    ("name", "groups", "admin_page"),
    [
        ("hoc.vien", [], {403, 404}),
        ("giang.vien", ["trainers"], {403, 404}),
        ("van.hanh", ["operators"], {200}),
        ("co.trong.danh.sach", [], {403, 404}),
    ],
)
def test_groups_there_are_rights_here(
    oidc_hub: RunningHub, name: str, groups: list[str], admin_page: set[int]
) -> None:
    """Learner, trainer and operator get their rights and no others; who is on the list of people learns."""
    visitor = oidc_hub.visitor()
    assert sign_in(visitor, name).url.path == "/hub/home"
    assert groups_of(visitor) == groups
    assert visitor.http.get("/hub/admin").status_code in admin_page
    home = visitor.http.get("/hub/home").text
    assert "change-password" not in home
    assert "Họ Tên Riêng" not in home


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nguoi.la", "chưa được phép vào"),
        ("khong.nhom", "chưa được phép vào"),
        ("hocvien", "chưa được phép vào"),
        ("ten la", "không có tên dùng được ở đây"),
        ("gia.khoa", "không đúng"),
        ("gia.noi.nhan", "không đúng"),
        ("gia.noi.cap", "không đúng"),
        ("gia.nonce", "không đúng"),
        ("gia.nguoi", "không đúng"),
        ("het.han", "đã hết hạn"),
    ],
)
def test_who_is_refused_is_told_why(oidc_hub: RunningHub, name: str, sentence: str) -> None:
    """Not allowed, no usable name, wrong key, audience, issuer, nonce or person, expired: a sentence, no session."""
    visitor = oidc_hub.visitor()
    page = sign_in(visitor, name)
    assert page.status_code == 403
    assert sentence in page.text
    assert not visitor.is_signed_in()
    assert visitor.http.get("/hub/api/user").status_code == 403


def test_a_refusal_is_told_in_english_too(oidc_hub: RunningHub) -> None:
    """In the language that the reader chose before."""
    visitor = oidc_hub.visitor()
    there = go_there(visitor, "nguoi.la")
    visitor.http.get("/hub/login", params={"lang": "en"})
    assert "is not allowed into" in visitor.http.get(there).text


def test_a_code_that_has_expired(oidc_hub: RunningHub) -> None:
    """Who dawdles on the way back signs in again."""
    visitor = oidc_hub.visitor()
    there = go_there(visitor, "cham")
    time.sleep(2.1)
    page = visitor.http.get(there)
    assert (page.status_code, "đã hết hạn" in page.text) == (403, True)
    assert not visitor.is_signed_in()


def test_a_way_back_is_good_once_and_in_one_browser(oidc_hub: RunningHub) -> None:
    """Replayed, in another browser, without state, with a state of one's own: refused."""
    visitor, other = oidc_hub.visitor(), oidc_hub.visitor()
    there = go_there(visitor, "hoc.vien")
    own = go_there(other, "hoc.vien")
    state = parse_qs(urlsplit(own).query)["state"][0]
    code = parse_qs(urlsplit(there).query)["code"][0]
    foreign = [
        there,  # somebody's link, followed by somebody else
        f"/hub/oauth_callback?code={code}",
        f"/hub/oauth_callback?code={code}&state=",
        f"/hub/oauth_callback?code={code}&state=%C3%A9",
        f"/hub/oauth_callback?code={code}&state={state}&iss=https%3A%2F%2Fkhac.example",
    ]
    for address in foreign:
        page = other.http.get(address)
        assert (page.status_code, "hãy đăng nhập lại" in page.text) == (403, True), address
        assert not other.is_signed_in()
    assert visitor.http.get(there).url.path == "/hub/home"
    thief = oidc_hub.visitor()
    thief.http.cookies.update({c.name: c.value for c in visitor.http.cookies.jar if "state" in c.name})
    assert thief.http.get(there).status_code == 403


def test_a_code_made_for_another_browser_is_of_no_use(oidc_hub: RunningHub) -> None:
    """An attacker's own code with the victim's own state: the PKCE verifier is the victim's, so it opens nothing."""
    victim, attacker = oidc_hub.visitor(), oidc_hub.visitor()
    own, theirs = go_there(victim, "hoc.vien"), go_there(attacker, "giang.vien")
    state = parse_qs(urlsplit(own).query)["state"][0]
    code = parse_qs(urlsplit(theirs).query)["code"][0]
    page = victim.http.get("/hub/oauth_callback", params={"code": code, "state": state})
    assert page.status_code == 403
    assert not victim.is_signed_in()


def test_a_code_of_another_client(oidc_provider: Provider, oidc_hub: RunningHub) -> None:
    """A code that the provider made for another system signs nobody in here."""
    visitor = oidc_hub.visitor()
    state = parse_qs(urlsplit(go_there(visitor, "hoc.vien")).query)["state"][0]
    asked = {
        "client_id": "he-thong-khac",
        "response_type": "code",
        "scope": "openid",
        "redirect_uri": f"{oidc_provider.url}/noi-khac",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }
    answer = visitor.http.get(f"{oidc_provider.url}/auth", params=asked, follow_redirects=False)
    while "code=" not in answer.headers.get("location", ""):
        if "location" in answer.headers:
            answer = visitor.http.get(
                str(answer.url.join(answer.headers["location"])), follow_redirects=False
            )
        else:
            answer = visitor.http.post(str(answer.url), data={"prompt": "consent"}, follow_redirects=False)
    code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
    page = visitor.http.get("/hub/oauth_callback", params={"code": code, "state": state})
    assert (page.status_code, "hãy đăng nhập lại" in page.text) == (403, True)
    assert not visitor.is_signed_in()


def test_who_changes_their_mind(oidc_hub: RunningHub) -> None:
    """The provider says no: a sentence of ours, and not a word of what stands in the address."""
    visitor = oidc_hub.visitor()
    state = parse_qs(urlsplit(go_there(visitor, "hoc.vien")).query)["state"][0]
    no = {"error": "access_denied", "error_description": "GỌI SỐ 0900", "state": state}
    page = visitor.http.get("/hub/oauth_callback", params=no)
    assert (page.status_code, "chưa đăng nhập ở Định danh thử" in page.text) == (403, True)
    assert "0900" not in page.text


def test_who_leaves_a_group_loses_its_right(oidc_provider: Provider, oidc_hub: RunningHub) -> None:
    """At the next sign-in, also for sessions that were open; and the JupyterLab that was opened with it is stopped."""
    visitor = oidc_hub.visitor()
    visitor.name = "di.chuyen"
    oidc_provider.change_groups(visitor.name, ["can-bo", "giao-vien"])
    sign_in(visitor, visitor.name)
    assert groups_of(visitor) == ["trainers"]
    visitor.open_lab()
    home = str(oidc_hub.places.homes / folder_of(visitor.name))
    boxes = [process for process in oidc_hub.processes() if home in command_of(process)]
    assert boxes
    oidc_provider.change_groups(visitor.name, ["can-bo"])
    sign_in(oidc_hub.visitor(), visitor.name)
    assert groups_of(visitor) == []
    wait_for("the JupyterLab is stopped", lambda: not any(process.is_running() for process in boxes))
    oidc_provider.change_groups(visitor.name, [])
    assert sign_in(oidc_hub.visitor(), visitor.name).status_code == 403


def test_a_name_belongs_to_the_first_who_came_with_it(oidc_provider: Provider, oidc_hub: RunningHub) -> None:
    """Two people of the provider whose ids differ in capitals only are not one learner here."""
    for name in ("Ho.Ten", "ho.ten"):
        oidc_provider.change_groups(name, ["can-bo"])
    assert sign_in(oidc_hub.visitor(), "ho.ten").url.path == "/hub/home"
    other = oidc_hub.visitor()
    assert sign_in(other, "Ho.Ten").status_code == 403
    assert not other.is_signed_in()
    assert sign_in(oidc_hub.visitor(), "ho.ten").url.path == "/hub/home"


def test_signing_out_ends_the_session_there_too(oidc_provider: Provider, oidc_hub: RunningHub) -> None:
    """First every session here, then the provider's page, which leads back to ours."""
    here, there = oidc_hub.visitor(), oidc_hub.visitor()
    for visitor in (here, there):
        sign_in(visitor, "hoc.vien")
    answer = here.http.get("/hub/logout", follow_redirects=False)
    away = urlsplit(answer.headers["location"])
    assert f"{away.scheme}://{away.netloc}" == oidc_provider.url
    assert parse_qs(away.query) == {
        "client_id": ["hoc-vu-so"],
        "post_logout_redirect_uri": [f"{oidc_hub.url}/hub/logout"],
    }
    assert not here.is_signed_in()
    assert not there.is_signed_in()
    assert "Đã đăng xuất" in here.http.get("/hub/logout").text


def test_accounts_of_our_own_open_nothing_beside_a_provider(oidc_hub: RunningHub) -> None:
    """A password that was good before is asked for nowhere, and the form that took it takes none."""
    add_account(oidc_hub.places, "lan", PASSWORD, replace=True)
    visitor = oidc_hub.visitor()
    visitor.http.get("/hub/login")
    token = next(cookie.value for cookie in visitor.http.cookies.jar if cookie.name == "_xsrf")
    fields = {"username": "lan", "password": PASSWORD, "_xsrf": token}
    assert visitor.http.post("/hub/login", data=fields).status_code == 403
    assert not visitor.is_signed_in()
    assert visitor.http.get("/hub/change-password").status_code == 404


def test_the_log_holds_no_name_and_no_token(oidc_hub: RunningHub) -> None:
    """Neither who came, nor what the provider said, nor our secret."""
    sign_in(oidc_hub.visitor(), "hoc.vien")
    sign_in(oidc_hub.visitor(), "nguoi.la")
    log = next(oidc_hub.places.root.glob("hub-*.log")).read_text(encoding="utf-8")
    for private in ("hoc.vien", "nguoi.la", "Họ Tên", "khoa-cua", "eyJ", "code="):
        assert private not in log
    assert "Traceback" not in log
