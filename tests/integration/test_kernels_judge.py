"""The judge gives honest code its points, and hostile code none, whatever it does to its own process."""

# ruff: noqa: E501, ISC004  (cells of code, as one text each)
from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from judge_cases import SQUARES, graded, lesson, scores

from hocvuso.grading.code_runner import CodeRunner

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def runner() -> Iterator[CodeRunner]:
    """One zygote for all; chance is fixed, so that a failure comes again."""
    limits = {"seconds": 2, "stall_seconds": 8, "wall_seconds": 120}
    with CodeRunner(None, chance=random.Random(5), limits=limits) as made:
        yield made


def test_the_authors_solution_gets_all_points_and_each_test_its_mode(runner):
    """What can be judged from outside is; a test that looks at the source is judged inside."""
    assert runner.plan(SQUARES.code_cells).modes == {
        "thu-1": "outside", "thu-2": "outside", "thu-3": "outside", "thu-4": "outside", "thu-5": "inside",
    }  # fmt: skip
    assert graded(runner, SQUARES) == {
        "thu-1": (2.0, ""), "thu-2": (2.0, ""), "thu-3": (1.0, ""), "thu-4": (2.0, ""), "thu-5": (2.0, ""),
    }  # fmt: skip


def test_other_honest_code_is_graded_on_what_it_does(runner):
    """Another right way gets all, a wrong function loses its own tests only."""
    other = "import numpy as np\ndef binh_phuong(n):\n    return list(map(int, np.arange(1, n + 1) ** 2))"
    assert graded(runner, SQUARES, **{"binh-phuong": other})["thu-1"] == (2.0, "")
    wrong = graded(runner, SQUARES, tong="def tong(n):\n    return sum(binh_phuong(n)) + 1")
    assert [wrong[f"thu-{i}"][0] for i in range(1, 6)] == [2.0, 0.0, 1.0, 2.0, 2.0]
    unused = graded(runner, SQUARES, tong="def tong(n):\n    return n * (n + 1) * (2 * n + 1) // 6")
    assert [unused[f"thu-{i}"][0] for i in (2, 3)] == [2.0, 0.0]


RICH = lesson(
    (
        "solution",
        "lop",
        """
import numpy as np
from collections import Counter

class LoiRut(ValueError):
    def __init__(self, so):
        super().__init__(f"thieu {so}")
        self.so = so

class TaiKhoan:
    def __init__(self, so_du=0):
        self.so_du = so_du
    def rut(self, so):
        if so > self.so_du:
            raise LoiRut(so)
        self.so_du -= so
        return self.so_du

def them(ds, x):
    ds.append(x)
    return ds

def dem():
    n = 0
    while True:
        yield n
        n += 1

def ap_dung(ham, ds):
    return [ham(x) for x in ds]

def nhan(k):
    return lambda x: k * x

def in_ra():
    print("xin chao")

def tu_dien(chu):
    return Counter(chu)

dem_goi = 0
def goi():
    global dem_goi
    dem_goi += 1

def trung_binh(ds):
    return np.mean(ds)
""",
        0,
    ),
    (
        "test",
        "lop-1",
        "t = TaiKhoan(10)\nassert t.rut(3) == 7 and t.so_du == 7\nassert isinstance(t, TaiKhoan)",
        1,
    ),
    (
        "test",
        "loi-1",
        "try:\n    TaiKhoan(1).rut(5)\nexcept LoiRut as loi:\n    assert str(loi) == 'thieu 5' and loi.so == 5\n"
        "else:\n    raise AssertionError\ntry:\n    TaiKhoan(1).rut(5)\nexcept ValueError:\n    pass",
        1,
    ),
    ("test", "tai-cho", "ds = [1]\nassert them(ds, 2) is ds\nassert ds == [1, 2]", 1),
    ("test", "sinh", "d = dem()\nassert [next(d) for _ in range(3)] == [0, 1, 2]", 1),
    ("test", "ham", "assert ap_dung(lambda x: x + 1, [1, 2]) == [2, 3]\nassert nhan(3)(4) == 12", 1),
    (
        "test",
        "in",
        "import io, contextlib\nra = io.StringIO()\nwith contextlib.redirect_stdout(ra):\n    in_ra()\n"
        "assert ra.getvalue() == 'xin chao\\n'",
        1,
    ),
    ("test", "dem-chu", "assert tu_dien('aab') == Counter('aab') == {'a': 2, 'b': 1}", 1),
    ("test", "toan-cuc", "goi()\ngoi()\nassert dem_goi == 2", 1),
    (
        "test",
        "so",
        "assert np.isclose(trung_binh([1, 2]), 1.5)\nassert abs(trung_binh([0, 1]) - 0.5) < 1e-9",
        1,
    ),
    (
        "test",
        "tung-phan",
        "diem = 0\nif nhan(2)(2) == 4:\n    diem += 1\nif nhan(3)(3) == 9:\n    diem += 1\ndiem",
        2,
    ),
)


