"""The process that writes files for a grader."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from hocvuso.grading.scribe import Scribe


@pytest.fixture
def scribe(tmp_path):
    """A scribe below two roots."""
    with closing(Scribe([str(tmp_path / "whole")], [str(tmp_path / "shown")])) as made:
        yield made


def file(path: Path, content: bytes) -> tuple[str, str, str, bytes]:
    """The deed of writing a file."""
    return ("file", str(path), "", content)


def test_all_kinds_of_deeds(scribe, tmp_path):
    """Files, drafts, folders, and what is written in one folder and moved to another; the second replaces the first."""
    shown, whole = tmp_path / "shown", tmp_path / "whole"
    for content in (b"1", b"2"):
        deeds = [
            file(shown / "a" / "r.json", content),
            ("draft", str(shown / "b" / "r.json"), "", content),
            ("folder", str(whole), "an/t14-05", {"answers.json": content, "more/x.txt": content}),
            ("moved", str(tmp_path / "lab" / "p.html"), str(tmp_path / "seen" / "p.html"), content),
        ]
        assert scribe.write([deeds, []]) == [None, None]
        assert (shown / "a" / "r.json").read_bytes() == content
        assert (shown / "b" / "r.json").read_bytes() == content
        assert (whole / "an" / "t14-05" / "more" / "x.txt").read_bytes() == content
        assert (tmp_path / "seen" / "p.html").read_bytes() == content
    left = [path for path in tmp_path.rglob("*") if path.name.endswith(".part")]
    assert left == []


def test_what_fails_stops_only_its_own_submission(scribe, tmp_path):
    """The system's own error comes back, the others are written."""
    (tmp_path / "a").write_text("no folder", encoding="utf-8")
    errors = scribe.write(
        [[file(tmp_path / "a" / "b", b""), file(tmp_path / "c", b"")], [file(tmp_path / "d", b"x")]]
    )
    assert isinstance(errors[0], NotADirectoryError)
    assert errors[1] is None
    assert not (tmp_path / "c").exists()
    assert (tmp_path / "d").read_bytes() == b"x"


def test_a_scribe_that_was_killed_says_so_once_and_is_replaced(scribe, tmp_path):
    """Nothing is certain of the batch that it had; the next one has a new process."""
    os.kill(scribe._process.pid, signal.SIGKILL)
    scribe._process.wait()
    with pytest.raises(OSError, match="has gone"):
        scribe.write([[file(tmp_path / "a", b"1")]])
    assert scribe.write([[file(tmp_path / "a", b"1")]]) == [None]
    assert (tmp_path / "a").read_bytes() == b"1"


GRADER = """
import os, sys
from hocvuso.grading.scribe import Scribe
scribe = Scribe([sys.argv[1]], [])
scribe.write([])
print(scribe._process.pid, flush=True)
sys.stdin.read()
"""


def test_it_ends_with_the_process_that_started_it(tmp_path):
    """At once: it must not write beside the next grader."""
    with subprocess.Popen(
        [sys.executable, "-c", GRADER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as grader:
        scribe = psutil.Process(int(grader.stdout.readline()))
        assert not has_ended(scribe)
        grader.kill()
    end = time.monotonic() + 60
    while not has_ended(scribe):
        assert time.monotonic() < end, "it lives on"
        time.sleep(0.05)


def has_ended(process: psutil.Process) -> bool:
    """Whether it is gone, or waits only for somebody who asks how it ended."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_it_finishes_and_leaves_nothing_behind(tmp_path):
    """Closed after a batch: no folder of its own is left where the whole folders are put together."""
    with closing(Scribe([str(tmp_path)], [])) as scribe:
        scribe.write([[("folder", str(tmp_path), "an/x", {"a": b"1"})]])
        assert list((tmp_path / ".staging").iterdir())
    assert list((tmp_path / ".staging").iterdir()) == []


def test_what_a_killed_one_held_for_too_long_is_removed_at_the_end(tmp_path):
    """It may still be waiting for the disk when the next one starts."""
    with closing(Scribe([str(tmp_path)], [])) as old:
        old.write([])
        with closing(Scribe([str(tmp_path)], [])) as new:
            new.write([])
            assert len(list((tmp_path / ".staging").iterdir())) == 2
            os.kill(old._process.pid, signal.SIGKILL)
            old._process.wait()
        assert list((tmp_path / ".staging").iterdir()) == []
