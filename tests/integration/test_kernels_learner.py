"""The learner's process: its requests and replies, its forks, and how it ends."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from conftest import PATIENCE
from hocvuso.kernels.wire import Wire, WireClosed

FORKER = Path(__file__).parent / "kernels_forker.py"

pytestmark = pytest.mark.slow


def soon() -> float:
    return time.monotonic() + 120


@pytest.fixture(scope="module")
def forker():
    """A process that has imported everything, and forks."""
    ours, theirs = socket.socketpair()
    process = subprocess.Popen(
        [sys.executable, str(FORKER), str(theirs.fileno())],
        pass_fds=[theirs.fileno()],
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    theirs.close()
    # the wire is closed before the process is waited for: that is what it ends by, also when it was late to start
    with process, closing(Wire(ours)) as control:
        assert control.receive(time.monotonic() + PATIENCE)[0] == {"ready": True}
        yield control


class Learner:
    """A learner's process and what a test asks of it."""

    def __init__(self, forker: Wire):
        ours, theirs = socket.socketpair()
        forker.send({}, [theirs.fileno()])
        theirs.close()
        self.forker, self.wire = forker, Wire(ours)
        self.wires = [self.wire]

    def ask(self, **request):
        self.wire.send(request)
        return self.wire.receive(soon())[0]

    def run(self, source: str, seconds: float = 20) -> list[dict]:
        return self.ask(op="run", source=source, seconds=seconds)["outputs"]

    def fork(self) -> Learner:
        """The same, served by a fork."""
        ours, theirs = socket.socketpair()
        self.wire.send({"op": "fork"}, [theirs.fileno()])
        theirs.close()
        reply, _ = self.wire.receive(soon())
        assert reply == {"forked": True, "pid": reply["pid"]}
        copy = object.__new__(Learner)
        copy.wire, copy.wires = Wire(ours), self.wires
        self.wires.append(copy.wire)
        return copy

    def end(self) -> int:
        for wire in self.wires:
            wire.close()
        return self.forker.receive(soon())[0]["status"]


@pytest.fixture
def learner(forker):
    """A fresh learner's process; it ends well when nobody talks to it any more."""
    one = Learner(forker)
    yield one
    assert one.end() == 0


@pytest.fixture
def doomed(forker):
    """A learner's process that ends before its time."""
    one = Learner(forker)
    yield one
    one.end()


def text(outputs: list[dict]) -> str:
    """Plain results and streams, one after the other."""
    return "".join(o["text"] if o["output_type"] == "stream" else o["data"]["text/plain"] for o in outputs)


def errors(outputs: list[dict]) -> list[str]:
    return [o["ename"] for o in outputs if o["output_type"] == "error"]


def test_cells_share_a_namespace(learner):
    """What one cell makes the next one sees, and replies hold notebook outputs."""
    assert learner.ask(op="run", source="x = 3") == {"outputs": [], "earlier": {}, "ended": False}
    assert learner.run("x + 1") == [
        {"output_type": "execute_result", "data": {"text/plain": "4"}, "metadata": {}, "execution_count": 2}
    ]


def test_children_are_fresh(forker):
    """Nothing of one learner is in the next one's process; chance differs."""
    seen = []
    for _ in range(2):
        one = Learner(forker)
        assert errors(one.run("mine")) == ["NameError"]
        one.run("mine = 1; import sys; sys.mine = 1")
        seen.append(text(one.run("import random, numpy; random.random(), numpy.random.rand()")))
        assert one.end() == 0
    assert seen[0] != seen[1]


def test_a_later_cell_tells_what_it_changed_in_earlier_ones(learner):
    """Keys are the numbers of the runs; a blank cell counts."""
    learner.run("")
    learner.run("from IPython.display import display, update_display\ndisplay('a', display_id='d');")
    reply = learner.ask(op="run", source="update_display('b', display_id='d')")
    assert reply["outputs"] == []
    assert [o["data"]["text/plain"] for o in reply["earlier"]["1"]] == ["'b'"]


