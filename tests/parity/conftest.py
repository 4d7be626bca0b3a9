"""Everything here runs nbgrader with real kernels: slow, and with nbgrader's own warnings let pass."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.register_assert_rewrite("both")

from both import TwoWays  # noqa: E402  (after pytest was told to explain its assertions)

HERE = Path(__file__).parent
_THEIR_HABITS = (
    "ignore:Object of type:sqlalchemy.exc.SAWarning",  # rows that are put together while others are written
    "ignore:Non-unique cell id",
    "ignore:Cell is missing an id",
    "ignore:Proactor event loop",
    "ignore::ResourceWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
    "ignore::DeprecationWarning",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies here."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.slow)
            for habit in _THEIR_HABITS:
                item.add_marker(pytest.mark.filterwarnings(habit))


@pytest.fixture
def course(tmp_path: Path) -> TwoWays:
    """An empty course."""
    return TwoWays(tmp_path / "course")
