"""Plain data goes over and comes back the same; hostile JSON builds nothing but plain data."""

from __future__ import annotations

import collections
import contextlib
import datetime as dt
import decimal
import enum
import fractions
import json
import math
import random
import zoneinfo
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hocvuso.kernels.plain import decode, encode
from hocvuso.kernels.plain_json import PlainError, TooLarge


def over(value: object) -> Any:
    """``value`` as it comes out at the other end: through JSON text, as the wire sends it."""
    return decode(json.loads(json.dumps(encode(value), allow_nan=False)))


def same(left: Any, right: Any) -> bool:  # noqa: C901, PLR0911  (a case for each kind of value)
    """Equal, of equal types all the way down; nan is itself."""
    if type(left) is not type(right):
        return False
    if isinstance(left, np.ndarray):
        return left.dtype == right.dtype and left.shape == right.shape and same(left.tolist(), right.tolist())
    if isinstance(left, pd.DataFrame):
        pd.testing.assert_frame_equal(left, right, check_freq=True)
        return True
    if isinstance(left, pd.Series):
        pd.testing.assert_series_equal(left, right, check_freq=True)
        return True
    if isinstance(left, pd.Index):
        pd.testing.assert_index_equal(left, right, exact=True)
        return True
    if isinstance(left, dict):
        return same(list(left.items()), list(right.items()))
    if isinstance(left, list | tuple | collections.deque):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, set | frozenset):
        return same(sorted(left, key=repr), sorted(right, key=repr))
    if isinstance(left, float | np.floating) and math.isnan(left):
        return math.isnan(right)
    if left is pd.NaT or left is pd.NA:
        return left is right
    return repr(left) == repr(right) and (
        left == right or isinstance(left, type({}.values()) | decimal.Decimal)
    )


HANOI = zoneinfo.ZoneInfo("Asia/Ho_Chi_Minh")
DAY = dt.datetime(2026, 11, 21, 8, 30, 15, 123456)  # noqa: DTZ001  (a moment without a zone is a case)
VALUES = [
    None, True, False, 0, -7, 1 << 60, -(1 << 5000), 0.1, -0.0, math.nan, math.inf, -math.inf, 1e308, 3 + 4j,
    "", "chữ Việt", "\ud800 half", "\x00", b"", b"\xff\x00", bytearray(b"ab"),
    [], [1, [2, []]], (), (1, ("a",)), set(), {1, "a", (2, 3)}, frozenset({1}), {}, {1: "a", (1, 2): [3], None: {}},
    {"t": "ref", "h": 1}, range(3, 9, 2), slice(None, 4), ..., NotImplemented, int, ValueError, type(None),
    collections.OrderedDict(b=1, a=2), collections.Counter("aab"), collections.deque([1, 2], 3),
    {"a": 1}.keys(), {"a": 1}.items(), {"a": 1}.values(),
    decimal.Decimal("1.50"), decimal.Decimal("NaN"), fractions.Fraction(2, 6),
    dt.date(2026, 1, 2), dt.time(3, 4, tzinfo=dt.UTC), DAY, DAY.replace(tzinfo=HANOI, fold=1),
    dt.timedelta(days=-1, microseconds=3), dt.timezone(dt.timedelta(hours=7)), HANOI,
    np.int64(3), np.float32(0.5), np.bool_(True), np.str_("ă"), np.datetime64("2026-01-02"), np.float64("nan"),
    np.dtype("f8"), np.dtype(object), np.int8, np.arange(6).reshape(2, 3), np.array(["a", "bc"]), np.zeros((0, 3)),
    np.array([1.5, np.nan]), np.array([True, False]), np.array([{"a": 1}, None], dtype=object), np.array(5),
    np.array([1 + 2j]), np.array(["2026-01-02"], dtype="M8[s]"), np.array([b"a"]), np.array([1, 2], dtype=">i4"),
    pd.NaT, pd.NA, pd.Timestamp(DAY), pd.Timestamp(DAY, tz="Asia/Ho_Chi_Minh"), pd.Timedelta("3 days"),
    pd.Period("2026-03", freq="M"), pd.Interval(0, 2, closed="left"),
    pd.Series([1, 2], index=["a", "b"], name="s"), pd.Series(["a", None]), pd.Series([1, None], dtype="Int64"),
    pd.Series([True, None], dtype="boolean"), pd.Series(["a", "b", "a"], dtype="category"),
    pd.Series(pd.date_range("2026-01-01", periods=3, tz="Asia/Ho_Chi_Minh")), pd.Series([[1], "a", 2.5]),
    pd.Series([], dtype="float64"), pd.Series(["a"], dtype="string"), pd.Series([3], index=pd.Index([1.5], name="i")),
    pd.Series(pd.period_range("2026-01", periods=2, freq="M")), pd.Series([pd.Timedelta("1s"), pd.NaT]),
    pd.Index(["a", "b"], name="n"), pd.RangeIndex(1, 9, 2, name="r"), pd.date_range("2026-01-01", periods=3, freq="D"),
    pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["x", None]), pd.Index([1, "a"], dtype=object),
    pd.IntervalIndex.from_breaks([0, 1, 2]), pd.CategoricalIndex(["a", "b"]), pd.PeriodIndex(["2026-01"], freq="M"),
    pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": [0.5, np.nan]}, index=["u", "v"]), pd.DataFrame(),
    pd.DataFrame({"a": [1]}).iloc[:0], pd.DataFrame(index=[1, 2]), pd.DataFrame([[1, 2]], columns=["a", "a"]),
    pd.DataFrame({"g": list("aab"), "n": [1, 2, 3]}).groupby("g").agg({"n": ["sum", "max"]}),
    pd.DataFrame({"n": [1, 7]}).assign(b=lambda f: pd.cut(f["n"], [0, 5, 9])),
    pd.DataFrame({"d": pd.to_datetime(["2026-01-02", None])}),
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=lambda v: f"{type(v).__name__}")
def test_a_plain_value_comes_back_the_same(value: object):
    """Value and exact type survive, and the second form is the first: changes can be found by comparing."""
    assert same(over(value), value)
    assert encode(over(value)) == encode(value)