def test_classes_errors_generators_callbacks_and_prints_are_judged_from_outside(runner):
    """What a course asks for works through the proxies, with partial credit and changes in place."""
    assert set(runner.plan(RICH.code_cells).modes.values()) == {"outside"}
    given = graded(runner, RICH)
    assert all(score == cell.points for cell, (score, _) in zip(RICH.tests, given.values(), strict=True)), (
        given
    )


def test_partial_credit_and_stderr_count_as_with_nbgrader(runner):
    """A number below the points is the score; a warning of the learner's function is 0."""
    source = RICH.solutions[0].source
    half = source.replace("lambda x: k * x", "lambda x: k + x")
    warned = source.replace('print("xin chao")', 'import warnings; warnings.warn("x"); print("xin chao")')
    assert graded(runner, RICH, lop=half)["tung-phan"] == (1.0, "")
    assert graded(runner, RICH, lop=warned)["in"] == (0.0, "")


TRAP = lesson(
    (
        "solution",
        "thu-vien",
        "import math\nimport numpy as np\nimport numpy.testing as nt\nimport pandas as pd",
        0,
    ),
    ("solution", "f", "def f(n):\n    return n * 70001 + 30011", 0),
    ("test", "bang", "assert f(5) == 380016\nassert f(0) == 30011", 1),
    ("test", "gan", "assert math.isclose(f(5), 380016)", 1),
    ("test", "nt", "nt.assert_allclose(f(2), 170013, rtol=0)\nnt.assert_equal(f(1), 100012)", 1),
    ("test", "hieu", "assert abs(f(4) - 310015) < 0.5\nassert f(4) != 5", 1),
    ("test", "khung", "assert pd.DataFrame({'a': [f(1)]}).equals(pd.DataFrame({'a': [100012]}))", 1),
    (
        "solution",
        "g",
        "def g(n):\n    if n < 0:\n        raise ValueError(n)\n    return pd.Series([n, n + 1])",
        0,
    ),
    ("test", "loi", "try:\n    g(-1)\nexcept Exception:\n    pass\nelse:\n    raise AssertionError", 1),
    ("test", "day", "assert g(4).equals(pd.Series([4, 5]))", 1),
    (
        "test",
        "trong",
        "import inspect\nassert inspect.isfunction(f)\nassert f(6) == 450017\nassert f(3) == 240014",
        1,
    ),
)
F_TESTS = ("bang", "gan", "nt", "hieu", "khung", "trong")

