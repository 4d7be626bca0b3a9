"""Every attack of this folder against our real grader, all in one course, as it would meet them."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hocvuso.places import Places, folder_of
from hocvuso.records.grades_csv import write_export
from tests.attacks import secret
from tests.attacks.course import (
    BLANK,
    HONEST,
    Battle,
    Grounds,
    fight,
    full_marks,
    make_attacked_course,
    markup_in,
)
from tests.attacks.outcomes import OURS_FILE, keep, told_of_ours
from tests.attacks.report import DOCUMENT
from tests.attacks.shape import CODE, QUESTIONS, Attack, attack_files, load_attacks
from tests.attacks.traps import Traps

ATTACKS = load_attacks()
CLASSES = {path.parent.name for path in attack_files()}
FIRST = "nguoi-dau"
HOSTILE = (
    "equality/class_eq",
    "rewriting/ast_transformer",
    "ending/kill_everything",
    "exhausting/flood_stdout",
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """The course that is attacked; one has handed in, so that the grader knows how to judge each test."""
    places = make_attacked_course(tmp_path_factory.mktemp("course"))
    grounds = Grounds(places, {})
    grounds.solve(FIRST)
    grounds.grade()
    assert grounds.outcome(FIRST).scores == full_marks(grounds.school, CODE)
    return places


@pytest.fixture(scope="module")
def battlefield(built: Places, tmp_path_factory: pytest.TempPathFactory) -> Places:
    """The course in which all attacks are made."""
    return copy_of(built, tmp_path_factory.mktemp("battle") / "course")


@pytest.fixture(scope="module")
def battle(battlefield: Places) -> Iterator[Battle]:
    """What came of all attacks, graded together; kept for the document."""
    found = fight(battlefield, ATTACKS)
    results = {
        attack.id: [
            {"state": one.state, "scores": one.scores, "manual": one.manual, "leaks": sorted(one.leaks)}
            for one in found.outcomes[attack.id]
        ]
        for attack in ATTACKS
    }
    full_marks_of = dict.fromkeys(HONEST, found.full[CODE]) | {
        BLANK: {},
        "tren-trang": found.full[QUESTIONS],
    }
    others = sorted(one for one, marks in full_marks_of.items() if found.honest[one].scores != marks)
    keep(
        OURS_FILE, {"attacks": results, "full": found.full, "sprung": sorted(found.sprung), "others": others}
    )
    return found


@pytest.mark.slow
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.id)
def test_the_attack_ends_as_its_file_says(battle, attack):
    """State and points are the expected ones, no person's mark appeared, and no secret came out."""
    for found in battle.outcomes[attack.id]:
        assert not found.leaks
        assert not found.manual
        assert found.state == attack.expected["state"], found.reasons
        if attack.expected["state"] == "graded":
            assert found.scores == attack.scores(battle.full[attack.edition])


@pytest.mark.slow
def test_nobody_else_is_touched(battle):
    """Who handed in beside them has the grades that their own answers deserve, and nothing of others."""
    for learner in HONEST:
        assert (battle.honest[learner].state, battle.honest[learner].scores) == ("graded", battle.full[CODE])
        assert not battle.honest[learner].leaks
    assert battle.honest["tren-trang"].scores == battle.full[QUESTIONS]
    assert (battle.honest[BLANK].state, battle.honest[BLANK].scores) == ("graded", {})


@pytest.mark.slow
def test_who_was_caught_stands_in_the_audit_log(battle):
    """And nobody else does: an honest learner is never said to have meddled."""
    hostile = {learner for attack in ATTACKS for learner in attack.learners}
    assert battle.accused
    assert battle.accused <= hostile


@pytest.mark.slow
def test_no_trap_is_sprung(battle):
    """No listener on the machine was reached, no file was left on it, no process lives on."""
    assert battle.sprung == set()


@pytest.mark.slow
def test_the_grader_says_no_secret_and_blames_nothing_on_itself(battle):
    """Neither log nor progress holds a secret, and no attack made the grader fail."""
    assert not secret.shown(battle.said)
    assert not [line for line in battle.said if "could not be graded" in line]


@pytest.mark.slow
def test_nothing_is_tried_for_ever(battle):
    """Every hand-in is done with after one run, but for the one that isn't whole."""
    unfinished = [attack.learner for attack in ATTACKS if attack.expected["state"] == "waiting"]
    assert [name.partition("+")[0] for name in battle.waiting] == unfinished


@pytest.mark.slow
def test_a_spreadsheet_finds_no_formula_in_the_export(battlefield, battle):
    """Names are the learners' to choose; none begins a formula in the file that others open."""
    with write_export(battlefield).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert any("HYPERLINK" in cell for row in rows for cell in row), "the attack is not in the export"
    assert not [
        cell for row in rows for cell in row if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} and len(cell) > 1
    ]


