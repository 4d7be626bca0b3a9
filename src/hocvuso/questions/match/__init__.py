"""The question type ``match``."""

from hocvuso.language import N_
from hocvuso.questions.match.model import Match

QUESTION = Match
TITLE = N_("Ghép cặp")
MESSAGES = (
    N_("Chọn cho mỗi mục một nội dung phù hợp."),
    N_("Chọn…"),
    N_("Các nội dung để chọn"),
)

__all__ = ["MESSAGES", "QUESTION", "TITLE", "Match"]
