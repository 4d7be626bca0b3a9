"""The question type ``number``."""

from hocvuso.language import N_
from hocvuso.questions.number.model import Number

QUESTION = Number
TITLE = N_("Viết một số")
MESSAGES = (
    N_("Viết một số."),
    N_("Viết một số, đơn vị: {unit}."),
)

__all__ = ["MESSAGES", "QUESTION", "TITLE", "Number"]
