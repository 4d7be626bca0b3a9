"""The question type ``multiple``."""

from hocvuso.language import N_
from hocvuso.questions.multiple.model import MultipleChoice

QUESTION = MultipleChoice
TITLE = N_("Chọn nhiều phương án")
MESSAGES = (N_("Chọn tất cả phương án đúng."),)

__all__ = ["MESSAGES", "QUESTION", "TITLE", "MultipleChoice"]
