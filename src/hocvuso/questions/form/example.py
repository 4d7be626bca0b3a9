"""The example of the question type ``form`` in documentation and gallery."""

from hocvuso.questions.form.model import Form

EXAMPLE = Form(
    "to-khai",
    "Bà Trần Thị Mẫu sinh ngày 12 tháng 11 năm 1968, xin 2 bản sao giấy khai sinh, nhận tại nhà. Hãy điền giúp bà.",
    fields={
        "ho-ten": {
            "type": "short_text",
            "prompt": "Họ, chữ đệm, tên",
            "accept": ["Trần Thị Mẫu"],
            "ignore_accents": False,
        },
        "ngay-sinh": {"type": "date", "prompt": "Ngày sinh", "value": "1968-11-12"},
        "so-ban": {"type": "number", "prompt": "Số bản sao", "value": 2, "unit": "bản"},
        "cach-nhan": {
            "type": "choice",
            "prompt": "Cách nhận kết quả",
            "options": {"quay": "Tại quầy một cửa", "nha": "Qua bưu chính, tại nhà"},
            "key": "nha",
        },
    },
    why="Ghi họ tên có dấu như trong giấy tờ, và chỉ điền những gì người dân đã nói.",
    points=4,
)
