"""The question type ``short_text``."""

from hocvuso.language import N_
from hocvuso.questions.short_text.model import ShortText

QUESTION = ShortText
TITLE = N_("Viết vài chữ")
MESSAGES = (
    N_("Viết câu trả lời ngắn."),
    N_("Viết câu trả lời ngắn; có dấu hay không dấu đều được."),
)

__all__ = ["MESSAGES", "QUESTION", "TITLE", "ShortText"]
