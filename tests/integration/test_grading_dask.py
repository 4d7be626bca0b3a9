"""`hocvuso grade --scheduler`: a cluster gives what one machine gives, whatever becomes of its workers."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from crash_course import check_evidence, contents, copy_of, export, left_over, results, waiting
from dask_cluster import Cluster, running_cluster
from distributed import Client
from grading_course import CODING, QUESTIONS, START, School, make_course
from postgresql_course import book_rows, command, hocvuso, in_file, logged
from tests.bench.class_maker import hand_in_class, hand_in_labs, learners

from conftest import wait_for
from hocvuso.errors import SandboxError, SetupError, StorageError
from hocvuso.exchange.collect import Taken, find_waiting, take_in
from hocvuso.exchange.receipts import SiteKey
from hocvuso.grading import dask_pool
from hocvuso.grading.assess import Assessment, Assessor
from hocvuso.grading.dask_pool import DaskPool
from hocvuso.places import Places
from hocvuso.records.tables import open_gradebook, scores

pytestmark = pytest.mark.slow
LEARNERS, CODERS = 300, 6
SLOW = "import time\ntime.sleep(600)\n"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """A question lesson and a coding lesson, released."""
    root = tmp_path_factory.mktemp("course") / "course"
    root.mkdir()
    return make_course(root)


@pytest.fixture(scope="module")
def class_waits(course: Places, tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Three hundred submissions to the question lesson and a few to the coding lesson wait."""
    places = copy_of(course, tmp_path_factory.mktemp("waits") / "course")
    hand_in_class(places, QUESTIONS, learners(LEARNERS), seed=1)
    hand_in_labs(places, CODING, [f"code-{number}" for number in range(CODERS)], seed=2)
    with open_gradebook(places):
        return places


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler and two workers."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    with running_cluster(folder, workers=2) as found:
        yield found


def without_a_box(folder: Path) -> dict[str, str]:
    """An environment in which this machine itself could not run learners' code."""
    folder.mkdir()
    needed = [Path(found) for name in ("python3", "git") if (found := shutil.which(name))]
    for program in needed:
        (folder / program.name).symlink_to(program)
    return {**os.environ, "PATH": str(folder)}


def count(places: Places) -> int:
    """How many submissions are in the gradebook."""
    with closing(sqlite3.connect(f"file:{places.var / 'grader' / 'gradebook.db'}?mode=ro", uri=True)) as book:
        found: int = book.execute("SELECT count(DISTINCT submission) FROM hocvuso_scores").fetchone()[0]
    return found


def test_a_cluster_gives_what_one_machine_gives(class_waits, cluster, tmp_path, monkeypatch):
    """Every row, result and file is the same, though one worker is killed half way and the grader has no box."""
    monkeypatch.delenv("HOCVUSO_GRADEBOOK", raising=False)
    here = copy_of(class_waits, tmp_path / "here")
    hocvuso(here, "grade")
    there = copy_of(class_waits, tmp_path / "there")
    handed_in = waiting(there)
    grader = subprocess.Popen(
        command(there, "grade", "--scheduler", str(cluster.file)), env=without_a_box(tmp_path / "bin")
    )
    wait_for("half is graded", lambda: count(there) * 2 > len(handed_in), lambda: grader.poll() is None)
    cluster.workers[0].kill()
    assert grader.wait() == 0
    assert cluster.workers[1].poll() is None
    assert left_over(there) == []
    assert book_rows(in_file(there)) == book_rows(in_file(here))
    assert results(there) == results(here)
    assert contents(there) == contents(here)
    assert export(there) == export(here)
    check_evidence(there, handed_in, dict(logged(in_file(there), scores.c.submission, scores.c.receipt)))


def taken_from_labs(course: Places, root: Path, **sources: str) -> tuple[Places, list[Taken]]:
    """Submissions to the coding lesson, taken in: of each learner what stands for one of the solutions."""
    school = School(copy_of(course, root))
    solution = school.master(CODING).solutions[0].id
    for learner, source in sources.items():
        book = school.book(CODING, school.answers(CODING, "right"))
        notebook = school.solved(CODING, **{solution.replace("-", "_"): source})
        school.in_lab(learner, CODING, {f"{CODING}.ipynb": notebook, "answers.json": book})
    key = SiteKey.load_or_make(school.places.var / "grader")
    found = [take_in(one, key, START, f"id-{n}") for n, one in enumerate(find_waiting(school.places))]
    return school.places, found


