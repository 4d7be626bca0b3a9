"""The example of the question type ``match`` in documentation and gallery."""

from hocvuso.questions.match.model import Match

EXAMPLE = Match(
    "tu-va-nghia",
    "Ghép mỗi từ với nghĩa của nó.",
    pairs={
        "otp": ("Mã OTP", "Mã dùng một lần, chỉ có hạn trong vài phút"),
        "qr": ("Mã QR", "Hình vuông đen trắng chứa địa chỉ hoặc dữ liệu"),
        "chu-ky": ("Chữ ký số", "Cách xác nhận ai đã ký một tài liệu điện tử"),
    },
    extra=["Tên gọi khác của mật khẩu Wi-Fi"],
    why="Hiểu đúng từ thì biết mã nào không được đọc cho người khác: đó là mã OTP.",
    points=3,
)
