"""An installation: each zone of trust is a system user that can do its work and can't read what the table denies it."""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from site_course import ALICE, LESSON, Learner, make_site_course
from tests.ports import free_port
from traitlets.config import Config
from zones_course import NOBODY, UNITS, ZONES, Zones, install, open_folder, remove_users, unit_of

from conftest import PASSWORD, Visitor
from hocvuso.errors import SetupError
from hocvuso.hub.accounts import add_account
from hocvuso.hub.beside import site_variables
from hocvuso.hub.jupyterhub import configure
from hocvuso.hub.settings import HubSettings
from hocvuso.places import COURSE, Places, folder_of

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="making system users needs root")
LAN, TRAINER = "lan", "thay.hung"
ANSWERS = {"cuoc-goi": "b", "ma-so": "OTP"}
EVERYONE = {"released", "public key", "published"}
MAY_READ = {
    "site": EVERYONE
    | {"site's key", "cookie secret", "answers", "receipts", "inbound", "results", "names", "certificates"},
    "grader": EVERYONE
    | {"lessons", "masters", "gradebook", "grader's key", "inbound", "lab inbox", "answers", "evidence"}
    | {"submitted", "graded", "results", "names", "exports"},
    "issuer": EVERYONE | {"certificate key", "register", "exports", "certificates"},
    "hub": EVERYONE | {"accounts", "hub's secret", "home"},
    "trainer": EVERYONE | {"lessons", "masters", "gradebook", "evidence", "submitted", "graded"},
    NOBODY: EVERYONE,
}
RULES = """
[[certificate]]
id = "thu"
version = 1
name = "Chứng nhận thử"
name_en = "A trial"
description = "Người được cấp đã làm bài thử."
criteria = "Đạt từ 70% số điểm."

[[certificate.lesson]]
id = "t26-91"
title = "Bài thử của trang"
pass = 0.7
"""
CERTIFY = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from hocvuso.certificates.issue import certify
from hocvuso.certificates.rules import read_rules
from hocvuso.places import Places

