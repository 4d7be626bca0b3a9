"""The certificate on paper: right names, the credential inside, the same bytes each time."""

import io
import re
import subprocess
import sys
import unicodedata
from datetime import UTC, datetime

import pikepdf
import pytest
from certificates_class import Course

from hocvuso.certificates.pdf import Printed, render, render_picture
from hocvuso.errors import CertificateError

AT = datetime(2026, 2, 5, 1, tzinfo=UTC)
LONG = "Nguyễn Đặng Hữu Trường Quỳnh Phượng Ẩn Ỷ Lữ Bằng"
PAPER = Printed(
    issuer="Học vụ số – bản trình diễn",
    demonstration=True,
    holder=LONG,
    title="Học vụ số: bài học khởi đầu",
    title_en="Digital literacy: first lessons",
    description="Mô tả.",
    criteria="Đạt từ 70% số điểm trở lên.",
    lessons=("Bài học thứ nhất", "Bài học thứ hai"),
    date="2026-02-05",
    number="HVS-2026-7KQM-3WXA",
    check="http://127.0.0.1:8000/services/hoc/xac-minh?so=HVS-2026-7KQM-3WXA",
)


def paper(**values):
    return Printed(**{**{name: getattr(PAPER, name) for name in Printed.__slots__}, **values})


def glyph_texts(font):
    """What each glyph of a font stands for, from its ToUnicode table."""
    table = font.ToUnicode.read_bytes().decode("latin-1")
    texts = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for glyph, text in re.findall(r"<(\w+)>\s*<(\w+)>", block):
            texts[int(glyph, 16)] = bytes.fromhex(text).decode("utf-16-be")
    return texts


def text_of(data):
    """The page's text as a reader copies it out."""
    with pikepdf.open(io.BytesIO(data)) as document:
        (page,) = document.pages
        fonts = {name: glyph_texts(font) for name, font in page.Resources.Font.items()}
        said, current = [], {}
        for operands, operator in pikepdf.parse_content_stream(page):
            if str(operator) == "Tf":
                current = fonts[str(operands[0])]
            elif str(operator) in {"Tj", "TJ"}:
                pieces = operands[0] if str(operator) == "TJ" else [operands[0]]
                for piece in pieces:
                    if isinstance(piece, pikepdf.String):
                        raw = bytes(piece)
                        said += [current[int.from_bytes(raw[i : i + 2])] for i in range(0, len(raw), 2)]
    return "".join(said)


def words(text):
    return re.sub(r"\s+", "", text)


def test_credential_inside(tmp_path):
    """The attached credential is the credential's file, byte for byte, marked as the page's data."""
    course = Course(tmp_path)
    course.grade({"quyen": "Ngô Minh Quyền"})
    (held,) = course.certify().issued
    with pikepdf.open(course.path(held, "pdf")) as document:
        (name,) = document.attachments
        attached = document.attachments[name]
        assert name == "chung-nhan.json"
        assert attached.relationship == pikepdf.Name.Data
        assert attached.get_file().mime_type == "application/ld+json"
        assert attached.get_file().read_bytes() == course.read(held)
        assert name == document.Root.AF[0].F


def test_archivable_and_accessible():
    """The file says PDF/A-3a and PDF/UA-1, is tagged, in Vietnamese, has a title; the picture has words."""
    with pikepdf.open(io.BytesIO(render(PAPER, b"{}", AT))) as document:
        meta = document.open_metadata()
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("3", "A", "1")
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang).startswith("vi")
        assert PAPER.number in meta["dc:title"]
        assert len(document.pages) == 1
        figures = [
            o for o in document.objects if isinstance(o, pikepdf.Dictionary) and o.get("/S") == "/Figure"
        ]
        (figure,) = figures
        assert PAPER.number in str(figure.Alt if "/Alt" in figure else figure.A)


@pytest.mark.parametrize("name", ["Ngô Minh Quyền", LONG, "Đỗ Thị Ngọc Ánh", "H’Hen Niê", "ĂÂĐÊÔƠƯ Ặậỷ"])
def test_names_are_set_right(tmp_path, name):
    """The name on the page reads as the holder writes it, in NFC, however the export wrote it."""
    course = Course(tmp_path)
    course.grade({"ai": unicodedata.normalize("NFD", name)})
    (held,) = course.certify().issued
    assert words(name) in words(text_of(course.read(held, "pdf")))


def test_what_stands_on_the_paper():
    """The official date, number, how to check, which signature it bears, whether it is a demonstration."""
    text = words(text_of(render(PAPER, b"{}", AT)))
    for part in (
        "Ngày 05 tháng 02 năm 2026",
        PAPER.number,
        PAPER.title,
        *PAPER.lessons,
        PAPER.check,
        "không phải chữ ký số chuyên dùng công vụ",
        "Bản trình diễn: không do cơ quan nào cấp",
    ):
        assert words(part) in text
    later = words(text_of(render(paper(date="2026-11-21", demonstration=False), b"{}", AT)))
    assert words("Ngày 21 tháng 11 năm 2026") in later
    assert words("không do cơ quan nào cấp") not in later


@pytest.mark.parametrize(
    "name", ["#panic()", "*An* _B_ `c`", "$x$ @a <b>", '"); #read("/etc/passwd")', "\\u{41}"]
)
def test_names_are_no_code(name):
    """Whatever a name holds is printed as it is."""
    assert words(name) in words(text_of(render(paper(holder=name), b"{}", AT)))


@pytest.mark.parametrize("values", [{"holder": "Ư" * 100}, {"lessons": tuple(["Bài học " * 8] * 9)}])
def test_fits_one_page(values):
    """The longest name, and many lessons, stay on one page."""
    with pikepdf.open(io.BytesIO(render(paper(**values), b"{}", AT))) as document:
        assert len(document.pages) == 1


def test_too_much_for_one_page():
    """More than a page is refused before it is issued."""
    with pytest.raises(CertificateError, match=PAPER.number):
        render(paper(lessons=tuple(["Bài học"] * 60)), b"{}", AT)


def test_link_leads_to_verification():
    """The only address in the file is the verification page of this certificate."""
    with pikepdf.open(io.BytesIO(render(PAPER, b"{}", AT))) as document:
        addresses = {str(note.A.URI) for note in document.pages[0].Annots}
    assert addresses == {PAPER.check}


def test_picture():
    """The same page can be looked at as a picture."""
    assert render_picture(PAPER, AT).startswith(b"\x89PNG")


@pytest.mark.slow
def test_same_bytes_in_another_process(tmp_path):
    """The same input gives the same file, whatever process and folder makes it."""
    program = (
        "import hashlib, sys; from datetime import datetime; from hocvuso.certificates.pdf import *;"
        "sys.stdout.write(hashlib.sha256(render(Printed.read(sys.argv[1]), b'{}',"
        " datetime.fromisoformat(sys.argv[2]))).hexdigest())"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", program, PAPER.text(), AT.isoformat()],
            capture_output=True,
            check=True,
            cwd=folder,
        ).stdout
        for folder in ("/", tmp_path)
    }
    assert len(made) == 1
