"""How a hub ends, and what it does on a machine without bubblewrap."""

from __future__ import annotations

import shutil
import sys

import psutil
import pytest

from conftest import PASSWORD, PATIENCE, Visitor, command_of, running_hub, wait_for

pytestmark = pytest.mark.slow


def test_nothing_is_left_when_the_hub_stops(hub_places, hub_account):
    """A stopped hub takes proxy, site, JupyterLab and its kernels with it."""
    with running_hub(hub_places, demo=False) as hub:
        visitor = Visitor(hub.url)
        visitor.sign_in(hub_account, PASSWORD)
        visitor.open_lab()
        visitor.lab("POST", "api/kernels", json={"name": "python3"}).raise_for_status()
        wait_for("the kernel runs", lambda: any("ipykernel" in command_of(p) for p in hub.processes()))
        started = hub.processes()
        visitor.http.close()
    names = " ".join(command_of(p) for p in started)
    assert len(started) > 5, names
    _, alive = psutil.wait_procs(started, PATIENCE)
    assert alive == []


def test_without_bubblewrap_no_jupyterlab_is_started(hub_places, hub_account, tmp_path):
    """Where the box can't be opened, the learner reads what is missing, and nothing runs unprotected."""
    for program in ("node", "prlimit"):
        (tmp_path / program).symlink_to(shutil.which(program) or "")
    with running_hub(hub_places, demo=False, env={"PATH": f"{sys.prefix}/bin:{tmp_path}"}) as hub:
        visitor = Visitor(hub.url)
        visitor.sign_in(hub_account, PASSWORD)
        page = visitor.http.get("/hub/spawn").text
        if "Chưa mở được JupyterLab" not in page:
            wait_for(
                "it failed",
                lambda: "Chưa mở được" in visitor.http.get(f"/hub/spawn-pending/{hub_account}").text,
            )
            page = visitor.http.get(f"/hub/spawn-pending/{hub_account}").text
        assert "hãy cài gói bubblewrap" in page
        assert not [p for p in hub.processes() if "hocvuso.hub.lab" in command_of(p)]
        visitor.http.close()
