"""The question type ``table``."""

from hocvuso.language import N_
from hocvuso.questions.table.model import TableCleaning

QUESTION = TableCleaning
TITLE = N_("Làm sạch bảng dữ liệu")
MESSAGES = (
    N_("Sửa những ô sai, đánh dấu xóa những dòng thừa; ô và dòng đã đúng thì giữ nguyên."),
    N_("Ngày viết theo ngày/tháng/năm."),
    N_("Số viết bằng chữ số."),
    N_("Dòng {n}"),
    N_("Xóa dòng này"),
    N_("Ban đầu: {text}"),
    N_("Ban đầu để trống"),
    N_("Đã sửa {cells} ô, đánh dấu xóa {rows} dòng."),
    N_("Trả bảng về ban đầu"),
)

__all__ = ["MESSAGES", "QUESTION", "TITLE", "TableCleaning"]
