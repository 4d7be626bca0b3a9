"""The question type ``code``."""

from hocvuso.language import N_
from hocvuso.questions.code.model import Code

QUESTION = Code
TITLE = N_("Viết mã lệnh")
MESSAGES = (
    N_("Viết vào khung dưới đây. Phím Tab thụt dòng vào; nhấn Esc rồi Tab để ra khỏi khung."),
    N_("Viết vào khung dưới đây."),
    N_("Khung viết mã lệnh: {prompt}"),
    N_("Chạy thử"),
    N_("Hoàn tác"),
    N_("Thụt vào"),
    N_("Bớt thụt"),
    N_("Bắt đầu lại"),
    N_("Đã đưa về mã lệnh ban đầu. Bấm “Hoàn tác” nếu muốn lấy lại."),
    N_("Khi chạy thử, máy chạy thêm:"),
    N_("Đang chạy…"),
    N_("Chạy thử cần mạng. Mã lệnh của anh/chị vẫn được giữ; hãy chạy thử khi có mạng."),
    N_("Máy in ra:"),
    N_("Lời của Python (tiếng Anh):"),
)

__all__ = ["MESSAGES", "QUESTION", "TITLE", "Code"]