places = Places(Path(sys.argv[1]))
report = certify(places, places.exports / "grades.csv", rules=read_rules(Path(sys.argv[2])), now=datetime.now(UTC))
assert not report.refused, report
print(" ".join(held.number for held in report.issued))
"""
LOOK_AROUND = """
import json, os, pathlib
seen = [name for name in {names!r} if pathlib.Path(name).exists()]
print(json.dumps({{"course": pathlib.Path({root!r}).exists(), "seen": seen, "uid": os.getuid()}}))
"""


@dataclass
class Worked:
    """What came out of a day of work in an installation."""

    zones: Zones
    pages: dict[str, Any] = field(default_factory=dict)
    lab: dict[str, Any] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    said: str = ""

    @property
    def paths(self) -> dict[str, Path]:
        """What the table speaks of, by name; every path is there."""
        places, alice = self.zones.places, folder_of(ALICE)
        var = places.var
        return {
            "lessons": places.lessons / "t26" / f"{LESSON}.md",
            "masters": places.source / LESSON / f"{LESSON}.ipynb",
            "released": places.release / LESSON / "lesson.json",
            "gradebook": var / "grader" / "gradebook.db",
            "grader's key": var / "grader" / "receipts.key",
            "inbound": places.inbound,
            "lab inbox": places.labs,
            "answers": places.answers / alice / LESSON / "answers.json",
            "receipts": next(places.receipts.glob(f"{alice}/*.json")),
            "evidence": next(places.evidence.glob(f"{alice}/{LESSON}/*/answers.json")),
            "submitted": places.submitted / alice / LESSON / "answers.json",
            "graded": places.autograde / alice / LESSON / f"{LESSON}.ipynb",
            "results": places.results / alice / f"{LESSON}.json",
            "names": places.names / alice,
            "exports": places.exports / "grades.csv",
            "site's key": places.site_keys / "receipts.key",
            "cookie secret": places.site_keys / "cookie-secret",
            "public key": places.site_keys / "receipts.pub",
            "certificate key": places.issuer / "key.pem",
            "register": places.issuer / "register.db",
            "certificates": places.certificates / alice / f"{self.numbers[0]}.json",
            "published": places.published / "issuer.json",
            "accounts": places.hub / "jupyterhub.sqlite",
            "hub's secret": places.hub / "cookie_secret",
            "home": places.homes / LAN,
            "site's token": var / "zones" / "site-token",
        }


@pytest.fixture(scope="module")
def zones() -> Iterator[Zones]:
    """A small course, released, with its zones installed under names that nobody else has."""
    folder = open_folder()
    prefix = f"hvt{uuid.uuid4().hex[:6]}"
    try:
        (folder / "khoa").mkdir()
        places = make_site_course(folder / "khoa")
        add_account(places, LAN, PASSWORD)
        add_account(places, TRAINER, PASSWORD, trainer=True)
        done = install(places.root, prefix)
        assert done.returncode == 0, done.stderr
        yield Zones(places, prefix, folder, free_port())
    finally:
        remove_users(prefix)
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def worked(zones: Zones) -> Worked:
    """One learner hands in from the page, one from JupyterLab; graded, exported, certified; each by its own user."""
    work = Worked(zones)
    with zones.serving("hub", "site") as url:
        _hand_in_from_page(work, url)
        _hand_in_from_lab(work, url)
        _ask_for_trainers_lab(work, url)
        work.waiting = _names_in(zones)
        people = zones.folder / "lop.csv"
        people.write_text(
            f"learner,full_name,unit\n{ALICE},Trần Thị An,\n{LAN},Hoàng Thị Lan,\n", encoding="utf-8"
        )
        zones.hocvuso("grader", "people", str(people))
        work.said = zones.hocvuso("grader", "grade")
        work.left = _names_in(zones)
        rules = zones.folder / "rules.toml"
        rules.write_text(RULES, encoding="utf-8")
        root = str(zones.places.root)
        work.numbers = zones.python("issuer", CERTIFY, root, str(rules)).split()
        assert work.numbers, work.said + (zones.places.exports / "grades.csv").read_text(encoding="utf-8")
        _look_at_results(work, url)
    return work


def _names_in(zones: Zones) -> list[str]:
    places = zones.places
    folders = (*places.inbound.iterdir(), *places.labs.glob("*/inbound/*"))
    return sorted(folder.name.split("+")[0] for folder in folders)


def _hand_in_from_page(work: Worked, url: str) -> None:
    alice = Learner(url)
    with alice.http:
        alice.sign_in(ALICE)
        work.pages["saved"] = [alice.put(name, value).status_code for name, value in ANSWERS.items()]
        work.pages["handed in"] = alice.hand_in().status_code
        work.pages["live example"] = alice.get(f"song/{LESSON}/thu-hai").text


def _hand_in_from_lab(work: Worked, url: str) -> None:
    lan = Visitor(url)
    places = work.zones.places
    names = [str(p) for p in (places.var, places.source, places.release, places.hub, places.exchange)]
    with lan.http:
        assert lan.sign_in(LAN, PASSWORD).status_code == 302
        lan.open_lab()
        for action in ("fetch", "submit"):
            body = {"course_id": COURSE, "assignment_id": LESSON}
            done = lan.lab("POST", f"assignments/{action}", json=body).json()
            assert done["success"], done
        told = lan.run(LOOK_AROUND.format(root=str(places.root), names=names))
    assert told.startswith("{"), told
    work.lab = json.loads(told)


def _ask_for_trainers_lab(work: Worked, url: str) -> None:
    trainer = Visitor(url)
    with trainer.http:
        assert trainer.sign_in(TRAINER, PASSWORD).status_code == 302
        work.pages["trainer's lab"] = trainer.http.get("/hub/spawn").text


def _look_at_results(work: Worked, url: str) -> None:
    alice = Learner(url)
    with alice.http:
        alice.sign_in(ALICE)
        work.pages["home"] = alice.get("").text
        work.pages["result"] = alice.send("GET", f"api/result/{LESSON}").json()
        work.pages["certificate"] = alice.get(f"chung-nhan/{work.numbers[0]}.pdf")


# ---- without a course


def test_script_says_that_it_needs_root(tmp_path):
    """Whoever is not root gets a sentence that says so, and nothing happens."""
    script = (ZONES / "install.sh").read_text(encoding="utf-8")
    (tmp_path / "nbgrader_config.py").touch()
    other = {"user": NOBODY, "group": pwd.getpwnam(NOBODY).pw_gid, "extra_groups": []}
    command = ["bash", "-s", "--", str(tmp_path)]
    more = other if os.geteuid() == 0 else {}
    done = subprocess.run(command, input=script, capture_output=True, text=True, check=False, cwd="/", **more)
    assert done.returncode == 1
    assert "only root may make users" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["nbgrader_config.py"]


def test_script_explains_itself():
    """``--help`` shows the options and an example, and changes nothing."""
    done = subprocess.run(
        ["bash", str(ZONES / "install.sh"), "--help"], capture_output=True, text=True, check=True
    )
    assert "--prefix" in done.stdout
    assert "example: deploy/zones/install.sh" in done.stdout


@only_root
def test_script_refuses_what_is_no_released_course(tmp_path):
    """A folder without a course, or a course that was never released, makes no user."""
    done = install(tmp_path, "hvtno")
    assert done.returncode == 1
    assert "no course folder" in done.stderr
    (tmp_path / "nbgrader_config.py").touch()
    done = install(tmp_path, "hvtno")
    assert done.returncode == 1
    assert "hocvuso release first" in done.stderr
    assert not [user for user in pwd.getpwall() if user.pw_name.startswith("hvtno-")]


@pytest.mark.parametrize("zone", UNITS)
def test_unit_runs_as_its_own_user(zone):
    """Each unit has the user of its zone, no way to more rights, and a umask that closes files to others."""
    service = unit_of(zone)["Service"]
    assert service["User"] == f"hoc-{zone}"
    assert service["NoNewPrivileges"] == "yes"
    assert service["CapabilityBoundingSet"] == ""
    assert int(service["UMask"], 8) & 0o007 == 0o007


@pytest.mark.parametrize("zone", ["hub", "site", "grader"])
def test_unit_leaves_bubblewrap_what_it_needs(zone):
    """A unit whose process opens boxes forbids neither user namespaces nor what is mounted in them."""
    forbidden = {"RestrictNamespaces", "SystemCallFilter", "RestrictSUIDSGID", "ProtectKernelTunables"}
    forbidden |= {"ProtectKernelLogs", "ProtectProc", "ProcSubset", "PrivateUsers", "MemoryDenyWriteExecute"}
    assert not forbidden & set(unit_of(zone)["Service"])


def test_site_beside_the_hub_is_told_what_the_hub_expects(tmp_path):
    """Both sides read one token file and agree on token, address and cookies; without the file neither starts."""
    token = tmp_path / "site-token"
    settings = HubSettings(port=23450, https=True, site_token_file=token)
    assert HubSettings.from_environment(settings.environment()) == settings
    c = Config()
    with pytest.raises(SetupError, match="site-token"):
        configure(c, Places(tmp_path), settings=settings)
    token.write_text("x" * 64, encoding="ascii")
    configure(c, Places(tmp_path), settings=settings)
    (service,) = c.JupyterHub.services
    told = site_variables(Places(tmp_path), settings)
    assert "command" not in service
    assert told["JUPYTERHUB_API_TOKEN"] == service["api_token"] == "x" * 64
    assert told["JUPYTERHUB_SERVICE_URL"] == service["url"] == "http://127.0.0.1:23453"
    assert told["JUPYTERHUB_API_URL"] == f"http://127.0.0.1:{c.JupyterHub.hub_port}/hub/api"
    assert json.loads(told["JUPYTERHUB_COOKIE_OPTIONS"]) == c.JupyterHub.tornado_settings["cookie_options"]


# ---- an installation


@only_root
@pytest.mark.slow
def test_every_zone_does_its_work_as_its_own_user(worked):
    """Handing in from page and JupyterLab, grading, certifying and showing work across five system users."""
    assert worked.pages["saved"] == [200, 200]
    assert worked.pages["handed in"] == 201
    assert re.search(r"<pre>\s*2\s*</pre>", worked.pages["live example"]), worked.pages["live example"][
        -2000:
    ]
    assert len(worked.waiting) == 2
    assert worked.left == [], "the grader takes away what it took in"
    assert worked.pages["result"]["state"] == "graded"
    assert worked.pages["result"]["points"] == worked.pages["result"]["out_of"] == 2
    assert "Trần Thị An" in worked.pages["home"]
    assert worked.pages["certificate"].content.startswith(b"%PDF-")


@only_root
@pytest.mark.slow
def test_anyone_may_verify_a_certificate(worked):
    """A user without any right here checks a certificate with what is published."""
    file = worked.zones.folder / "chung-nhan.json"
    file.write_bytes(worked.paths["certificates"].read_bytes())
    file.chmod(0o644)
    said = worked.zones.hocvuso(NOBODY, "verify", str(file))
    assert "Trần Thị An" in said
    assert "là thật" in said


@only_root
@pytest.mark.slow
@pytest.mark.parametrize("zone", MAY_READ)
def test_zone_reads_what_the_table_allows_and_nothing_else(worked, zone):
    """Every pair of zone and path: refused by the system exactly where SECURITY.md denies it."""
    found = worked.zones.opens(zone, worked.paths.values())
    opened = {name for name, path in worked.paths.items() if found[path]}
    assert opened == MAY_READ[zone]


@only_root
@pytest.mark.slow
def test_learners_lab_sees_nothing_of_the_course(worked):
    """Inside the box there is no course folder, although the box was opened by the hub's user."""
    assert worked.lab == {"course": False, "seen": [], "uid": 1000}


