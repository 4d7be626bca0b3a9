"""Every question type says which of its texts are for readers, and earns the same in every language."""

from __future__ import annotations

import re
from random import Random

import pytest
from pydantic import ValidationError

from hocvuso.questions import Choice, Number, Question, ShortText, example, from_record, types
from hocvuso.questions.hotspot.model import SPAN
from hocvuso.questions.retell import texts_of

NAMES = sorted(types())
LETTERS = str.maketrans("0123456789", "ghijklmnop")


def foreign(text: str) -> str:
    """``text`` in another language: no word of it is left but what is marked."""
    if SPAN.search(text):
        return SPAN.sub(lambda span: f"[[{span[1]}|zz {span[1]}]]", text)
    return "\n".join(f"zz {line.encode().hex().translate(LETTERS)}" for line in text.split("\n"))


def translated(question: Question) -> Question:
    """The question with such a translation."""
    return question.translated({"en": {text: foreign(text) for text in texts_of(question)}})


@pytest.mark.parametrize("name", NAMES)
def test_any_answer_earns_the_same_in_every_language(name: str) -> None:
    """Also what only one of them takes for right."""
    original = example(name)
    known = translated(original)
    told = known.told("en")
    assert told.prompt != original.prompt == known.prompt
    for chance in map(Random, range(20)):
        for answer in original.samples(chance).values():
            assert original.score(answer) == known.score(answer) == told.score(answer)
        for answer in told.samples(chance).values():
            assert known.score(answer) == told.score(answer)


@pytest.mark.parametrize("name", NAMES)
def test_ids_keys_and_points_stand_once(name: str) -> None:
    """A translation adds no field to what is asked and changes no text that is no reader's."""
    original = example(name)
    known = from_record(translated(original).record())
    assert known == translated(original)
    assert known.asked() == original.asked()
    told = known.told("en").asked()
    assert told.keys() == original.asked().keys()
    assert told["id"] == original.id
    assert told["points"] == original.points
    assert known.told("xx") is known
    back = {foreign(text): text for text in texts_of(original)}
    assert turned_back(told, back) == original.asked()


def turned_back(value: object, texts: dict[str, str]) -> object:
    """``value`` with each of ``texts`` in the place of its translation."""
    if isinstance(value, dict):
        return {key: turned_back(part, texts) for key, part in value.items()}
    if isinstance(value, list):
        return [turned_back(part, texts) for part in value]
    return texts.get(value, value) if isinstance(value, str) else value


@pytest.mark.parametrize(
    "name", sorted(set(NAMES) - {"short_text", "free_text", "code"})
)  # answers are texts
def test_results_are_told_in_the_language(name: str) -> None:
    """Key and answer have no word of Vietnamese left but data: what was typed, and the cells of a table."""
    original = example(name)
    told = translated(original).told("en")
    data = f"{getattr(original, 'rows', '')} {getattr(original, 'repairs', '')}"
    answer = told.samples(Random(1))["right"]
    for text in (told.show_key(), told.show_answer(answer)):
        assert {word for word in re.findall(r"\w*[À-ỹ]\w*", text) if word not in data} == set()


def test_spellings_and_units_of_a_translation_are_right_too() -> None:
    """For readers of either language; they are not asked, and the first of a language is its key."""
    short = ShortText("q", "Gọi là gì?", accept=["máy", "AI"], why="Vì thế.")
    known = short.translated(
        {"en": {"Gọi là gì?": "What?", "Vì thế.": "So.", "máy\nAI": "a machine\na bot\na robot"}}
    )
    for answer in ("máy", "AI", "A bot.", "a robot"):
        assert known.score(answer).points == known.told("en").score(answer).points == 1
    assert short.score("a bot").points == known.score("a boat").points == 0
    assert (known.show_key(), known.told("en").show_key()) == ("máy", "a machine")
    assert known.asked().keys() == short.asked().keys()

    number = Number("q", "Mấy?", value=29, unit="kiến nghị", why="Vì thế.")
    counted = number.translated({"en": {"kiến nghị": "petitions"}})
    for answer in ("29", "29 kiến nghị", "29 petitions"):
        assert counted.score(answer).points == counted.told("en").score(answer).points == 1
    assert counted.score("29 people").points == number.score("29 petitions").points == 0
    assert counted.told("en").show_key() == "29 petitions"


def test_a_translation_that_is_no_question_is_refused() -> None:
    """As two options alike would be in the original."""
    question = Choice("q", "Hỏi?", options={"a": "Một", "b": "Hai"}, key="a", why="Vì thế.")
    with pytest.raises(ValidationError):
        question.translated({"en": {"Một": "One", "Hai": "one"}})
