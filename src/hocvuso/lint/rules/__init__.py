"""Every rule, in the order of the index: one class per rule."""

from hocvuso.lint.rule import Rule
from hocvuso.lint.rules.duplicates import DuplicateQuestion
from hocvuso.lint.rules.keys import KeyReachable, TickAll, WhyTeaches
from hocvuso.lint.rules.language import (
    ComposedText,
    Glossary,
    ParagraphLength,
    SentenceLength,
    Spelling,
    ToneMarks,
)
from hocvuso.lint.rules.law import LawIsSource, LawNamed, SourceChecked, SourceRegister
from hocvuso.lint.rules.options import (
    CatchAll,
    KeyPosition,
    LongestKey,
    OptionsDistinct,
    OptionsParallel,
)
from hocvuso.lint.rules.people import OfficeHolder, PersonalNumber
from hocvuso.lint.rules.pictures import Contrast, PictureText
from hocvuso.lint.rules.structure import LessonParts, LessonShape, Minutes
from hocvuso.lint.rules.translation import InStep

RULES: tuple[Rule, ...] = (
    LessonShape(),
    LessonParts(),
    Minutes(),
    KeyReachable(),
    TickAll(),
    WhyTeaches(),
    KeyPosition(),
    LongestKey(),
    OptionsParallel(),
    OptionsDistinct(),
    CatchAll(),
    DuplicateQuestion(),
    ComposedText(),
    Spelling(),
    ToneMarks(),
    Glossary(),
    SentenceLength(),
    ParagraphLength(),
    SourceRegister(),
    SourceChecked(),
    LawNamed(),
    LawIsSource(),
    PersonalNumber(),
    OfficeHolder(),
    PictureText(),
    Contrast(),
    InStep(),
)