@pytest.mark.slow
def test_one_in_ten_hostile_changes_nothing_for_the_other_nine(built, tmp_path):
    """A class of forty with four attackers among them: the thirty-six get what they get without them, to the letter."""
    hostile = [attack for attack in ATTACKS if attack.id in HOSTILE]
    with_them = class_of(copy_of(built, tmp_path / "with"), hostile)
    without = class_of(copy_of(built, tmp_path / "without"), [])
    assert len(without) == 36
    assert len({json.dumps(row["scores"], sort_keys=True) for row in without.values()}) == 4
    assert with_them == without


def copy_of(places: Places, root: Path) -> Places:
    """A copy of a course."""
    shutil.copytree(places.root, root)
    return Places(root)


def class_of(places: Places, hostile: list[Attack]) -> dict[str, dict[str, Any]]:
    """What thirty-six honest learners, right and wrong, get beside ``hostile`` ones."""
    traps = Traps()
    grounds = Grounds(places, traps.named)
    kinds: list[dict[str, str]] = [
        {},
        {"tong": "def tong(so): return 0"},
        {
            "dem_chu": "def dem_chu(van_ban): return van_ban.count(' ') + 1",
            "chao": "def chao(ten): print(ten)",
        },
        {
            "ket_qua": "ket_qua = [1]",
            "tai_khoan": "import time",
            "loc_bang": "def loc_bang(bang): return bang",
        },
    ]
    learners = [f"hv-{number:02}" for number in range(36)]
    for number, learner in enumerate(learners):
        grounds.solve(learner, **kinds[number % 4])
        if number % 9 == 4 and hostile:
            grounds.attack(hostile[number // 9], 0)
    grounds.grade()
    assert traps.close() == set()
    return {learner: what_remains(grounds, learner) for learner in learners}


def what_remains(grounds: Grounds, learner: str) -> dict[str, Any]:
    """Everything that a learner's hand-in became, but for times, numbers and names."""
    places = grounds.school.places
    below = folder_of(learner)
    result = json.loads((places.results / below / f"{CODE}.json").read_bytes())
    graded = json.loads((places.autograde / below / CODE / f"{CODE}.ipynb").read_bytes())
    questions = [{k: v for k, v in one.items() if k != "time"} for one in result["questions"]]
    assert not markup_in(places, learner, CODE)
    return {
        "scores": grounds.outcome(learner).scores,
        "state": result["state"],
        "points": result["points"],
        "questions": questions,
        "kinds": [[o["output_type"] for o in cell.get("outputs", [])] for cell in graded["cells"]],
        "page": (places.feedback / below / CODE / f"{CODE}.html").read_text("utf-8"),
    }


# the suite itself


def test_the_suite_is_as_large_as_promised():
    """At least sixty attacks, each with a title, what a success would be, and an expected state."""
    assert len(ATTACKS) >= 60
    for attack in ATTACKS:
        assert attack.title, attack.id
        assert "A success:" in attack.told or attack.id == "showing/stderr_with_right_answers", attack.id
        assert attack.expected["state"] in {"graded", "refused", "unclaimed", "waiting", "nobody"}, attack.id
    assert len({attack.learner for attack in ATTACKS}) == len(ATTACKS), "two attacks hand in under one name"


def test_no_attack_knows_a_secret():
    """What an attack shows it must have found: no file of the suite but `secret.py` and the victim's holds one."""
    for path in attack_files():
        text = path.read_text("utf-8")
        known = {
            token for name, token in secret.ALL.items() if name != "a way out of the box" and token in text
        }
        assert not known, path


def test_the_document_names_every_attack():
    """docs/security-suite.md is made from the suite; whoever adds an attack makes it anew."""
    text = DOCUMENT.read_text("utf-8")
    for attack in ATTACKS:
        assert f"`{attack.name}`" in text, (
            f"make the document anew: python -m tests.attacks.report ({attack.id})"
        )
    for kind in CLASSES:
        assert f"## {kind}" in text.lower(), kind


def test_a_gain_a_leak_and_another_state_are_told():
    """What the document says of ours is read from what was found: nothing else counts as held."""
    attack = next(one for one in ATTACKS if one.id == "ending/exit_in_solution")
    full = {CODE: {"thu-tong": 2.0, "thu-chao": 2.0}}
    found = {"state": "graded", "scores": {"thu-tong": 2.0}, "manual": {}, "leaks": []}
    assert told_of_ours(attack, [found], full) == "held"
    assert (
        told_of_ours(attack, [found | {"scores": {"thu-tong": 2.0, "thu-chao": 1.0}}], full)
        == "**+1 points**"
    )
    assert told_of_ours(attack, [found | {"scores": {}}], full) == "2 points lost"
    assert told_of_ours(attack, [found | {"leaks": ["gradebook"]}], full) == "**reads: gradebook**"
    assert told_of_ours(attack, [found | {"state": "refused"}], full) == "refused, not graded"
    both = told_of_ours(attack, [found, found | {"scores": {}}], full)
    assert both == "held (1 of 2), 2 points lost (1 of 2)"
