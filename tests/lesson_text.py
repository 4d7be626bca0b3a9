"""The text of a small lesson, for tests that need one and have nothing to say about its front matter."""

from __future__ import annotations

from collections.abc import Sequence

_TEXT = """---
jupytext:
  text_representation: {{extension: .md, format_name: myst, format_version: 0.13}}
kernelspec: {{display_name: Python 3 (ipykernel), language: python, name: python3}}
hocvuso:
  id: {lesson}
  topic: {topic}
  title: "{title}"{title_en}
  competences: [{competences}]
  levels: [co-ban]
  minutes: 3
  sources:
    - {{title: "Nguồn thử", date: "2026-01-03", checked: "2026-11-21", note: "Không có thật."}}
---

# {title}
"""


def lesson_text(
    lesson: str, title: str, body: str, *, title_en: str = "", competences: Sequence[str] = ("4.2",)
) -> str:
    """Front matter, the title as heading, then ``body``, which begins with a line that is empty."""
    front = _TEXT.format(
        lesson=lesson,
        topic=int(lesson[1:3]),
        title=title,
        title_en=f'\n  title_en: "{title_en}"' if title_en else "",
        competences=", ".join(f'"{code}"' for code in competences),
    )
    return front + body
