"""The hub's log after people signed in, failed to, opened a JupyterLab and went where they may not."""

from __future__ import annotations

import pytest

from conftest import PASSWORD, RunningHub, Visitor, wait_for

pytestmark = pytest.mark.slow

STRANGER = "nguoi.la.mat"
TYPED_BY_MISTAKE = "mat-khau-go-nham-cho"


def test_the_log_of_hub_and_labs_names_nobody(hub_demo: RunningHub, hub_learner: Visitor) -> None:
    """No user name, no typed name (it may be a password), no address, no query; what happened is there all the same."""
    for name in (STRANGER, TYPED_BY_MISTAKE, "hocvien"):
        assert hub_demo.visitor().sign_in(name, "sai rồi sai rồi").status_code != 302
    other = hub_demo.visitor("lan")
    for path in (
        "/user/hocvien/lab",
        "/user/hocvien/api/contents?token=BI-MAT-77",
        "/hub/user/hocvien/",
        "/hub/api/users/hocvien",
        "/hub/spawn/hocvien",
        f"/hub/api/users/{STRANGER}",
        "/hub/admin",
    ):
        assert other.http.get(path).status_code in {403, 404}, path
    hub_learner.lab("GET", "api/khong-co")
    hub_learner.lab("GET", "files/thu-rieng.txt")

    def written() -> str:
        return (hub_demo.places.root / f"hub-{hub_demo.settings.port}.log").read_text("utf-8")

    wait_for("the last refusal is in the log", lambda: "thu-rieng.txt" in written())
    log = written()
    assert log.count("Failed login for …") >= 3
    for private in (
        "hocvien",
        "lan's",
        "/lan",
        "=lan",
        STRANGER,
        TYPED_BY_MISTAKE,
        PASSWORD,
        "BI-MAT-77",
        "(127.0.0.1)",
    ):
        lines = [line for line in log.splitlines() if private in line]
        assert lines == [], private