def test_a_submission_that_no_worker_survives_harms_no_other(course, tmp_path):
    """It comes back as an error, and waits on; the next one is assessed by who is left."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    places, taken = taken_from_labs(course, tmp_path / "course", an=SLOW, binh="")
    assessor = Assessor(places)
    with (
        running_cluster(folder, workers=2, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0") as cluster,
        DaskPool(str(cluster.file)) as pool,
        Client(scheduler_file=str(cluster.file), set_as_default=False) as watcher,
        ThreadPoolExecutor(1) as thread,
    ):
        watcher.wait_for_workers(2)
        processes = watcher.run(os.getpid)
        under_way = thread.submit(lambda: list(pool.assess(assessor, taken[:1])))
        wait_for("a worker has it", lambda: any(watcher.processing().values()), lambda: not under_way.done())
        victim = next(worker for worker, tasks in watcher.processing().items() if tasks)
        next(worker for worker in cluster.workers if worker.pid == processes[victim]).kill()
        (lost,) = under_way.result()
        (found,) = pool.assess(assessor, taken[1:])
    assert isinstance(lost, SandboxError), lost
    assert told(found)[0] == "graded"


def test_a_lost_scheduler_is_told_and_found_again(course, cluster, tmp_path, monkeypatch):
    """What was under way is to be handed in again, by the same pool, when the scheduler is back."""
    places, taken = taken_from_labs(course, tmp_path / "course", an="", binh="")
    assessor = Assessor(places)
    with DaskPool(str(cluster.file)) as pool:
        wait_for("workers are there", lambda: knows(cluster, 2))
        before = list(pool.assess(assessor, taken))
        cluster.kill_scheduler()
        with monkeypatch.context() as hurried:
            hurried.setattr(dask_pool, "PATIENCE", 1)
            with pytest.raises((StorageError, SetupError)):
                list(pool.assess(assessor, taken))
        cluster.start()
        cluster.add_worker()
        wait_for("a worker is there", lambda: knows(cluster, 1))
        after = list(pool.assess(assessor, taken))
    assert [told(one) for one in after] == [told(one) for one in before]


def test_workers_of_no_use_are_told_by_name(cluster, tmp_path):
    """One with another version of hocvuso, one without a box: a sentence before anything is handed out."""
    wait_for("the first two are there", lambda: knows(cluster, 2))
    other = tmp_path / "other" / "hocvuso-9.9.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: hocvuso\nVersion: 9.9\n")
    worker = cluster.add_worker({"PYTHONPATH": str(other.parent)})
    wait_for("the third is there", lambda: knows(cluster, 3))
    with (
        DaskPool(str(cluster.file)) as pool,
        pytest.raises(SetupError, match=r"tcp://127\.0\.0\.1:\d+ có hocvuso 9\.9"),
    ):
        pool.check()
    worker.kill()
    cluster.add_worker({"PATH": without_a_box(tmp_path / "bin")["PATH"]})
    wait_for("it is gone, and another one there", lambda: worker.poll() is not None and knows(cluster, 3))
    with DaskPool(str(cluster.file)) as pool, pytest.raises(SetupError, match="bubblewrap"):
        pool.check()


def knows(cluster: Cluster, count: int) -> bool:
    """Whether the scheduler knows so many workers."""
    with Client(scheduler_file=str(cluster.file), set_as_default=False) as client:
        return len(client.nthreads()) == count


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "khong-co.json", "khong gian://x"])
def test_no_scheduler_is_a_sentence(address, monkeypatch):
    """A wrong address, a file that is not there: what to look at, and no traceback."""
    monkeypatch.setattr(dask_pool, "PATIENCE", 1)
    with DaskPool(address) as pool, pytest.raises(SetupError, match="bộ điều phối Dask"):
        pool.check()


def told(found: Assessment | Exception) -> tuple[object, ...]:
    """What an assessment says."""
    assert isinstance(found, Assessment), (found, vars(found))
    return found.state, found.scores, [reason.tell() for reason in found.reasons]