@only_root
@pytest.mark.slow
def test_hub_says_where_trainers_work(worked):
    """The hub's user has no right to the gradebook: a trainer who asks it for a JupyterLab reads where to go."""
    assert "tài khoản hệ thống dành cho giảng viên" in worked.pages["trainer's lab"]


@only_root
@pytest.mark.slow
def test_lesson_is_built_and_released_again_by_the_grader(worked):
    """The operator's steps need no root: the new text reaches the site, the edition that was begun stays."""
    places = worked.zones.places
    text = (places.lessons / "t26" / f"{LESSON}.md").read_text(encoding="utf-8")
    changed = text.replace("Đọc rồi trả lời.", "Đọc kỹ rồi trả lời.")
    worked.zones.python(
        "grader",
        "import sys; open(sys.argv[1], 'w', encoding='utf-8').write(sys.argv[2])",
        str(places.lessons / "t26" / f"{LESSON}.md"),
        changed,
    )
    worked.zones.hocvuso("grader", "build")
    worked.zones.hocvuso("grader", "release")
    page = places.release / LESSON / "page.html"
    assert "Đọc kỹ rồi trả lời." in page.read_text(encoding="utf-8")
    assert worked.zones.opens("site", [page, places.outbound / LESSON]) == {
        page: True,
        places.outbound / LESSON: True,
    }
    assert [p.name for p in places.release.iterdir()] == [LESSON]


