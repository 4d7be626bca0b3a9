"""The example of the question type ``classify`` in documentation and gallery."""

from hocvuso.questions.classify.model import Classify

EXAMPLE = Classify(
    "tin-nhan",
    "Xếp các tin nhắn vào nhóm đúng.",
    groups={"lua-dao": "Lừa đảo", "an-toan": "An toàn"},
    items={
        "tin-1": ("Chúc mừng anh/chị trúng thưởng, bấm vào liên kết để nhận.", "lua-dao"),
        "tin-2": ("Mời họp tổ dân phố 19 giờ thứ Sáu tại nhà văn hóa.", "an-toan"),
    },
    why="Tin báo trúng thưởng kèm liên kết là chiêu quen thuộc.",
    points=2,
)
