"""What the hub writes into its log names nobody."""

from __future__ import annotations

import logging
import sys

import pytest

from hocvuso.hub.logs import WithoutPeople


@pytest.fixture
def people() -> WithoutPeople:
    made = WithoutPeople()
    made.know("hai.tran")
    made.know("bình")
    return made


@pytest.mark.parametrize(
    ("line", "without"),
    [
        ("Failed login for 'mật khẩu gõ nhầm chỗ'", "Failed login for …"),
        ("hai.tran's server failed to start in 90 s", "…'s server failed to start in 90 s"),
        ("User Hai.Tran. Login is required", "User …. Login is required"),
        ("404 GET /hub/api/users/nguoi.la (127.0.0.1): not found", "404 GET /hub/api/users/… (…): not found"),
        ("404 GET /user/hai.tran/lab?token=abc (hai.tran@2001:db8::7) 2ms", "404 GET /user/…/lab (…) 2ms"),
        ("Requires any of [access:servers!server=la/], not [x!user=b%C3%ACnh, y!user=la]",
         "Requires any of [access:servers!server=…], not [x!user=…, y!user=…]"),
        ("User <User(la 0/1 running)> not allowed", "User <User(…)> not allowed"),
        ("403 GET /hub/api/oauth2/authorize?client_id=jupyterhub-user-la&state=x (10.1.2.3)",
         "403 GET /hub/api/oauth2/authorize (…)"),
        ("Bình đã vào", "… đã vào"),
        ("hai.trang and x-hai.tran are others", "hai.trang and x-hai.tran are others"),
    ],
)  # fmt: skip
def test_a_line_keeps_its_sense_and_loses_its_people(people: WithoutPeople, line: str, without: str) -> None:
    """Names, addresses and queries go; what happened stays."""
    assert people.clean(line) == without


def test_a_record_is_rewritten_whole(people: WithoutPeople) -> None:
    """What fills a message in, and the traceback below it, are cleaned too."""
    try:
        {}["hai.tran"]
    except KeyError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "for %s", ("hai.tran",), sys.exc_info())
    assert people.filter(record)
    shown = logging.Formatter().format(record)
    assert "hai.tran" not in shown
    assert "for …" in shown
    assert "KeyError" in shown