def grown(chance: random.Random, depth: int) -> Any:
    """A random value of nested plain parts."""
    if depth == 0 or chance.random() < 0.3:
        return chance.choice(
            [
                None,
                True,
                chance.randint(-(10**20), 10**20),
                chance.gauss(0, 1e6),
                chance.choice("aăâ😀\ud801"),
                b"x",
            ]
        )
    size = chance.randint(0, 4)
    parts = [grown(chance, depth - 1) for _ in range(size)]
    keys = [
        chance.choice([chance.randint(0, 99), str(chance.random()), (1, chance.random())])
        for _ in range(size)
    ]
    frame = pd.DataFrame({f"c{i}": [chance.random(), chance.random()] for i in range(size)})
    return chance.choice([parts, tuple(parts), dict(zip(keys, parts, strict=True)), set(keys), frame])


@pytest.mark.parametrize("seed", range(60))
def test_grown_values_come_back_the_same(seed: int):
    """What holds for each type holds for what is made of them."""
    value = grown(random.Random(seed), 5)
    assert same(over(value), value)


class AlwaysEqual(int):
    """Says that it is whatever it is compared with."""

    def __eq__(self, other: object) -> bool:
        return True

    def __pos__(self) -> int:
        return 42

    __hash__ = int.__hash__


class ManyFaced(dict):
    """Shows other things than it holds."""

    def items(self):
        return [("a", "forged")]

    __iter__ = __len__ = None


def test_a_subclass_of_a_builtin_is_reduced_to_the_builtins_own_data():
    """No method of the subclass is asked."""
    assert type(over(AlwaysEqual(3))) is int
    assert over(AlwaysEqual(3)) == 3
    assert over(ManyFaced(a=1)) == {"a": 1}
    assert over([AlwaysEqual(3)]) != [4]


class Opaque:
    """Has no plain form."""


class Colour(enum.Enum):
    """No subclass of a builtin."""

    RED = 1


@pytest.mark.parametrize(
    "value", [Opaque(), Opaque, len, lambda: 1, Colour.RED, iter([]), object(), [Opaque()], math]
)
def test_what_is_not_plain_needs_someone_to_stand_for_it(value: object):
    """Without ``refer`` it is an error, with it a reference takes its place."""
    with pytest.raises(PlainError):
        encode(value)
    assert "ref" in json.dumps(encode(value, lambda _: {"t": "ref"}))


def test_a_value_that_holds_itself_is_not_plain():
    """It ends, and says so."""
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(PlainError):
        encode(loop)


def test_a_value_above_the_budget_is_refused_before_it_is_written_out():
    """The error is told apart: the value is plain, only large."""
    for large in ([0] * 1_000_000, "x" * 9_000_000, np.zeros(2_000_000), 1 << 10_000_000):
        with pytest.raises(TooLarge):
            encode(large, budget=5_000_000)


