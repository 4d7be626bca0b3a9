"""Who a real hub lets in."""

from __future__ import annotations

import re

import pytest

from conftest import PASSWORD, command_of, copy_of_hub, hidden, running_hub, wait_for
from hocvuso.hub.accounts import SAMPLES, add_account
from hocvuso.places import Places, folder_of

pytestmark = pytest.mark.slow


def test_sample_accounts_sign_in_on_a_demo(hub_demo):
    """Each sample account opens the demo with its printed password, and a wrong one opens nothing."""
    for name in SAMPLES:
        assert hub_demo.visitor(name).is_signed_in()
        stranger = hub_demo.visitor()
        assert stranger.sign_in(name, "không phải mật khẩu").status_code == 403
        assert not stranger.is_signed_in()


def test_signing_in_leads_to_the_site(hub_demo):
    """Whoever signs in without asking for a page lands on the site, not on a control panel."""
    visitor = hub_demo.visitor()
    answer = visitor.sign_in("hocvien", hub_demo.accounts["hocvien"])
    assert (answer.status_code, answer.headers["location"]) == (302, "/services/hoc/")


def test_operator_names_a_trainer_before_the_hub_ever_ran(tmp_path):
    """An account added as a trainer is one for the hub: it may sign in, and is in the trainers' group."""
    places = Places(tmp_path)
    add_account(places, "Thầy.Minh", PASSWORD, trainer=True)
    with running_hub(places, demo=False) as hub:
        hub.accounts = {"thầy.minh": PASSWORD}
        trainer = hub.visitor("thầy.minh")
        assert trainer.is_signed_in()
        assert trainer.http.get("/hub/api/user").json()["groups"] == ["trainers"]


def test_one_name_in_two_unicode_forms_is_one_account(hub_demo):
    """A name and a password typed with combining marks and capitals open the same account."""
    name, password = "nguyễn.ánh", "đường xa vạn dặm"
    add_account(hub_demo.places, name, password)
    visitor = hub_demo.visitor()
    assert visitor.sign_in("NGUYE\u0302\u0303N.A\u0301NH", "đường xa va\u0323n dặm").status_code == 302


def test_sign_in_page_speaks_vietnamese_and_asks_no_other_host(hub_demo):
    """The page is in Vietnamese, needs no script, allows none that is not ours, and names no other host."""
    page = hub_demo.visitor().http.get("/hub/login")
    assert "unsafe-inline" not in page.headers["content-security-policy"]
    assert '<html lang="vi">' in page.text
    assert "Tên đăng nhập" in page.text
    assert "<script" not in page.text
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


def test_pages_follow_the_readers_language(hub_demo):
    """The choice on one page holds on all of them, errors included; each page leads to the other language."""
    visitor = hub_demo.visitor()
    page = visitor.http.get("/hub/login", params={"next": "/services/hoc/ket-qua", "lang": "en"})
    assert '<html lang="en">' in page.text
    assert "User name" in page.text
    assert 'href="/hub/login?next=%2Fservices%2Fhoc%2Fket-qua&amp;lang=vi"' in page.text
    wrong = visitor.sign_in("lan", "sai mật khẩu")
    assert (wrong.status_code, '<html lang="en">' in wrong.text) == (403, True)
    assert not re.search("[À-ỹ]", re.sub("Học vụ số|Tiếng Việt", "", visitor.http.get("/hub/khong-co").text))
    assert '<html lang="vi">' in visitor.http.get("/hub/login", params={"lang": "vi"}).text
    assert '<html lang="vi">' in visitor.http.get("/hub/khong-co", params={"lang": "xx"}).text


def test_guessing_passwords_is_slowed_down(hub_demo):
    """After ten failed tries the account asks to wait, in words and with Retry-After; so does a name of nobody's."""
    add_account(hub_demo.places, "bị.đoán", PASSWORD, replace=True)
    for name in ("bị.đoán", "không.có.ai"):
        visitor = hub_demo.visitor()
        answers = [visitor.sign_in(name, "đoán")]
        while answers[-1].status_code == 403:  # more of them where one takes long: a try comes back every 6 s
            assert len(answers) < 100
            answers.append(visitor.sign_in(name, "đoán"))
        told = answers[-1]
        assert len(answers) > 10
        assert (told.status_code, 'role="alert"' in told.text) == (429, True)
        assert "hãy đợi" in told.text
        assert 0 < int(told.headers["Retry-After"]) <= 60


