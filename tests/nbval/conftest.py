"""nbval inside the one pytest run: a notebook's cells stay together and in order, whatever is shuffled."""

from __future__ import annotations

import pytest
from nbval.plugin import IPyNbCell


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the cells of all notebooks last, sorted: one kernel per notebook, its cells one after another."""
    cells = sorted((i for i in items if isinstance(i, IPyNbCell)), key=lambda i: (str(i.path), i.cell_num))
    items[:] = [i for i in items if not isinstance(i, IPyNbCell)] + cells