HOSTILE = [
    {}, {"t": None}, {"t": []}, {"t": "nothing"}, {"t": "np"}, {"t": "ref", "h": 1}, {"t": "dict", "v": 3},
    {"t": "dict", "v": [[1]]}, {"t": "dict", "v": [[[], 1]]}, {"t": "set", "v": [[1]]}, {"t": "set", "v": {"t": "set"}},
    {"t": "int", "v": "0x" + "f" * 2_000_000}, {"t": "int", "v": 3}, {"t": "int", "v": "print"},
    {"t": "range", "v": [0, 1 << 80, 1]}, {"t": "range", "v": [0, 1, 0]}, {"t": "range", "v": ["0"]},
    {"t": "float", "v": "1e5"}, {"t": "float", "v": ["nan"]}, {"t": "bytes", "v": "%"}, {"t": "bytes", "v": "ă"},
    {"t": "type", "v": "eval"}, {"t": "type", "v": "__import__"}, {"t": "type", "v": ["int"]},
    {"t": "nptype", "v": "load"}, {"t": "nptype", "v": "testing"}, {"t": "nptype", "v": "memmap"},
    {"t": "npdtype", "v": "i4,i4"}, {"t": "npdtype", "v": "(1000000000,)i4"}, {"t": "npdtype", "v": {"a": 1}},
    {"t": "np", "d": "|O", "s": [1], "v": "AAAAAAAAAAA="}, {"t": "np", "d": "O", "s": [1], "v": "AAAAAAAAAAA="},
    {"t": "np", "d": "<i8", "s": [1 << 39], "v": ""}, {"t": "np", "d": "<i8", "s": [-1], "v": "AAAAAAAAAAA="},
    {"t": "np", "d": "<i8", "s": [1.0], "v": "AAAAAAAAAAA="}, {"t": "np", "d": "<i8", "s": 1, "v": "AAAAAAAAAAA="},
    {"t": "np", "d": "<U1", "s": [1], "v": "/////w=="}, {"t": "np", "d": "|b1", "s": [1], "v": "Bw=="},
    {"t": "np", "d": "<U0", "s": [1 << 40], "v": ""}, {"t": "np", "d": "|V8", "s": [1], "v": "AAAAAAAAAAA="},
    {"t": "np", "d": "<U999999999", "s": [1], "v": ""}, {"t": "npobj", "s": [5], "v": [1]},
    {"t": "npobj", "s": [1 << 40, 1 << 40], "v": []}, {"t": "pdseries", "n": None, "i": [1], "v": [1]},
    {"t": "pdseries", "n": None, "i": {"t": "pdrange", "v": [0, 1 << 40, 1], "n": None}, "v": [1]},
    {"t": "pdframe", "i": {"t": "pdrange", "v": [0, 5, 1], "n": None}, "c": {"t": "pdrange", "v": [0, 1, 1], "n": None},
     "v": [{"t": "np", "d": "<i8", "s": [1], "v": "AAAAAAAAAAA="}]},
    {"t": "pdmulti", "l": [], "c": [], "n": []}, {"t": "pdcat", "v": [1], "c": [1], "o": True},
    {"t": "pdmask", "d": "object", "v": [1], "m": [1]}, {"t": "pdstr", "d": "nan", "v": [1]},
    {"t": "pdperiod", "f": "os.system", "v": 1}, {"t": "pdtz", "u": "ns", "v": [1], "z": "../../etc/passwd"},
    {"t": "zone", "v": "/etc/localtime"}, {"t": "zone", "v": "Asia"}, {"t": "zone", "v": [99, 0, 0]},
    {"t": "datetime", "v": "yesterday", "z": None}, {"t": "decimal", "v": "9" * 200_000}, {"t": "decimal", "v": "x"},
    {"t": "fraction", "v": [1, 0]}, {"t": "timedelta", "v": [10**17, 0, 0]}, {"t": "deque", "v": [], "n": -1},
    {"t": "sub", "v": 1, "r": 1}, {"t": "sub", "v": 1, "r": {"t": "ref"}}, {"t": "slice", "v": [1, 2, 3, 4]},
    {"t": "complex", "v": ["1"]}, {"t": "str", "v": "AA=="}, {"t": "pdinterval", "v": [2, 1], "c": "left"},
]  # fmt: skip


@pytest.mark.parametrize("record", HOSTILE, ids=lambda r: json.dumps(r)[:60])
@pytest.mark.parametrize("inside", [False, True])
def test_hostile_json_is_refused(record: Any, inside: bool):  # noqa: FBT001
    """One kind of error, whatever is wrong, at any depth."""
    with pytest.raises(PlainError):
        decode([{"t": "tuple", "v": [record]}] if inside else record)


def test_json_nested_without_end_is_refused():
    """Long before Python's own recursion ends."""
    nested: Any = []
    for _ in range(5000):
        nested = [nested]
    with pytest.raises(PlainError):
        decode(nested)


@pytest.mark.parametrize("seed", range(200))
def test_damaged_forms_decode_or_are_refused(seed: int):
    """Any part of a true form replaced by any other: a plain value comes out, or PlainError."""
    chance = random.Random(seed)
    record = json.loads(json.dumps([encode(v) for v in chance.sample(VALUES, 6)]))
    pool = [*HOSTILE, None, 0, -1, 1 << 62, "", "ns", [], [[]], 1.5, True, "<i8"]
    for _ in range(3):
        spot: Any = record
        while True:
            keys = list(spot) if isinstance(spot, dict) else list(range(len(spot)))
            if not keys:
                break
            key = chance.choice(keys)
            if isinstance(spot[key], dict | list) and spot[key] and chance.random() < 0.8:
                spot = spot[key]
                continue
            spot[key] = chance.choice(pool)
            break
    with contextlib.suppress(PlainError):
        assert isinstance(decode(record), list)
