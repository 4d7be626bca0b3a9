"""The question type ``short_text``."""

from hocvuso.questions.short_text.model import ShortText

QUESTION = ShortText

__all__ = ["QUESTION", "ShortText"]