def test_a_form_without_a_name_is_no_failure_of_ours(hub_demo):
    """What no browser sends is refused like any other nonsense."""
    visitor = hub_demo.visitor()
    token = hidden(visitor.http.get("/hub/login").text)
    assert visitor.http.post("/hub/login", data={"_xsrf": token}).status_code == 400


def test_signing_out_stops_the_persons_jupyterlab(hub_demo):
    """Every browser of theirs is signed out, and the server and its token are gone."""
    hub_demo.accounts[add_account(hub_demo.places, "về", PASSWORD, replace=True)] = PASSWORD
    here, there = hub_demo.visitor("về"), hub_demo.visitor("về")
    there.open_lab()
    assert hub_demo.lab_asks("về", "GET", "user") == 200
    assert "Đã đăng xuất" in here.http.get("/hub/logout").text
    assert not here.is_signed_in()
    assert not there.is_signed_in()
    assert hub_demo.lab_asks("về", "GET", "user") == 403
    folder = str(hub_demo.places.homes / folder_of("về"))
    wait_for(
        "the server is stopped",
        lambda: not any(folder in command_of(p) for p in hub_demo.processes()),
    )


def test_nobody_can_sign_up_or_list_accounts(hub_demo):
    """The account pages of the authenticator's package do not exist, even for the operator."""
    operator = hub_demo.visitor("vanhanh")
    for page in ("signup", "authorize", "authorize/lan", "discard/lan", "change-password/lan"):
        assert operator.http.get(f"/hub/{page}").status_code == 404


def test_learner_sees_no_other_user(hub_demo):
    """A learner's own session can't list users, and gets no admin page."""
    learner = hub_demo.visitor("lan")
    assert learner.http.get("/hub/api/users").status_code == 403
    assert learner.http.get("/hub/admin").status_code in {403, 404}
    assert "/hub/admin" not in learner.http.get("/hub/home").text


def test_the_operator_sees_which_jupyterlabs_run_and_no_more_of_people(hub_demo):
    """What the operator's page needs to stop one; nobody's group, role or state of a server."""
    hub_demo.visitor("lan")
    users = hub_demo.visitor("vanhanh").http.get("/hub/api/users").json()
    (learner,) = (one for one in users if one["name"] == "lan")
    assert "servers" in learner
    assert not {"groups", "roles", "auth_state"} & set(learner)


def test_changing_the_password_ends_other_sessions(hub_demo):
    """The new password counts, the old one does not, and another device has to sign in again."""
    old, new = "một con ngựa đau", "cả tàu bỏ cỏ hết"
    hub_demo.accounts[add_account(hub_demo.places, "minh", old)] = old
    here, elsewhere = hub_demo.visitor("minh"), hub_demo.visitor("minh")
    form = {"old_password": old, "again": new, "_xsrf": hidden(here.http.get("/hub/change-password").text)}
    assert here.http.post("/hub/change-password", data=form | {"new_password": "ngắn"}).status_code == 400
    assert here.http.post("/hub/change-password", data=form | {"new_password": new}).status_code == 200
    assert here.is_signed_in()
    assert not elsewhere.is_signed_in()
    assert hub_demo.visitor().sign_in("minh", old).status_code == 403
    assert hub_demo.visitor().sign_in("minh", new).status_code == 302


def test_sample_accounts_are_refused_where_it_is_no_demo(hub_demo, tmp_path):
    """Rows, cookies and tokens that a demo left in the database open nothing on a hub that is none."""
    learner = hub_demo.visitor("hocvien")
    headers = {"X-XSRFToken": hidden(learner.http.get("/hub/change-password").text)}
    token = learner.http.post("/hub/api/users/hocvien/tokens", headers=headers).json()["token"]
    with running_hub(copy_of_hub(hub_demo.places, tmp_path), demo=False) as hub:
        hub.accounts = {"lan": PASSWORD}
        for name in SAMPLES:
            assert hub.visitor().sign_in(name, hub_demo.accounts[name]).status_code == 403
        came_back = hub.visitor()
        came_back.http.cookies.update(learner.http.cookies)
        assert not came_back.is_signed_in()
        asked = hub.visitor().http.get("/hub/api/user", headers={"Authorization": f"token {token}"})
        assert asked.status_code == 403
        assert hub.visitor("lan").is_signed_in()
