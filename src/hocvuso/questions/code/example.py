"""The example of the question type ``code`` in documentation and gallery."""

from hocvuso.questions.code.model import Code

EXAMPLE = Code(
    "dem-don-chua-tra-loi",
    "Hoàn thành hàm dem_chua: đếm xem trong danh sách trạng thái có bao nhiêu đơn “chưa” trả lời.",
    given='def dem_chua(trang_thai):\n    """Đếm số đơn chưa trả lời."""',
    solution='    return trang_thai.count("chưa")',
    example='dem_chua(["chưa", "rồi", "chưa"])',
    checks=[
        ('dem_chua(["chưa", "rồi", "chưa"]) == 2', "Danh sách có hai đơn “chưa” thì hàm phải trả về 2.", 1),
        ("dem_chua([]) == 0", "Danh sách trống thì hàm phải trả về 0.", 1),
    ],
    why="Lệnh count so từng phần tử với chữ “chưa” rồi đếm, nên danh sách dài bao nhiêu cũng đúng, kể cả khi trống.",
    points=2,
)
