"""The example of the question type ``multiple`` in documentation and gallery."""

from hocvuso.questions.multiple.model import MultipleChoice

EXAMPLE = MultipleChoice(
    "dau-hieu",
    "Những dấu hiệu nào cho thấy cuộc gọi là lừa đảo?",
    options={"a": "Giục làm gấp", "b": "Hẹn đến trụ sở", "c": "Xin mã OTP", "d": "Cho số để gọi lại trụ sở"},
    keys=["a", "c"],
    why="Giục gấp và xin mã OTP là hai dấu hiệu thường gặp.",
    points=2,
)
