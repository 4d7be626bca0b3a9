"""Starting a JupyterLab for a signed-in user, always in bubblewrap, with or without root.

A learner's box holds their home; of the course nothing. What they fetch and hand in goes to the site over HTTP. A
trainer's box holds the folders that teaching and
grading by hand need; not the issuer's, the site's or the hub's. Where the box can't be opened nothing is
started.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Collection, Iterable
from pathlib import Path

from jupyterhub.spawner import SimpleLocalProcessSpawner
from jupyterhub.utils import random_port
from traitlets import Unicode

from hocvuso.errors import HocVuSoError, SetupError
from hocvuso.hub.accounts import TRAINERS, check_username
from hocvuso.hub.lab import SECRET_NAMES, SECRETS_FD, SITE_URL
from hocvuso.hub.lab_files import HOME_OVERLAYS, learner_files, trainer_files
from hocvuso.hub.refusals import refusal
from hocvuso.kernels.sandbox import Limits, clean_env, sandbox_command
from hocvuso.language import N_
from hocvuso.places import Places, folder_of

HOME = "/home/hocvien"
CONFIG = "/etc/jupyter-hocvuso"
LIMITS = Limits(
    cpu_seconds=24 * 3600,  # for each process; an idle server ends by itself long before
    memory_mb=8192,
    file_mb=256,
    scratch_mb=256,
    processes=512,
    open_files=4096,
)


class LabSpawner(SimpleLocalProcessSpawner):  # type: ignore[misc]  # jupyterhub is untyped for us
    """One process per user: bubblewrap, and inside it JupyterLab. Its end is the end of all within."""

    course_root = Unicode(config=True, help="The course's folder")
    site_url = Unicode(config=True, help="Where a JupyterLab of this machine reaches the site")

    @property
    def places(self) -> Places:
        """The course's folders."""
        return Places(Path(self.course_root))

    @property
    def is_trainer(self) -> bool:
        """Whether the user teaches this course."""
        return any(group.name == TRAINERS for group in self.user.groups)

    def get_env(self) -> dict[str, str]:
        """What bubblewrap itself gets. The server inside gets its own, and the tokens through a pipe."""
        return {"PATH": os.environ.get("PATH", "/usr/bin:/bin")}

    def make_preexec_fn(self, name: str) -> None:
        """Nothing runs between fork and exec: the box decides about folders."""
        del name

    async def start(self) -> tuple[str, int]:
        """Open the box and start the server in it; the page that the user gets says why it can't be."""
        try:
            self.port: int = self.port or int(random_port())
            told = super().get_env()
            secrets = {name: told.pop(name) for name in SECRET_NAMES}
            told = {name: value for name, value in told.items() if name.startswith("JUPYTERHUB_")}
            pipe = _filled_pipe(json.dumps(secrets))
            try:
                self.cmd = self._command(told | {SECRETS_FD: str(pipe), SITE_URL: self.site_url})
                self.popen_kwargs = {"pass_fds": (pipe,), "cwd": "/"}
                ip, port = await super().start()
            finally:
                os.close(pipe)
        except HocVuSoError as error:
            # of any other exception that comes at once the hub shows no word
            raise refusal(503, error) from error
        return ip, port

    def _command(self, env: dict[str, str]) -> list[str]:
        username = check_username(self.user.name)
        box = _trainers_box if self.is_trainer else _learners_box
        return box(self.places, username, env)


def _learners_box(places: Places, learner: str, env: dict[str, str]) -> list[str]:
    folder = folder_of(learner)
    home = places.homes / folder
    home.mkdir(parents=True, exist_ok=True)
    config = _write_config(places.hub / "labs" / folder, learner_files(learner, home=HOME))
    options = ["--bind", str(home), HOME, "--ro-bind", str(config), CONFIG]
    for name in HOME_OVERLAYS:
        options += ["--ro-bind", str(config / name), f"{HOME}/{name}"]
    return _boxed(options, env=env, home=HOME, cwd=HOME)


def _trainers_box(places: Places, trainer: str, env: dict[str, str]) -> list[str]:
    folder = folder_of(trainer)
    home = places.homes / folder
    config = _write_config(places.hub / "labs" / folder, trainer_files(places.root))
    writable = (
        home,
        places.lessons,
        places.source,
        places.release,
        places.exchange,
        places.autograde,
        places.submitted,
        places.feedback,
        places.exports,
        places.var / "grader",
        places.var / "solution",
        places.var / "source_with_tests",
    )
    _make_usable(writable)
    readable = (places.root / "nbgrader_config.py", places.results, places.evidence, places.editions)
    options = ["--ro-bind", str(config), CONFIG]
    for path in writable:
        options += ["--bind", str(path), str(path)]
    for path in readable:
        options += ["--ro-bind-try", str(path), str(path)]
    options += ["--remount-ro", "/"]  # a file saved beside the course's folders would be gone with the box
    env = env | {"HOCVUSO_ROOT": str(places.root)}
    if os.environ.get("HOCVUSO_GRADEBOOK"):
        env["HOCVUSO_GRADEBOOK"] = os.environ["HOCVUSO_GRADEBOOK"]
    return _boxed(options, env=env, home=str(home), cwd=str(places.root))


def _make_usable(folders: Collection[Path]) -> None:
    """Make what is missing of ``folders``; SetupError where the hub's system user may not use one of them."""
    try:
        for path in folders:
            path.mkdir(parents=True, exist_ok=True)
        usable = all(os.access(path, os.R_OK | os.W_OK | os.X_OK) for path in folders)
    except PermissionError:
        usable = False
    if not usable:
        raise SetupError(
            N_(
                "Máy chủ này tách riêng từng phần, nên không mở được JupyterLab của giảng viên từ trang này: "
                "giảng viên dùng tài khoản hệ thống dành cho giảng viên, xem docs/installation.md."
            )
        )


def _boxed(options: Iterable[str], *, env: dict[str, str], home: str, cwd: str) -> list[str]:
    """The box of `kernels.sandbox` with the hub within reach and ``options`` as its last mounts."""
    jupyter = {
        "HOME": home,
        "SHELL": "/bin/sh",
        "JUPYTER_CONFIG_DIR": CONFIG,
        "JUPYTER_RUNTIME_DIR": "/tmp/jupyter",  # noqa: S108  (the box's own; short, for the paths of sockets)
        "JUPYTERLAB_SETTINGS_DIR": f"{home}/.jupyter/lab/user-settings",
        "JUPYTERLAB_WORKSPACES_DIR": f"{home}/.jupyter/lab/workspaces",
    }
    argv = [f"{sys.prefix}/bin/python", "-I", "-m", "hocvuso.hub.lab"]
    command = sandbox_command(argv, env=clean_env(**(env | jupyter)), limits=LIMITS, cwd=cwd, network=True)
    at = command.index("--chdir")
    return [*command[:at], *options, *command[at:]]


def _write_config(folder: Path, files: dict[str, str]) -> Path:
    """``folder`` holding exactly ``files``, made anew at each start."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def _filled_pipe(text: str) -> int:
    """The reading end of a pipe that holds ``text`` and then ends. The text must fit the pipe (64 kB)."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w", encoding="utf-8") as pipe:
        pipe.write(text)
    return reading
