"""The question type ``choice``."""

from hocvuso.language import N_
from hocvuso.questions.choice.model import Choice

QUESTION = Choice
TITLE = N_("Chọn một phương án")
MESSAGES = (N_("Chọn một phương án."),)

__all__ = ["MESSAGES", "QUESTION", "TITLE", "Choice"]
