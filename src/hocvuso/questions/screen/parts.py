"""What a simulated screen is made of: what it shows, what can be done on it, and what each step means.

Authors write plain tables; these models check them and keep them as they were written, so that a record
holds what the author wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from hocvuso.language import N_
from hocvuso.questions.mistakes import Prose, Slug, mistake

KINDS = ("call", "sms", "identity", "bank", "form", "mail", "chat", "web")
ELEMENTS = ("text", "sender", "address", "them", "me", "notice", "field")
LOOKS = ("button", "link", "send")
Verdict: TypeAlias = Literal["good", "neutral", "bad", "fatal"]
VERDICTS: tuple[Verdict, ...] = ("good", "bad", "fatal")

MOST_SHOWN = 20
MOST_ACTIONS = 8
LONGEST_LABEL = 120
LONGEST_TEXT = 1200


def _at_most(most: int) -> AfterValidator:
    def check(text: str) -> str:
        if len(text) > most:
            raise mistake(N_("Mục này dài nhất {most} ký tự."), most=most)
        return text

    return AfterValidator(check)


Label = Annotated[Prose, _at_most(LONGEST_LABEL)]
Text = Annotated[Prose, _at_most(LONGEST_TEXT)]


def _named(value: object) -> object:
    if not isinstance(value, Mapping | BaseModel):
        raise mistake(N_("Mục này phải là một bảng mã và nội dung, viết trong dấu ngoặc nhọn."))
    return value


def _element(value: object) -> object:
    """A text is short for ``{"text": …}``; anything else is a table with one of the known names."""
    if isinstance(value, str):
        return {"text": value}
    _named(value)
    if not isinstance(value, Mapping) or len(value) != 1 or next(iter(value)) not in ELEMENTS:
        known = ", ".join(ELEMENTS)
        raise mistake(
            N_("Mỗi phần của màn hình là một câu chữ, hoặc một bảng có đúng một mục trong: {known}."),
            known=known,
        )
    return value


Element = Annotated[dict[str, Text], BeforeValidator(_element)]


class Action(BaseModel):
    """One thing that can be done: a ``button``, a ``link``, or a ``send`` that wants the fields filled.

    ``to`` is the screen or the ending that follows. ``good``, ``bad`` or ``fatal`` says in one sentence
    what the step means; a step without is neutral.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    button: Label | None = None
    link: Label | None = None
    send: Label | None = None
    to: str
    good: Text | None = None
    bad: Text | None = None
    fatal: Text | None = None

    @model_validator(mode="after")
    def _check(self) -> Action:
        if len(self._given(LOOKS)) != 1:
            raise mistake(
                N_("Mỗi bước cần đúng một trong {known}, kèm chữ hiện trên đó."), known=", ".join(LOOKS)
            )
        if len(self._given(VERDICTS)) > 1:
            raise mistake(
                N_("Mỗi bước có nhiều nhất một trong {known}, kèm lời giải thích."), known=", ".join(VERDICTS)
            )
        return self

    @model_serializer(mode="wrap")
    def _as_written(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in handler(self).items() if value is not None}

    @property
    def look(self) -> str:
        """``button``, ``link`` or ``send``."""
        return self._given(LOOKS)[0]

    @property
    def label(self) -> str:
        """The words on it."""
        return str(getattr(self, self.look))

    @property
    def verdict(self) -> Verdict:
        """``good``, ``bad`` or ``fatal`` as written, else ``neutral``."""
        return next((name for name in VERDICTS if getattr(self, name) is not None), "neutral")

    @property
    def meaning(self) -> str:
        """What the step means; nothing where it is neutral."""
        return "" if self.verdict == "neutral" else str(getattr(self, self.verdict))

    def _given(self, names: tuple[str, ...]) -> list[str]:
        return [name for name in names if getattr(self, name) is not None]


class View(BaseModel):
    """One screen: its kind, its title, what it shows, and what can be done on it (id: action)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    title: Label
    show: list[Element] = Field(default_factory=list, max_length=MOST_SHOWN)
    do: dict[Slug, Annotated[Action, BeforeValidator(_named)]] = Field(max_length=MOST_ACTIONS)

    @field_validator("kind")
    @classmethod
    def _check_kind(cls, kind: str) -> str:
        if kind not in KINDS:
            raise mistake(
                N_("Không có loại màn hình “{kind}”: hãy dùng một trong {known}."),
                kind=kind,
                known=", ".join(KINDS),
            )
        return kind

    @field_validator("do")
    @classmethod
    def _check_do(cls, do: dict[str, Action]) -> dict[str, Action]:
        if not do:
            raise mistake(N_("Màn hình này không có việc gì để làm: cần ít nhất một bước."))
        return do

    def size(self) -> int:
        """How many characters a learner's page gets of it."""
        shown = [text for element in self.show for text in element.values()]
        return sum(map(len, [self.title, *shown, *(action.label for action in self.do.values())]))


Screen = Annotated[View, BeforeValidator(_named)]
