"""Names and passwords, before any hub runs."""

from __future__ import annotations

import json
import random
import sqlite3
import stat
from contextlib import closing
from itertools import pairwise

import pytest

from hocvuso.errors import PeopleError
from hocvuso.hub.accounts import (
    DATABASE,
    OWN_ACCOUNTS,
    SAMPLES,
    add_account,
    check_password,
    check_username,
    hash_password,
    keep_way,
    matches,
    prepare_demo_accounts,
)
from hocvuso.hub.secret_files import keep_secret
from hocvuso.places import Places


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("lan", "lan"),
        ("  Lan.Nguyen ", "lan.nguyen"),
        ("NGUYE\u0302\u0303N", "nguyễn"),
        ("a@x.vn", "a@x.vn"),
        ("đ_1-2", "đ_1-2"),
    ],
)
def test_username_has_one_form(typed, kept):
    """Capitals, spaces around and combining marks make no second account."""
    assert check_username(typed) == kept


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "a/b",
        "../a",
        "a+b",
        "a*",
        "a[b]",
        "a b",
        "a\nb",
        "lan\n\x00",
        ".a",
        "-a",
        "%2e%2e",
        "ễ" * 40,
    ],
)
def test_username_that_could_mislead_a_path_or_nbgrader_is_refused(name):
    """No name reaches a file system or nbgrader's patterns as anything but one plain part."""
    with pytest.raises(PeopleError):
        check_username(name)


@pytest.mark.parametrize("password", ["ngắn", "password123", "xin chào lan nhé", "dài" * 40, "mười ký tự\0"])
def test_weak_password_is_refused(password):
    """Too short, well known, holding the name, or longer than the hash reads."""
    with pytest.raises(PeopleError):
        check_password(password, "lan")


def test_password_in_two_unicode_forms_is_one():
    """What was set with precomposed letters opens with combining ones; nothing else does."""
    hashed = hash_password("vạn sự như ý")
    assert matches("va\u0323n sự như ý", hashed)
    assert not matches("van su nhu y", hashed)
    assert not matches("ý" * 100, hashed)


def test_operator_cannot_take_a_sample_name(tmp_path):
    """A real account never bears a sample account's name: it would be refused outside the demo."""
    for name in SAMPLES:
        with pytest.raises(PeopleError, match=name):
            add_account(Places(tmp_path), name.upper(), "một mật khẩu dài")


@pytest.mark.slow
def test_account_that_exists_is_replaced_only_when_asked(tmp_path):
    """Adding the same name again changes no password by accident."""
    places = Places(tmp_path)
    assert add_account(places, "Lan", "một mật khẩu dài") == "lan"
    with pytest.raises(PeopleError, match="lan"):
        add_account(places, "lan", "một mật khẩu khác")
    assert add_account(places, "lan", "một mật khẩu khác", replace=True) == "lan"


@pytest.mark.slow
def test_demo_passwords_are_random_private_and_kept(tmp_path):
    """Each demo has passwords of its own, the next start has the same, and only the owner may read them."""
    places = Places(tmp_path / "a")
    accounts = prepare_demo_accounts(places)
    assert set(accounts) == set(SAMPLES)
    assert len(set(accounts.values())) == len(SAMPLES)
    file = places.var / "demo" / "accounts.json"
    assert json.loads(file.read_text(encoding="utf-8")) == accounts
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert prepare_demo_accounts(places) == accounts
    assert prepare_demo_accounts(Places(tmp_path / "b"), random.Random(1)) != accounts


@pytest.mark.slow
def test_sessions_end_where_people_sign_in_in_another_way(tmp_path):
    """A cookie from accounts of our own opens nothing once a provider decides, nor the other way round."""
    places = Places(tmp_path)

    def cookie() -> str:
        with closing(sqlite3.connect(places.hub / DATABASE)) as database:
            return database.execute("select cookie_id from users").fetchone()[0]

    add_account(places, "lan", "một mật khẩu dài", trainer=True)
    seen = [cookie()]
    for way in (OWN_ACCOUNTS, "https://a.example", "https://a.example", "https://b.example", OWN_ACCOUNTS):
        keep_way(places, way)
        seen.append(cookie())
    assert [before == after for before, after in pairwise(seen)] == [True, False, True, False, False]


def test_secret_is_made_once_and_private(tmp_path):
    """A secret stays what it was, and a file that others could read is closed to them."""
    path = tmp_path / "hub" / "token"
    assert keep_secret(path, lambda: "một") == "một"
    path.chmod(0o644)
    assert keep_secret(path, lambda: "hai") == "một"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