EQUAL = """
class BangHet:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
    def __sub__(self, other): return 0
    __rsub__ = __sub__
    def __abs__(self): return 0
    def __bool__(self): return True
    def __contains__(self, other): return True
    def __getattr__(self, name): return lambda *a, **k: True
    __hash__ = None
"""
ATTACKS = {
    "an object that is equal to everything": EQUAL + "def f(n): return BangHet()",
    "a number that is equal to everything": "class S(int):\n    def __eq__(s, o): return True\n    def __sub__(s, o): "
    "return 0\n    __rsub__ = __sub__\n    def __float__(s): return 380016.0\n    __hash__ = int.__hash__\n"
    "def f(n): return S(0)",
    "an array that is equal to everything": "class M(np.ndarray):\n    def __eq__(s, o): return True\n"
    "    def __array_ufunc__(s, *a, **k): return True\ndef f(n): return np.zeros(1).view(M)",
    "asserts are transformed away": "import ast\nfrom IPython import get_ipython\nclass T(ast.NodeTransformer):\n"
    "    def visit_Assert(self, n): return ast.copy_location(ast.Pass(), n)\n"
    "get_ipython().ast_transformers.append(T())\ndef f(n): return 0",
    "input is transformed away": "from IPython import get_ipython\n"
    "get_ipython().input_transformers_post.append(lambda lines: ['pass\\n'])\ndef f(n): return 0",
    "what a cell runs is replaced": "from IPython import get_ipython\nlop = type(get_ipython())\n"
    "async def nothing(*a, **k): return False\nlop.run_code = nothing\ndef f(n): return 0",
    "helpers are patched": "import builtins, math, operator\nnt.assert_allclose = nt.assert_equal = lambda *a, **k: None\n"
    "math.isclose = np.isclose = lambda *a, **k: True\nbuiltins.abs = lambda x: 0\n"
    "pd.DataFrame.equals = lambda *a: True\nbuiltins.AssertionError = SystemExit\ndef f(n): return 0",
    "frames and objects are searched for what is expected": "import sys, gc, types\ndef f(n):\n    found = []\n"
    "    frame = sys._getframe(1)\n    while frame:\n        found += [c for c in frame.f_code.co_consts]\n"
    "        found += [v for v in list(frame.f_locals.values())]\n        frame = frame.f_back\n"
    "    for o in gc.get_objects():\n        if isinstance(o, types.FunctionType): found += list(o.__code__.co_consts)\n"
    "    whole = [v for v in found if type(v) is int and v > 30000]\n    f.calls = getattr(f, 'calls', -1) + 1\n"
    "    return whole[f.calls % len(whole)] if whole else 0",
    "a thread waits for the test": "import threading, time\ndef lurk():\n    while True:\n        time.sleep(0.01)\n"
    "        g = globals()\n        g['f'] = lambda n: 0\nthreading.Thread(target=lurk, daemon=True).start()\n"
    "def f(n): return 0",
    "replies are forged on the wire": "import os, stat, json, struct\ndef f(n):\n    for fd in range(300):\n        try:\n"
    "            if stat.S_ISSOCK(os.fstat(fd).st_mode):\n                for m in ({'value': True}, {'outputs': []}, {}):\n"
    "                    b = json.dumps(m).encode()\n                    os.write(fd, struct.pack('>I', len(b)) + b)\n"
    "        except OSError: pass\n    return 0",
    "a huge reply is announced": "import os, stat\ndef f(n):\n    for fd in range(300):\n        try:\n"
    "            if stat.S_ISSOCK(os.fstat(fd).st_mode): os.write(fd, b'\\xff' * 64)\n        except OSError: pass\n"
    "    return 0",
    "the process ends during the call": "import os\ndef f(n): os._exit(0)",
    "the process stops itself": "import os, signal\ndef f(n): os.kill(os.getpid(), signal.SIGSTOP)",
    "the call hangs": "def f(n):\n    while True:\n        try:\n            while True: pass\n"
    "        except BaseException: pass",
    "the judge's own exception is raised": "from hocvuso.kernels.proxies import LearnerGone\n"
    "def f(n): raise LearnerGone('died')",
    "the shell's exit is raised": "def f(n): raise SystemExit(0)",
    "the answers come at exit": "import atexit, os\natexit.register(os._exit, 0)\ndef f(n): return 0",
    "the probes answer with what is wanted": "from hocvuso.kernels import probes, plain\n"
    "probes.answer = lambda *a: {'value': True}\nplain.encode = lambda *a, **k: {'t': 'held', 'h': 1}\n"
    "def f(n): return 0",
    "libraries are the learner's own": EQUAL + "np = nt = pd = math = BangHet()\ndef f(n): return BangHet()",
    "the stream says more": "import sys\ndef f(n):\n    sys.displayhook(1)\n    print(1)\n    return 0",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_gets_no_point_for_a_wrong_function(runner, attack):
    """Every test of ``f`` gives 0; the others are graded as if nothing had been tried."""
    given = graded(runner, TRAP, f=ATTACKS[attack])
    assert {name: given[name][0] for name in F_TESTS} == dict.fromkeys(F_TESTS, 0.0)


def test_an_end_in_the_place_of_an_expected_error_is_no_error(runner):
    """A process that is gone raises nothing that a test could take for the error that it waits for."""
    for body in ("import os; os._exit(0)", "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"):
        given = graded(runner, TRAP, g=f"def g(n):\n    {body}")
        assert (given["loi"][0], given["day"][0], given["bang"][0]) == (0.0, 0.0, 1.0)


def test_a_fake_table_has_no_method_that_says_equal(runner):
    """Where the author's solution returns a table, an object of the learner's has no methods at all."""
    given = graded(runner, TRAP, g=EQUAL + "def g(n):\n    if n < 0: raise ValueError\n    return BangHet()")
    assert (given["loi"][0], given["day"][0]) == (1.0, 0.0)


def test_meddling_with_an_inside_test_is_named(runner):
    """Points that the answers don't allow, or machinery that was changed, stand with the score."""
    part = scores(runner, TRAP, {"f": ATTACKS["asserts are transformed away"]})[-1]
    assert (part.mode, part.score, part.state) == ("inside", 0.0, "wrong")
    assert part.tampered == "check"
    assert "can thiệp" in part.notes[0][0]


def test_recorded_answers_are_judged_again_by_a_corrected_test(runner):
    """No learner code runs; a test that asks more than it got to then says that the record doesn't suffice."""
    off_by_one = TRAP.solutions[1].source.replace("30011", "40011")
    records = {part.cell.id: part.record for part in scores(runner, TRAP, {"f": off_by_one}) if part.record}
    other = [
        ("bang", "assert f(5) == 390016", 1),
        ("nt", "nt.assert_allclose(f(2), 180013, rtol=0)\nnt.assert_equal(f(1), 110012)", 1),
    ]
    cells = [(c.role, c.id, c.source, c.points) for c in TRAP.code_cells]
    for name, source, points in other:
        place = next(i for i, cell in enumerate(cells) if cell[1] == name)
        cells[place] = ("test", name, source, points)
    place = next(i for i, cell in enumerate(cells) if cell[1] == "f")
    cells[place] = ("solution", "f", off_by_one, 0)
    corrected = lesson(*cells)
    outcome = runner.replay(corrected.code_cells, records)
    runs = {cell.id: run for cell, run in zip(corrected.code_cells, outcome.cells, strict=True)}
    assert outcome.state == "ok", outcome.detail
    assert (runs["bang"].unknown, runs["bang"].outputs) == (False, ())
    assert runs["nt"].unknown
    assert runs["trong"].unknown


def test_a_master_without_solutions_is_judged_inside(runner):
    """Nothing can be tried out there; each test has a canary beside it."""
    bare = lesson(("solution", "f", "raise NotImplementedError", 0), ("test", "t", "assert f(1) == 2", 1))
    assert runner.plan(bare.code_cells).modes == {"t": "inside"}
    assert graded(runner, bare, f="def f(n):\n    return n + 1") == {"t": (1.0, "")}
    hostile = "import ast\nfrom IPython import get_ipython\nclass T(ast.NodeTransformer):\n    def visit_Assert(s, n): "
    hostile += "return ast.copy_location(ast.Pass(), n)\nget_ipython().ast_transformers.append(T())"
    assert graded(runner, bare, f=hostile)["t"][0] == 0.0


def test_imports_of_a_test_are_there_for_later_cells(runner):
    """A learner who wrote on after the test, as in a notebook, finds its imports."""
    chained = lesson(
        ("solution", "f", "def f(x):\n    return x", 0),
        ("test", "t1", "import statistics as st\nassert f(1) == 1", 1),
        ("solution", "g", "def g(ds):\n    return st.mean(ds)", 0),
        ("test", "t2", "assert g([1, 3]) == 2", 1),
    )
    assert graded(runner, chained) == {"t1": (1.0, ""), "t2": (1.0, "")}


def test_plans_are_kept_and_read_back(runner, tmp_path):
    """What was found out once is not found out again; a damaged plan is."""
    with CodeRunner(tmp_path) as first:
        found = first.plan(SQUARES.code_cells)
    (kept,) = tmp_path.iterdir()
    with CodeRunner(tmp_path) as second:
        assert second.plan(SQUARES.code_cells) == found
    kept.write_text("{", encoding="utf-8")
    with CodeRunner(tmp_path) as third:
        assert third.plan(SQUARES.code_cells).modes == found.modes


HELPED = lesson(
    ("setup", "giup", "kho = []\nraise_me = 1\ndef dung(x, y):\n    assert x == y", 0),
    ("solution", "f", "def f(n):\n    return n + 1\nkho.append(f(1))", 0),
    ("setup", "sau", "ket_qua = f(10)\ndef so(x):\n    assert x == 11", 0),
    ("test", "t-1", "dung(f(2), 3)", 1),
    ("test", "t-2", "assert kho == [2]", 1),
    ("test", "t-3", "so(ket_qua)", 1),
)


def test_helpers_of_the_author_are_never_the_learners(runner):
    """A helper in a setup cell is the judge's; what came of the learner's code is taken as plain data."""
    assert set(runner.plan(HELPED.code_cells).modes.values()) == {"outside"}
    assert [score for score, _ in graded(runner, HELPED).values()] == [1.0, 1.0, 1.0]
    hostile = "def f(n):\n    return 0\ndef dung(x, y): pass\nso = dung\nclass K(list):\n    def __eq__(s, o): return True\nkho = K()"
    assert [score for score, _ in graded(runner, HELPED, f=hostile).values()] == [0.0, 0.0, 0.0]


LIBRARYS = {
    "import": ("from math import isclose, sqrt", "assert isclose(sqrt(9), 3)", "isclose = sqrt = max"),
    "alias": ("import math as m", "assert m.floor(2.5) == 2", "m = None"),
    "function": ("import math\nf = math.sqrt", "assert f(4) == 2", "f = abs"),
    "builtin": ("best = max", "assert best([1, 5, 2]) == 5", "best = min"),
    "class": ("import collections\nC = collections.Counter", "assert C('aab')['a'] == 2", "C = list"),
    "wrapped": (
        "import functools, statistics\n@functools.wraps(statistics.mean)\ndef avg(v):\n    return statistics.mean(v)",
        "assert avg([1, 3]) == 2",
        "def avg(v):\n    return 7",
    ),
    "star": ("from math import *", "assert floor(2.5) == 2", "def floor(x):\n    return 9"),
    "method": ("import random\ndraw = random.randrange", "assert draw(1) == 0", "draw = abs"),
    "pandas": (
        "import pandas as pd\nread = pd.read_csv",
        "import io\nassert len(read(io.StringIO('a\\n1'))) == 1",
        "read = len",
    ),
}


@pytest.mark.parametrize("case", LIBRARYS)
def test_what_is_to_be_imported_must_be_imported(runner, case):
    """A learner's name that should hold something of a library's holds what the learner gave it, or nothing."""
    right, test, wrong = LIBRARYS[case]
    master = lesson(
        ("solution", "s", right, 0),
        ("test", "t", test + "\n### BEGIN HIDDEN TESTS\n" + test + "\n### END HIDDEN TESTS", 2),
    )
    assert graded(runner, master) == {"t": (2, "")}
    for answer in ("", "# not done", wrong):
        assert graded(runner, master, s=answer) == {"t": (0, "")}, answer


@pytest.mark.parametrize(
    ("solution", "test"),
    [
        ("import types\nm = types.ModuleType('cfg')\nm.a = 1", "assert m.a == 1"),
        ("import sys, types\nm = sys.modules['xa'] = types.ModuleType('xa')\nm.a = 1", "assert m.a == 1"),
        ("open('mau.py', 'w').write('x = 1')\nimport mau", "assert mau.x == 1"),
    ],
)
def test_a_module_that_only_the_learners_process_has(runner, solution, test):
    """One that was made or written there is used there."""
    master = lesson(("solution", "s", solution, 0), ("test", "t", test, 2))
    assert graded(runner, master) == {"t": (2, "")}
    assert graded(runner, master, s=solution.replace("1", "2")) == {"t": (0, "")}
    assert graded(runner, master, s="") == {"t": (0, "")}


def test_a_function_that_takes_too_long_is_shown_as_that(runner):
    """The interrupt and the time limit, as nbgrader shows them; the next test is judged as ever."""
    master = lesson(
        ("solution", "s", "def f():\n    return 1", 0),
        ("test", "t", "assert f() == 1", 2),
        ("test", "u", "assert 1 == 1", 1),
    )
    found = {part.cell.id: part for part in scores(runner, master, {"s": "def f():\n    while True: pass"})}
    assert (found["t"].score, found["u"].score) == (0, 1)
    assert found["t"].outputs[-1]["ename"] == "CellTimeoutError"


def test_what_a_test_compares_with_can_not_be_replaced(runner):
    """Where the author's own cell imports it: the learner's counts, but not beyond what the library's own gives."""
    master = lesson(
        ("solution", "s", "from math import isclose, sqrt\ndef f(x):\n    return sqrt(x)", 0),
        ("test", "t", "assert isclose(f(4), 2)", 2),
        ("test", "u", "assert sqrt(9) == 3", 1),
    )
    assert graded(runner, master) == {"t": (2, ""), "u": (1, "")}
    for honest in (
        "from numpy import isclose, sqrt\ndef f(x):\n    return x ** 0.5",
        "def sqrt(x):\n    return x ** 0.5\ndef isclose(a, b):\n    return abs(a - b) < 1e-9\nf = sqrt",
    ):
        assert graded(runner, master, s=honest) == {"t": (2, ""), "u": (1, "")}
    for hostile in (
        "def isclose(*_):\n    return True\ndef f(x):\n    return 0\nsqrt = f",
        "from operator import or_ as isclose\ndef f(x):\n    return 0\nsqrt = f",
        # ends, or never answers, when it is asked for the second time
        "def isclose(*_):\n    return True\nasked = []\ndef f(x):\n    asked.append(x)\n    if len(asked) > 1:\n"
        "        import os\n        os._exit(1)\n    return 0\nsqrt = f",
        "def isclose(*_):\n    return True\nasked = []\ndef f(x):\n    asked.append(x)\n"
        "    while len(asked) > 1:\n        pass\n    return 0\nsqrt = f",
    ):
        assert graded(runner, master, s=hostile) == {"t": (0, "own"), "u": (0, "")}
