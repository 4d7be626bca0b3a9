"""The question type ``classify``."""

from hocvuso.questions.classify.model import Classify

QUESTION = Classify

__all__ = ["QUESTION", "Classify"]
