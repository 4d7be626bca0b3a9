"""What every question type has in common: an author's model, a learner's view of it, and a pure score.

A type says three things: which shape an answer has (``read_answer``), how much of it is right (``judge``,
a share between 0 and 1), and how key and answer read as plain text. Points are whole: the share of the
points, rounded down. Nothing here knows a notebook, a file or a browser.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from hocvuso.errors import AnswerError
from hocvuso.language import SOURCE
from hocvuso.questions.mistakes import Prose, Slug
from hocvuso.questions.retell import retell

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction
    from random import Random
    from typing import Self

State: TypeAlias = Literal["right", "partial", "wrong", "empty", "malformed", "ungraded"]
Judgement: TypeAlias = "tuple[Fraction, tuple[str, ...]] | None"
Answer: TypeAlias = str | int | float | list[str] | dict[str, str] | None
Points: TypeAlias = Annotated[int, Field(strict=True, ge=1, le=20)]


@dataclass(frozen=True, slots=True)
class Mark:
    """What an answer earned: whole ``points`` of ``out_of``, and why in a word.

    ``partial`` means that something is right; it may still round down to 0 points. ``ungraded`` waits for a
    person, with 0 points until then. ``notes`` are catalogue
    messages without fields, so that whoever shows them can put them into the reader's language.
    """

    points: int
    out_of: int
    state: State
    notes: tuple[str, ...] = ()


class Question(BaseModel):
    """One task with points. Authors write id and prompt by position, all else by name."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    # Fields of ``record`` that a learner may not see before the grading.
    secrets: ClassVar[frozenset[str]] = frozenset({"why"})
    # Fields that a record does not have while they are empty.
    sparse: ClassVar[frozenset[str]] = frozenset({"translations"})

    type: str
    id: Slug
    prompt: Prose
    why: Prose
    points: Points = 1
    translations: dict[str, dict[str, str]] = {}
    """By language: the texts for readers, by the Vietnamese ones. The build fills it in, not the author."""

    _lang: str = PrivateAttr(default=SOURCE)

    def __init__(self, /, *args: object, **data: Any) -> None:
        names = ("id", "prompt")
        for place, value in enumerate(args):
            name = names[place] if place < len(names) else ""
            # What can't be placed becomes an unknown field, so that it is told with all other mistakes.
            data[name if name and name not in data else f"({place + 1})"] = value
        super().__init__(**data)

    def record(self) -> dict[str, Any]:
        """Everything, as JSON: what ``from_record`` reads back."""
        record = self.model_dump(mode="json")
        return {name: value for name, value in record.items() if value or name not in self.sparse}

    def asked(self) -> dict[str, Any]:
        """What a learner's page may hold: the record without key and explanation."""
        return {name: value for name, value in self.record().items() if name not in self.hidden}

    @property
    def hidden(self) -> frozenset[str]:
        """The fields of the record that are not asked."""
        return self.secrets | {"translations"}

    def told(self, lang: str) -> Self:
        """The question in ``lang``; itself when it has no translation into it.

        Ids and points are the same, and any answer earns the same in every language.
        """
        texts = self.translations.get(lang)
        if not texts:
            return self
        told = retell(self, lambda text: texts.get(text, text))
        told._lang = lang  # noqa: SLF001  (one of this class)
        return told.accepting(self)

    def translated(self, translations: Mapping[str, Mapping[str, str]]) -> Self:
        """The question with ``translations``, also taking for right what is right in another language.

        Raises ``pydantic.ValidationError`` when it is no question in one of the languages.
        """
        made = self.model_copy(update={"translations": {lang: dict(t) for lang, t in translations.items()}})
        for lang in translations:
            made = made.accepting(made.told(lang))
        return type(self).model_validate(made.record())

    def accepting(self, other: Self) -> Self:
        """The question, also taking for right what ``other`` does: the same question in another language."""
        del other
        return self

    def score(self, value: object) -> Mark:
        """The mark for ``value``, whatever JSON it is. Pure, and never raises.

        ``None`` and blank answers are ``empty``; what has the wrong shape is ``malformed``; both earn 0.
        """
        try:
            answer = self.read_answer(self.asked(), value)
            if is_blank(answer):
                return Mark(0, self.points, "empty")
            judgement = self.judge(answer)
        except AnswerError as error:
            return Mark(0, self.points, "malformed", (error.message,))
        if judgement is None:
            return Mark(0, self.points, "ungraded")
        share, notes = judgement
        state: State = "right" if share == 1 else "partial" if share > 0 else "wrong"
        return Mark(int(share * self.points), self.points, state, notes)

    def show_answer(self, value: object) -> str:
        """``value`` as plain text; nothing when it is empty or malformed."""
        try:
            answer = self.read_answer(self.asked(), value)
        except AnswerError:
            return ""
        return "" if is_blank(answer) else self.tell_answer(answer)

    @classmethod
    @abstractmethod
    def read_answer(cls, asked: Mapping[str, object], value: object) -> Answer:
        """``value`` in this type's shape, texts in NFC; raises ``AnswerError``. ``None`` is no answer."""

    @abstractmethod
    def judge(self, answer: Any) -> Judgement:
        """The right share of an answer that ``read_answer`` gave, with notes for the learner.

        None where a person must judge: the mark is ``ungraded``.
        """

    @abstractmethod
    def tell_answer(self, answer: Any) -> str:
        """An answer that ``read_answer`` gave as plain text."""

    @abstractmethod
    def show_key(self) -> str:
        """The right answer as plain text."""

    @abstractmethod
    def samples(self, random: Random) -> dict[str, Any]:
        """Answers that score as their name says: right, wrong, empty, malformed.

        There is a ``partial`` one (more than 0, less than full points) where the points allow it. A type that
        a person grades has ``ungraded`` in the place of right and wrong.
        """

    def guide(self) -> str:
        """What a person who grades an answer goes by, for trainers' eyes only; nothing where none does."""
        return ""

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """In an author's notebook a question shows itself as learners will see it; nothing is saved."""
        from hocvuso.questions.widget import preview

        return preview(self)._repr_mimebundle_(**options)


def is_blank(answer: Answer) -> bool:
    """Whether there is no answer: nothing chosen, nothing written."""
    if isinstance(answer, str):
        return not answer.strip()
    return answer is None or (isinstance(answer, list | dict) and not answer)
