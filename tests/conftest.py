"""The order in which the whole suite runs: shuffled, but whatever drives a browser comes last.

Playwright's synchronous interface keeps an event loop running in the main thread for as long as its browser
lives; a test that opens a loop of its own could not run beside it.
"""

import signal

import pytest

# A shell ignores SIGINT in what it starts in the background, and so would every process that tests start and end by it.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Browser tests to the end; the shuffle inside each part stays."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
