"""The example of the question type ``hotspot`` in documentation and gallery."""

from hocvuso.questions.hotspot.model import Hotspot

EXAMPLE = Hotspot(
    "tin-nhan-phat",
    "Đánh dấu những chỗ cho thấy tin nhắn này là lừa đảo.",
    look="message",
    text=(
        "Từ: [[so|+84 59 000 0000]]\n"
        "[[chao|Kính gửi ông/bà,]]\n"
        "Phương tiện của ông/bà có lỗi vi phạm giao thông [[ngay|ngày 02/11]]. "
        "[[giuc|Nộp phạt trong 2 giờ nếu không sẽ bị khóa bằng lái.]] "
        "Nộp tại [[lien-ket|http://phatnguoi-vn.example/nop]]\n"
        "[[cam-on|Xin cảm ơn.]]"
    ),
    signs={
        "so": "cơ quan nhà nước không phạt qua số di động lạ",
        "giuc": "giục gấp và dọa để người nhận không kịp kiểm tra",
        "lien-ket": "địa chỉ không thuộc gov.vn",
    },
    why="Muốn biết có bị phạt không, tự vào trang của Cục Cảnh sát giao thông để tra cứu.",
    points=3,
)
