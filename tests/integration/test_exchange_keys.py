"""The keys that sign receipts are made once, whole, and leave nothing beside them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from killed import Moment, count_steps, kill

from hocvuso.exchange.receipts import SiteKey

pytestmark = pytest.mark.slow

MAKE = "import sys; from pathlib import Path; from hocvuso.exchange.receipts import SiteKey\n"
MAKE += "print(SiteKey.load_or_make(Path(sys.argv[-1])).public.id)"


def test_keys_survive_a_kill_at_every_step(tmp_path: Path):
    """After the next start there are two files, and the key stays."""
    whole = tmp_path / "whole" / "keys"
    whole.parent.mkdir()
    steps = count_steps(whole.parent, str(whole), code=MAKE)
    assert steps >= 6
    for number in range(1, steps + 1):
        folder = tmp_path / str(number) / "keys"
        folder.parent.mkdir()
        kill(folder.parent, Moment(number), str(folder), code=MAKE)
        key = SiteKey.load_or_make(folder).public.id
        assert {p.name: p.stat().st_mode & 0o777 for p in folder.iterdir()} == {
            "receipts.key": 0o600,
            "receipts.pub": 0o644,
        }
        assert SiteKey.load_or_make(folder).public.id == key


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path):
    """Whoever comes second takes what is there."""
    words = [sys.executable, "-c", MAKE, str(tmp_path / "keys")]
    makers = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    told = {maker.communicate()[0] for maker in makers}
    assert len(told) == 1
    assert {maker.returncode for maker in makers} == {0}
