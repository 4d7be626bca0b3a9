"""The question type ``order``."""

from hocvuso.language import N_
from hocvuso.questions.order.model import Order

QUESTION = Order
TITLE = N_("Xếp thứ tự")
MESSAGES = (
    N_("Bấm Lên hoặc Xuống để xếp các bước theo thứ tự đúng."),
    N_("Lên"),
    N_("Xuống"),
    N_("Lên: {text}"),
    N_("Xuống: {text}"),
    N_("Vị trí {n}/{all}: {text}"),
)

__all__ = ["MESSAGES", "QUESTION", "TITLE", "Order"]
