"""The example of the question type ``number`` in documentation and gallery."""

from hocvuso.questions.number.model import Number

EXAMPLE = Number(
    "thoi-han",
    "Thời hạn là bao nhiêu ngày?",
    value=15,
    tolerance=0,
    unit="ngày",
    why="Theo quy định là 15 ngày.",
    points=1,
)
