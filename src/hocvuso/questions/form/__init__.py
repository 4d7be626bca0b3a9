"""The question type ``form``."""

from hocvuso.language import N_
from hocvuso.questions.form.model import Form

QUESTION = Form
TITLE = N_("Điền biểu mẫu")
MESSAGES = (
    N_("Điền các ô của biểu mẫu."),
    N_("Viết ngày, tháng, năm; ví dụ 05/09/1975."),
    N_("Đơn vị: {unit}."),
)

__all__ = ["MESSAGES", "QUESTION", "TITLE", "Form"]
