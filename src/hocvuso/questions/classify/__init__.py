"""The question type ``classify``."""

from hocvuso.language import N_
from hocvuso.questions.classify.model import Classify

QUESTION = Classify
TITLE = N_("Xếp vào nhóm")
MESSAGES = (N_("Xếp từng mục vào một nhóm."),)

__all__ = ["MESSAGES", "QUESTION", "TITLE", "Classify"]
