"""Each attack against stock ``nbgrader autograde``, alone, in a box of its own that nothing gets out of.

python -m tests.attacks.stock.run [class/name …]      writes build/attacks/stock.json
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from hocvuso.kernels.sandbox import find_bwrap, find_prlimit, python_paths
from tests.attacks import secret
from tests.attacks.course import School, full_marks, make_attacked_course, rights
from tests.attacks.outcomes import STOCK_FILE, keep
from tests.attacks.shape import CODE, QUESTIONS, Attack, load_attacks
from tests.attacks.stock.inside import MARK

REPO = Path(__file__).parents[3]
INSIDE = "/opt/attacks"  # where the suite lies in the box; no attack looks there
PATIENCE = 240
MB = 1024 * 1024


def prepare(root: Path) -> Path:
    """Build the course once; every box gets it read-only."""
    places = make_attacked_course(root)
    school = School(places)
    inputs = {
        edition: {
            "answers": school.book(edition, school.answers(edition, "right")),
            "right": rights(school, edition),
        }
        for edition in (CODE, QUESTIONS)
    }
    (root / "inputs.json").write_text(json.dumps(inputs), encoding="utf-8")
    full = {edition: full_marks(school, edition) for edition in (CODE, QUESTIONS)}
    (root / "full.json").write_text(json.dumps(full), encoding="utf-8")
    return root


def box(built: Path, argv: list[str]) -> list[str]:
    """The command line of a box: no network, no way out, bounded disks, a first process that can't be killed."""
    options = [
        "--unshare-all",
        "--die-with-parent",
        "--new-session",
        "--as-pid-1",
        "--cap-drop",
        "ALL",
        "--clearenv",
    ]
    options += ["--uid", "1000", "--gid", "1000", "--hostname", "stock"]
    options += ["--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev"]
    for name in ("bin", "sbin", "lib", "lib64"):
        path = Path("/", name)
        options += ["--symlink", f"usr/{name}", str(path)] if path.is_symlink() else []
    options += [
        "--ro-bind-try",
        "/etc/ld.so.cache",
        "/etc/ld.so.cache",
        "--ro-bind-try",
        "/etc/alternatives",
        "/etc/alternatives",
    ]
    for size, where in ((1024, "/course"), (256, "/tmp"), (64, "/var"), (64, "/dev/shm"), (64, "/home")):  # noqa: S108
        options += ["--size", str(size * MB), "--tmpfs", where]
    for path in python_paths():
        options += ["--ro-bind", str(path), str(path)]
    options += ["--ro-bind", str(built), "/built", "--ro-bind", str(REPO / "tests"), f"{INSIDE}/tests"]
    env = {
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "HOME": "/home",
        "LANG": "C.UTF-8",
        "PYTHONPATH": INSIDE,
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "HOCVUSO_MAT": secret.ENVIRONMENT,
    }
    for name, value in env.items():
        options += ["--setenv", name, value]
    limits = [f"--as={4096 * MB}", "--nproc=700", "--cpu=90", "--core=0"]
    return [find_bwrap(), *options, "--chdir", "/course", "--", find_prlimit(), *limits, "--", *argv]


def try_one(built: Path, attack: Attack) -> dict[str, Any]:
    """The report of one attack; ``{"ended": ["lost"]}`` when even the box's first process did not come to an end."""
    if attack.stock:
        return {"ended": ["not tried"], "why": attack.stock}
    command = box(built, [sys.executable, "-m", "tests.attacks.stock.inside", attack.id])
    with tempfile.TemporaryFile() as said:
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=said, timeout=PATIENCE, check=False)
            return json.loads(done.stdout.rpartition(MARK.encode())[2])
        except (subprocess.TimeoutExpired, ValueError):
            said.seek(0)
            return {"ended": ["lost"], "why": said.read().decode("utf-8", "replace")[-500:]}


def try_all(attacks: Iterable[Attack]) -> dict[str, Any]:
    """The reports of ``attacks`` by id, two boxes at a time."""
    root = Path(tempfile.mkdtemp(prefix="hocvuso-stock-"))
    try:
        built = prepare(root)
        attacks = list(attacks)
        with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
            found = dict(
                zip([a.id for a in attacks], pool.map(lambda a: try_one(built, a), attacks), strict=True)
            )
        return {"full": json.loads((root / "full.json").read_bytes()), "attacks": found}
    finally:
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    wanted = sys.argv[1:]
    keep(STOCK_FILE, try_all(a for a in load_attacks() if not wanted or a.id in wanted or a.kind in wanted))
