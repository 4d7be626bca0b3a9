"""A learner's JupyterLab as the hub really starts it."""

from __future__ import annotations

import json

import pytest

from hocvuso.hub.spawner import HOME

pytestmark = pytest.mark.slow

LOOK_FOR_TOKENS = """
import glob, json, os
texts, refused = {"own": "|".join(f"{k}={v}" for k, v in os.environ.items())}, []
for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline"):
    try:
        texts[path] = open(path, errors="replace").read()
    except PermissionError:
        refused.append(path)
    except OSError:  # ended meanwhile
        pass
tokens = [path for path, text in texts.items() if "API_TOKEN" in text]
seen = {"tokens": tokens, "hub": "JUPYTERHUB" in texts["own"], "refused": refused, "looked": len(texts)}
print(json.dumps(seen))
"""

LOOK_AROUND = """
import json, os
def seen(path):
    try:
        return os.listdir(path)
    except OSError as error:
        return type(error).__name__
print(json.dumps({path: seen(path) for path in PATHS}))
"""


def test_kernel_holds_no_token_and_can_read_none(hub_learner):
    """No kernel's environment holds a hub token, and that of the server beside it can't be read."""
    seen = json.loads(hub_learner.run(LOOK_FOR_TOKENS))
    assert seen["tokens"] == []
    assert seen["hub"] is False
    assert len(seen["refused"]) == 1, "exactly one process keeps its environment to itself: the server"
    assert seen["looked"] > 3


def test_kernel_sees_nothing_of_the_course(hub_demo, hub_learner):
    """Editions, the exchange, var/ with keys and accounts, other learners' homes do not exist for a learner."""
    places = hub_demo.places
    hidden = [
        places.root,
        places.source,
        places.release,
        places.exchange,
        places.var,
        places.hub,
        places.homes,
    ]
    seen = json.loads(hub_learner.run(f"PATHS = {[str(p) for p in hidden] + ['/home']}\n" + LOOK_AROUND))
    assert {seen[str(path)] for path in hidden} == {"FileNotFoundError"}
    assert seen["/home"] == ["hocvien"]


def test_learner_cannot_change_what_the_server_is_told_to_run(hub_learner):
    """nbgrader's configuration in the home is read by the server, so a learner can't write or remove it."""
    said = hub_learner.run(
        f"import os\nfor name in ('nbgrader_config.py', 'nbgrader_config.json'):\n"
        f"    for harm in (lambda p: open(p, 'w'), os.remove, lambda p: os.rename(p, p + '.old')):\n"
        f"        try:\n            harm({HOME!r} + '/' + name); print('done')\n"
        f"        except OSError as error:\n            print('refused')\n"
    )
    assert said.split() == ["refused"] * 6


def test_learner_gets_no_terminal_and_no_teachers_pages(hub_learner):
    """Terminals, formgrader and the list of courses do not answer a learner; the assignment list does."""
    answers = {
        path: hub_learner.lab("GET", path).status_code
        for path in (
            "api/terminals",
            "formgrader",
            "formgrader/api/assignments",
            "formgraders",
            "assignments",
        )
    }
    answers["assignments"] = hub_learner.lab(
        "GET", "assignments", params={"course_id": "hocvuso"}
    ).status_code
    assert answers == {
        "api/terminals": 404,
        "formgrader": 404,
        "formgrader/api/assignments": 404,
        "formgraders": 404,
        "assignments": 200,
    }


def test_question_widgets_work_in_a_learners_kernel(hub_learner):
    """The platform's own package and anywidget's front end are there, so a lesson's questions show."""
    assert hub_learner.run("import hocvuso.questions, anywidget; print('ok')").strip() == "ok"
    page = hub_learner.lab("GET", "lab").text
    assert '"name": "anywidget"' in page
    assert "@jupyter/nbgrader:formgrader" in page, "switched off by name in the page's configuration"
    assert "https://" not in page, "a page that names another host would ask it"


def test_token_of_a_lab_reaches_no_other_user(hub_demo, hub_learner):
    """A server's token reports its own user's activity; it reads no other user and starts no server."""
    del hub_learner
    news = {"last_activity": "2026-11-21T00:00:00Z"}
    assert hub_demo.lab_asks("hocvien", "POST", "users/hocvien/activity", json=news) == 200
    refused = [
        hub_demo.lab_asks("hocvien", "GET", "users"),
        hub_demo.lab_asks("hocvien", "GET", "users/lan"),
        hub_demo.lab_asks("hocvien", "POST", "users/lan/activity", json=news),
        hub_demo.lab_asks("hocvien", "POST", "users/lan/server"),
        hub_demo.lab_asks("hocvien", "POST", "users/hocvien/server"),
        hub_demo.lab_asks("hocvien", "POST", "users/hocvien/tokens"),
        hub_demo.lab_asks("hocvien", "GET", "proxy"),
        hub_demo.lab_asks("hocvien", "POST", "shutdown"),
    ]
    assert set(refused) <= {403, 404}


def test_another_learner_cannot_open_it(hub_demo, hub_learner):
    """Someone else who is signed in gets nothing of a learner's JupyterLab."""
    del hub_learner
    other = hub_demo.visitor("lan")
    assert other.http.get("/user/hocvien/lab").status_code == 403
    assert other.http.get("/user/hocvien/api/contents").status_code == 403


def test_trainer_gets_formgrader_and_the_course_but_no_keys(hub_demo):
    """A trainer works in the course folder with formgrader; not the issuer's, site's or hub's zones."""
    trainer = hub_demo.visitor("giangvien")
    trainer.open_lab()
    places = hub_demo.places
    assert trainer.lab("GET", "formgrader/api/assignments").status_code == 200
    ask = [str(p) for p in (places.root, places.source / "t14-05", places.var)]
    seen = json.loads(
        trainer.run(f"import os, json\nprint(json.dumps({{p: sorted(os.listdir(p)) for p in {ask}}}))")
    )
    assert {"source", "release", "notebooks", "exchange", "var", "nbgrader_config.py"} <= set(
        seen[str(places.root)]
    )
    assert seen[str(places.source / "t14-05")] == ["bi-mat.txt"]
    assert not {"issuer", "hub", "site", "demo", "answers"} & set(seen[str(places.var)])
    assert "API_TOKEN" not in trainer.run("import os; print(os.environ)")
