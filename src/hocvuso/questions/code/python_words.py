"""What Python says of a mistake, in words for people who have never seen code."""

from __future__ import annotations

from hocvuso.language import N_

_SYNTAX = N_("Python không đọc được chỗ này: hãy xem lại dấu ngoặc, dấu nháy và dấu hai chấm.")
_INDENT = N_("Thụt dòng chưa đúng: các dòng trong một khối thụt vào như nhau, thường là bốn dấu cách.")
_NAME = N_("Có một tên mà Python chưa biết: hãy xem lại chính tả, hoặc đặt tên ấy trước khi dùng.")
_ONLY_HERE = N_(
    "Ở đây không dùng được tệp, mạng hay chương trình khác: mã lệnh chỉ tính với dữ liệu có trong bài."
)
_SIZE = N_("Mã lệnh dùng quá nhiều bộ nhớ nên bị dừng.")
_WORDS = {
    "NotImplementedError": N_(
        "Phần này chưa viết: hãy viết mã lệnh của anh/chị thay cho dòng bắt đầu bằng raise."
    ),
    "SyntaxError": _SYNTAX,
    "IndentationError": _INDENT,
    "TabError": _INDENT,
    "NameError": _NAME,
    "UnboundLocalError": _NAME,
    "TypeError": N_("Một giá trị không hợp với phép tính hoặc hàm đang dùng, ví dụ cộng chữ với số."),
    "ValueError": N_("Một giá trị không dùng được ở chỗ này, ví dụ đổi chữ không phải số thành số."),
    "KeyError": N_("Không có cột hoặc mục mang tên này: hãy xem lại chính tả, cả dấu và chữ hoa."),
    "IndexError": N_("Không có phần tử ở vị trí này: phần tử đầu tiên mang số 0."),
    "AttributeError": N_("Giá trị này không có thứ mang tên sau dấu chấm: hãy xem lại chính tả."),
    "ZeroDivisionError": N_("Có phép chia cho 0."),
    "ImportError": N_("Không có thư viện này ở đây: bài chỉ cần những gì đã có sẵn."),
    "ModuleNotFoundError": N_("Không có thư viện này ở đây: bài chỉ cần những gì đã có sẵn."),
    "AssertionError": N_("Một điều kiện sau chữ assert không đúng."),
    "RecursionError": N_("Hàm gọi lại chính nó mãi: hãy xem chỗ dừng."),
    "MemoryError": _SIZE,
    "StdinNotImplementedError": N_("Ở đây không gõ thêm được khi mã lệnh đang chạy: hãy bỏ lệnh input."),
    **dict.fromkeys(
        ("OSError", "FileNotFoundError", "PermissionError", "BlockingIOError", "ConnectionError", "URLError"),
        _ONLY_HERE,
    ),
}
_OTHER = N_("Mã lệnh báo lỗi {error}.")


def explain(error: str) -> str | None:
    """The message of the catalogue for an error of this name; None where there is none."""
    return _WORDS.get(error)


def words_for(error: str) -> str:
    """The same, or else a message that only says the name; it may have the field ``error``."""
    return explain(error) or _OTHER
