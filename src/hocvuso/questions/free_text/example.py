"""The example of the question type ``free_text`` in documentation and gallery."""

from hocvuso.questions.free_text.model import FreeText

EXAMPLE = FreeText(
    "tra-loi-cu-tri",
    "Cử tri hỏi: “Con tôi đăng ảnh giấy khai sinh lên mạng có sao không?” Hãy trả lời trong ba đến năm câu.",
    rubric=[
        ("Nói rõ giấy khai sinh chứa dữ liệu cá nhân có thể bị lợi dụng", 2),
        ("Khuyên gỡ ảnh và nói cách làm", 1),
        ("Lời lẽ tôn trọng, dễ hiểu", 1),
    ],
    sample=(
        "Thưa bác, giấy khai sinh có họ tên, ngày sinh và tên cha mẹ của cháu. Kẻ xấu có thể dùng những điều đó để "
        "giả danh gia đình mình. Bác nên bảo cháu gỡ ảnh xuống ngay và xóa cả trong thùng rác. "
        "Lần sau chỉ gửi giấy tờ cho đúng nơi cần nhận."
    ),
    why="Người dân cần biết vì sao nguy hiểm và làm gì ngay, bằng lời gần gũi.",
    points=4,
)
