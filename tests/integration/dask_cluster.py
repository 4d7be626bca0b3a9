"""A Dask cluster of the tests' own: a scheduler and workers as processes on the loopback interface."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from conftest import wait_for


class Cluster:
    """Processes; the scheduler's file says where it listens."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "scheduler.json"
        self.workers: list[subprocess.Popen[bytes]] = []
        self._folder = folder
        self._log = (folder / "cluster.log").open("ab")
        self._scheduler: subprocess.Popen[bytes] | None = None

    def start(self, **env: str) -> None:
        """Start the scheduler."""
        self.file.unlink(missing_ok=True)
        words = [
            "scheduler",
            "--host=127.0.0.1",
            "--port=0",
            "--no-dashboard",
            f"--scheduler-file={self.file}",
        ]
        scheduler = self._scheduler = self._run(words, env)
        wait_for("the scheduler listens", self.file.exists, lambda: scheduler.poll() is None)

    def add_worker(self, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start a worker with one thread; without a nanny, so that a kill is a death."""
        words = [
            "worker", f"--scheduler-file={self.file}", "--host=127.0.0.1", "--nthreads=1", "--no-nanny",
            "--no-dashboard", f"--local-directory={self._folder}", "--memory-limit=0",
        ]  # fmt: skip
        self.workers.append(self._run(words, env or {}))
        return self.workers[-1]

    def kill_scheduler(self) -> None:
        """End the scheduler at once."""
        assert self._scheduler is not None
        self._scheduler.send_signal(signal.SIGKILL)
        self._scheduler.wait()

    def stop(self) -> None:
        """End all of it."""
        processes = [*self.workers, *([self._scheduler] if self._scheduler else [])]
        for process in processes:
            process.kill()
            process.wait()
        self._log.close()

    def _run(self, words: list[str], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *words],
            env=os.environ | dict(env), stdout=self._log, stderr=self._log, cwd=self._folder,
        )  # fmt: skip


@contextmanager
def running_cluster(folder: Path, *, workers: int, **env: str) -> Iterator[Cluster]:
    """A cluster that runs meanwhile; ``env`` is Dask's configuration of the scheduler."""
    cluster = Cluster(folder)
    try:
        cluster.start(**env)
        for _ in range(workers):
            cluster.add_worker()
        yield cluster
    finally:
        cluster.stop()
