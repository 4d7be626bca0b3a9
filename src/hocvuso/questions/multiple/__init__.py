"""The question type ``multiple``."""

from hocvuso.questions.multiple.model import MultipleChoice

QUESTION = MultipleChoice

__all__ = ["QUESTION", "MultipleChoice"]
