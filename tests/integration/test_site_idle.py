"""A live example that nobody touches any more does not hold its memory for ever."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from site_course import ALICE, LESSON, Learner, kernel_of, make_site_course, running_site

pytestmark = pytest.mark.soak
PATIENCE = 240  # seconds: a minute without use, and the site looks once a minute


SOON = """
for service in c.JupyterHub.services:
    service.get("environment", {})["HOCVUSO_KERNEL_IDLE_MINUTES"] = "1"
"""


def test_a_kernel_that_nobody_uses_is_closed(tmp_path: Path) -> None:
    """After the minutes that the operator chose, page open or not; another opening gets another kernel."""
    with running_site(make_site_course(tmp_path.resolve()), more=SOON) as url:
        learner = Learner(url)
        learner.sign_in(ALICE)
        kernel = kernel_of(learner.get(f"song/{LESSON}/thu-dem").text)
        opened = time.monotonic()
        while learner.send("GET", f"api/kernels/{kernel}").status_code == 200:
            assert time.monotonic() - opened < PATIENCE
            time.sleep(5)
        assert time.monotonic() - opened > 55, "a minute is a minute"
        assert kernel_of(learner.get(f"song/{LESSON}/thu-dem").text) != kernel
        learner.http.close()
