"""The question type ``choice``."""

from hocvuso.questions.choice.model import Choice

QUESTION = Choice

__all__ = ["QUESTION", "Choice"]
