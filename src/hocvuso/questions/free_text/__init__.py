"""The question type ``free_text``."""

from hocvuso.language import N_
from hocvuso.questions.free_text.model import FreeText

QUESTION = FreeText
TITLE = N_("Viết câu trả lời tự do")
MESSAGES = (N_("Viết câu trả lời bằng lời của anh/chị; giảng viên sẽ đọc và chấm."),)

__all__ = ["MESSAGES", "QUESTION", "TITLE", "FreeText"]
