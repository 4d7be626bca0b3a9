"""The example of the question type ``table`` in documentation and gallery: petitions typed by several people."""

from hocvuso.questions.table.model import TableCleaning

EXAMPLE = TableCleaning(
    "kien-nghi-cu-tri",
    "Bảng kiến nghị của cử tri do ba người cùng nhập. Anh/chị làm sạch bảng trước khi tổng hợp: ngày viết theo "
    "ngày/tháng/năm, tên xã viết đủ và có dấu, số người ký ghi bằng chữ số, mỗi đơn chỉ có một dòng. "
    "Phiếu gốc của đơn KN-05 ghi ngày 5 tháng 3.",
    columns={
        "don": ("Số đơn", "text"),
        "ngay": ("Ngày nhận", "date"),
        "xa": ("Xã", "text"),
        "linh-vuc": ("Lĩnh vực", "text"),
        "nguoi-ky": ("Số người ký", "number"),
    },
    rows={
        "d1": ["KN-01", "02/03/2026", "Xã Mẫu A", "Giao thông", "24"],
        "d2": ["KN-02", "2026-03-03", "Xã Mẫu A", "Môi trường", "15"],
        "d3": ["KN-03", "03/03/2026", "xa mau b", "Giáo dục", "9"],
        "d4": ["KN-04", "04/03/2026", "Xã Mẫu B", "Giao thông", "mười hai"],
        "d5": ["KN-01", "02/03/2026", "Xã Mẫu A", "Giao thông", "24"],
        "d6": ["KN-05", "31/02/2026", "Xã Mẫu C", "Môi trường", "31"],
        "d7": ["KN-06", "06/03/2026", "Xã Mẫu C", "Giao thônng", "1.050"],
    },
    repairs={
        "d2": {"ngay": "03/03/2026"},
        "d3": {"xa": "Xã Mẫu B"},
        "d4": {"nguoi-ky": "12"},
        "d6": {"ngay": ["05/03/2026"]},
        "d7": {"linh-vuc": "Giao thông"},
    },
    delete=[["d1", "d5"]],
    why="Ngày và số viết một kiểu thì máy mới xếp và cộng được; tên xã viết một kiểu thì mới đếm được theo xã; đơn "
    "nhập hai lần làm tổng số tăng khống. Số 1.050 và các ô đã đúng thì để yên: sửa nhầm cũng là làm hỏng.",
    points=3,
)
