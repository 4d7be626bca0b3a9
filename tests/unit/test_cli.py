"""The commands: each shows how it is used, and whatever it is given ends in a sentence, never in a traceback."""

from __future__ import annotations

import socket
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from hocvuso.cli import main
from hocvuso.errors import SetupError, refused
from hocvuso.hub.serve import check_address
from hocvuso.places import Places

GARBAGE = "đây không phải cơ sở dữ liệu. " * 20
PEOPLE = "learner,full_name,unit,email\nan,Nguyễn An,Vụ Thử nghiệm,\n"


@pytest.fixture
def course(tmp_path: Path) -> Places:
    """An empty course."""
    (tmp_path / "nbgrader_config.py").touch()
    return Places(tmp_path)


def run(places: Places, *words: str) -> Result:
    """The command as a user types it; what it says goes to one place."""
    return CliRunner().invoke(main, ["--root", str(places.root), *words])


def told(result: Result, *, exit_code: int = 1) -> str:
    """What a command said; it must have ended by itself, without a traceback."""
    assert isinstance(result.exception, SystemExit | None), result.exception
    assert result.exit_code == exit_code, result.output
    assert "Traceback" not in result.output
    assert "Errno" not in result.output
    return result.output


@pytest.mark.parametrize("name", sorted(main.commands))
def test_the_help_of_each_command_ends_with_an_example(name: str) -> None:
    """The example is a call of that very command, which click can take apart."""
    output = told(CliRunner().invoke(main, [name, "--help"]), exit_code=0)
    line = output.strip().splitlines()[-1].strip()
    assert line.startswith(f"Ví dụ: hocvuso {name}"), line
    words = [word.strip('"') for word in line.removeprefix("Ví dụ: hocvuso ").split()][1:]
    command = main.commands[name]
    known = {option for param in command.params for option in param.opts if isinstance(param, click.Option)}
    assert {word for word in words if word.startswith("--")} <= known


def test_outside_of_a_course_the_command_says_where_to_go(tmp_path: Path) -> None:
    """No course here, and a folder that is none: the file to look for is named."""
    for root in (tmp_path, tmp_path / "khong-co", Path("/etc/hostname")):
        assert "nbgrader_config.py" in told(CliRunner().invoke(main, ["--root", str(root), "build"]))


@pytest.mark.parametrize(
    "words",
    [
        ("verify", "{}"),
        ("people", "{}"),
        ("certify", "--export", "{}"),
        ("verify", __file__, "--published", "{}"),
    ],
)
def test_a_file_that_is_not_there(course: Places, words: tuple[str, ...]) -> None:
    """The path is named, in the reader's language."""
    missing = str(course.root / "khong-co.csv")
    output = told(run(course, *(word.format(missing) for word in words)))
    assert "Không có" in output
    assert missing in output


@pytest.mark.parametrize("words", [("verify",), ("people",), ("certify", "--export")])
def test_a_folder_instead_of_a_file(course: Places, words: tuple[str, ...]) -> None:
    """It is called what it is."""
    assert "là thư mục" in told(run(course, *words, str(course.root)))


@pytest.mark.parametrize(
    ("words", "content"),
    [
        (("people",), b"\xff\xfe\x00"),
        (("people",), b""),
        (("people",), b'learner,full_name,unit,email\n"abc'),
        (("certify", "--export"), b"\xff\xfe\x00"),
        (("certify", "--export"), b""),
        (("certify", "--export"), b'lesson,assignment\n"abc'),
        (("verify",), b"\xff\xfe\x00"),
        (("verify",), b"%PDF-1.7 cut off"),
        (("verify",), b""),
        (("verify",), b"[" * 5000),
    ],
)
def test_a_file_that_is_none_of_its_kind(course: Places, words: tuple[str, ...], content: bytes) -> None:
    """Broken CSV, PDF and JSON are refused in words."""
    file = course.root / "tep"
    file.write_bytes(content)
    assert told(run(course, *words, str(file)))


@pytest.mark.parametrize("words", [("build",), ("release",), ("grade",)])
def test_an_empty_course_is_no_mistake(course: Places, words: tuple[str, ...]) -> None:
    """There is nothing to do, and the command says so."""
    assert "0" in told(run(course, *words), exit_code=0)


def test_before_anything_was_graded_there_is_no_export(course: Places) -> None:
    """Certify names the file that it misses."""
    assert "grades.csv" in told(run(course, "certify"))


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("var/grader/gradebook.db", ("grade",)),
        ("var/grader/gradebook.db", ("people", "{root}/people.csv")),
        ("var/hub/jupyterhub.sqlite", ("account", "an")),
        ("var/issuer/register.db", ("revoke", "HVS-2026-AAAA-AAAA", "--reason", "thử")),
        ("var/grader", ("grade",)),
        ("var/editions.json", ("release",)),
        ("var", ("account", "an")),
    ],
)
def test_a_damaged_course_is_told(course: Places, place: str, words: tuple[str, ...]) -> None:
    """A database that is none, a file where a folder must be, a damaged ledger: a sentence, and nothing replaced."""
    (course.root / "people.csv").write_text(PEOPLE, encoding="utf-8")
    path = course.root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(GARBAGE, encoding="utf-8")
    assert told(run(course, *(word.format(root=course.root) for word in words)))
    assert path.read_text(encoding="utf-8") == GARBAGE


@pytest.mark.parametrize("errno", [1, 2, 5, 13, 17, 20, 21, 28, 30])
def test_what_the_system_refuses_is_a_sentence(errno: int) -> None:
    """Every kind of refusal has words, in both languages, with the path where there is one."""
    error = refused(OSError(errno, "x", "/duong/dan"))
    for lang in ("vi", "en"):
        sentence = error.tell(lang)
        assert "{" not in sentence
        assert "/duong/dan" in sentence or errno == 28


@pytest.mark.parametrize("port", [0, -1, 65536, 99999])
def test_a_port_that_is_none(port: int) -> None:
    """The range is named."""
    with pytest.raises(SetupError, match="65535"):
        check_address("127.0.0.1", port)


def test_an_address_that_is_taken_or_not_ours() -> None:
    """Taken, and not of this machine, are two different things to do something about."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        pytest.raises(SetupError, match="chương trình khác"),
    ):
        check_address("127.0.0.1", server.getsockname()[1])
    for host in ("203.0.113.7", "không có"):
        with pytest.raises(SetupError, match="địa chỉ của máy này"):
            check_address(host, 20_000)


def test_a_demo_whose_port_is_taken_stops_before_its_class(course: Places) -> None:
    """Nobody waits for a class to be graded to read that the site can't be opened."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        output = told(run(course, "demo", "--port", str(server.getsockname()[1])))
    assert "chương trình khác" in output
    assert not course.var.exists()


def test_without_the_proxy_the_operator_is_told_what_to_run(course: Places) -> None:
    """A checkout that was not set up has no proxy: `make setup` makes it, and nothing is started before."""
    (course.root / "deploy").mkdir()
    (course.root / "deploy" / "jupyterhub_config.py").touch()
    assert "make setup" in told(run(course, "serve", "--port", "20999"))


def test_a_file_without_end_is_no_certificate(course: Places) -> None:
    """Only as much is read as a certificate can have."""
    assert "lớn hơn" in told(run(course, "verify", "/dev/zero"))