@only_root
@pytest.mark.slow
def test_trainer_grades_by_hand_in_the_gradebook(worked):
    """The trainer's user writes a manual score; the grader's next run still can write."""
    code = (
        "import sys; from nbgrader.api import Gradebook\n"
        "with Gradebook(sys.argv[1], 'hocvuso') as book:\n"
        "    grade = book.find_submission(sys.argv[2], sys.argv[3]).notebooks[0].grades[0]\n"
        "    grade.manual_score = 0.5; book.db.commit(); print(grade.score)"
    )
    told = worked.zones.python("trainer", code, worked.zones.places.gradebook_url, LESSON, ALICE)
    assert told.strip() == "0.5"
    worked.zones.hocvuso("grader", "grade")


@only_root
@pytest.mark.slow
def test_installing_again_changes_nothing(worked):
    """The script is safe to run again: no new user, no new token, every right as the run before left it."""
    places = worked.zones.places
    units = worked.zones.folder / "units"
    units.mkdir(exist_ok=True)
    token = worked.paths["site's token"].read_bytes()
    assert install(places.root, worked.zones.prefix).returncode == 0
    before = _rights(places.root)
    done = install(places.root, worked.zones.prefix, "--units", str(units))
    assert done.returncode == 0, done.stderr
    assert not re.search(r"^(user|group|token|file) ", done.stdout, re.MULTILINE)
    assert worked.paths["site's token"].read_bytes() == token
    assert _rights(places.root) == before
    hub = (units / "hocvuso-hub.service").read_text(encoding="utf-8")
    assert f"User={worked.zones.prefix}-hub" in hub
    assert "/srv/hocvuso" not in hub


def _rights(root: Path) -> dict[Path, tuple[int, int, int]]:
    found = {path: path.lstat() for path in root.rglob("*")}
    return {path: (status.st_uid, status.st_gid, status.st_mode) for path, status in found.items()}
