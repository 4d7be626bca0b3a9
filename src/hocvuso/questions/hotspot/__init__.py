"""The question type ``hotspot``."""

from hocvuso.language import N_
from hocvuso.questions.hotspot.model import Hotspot

QUESTION = Hotspot
TITLE = N_("Đánh dấu trong nội dung")
MESSAGES = (N_("Bấm vào từng chỗ cần đánh dấu trong khung; bấm lần nữa để bỏ đánh dấu."),)

__all__ = ["MESSAGES", "QUESTION", "TITLE", "Hotspot"]
