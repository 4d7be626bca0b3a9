"""The example of the question type ``order`` in documentation and gallery."""

from hocvuso.questions.order.model import Order

EXAMPLE = Order(
    "lo-bam-lien-ket",
    "Anh/chị vừa lỡ bấm vào liên kết lạ và nhập mật khẩu ngân hàng. Xếp các việc cần làm theo thứ tự.",
    steps=[
        "Gọi số in trên thẻ để khóa tài khoản ngân hàng",
        "Đổi mật khẩu từ một thiết bị khác",
        "Xem lại lịch sử giao dịch cùng ngân hàng",
        "Trình báo công an với tin nhắn và ảnh chụp màn hình",
    ],
    why="Chặn tiền đi trước, giữ lại tài khoản sau, rồi mới kiểm tra và trình báo.",
    points=2,
)
