"""The framework as data: domains, competences, levels, topics with their lessons, role profiles.

The files in ``data/`` are versioned, and every entry names its source and how sure we are of it; they are
checked whole when they are read. What is planned is here; what is written is in ``hocvuso.lessons.coverage``.
"""

from __future__ import annotations

from functools import cache

from hocvuso.curriculum.model import OWN_FROM, OWN_TO, Framework
from hocvuso.curriculum.read import read_framework

__all__ = ["OWN_FROM", "OWN_TO", "Framework", "framework", "read_framework", "topic_title"]


@cache
def framework() -> Framework:
    """The framework that ships with the package, read once."""
    return read_framework()


def topic_title(topic: int, lang: str) -> str:
    """What a topic is called in ``lang`` (``vi`` or ``en``); nothing for a number that the framework doesn't have."""
    found = framework().find_topic(topic)
    return found.name.told(lang) if found else ""