def test_a_fork_has_the_state_and_gives_none_back(learner):
    """Names, chance and history go into the fork; what happens there stays there."""
    learner.run("import random; random.seed(5); x = [1]")
    fork = learner.fork()
    there = text(fork.run("x.append(2); random.random(), x"))
    here = text(learner.run("random.random(), x + [2]"))
    assert there == here
    assert text(learner.run("x")) == "[1]"
    assert text(fork.run("len(In)")) == "4"


def test_a_fork_shows_what_goes_to_the_descriptors(learner):
    """Its standard output isn't its parent's."""
    fork = learner.fork()
    assert text(fork.run("import os; os.system('echo there');")) == "there\n"
    assert text(learner.run("print('here')")) == "here\n"
    assert learner.run("1;") == []


def test_forks_of_forks(learner):
    """The judge may fork a fork: variants of one test from one state."""
    fork = learner.fork()
    fork.run("x = 1")
    first, second = fork.fork(), fork.fork()
    assert text(first.run("x += 1; x")) == "2"
    assert text(second.run("x += 5; x")) == "6"


def test_threads_stay_behind(learner):
    """A thread of the learner doesn't survive into the fork, nor does the lock that it holds just then."""
    learner.run(
        "import os, sys, threading\ngo, held = threading.Event(), threading.Event()\n"
        "def hold():\n    go.wait()\n    with sys.stdout._buffer_lock:\n        held.set()\n"
        "        threading.Event().wait()\n"
        "threading.Thread(target=hold, daemon=True).start()\n"
        "os.register_at_fork(before=lambda: (go.set(), held.wait()))"
    )
    assert text(learner.fork().run("print(threading.active_count())")) == "1\n"


def test_timers_and_patches_do_not_reach_into_a_fork(learner):
    """A pending alarm is the parent's; a replaced os.fork isn't used."""
    learner.run(
        "import os, signal\nsignal.signal(signal.SIGALRM, lambda *a: print('ring'))\n"
        "signal.setitimer(signal.ITIMER_REAL, 30)\nos.fork = os.getpid = os._exit = os.close = lambda *a: 0\n"
        "os.register_at_fork(after_in_child=lambda: 1 / 0)"
    )
    fork = learner.fork()
    assert text(fork.run("signal.getitimer(signal.ITIMER_REAL)")) == "(0.0, 0.0)"


def test_forks_that_ended_leave_no_zombies(learner):
    """Hundreds of tests don't fill the table of processes."""
    for _ in range(3):
        fork = learner.fork()
        fork.wire.send({"op": "end"})
        with pytest.raises(WireClosed):
            fork.wire.receive(soon())
    count = (
        "import os, time\ndef zombies():\n    n = 0\n    for p in os.listdir('/proc'):\n        if p.isdigit():\n"
        "            try: s = open(f'/proc/{p}/stat').read().rsplit(')', 1)[1].split()\n"
        "            except OSError: continue\n            n += s[0] == 'Z' and s[1] == str(os.getpid())\n    return n"
    )
    learner.run(count)
    deadline = soon()
    while text(learner.run("zombies()")) != "0":
        assert time.monotonic() < deadline


def test_a_cell_that_forks_comes_back_once(learner):
    """The child that the code left running doesn't answer in our place; what it showed is kept."""
    outputs = learner.run(
        "import os\npid = os.fork()\nif pid: os.waitpid(pid, 0)\nprint('parent' if pid else 'child')"
    )
    assert sorted(text(outputs).split()) == ["child", "parent"]
    assert text(learner.run("1 + 1")) == "2"


