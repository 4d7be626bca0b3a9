"""The example of the question type ``short_text`` in documentation and gallery."""

from hocvuso.questions.short_text.model import ShortText

EXAMPLE = ShortText(
    "ten-goi",
    "Cách bảo vệ tài khoản bằng mật khẩu và thêm một mã dùng một lần gọi là gì?",
    accept=["xác thực hai lớp", "xác thực hai yếu tố", "2FA"],
    ignore_accents=True,
    why="Lớp thứ hai giữ được tài khoản khi mật khẩu đã lộ.",
    points=1,
)
