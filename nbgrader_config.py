"""nbgrader's configuration of this course; everything is decided in `hocvuso.hub.nbgrader`."""

from pathlib import Path

from hocvuso.hub.nbgrader import configure

configure(get_config(), Path(__file__).parent)
