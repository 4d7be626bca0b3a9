"""The question type ``number``."""

from hocvuso.questions.number.model import Number

QUESTION = Number

__all__ = ["QUESTION", "Number"]
