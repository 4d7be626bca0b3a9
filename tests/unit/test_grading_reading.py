"""What is read off a test's text."""

from hocvuso.grading import reading


def test_hidden_imports_are_told_from_released_ones():
    """Later cells of a learner may count on the released ones only."""
    source = (
        "import io\n### BEGIN HIDDEN TESTS\nimport zlib\nfrom os import path\n### END HIDDEN TESTS\nimport re"
    )
    assert reading.imports_in(source) == ("import io\nimport re", "import zlib\nfrom os import path")
    assert reading.imports_in("def f():\n    import io") == ("", "")


def test_hidden_parts_are_between_the_marks():
    """In characters; one that is not closed goes to the end."""
    source = "ữ = 1\n### BEGIN HIDDEN TESTS\nx\n### END HIDDEN TESTS\ny\n### BEGIN HIDDEN TESTS\nz"
    parts = [source[start:end] for start, end in reading.hidden_parts(source)]
    assert parts == ["### BEGIN HIDDEN TESTS\nx\n", "### BEGIN HIDDEN TESTS\nz"]
    assert reading.hidden_parts("x = 1") == []
