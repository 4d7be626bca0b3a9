"""The framework as data: its 26 topics and four levels."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from hocvuso.language import N_

LEVELS = {
    "co-ban": N_("Cơ bản"),
    "trung-cap": N_("Trung cấp"),
    "nang-cao": N_("Nâng cao"),
    "chuyen-sau": N_("Chuyên sâu"),
}
"""The levels of Thông tư 02/2025/TT-BGDĐT, the lowest first, and what they are called."""


def topic_title(topic: int, lang: str) -> str:
    """What a topic is called in ``lang`` (``vi`` or ``en``); nothing for a number that the framework doesn't have."""
    return _topics().get(topic, {}).get(lang, "")


@cache
def _topics() -> dict[int, dict[str, str]]:
    listed = json.loads(Path(__file__).with_name("topics.json").read_bytes())
    return {topic.pop("id"): topic for topic in listed}