def test_a_flood_is_stopped_and_said(learner):
    """Whatever road it takes, memory stays bounded, the cell ends with an error, and the next one works."""
    floods = [
        "while True: print('x' * 1000)",
        "while True:\n    try: print('x' * 1000)\n    except Exception: pass",
        "import sys\nwhile True: sys.stderr.write('lỗi ' * 100)",
        "from IPython.display import display, HTML\nwhile True: display(HTML('x' * 1000))",
        "print('x' * 50_000_000)",
        "'x' * 50_000_000",
        "import os\nos.system('head -c 50000000 /dev/zero')",
        "raise ValueError('x' * 50_000_000)",
        "for i in range(200):\n    get_ipython().showtraceback((ValueError, ValueError('x' * 50_000), None))",
    ]
    for flood in floods:
        outputs = learner.run(flood)
        assert "TooMuchOutput" in errors(outputs), flood
        assert sum(len(str(o)) for o in outputs) < 5_000_000
        assert text(learner.run("'fine'")) == "'fine'"


def test_clearing_gives_the_room_back(learner):
    """A progress display that clears itself may go on for long."""
    source = (
        "from IPython.display import clear_output\nfor i in range(200):\n    clear_output(wait=True)\n"
        "    print(str(i) * 20_000)"
    )
    outputs = learner.run(source)
    assert errors(outputs) == []
    assert text(outputs).startswith("199199")


def test_an_endless_cell_is_interrupted(learner):
    """After its CPU seconds; waiting costs none; swallowing the interrupt helps only for a moment."""
    assert errors(learner.run("while True: pass", seconds=0.3)) == ["KeyboardInterrupt", "CellTimeoutError"]
    assert learner.run("import time; time.sleep(0.5)", seconds=0.3) == []
    stubborn = (
        "n = 0\nwhile n < 2:\n    try:\n        for _ in iter(int, 1): pass\n"
        "    except KeyboardInterrupt: n += 1"
    )
    assert errors(learner.run(stubborn, seconds=0.3)) == ["CellTimeoutError"]
    assert text(learner.run("n")) == "2"


def test_exit_ends_the_process_after_its_reply(doomed):
    """As it ends a kernel."""
    reply = doomed.ask(op="run", source="print('last words')\nexit()")
    assert (text(reply["outputs"]), reply["ended"]) == ("last words\n", True)
    with pytest.raises(WireClosed):
        doomed.ask(op="run", source="1")


@pytest.mark.parametrize(
    "source",
    [
        "import os; os._exit(3)",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import os; os.closerange(0, 4096)",
    ],
)
def test_a_process_that_is_gone_closes_its_end(doomed, source):
    """The judge sees the end of the wire, not silence."""
    doomed.wire.send({"op": "run", "source": source})
    with pytest.raises(WireClosed):
        doomed.wire.receive(soon())


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"op": "run"},
        {"op": "fork"},
        {"op": ["?"]},
        {"op": "call"},
        {"op": "run", "source": "1", "seconds": "x"},
    ],
)
def test_a_malformed_request_gets_a_reply(learner, request_):
    """One reply for each request, also for a wrong one."""
    assert "failed" in learner.ask(**request_)
    assert text(learner.run("1")) == "1"


def test_a_probe_runs_where_cells_run(learner):
    """In their event loop, with their time limit, and what it shows comes back beside its reply."""
    learner.run(
        "import asyncio\ndef f():\n    print('called')\n    return asyncio.get_running_loop().is_running()"
    )
    reply = learner.ask(op="look", names=["f"])
    called = learner.ask(op="call", on=reply["names"]["f"], args=[], kwargs={})
    assert called["value"] is True
    assert text(called["outputs"]) == "called\n"
    learner.run("def g():\n    while True: pass")
    slow = learner.ask(
        op="call", on=learner.ask(op="look", names=["g"])["names"]["g"], args=[], kwargs={}, seconds=0.3
    )
    assert "KeyboardInterrupt" in str(slow)


def test_half_characters_are_shown_as_question_marks(learner):
    """What no notebook file could hold doesn't cost the cell its output."""
    assert text(learner.run("print('a\\ud800b')")) == "a?b\n"


def test_an_error_without_text_is_an_error(learner):
    """An exception whose own text can't be had shows as a kernel shows it (but for a frame of ours in between)."""
    source = "class E(Exception):\n    def __str__(self): raise RuntimeError('no')\nraise E"
    assert errors(learner.run(source)) == ["RuntimeError", "RuntimeError"]
    assert text(learner.run("1")) == "1"
