"""The example of the question type ``choice`` in documentation and gallery."""

from hocvuso.questions.choice.model import Choice

EXAMPLE = Choice(
    "cuoc-goi-cong-an",
    "Một người xưng là công an phường gọi, bảo cài ứng dụng để cập nhật VNeID. Việc nên làm trước tiên là gì?",
    options={"a": "Cài ngay kẻo bị khóa", "b": "Cúp máy, tự gọi số trực ban", "c": "Đọc mã OTP để xác minh"},
    key="b",
    why="Công an không yêu cầu cài ứng dụng qua điện thoại; kiểm tra lại qua kênh mình tự tìm.",
    points=1,
)
