"""Pictures and colours that everybody can make out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hocvuso.language import N_
from hocvuso.lint.course import Course, Page
from hocvuso.lint.rule import Complaint, PageRule

LEAST = 4.5  # WCAG 2.2, 1.4.3: text of ordinary size
WHITE = "#ffffff"
_MARKDOWN = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<src>[^)\s]*)")
_TAG = re.compile(r"<img\b(?P<attributes>[^>]*)>", re.IGNORECASE)
_ALT = re.compile(r"\balt\s*=\s*(?:\"(?P<one>[^\"]*)\"|'(?P<two>[^']*)')", re.IGNORECASE)
_FILE_NAME = re.compile(r"\S+\.(?:png|jpe?g|gif|svg|webp)", re.IGNORECASE)
_EMPTY_WORDS = re.compile(r"(?:hình|ảnh|hình ảnh|ảnh chụp|image|picture|img)\W*\d*", re.IGNORECASE)
_STYLE = re.compile(r"style\s*=\s*\\?[\"'](?P<rules>[^\"']*)")
_COLOUR = re.compile(
    r"(?<![-\w])(?P<name>color|background(?:-color)?)\s*:\s*(?P<hex>#[0-9a-f]{3,6})\b", re.IGNORECASE
)
_SVG_TEXT = re.compile(r"<text\b[^>]*\bfill\s*[=:]\s*[\"']?(?P<hex>#[0-9a-f]{3,6})\b", re.IGNORECASE)
_SVG_GROUND = re.compile(r"<rect\b[^>]*\bfill\s*[=:]\s*[\"']?(?P<hex>#[0-9a-f]{3,6})\b", re.IGNORECASE)


class PictureText(PageRule):
    """Every picture has a text that says what is to be seen on it."""

    code = "picture-text"
    mend = N_("Hãy viết trong ngoặc vuông một câu nói điều cần thấy trong ảnh.")

    def complaints(self, page: Page, course: Course) -> Iterator[tuple[int, str, Complaint]]:
        """Texts that are missing, or only a file's name or the word “picture”."""
        del course
        for number, alt, src in _pictures(page):
            if not alt.strip():
                yield number, "", Complaint(N_("Ảnh {src} không có lời mô tả."), {"src": src})
            elif _FILE_NAME.fullmatch(alt.strip()) or _EMPTY_WORDS.fullmatch(alt.strip()):
                sentence = N_("Lời mô tả “{alt}” của ảnh {src} chưa nói trong ảnh có gì.")
                yield number, "", Complaint(sentence, {"alt": alt, "src": src})


class Contrast(PageRule):
    """Text has a contrast of at least 4.5 to 1, in colours that a cell sets and in SVG pictures beside the lesson.

    Bitmaps are left to the author's eye: what is text in them, no simple measure can tell.
    """

    code = "contrast"
    mend = N_("Hãy chọn màu chữ đậm hơn hoặc màu nền nhạt hơn.")

    def complaints(self, page: Page, course: Course) -> Iterator[tuple[int, str, Complaint]]:
        """Pairs of colours that are too near to one another; a colour alone stands on white, or is under black."""
        for number, line in enumerate(page.text.splitlines(), start=1):
            for style in _STYLE.finditer(line):
                colours = {c["name"].lower()[:5]: c["hex"] for c in _COLOUR.finditer(style["rules"])}
                if colours:
                    pair = colours.get("color", "#000000"), colours.get("backg", WHITE)
                    yield from ((number, "", complaint) for complaint in _too_near(*pair))
        for number, _, src in _pictures(page):
            file = page.lesson.path.parent / src
            if src.endswith(".svg") and file.is_file():
                picture = file.read_text(encoding="utf-8")
                ground = _SVG_GROUND.search(picture)
                for text in _SVG_TEXT.finditer(picture):
                    pair = text["hex"], ground["hex"] if ground else WHITE
                    yield from ((number, src, complaint) for complaint in _too_near(*pair))
        del course


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2.2 defines it: 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) < 6 else digits  # noqa: PLR2004  (#abc is #aabbcc)
    parts = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)  # noqa: PLR2004
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _too_near(text: str, ground: str) -> Iterator[Complaint]:
    found = contrast(text, ground)
    if found < LEAST:
        fields = {"text": text, "ground": ground, "found": f"{found:.1f}".replace(".", ","), "least": "4,5"}
        yield Complaint(N_("Chữ màu {text} trên nền {ground}: độ tương phản {found}, cần {least}."), fields)


def _pictures(page: Page) -> Iterator[tuple[int, str, str]]:
    """Line, text and file of each picture in the lesson's Markdown."""
    for cell in page.lesson.cells:
        if cell.role != "markdown":
            continue
        for number, line in enumerate(cell.source.splitlines(), start=cell.line):
            yield from ((number, found["alt"], found["src"]) for found in _MARKDOWN.finditer(line))
            for tag in _TAG.finditer(line):
                alt = _ALT.search(tag["attributes"])
                src = re.search(r"src\s*=\s*[\"']?([^\"'\s>]+)", tag["attributes"])
                yield number, (alt["one"] or alt["two"] or "") if alt else "", src[1] if src else ""
