"""What is read off a test's text: the places that decide it, and its imports."""

import ast
import random

import pytest

from hocvuso.grading import reading

CHANCE = random.Random(7)


def texts(source: str) -> list[str]:
    """What stands at the places of ``source`` that decide it."""
    return [source[place.start : place.end] for place in reading.places(source, CHANCE)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("assert f(2) == 4", ["4"]),
        ("assert 4 == f(2)", ["4"]),
        ("assert f('à') == 'Đúng'", ["'Đúng'"]),
        ("assert f(1) == [1, 2]", ["1", "2"]),
        ("assert 'xã' in f()", ["'xã'"]),
        ("assert sorted(f()) == sorted([3, 1])", ["3", "1"]),
        ("np.testing.assert_allclose(f(1), 2.5)", ["2.5"]),
        ("mong = 12\nassert f() == mong", ["12"]),
        ("mong = 12\nmong = 13\nassert f() == mong", ["=="]),
        ("mong = g()\nassert f() == mong", ["=="]),
        ("assert f() == 1 or f() == 2", []),
        ("assert any([f() == 1])", [""]),
        ("assert f(3)", [""]),
        ("assert not f(3)", ["not "]),
        ("assert f() is not None", [" is not "]),
        ("assert (f(1)) <= (g(1))", [") <= ("]),
        ("x = 3", []),
        ("assert f(", []),
    ],
)
def test_places_are_the_expected_values_or_else_the_comparison(source, expected):
    """Arguments decide nothing; what one of two alternatives may be doesn't either."""
    found = texts(source)
    assert [text.strip() for text in found] == [text.strip() for text in expected]


def test_only_what_is_hidden_counts_where_something_is():
    """Learners know the released part by heart."""
    shown = "assert f(1) == 10\n"
    hidden = "### BEGIN HIDDEN TESTS\nassert f(2) == 20\n### END HIDDEN TESTS\n"
    assert texts(shown + hidden + "assert f(3) == 30\n") == ["20"]
    assert texts(shown) == ["10"]
    assert texts(shown + "### BEGIN HIDDEN TESTS\nx = 1\n### END HIDDEN TESTS\n") == ["10"]
    assert texts(shown + "### BEGIN HIDDEN TESTS\nassert f(2) == 20") == ["20"]


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("assert x == 4", 4),
        ("assert x == 'Đúng ạ'", "Đúng ạ"),
        ("assert x == 2.5", 2.5),
        ("assert x == True", True),
        ("assert x", True),
        ("assert not x", False),
        ("assert 3 < x", 5),
        ("assert x in g", 1),
        ("assert x is None", None),
    ],
)
def test_each_change_fails_what_passed(source, value):
    """Every variant is Python, differs, and fails for the value with which the test passes."""
    names = {"x": value, "g": [1]}
    exec(source, dict(names))  # noqa: S102  (a line of this table)
    (place,) = reading.places(source, CHANCE)
    assert place.changes
    for change in place.changes:
        text = reading.changed(source, [change])
        assert text != source
        with pytest.raises(AssertionError):
            exec(text, dict(names))  # noqa: S102


def test_other_values_differ_among_themselves():
    """Seven for a number or a text, one for a truth value."""
    for source, count in (
        ("assert f() == 40", 7),
        ("assert f() == 'bốn mươi'", 7),
        ("assert f() == True", 1),
    ):
        (place,) = reading.places(source, CHANCE)
        assert len(set(place.others)) == len(place.others) == count
        assert ast.unparse(ast.parse(source).body[0].test.comparators[0]) not in place.others


def test_changes_of_several_places_stand_where_they_belong():
    """Places are counted in characters, whatever stands before them."""
    source = "assert đếm('ạ') == 3  # ữ\nassert đếm('ộộ') == 6"
    one, two = reading.places(source, CHANCE)
    changed = reading.changed(
        source, [reading.Change(two.start, two.end, "60"), reading.Change(one.start, one.end, "30")]
    )
    assert changed == "assert đếm('ạ') == 30  # ữ\nassert đếm('ộộ') == 60"


def test_hidden_imports_are_told_from_released_ones():
    """Later cells of a learner may count on the released ones only."""
    source = (
        "import io\n### BEGIN HIDDEN TESTS\nimport zlib\nfrom os import path\n### END HIDDEN TESTS\nimport re"
    )
    assert reading.imports_in(source) == ("import io\nimport re", "import zlib\nfrom os import path")
    assert reading.imports_in("def f():\n    import io") == ("", "")
