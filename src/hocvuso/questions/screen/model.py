"""A situation on simulated screens: what the learner does is the answer."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from hocvuso.errors import AnswerError
from hocvuso.language import N_
from hocvuso.questions.base import Answer, Question
from hocvuso.questions.mistakes import Prose, Slug, mistake, raise_mistakes
from hocvuso.questions.screen.parts import Action, Screen, View
from hocvuso.questions.screen.paths import MOST_STEPS, Links, Walk, follow, reached, wander, way_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from random import Random

    from pydantic_core import PydanticCustomError

MOST_SCREENS = 30
MOST_ENDINGS = 12
MOST_CHARACTERS = 20_000
SIGNS = {"good": "✓ ", "bad": "✗ ", "fatal": "✗✗ ", "neutral": ""}


class SimulatedScreen(Question):
    """Act on simulated ``screens``, from the first one to one of ``endings``; an answer is the list of steps.

    A step is good, neutral, bad or fatal. With n good steps on the author's ``best`` path, the share is
    (good steps taken, at most n, - bad steps taken) / n, never below 0; each step counts once, however often
    it is taken; one fatal step leaves nothing. On a path that has not come to an ending, at most n - 1 good
    steps count. Points are that share of the points, rounded down.

    Guessing: ``guess`` walks at random and says what that earns on average. There is always a path without any
    good step, which earns nothing.

    Before the grading a learner's page holds the screens and where steps lead, but neither what a step
    means nor any ending. A learner may start again; the last path is the answer.
    """

    secrets: ClassVar[frozenset[str]] = frozenset({"why", "endings", "best"})

    type: Literal["screen"] = "screen"
    screens: dict[Slug, Screen] = Field(max_length=MOST_SCREENS)
    endings: dict[Slug, Prose] = Field(max_length=MOST_ENDINGS)
    best: list[str] = Field(max_length=MOST_STEPS)

    @field_validator("screens")
    @classmethod
    def _check_screens(cls, screens: dict[str, View]) -> dict[str, View]:
        if not screens:
            raise mistake(N_("Cần ít nhất một màn hình."))
        if sum(view.size() for view in screens.values()) > MOST_CHARACTERS:
            message = N_("Tất cả màn hình cộng lại dài nhất {most} ký tự: hãy viết ngắn hơn.")
            raise mistake(message, most=MOST_CHARACTERS)
        return screens

    @field_validator("endings")
    @classmethod
    def _check_endings(cls, endings: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        if not endings:
            raise mistake(N_("Cần ít nhất một kết thúc."))
        screens = info.data.get("screens")
        if screens is not None:
            raise_mistakes(cls.__name__, [((), error) for error in _faults(screens, endings)])
        return endings

    @field_validator("best")
    @classmethod
    def _check_best(cls, best: list[str], info: ValidationInfo) -> list[str]:
        screens = info.data.get("screens")
        if screens is None or info.data.get("endings") is None:
            return best
        here, taken = next(iter(screens)), []
        for place, step in enumerate(best):
            if here not in screens or step not in screens[here].do:
                unknown = N_("Bước “{step}” không có ở “{screen}”.")
                raise_mistakes(cls.__name__, [((place,), mistake(unknown, step=step, screen=here))])
            taken.append(screens[here].do[step])
            here = taken[-1].to
        if here in screens:
            raise mistake(N_("Đường đi tốt nhất dừng ở màn hình “{screen}”, chưa tới kết thúc."), screen=here)
        if not {action.verdict for action in taken}.isdisjoint({"bad", "fatal"}):
            raise mistake(N_("Đường đi tốt nhất có một bước xấu."))
        if not any(action.verdict == "good" for action in taken):
            raise mistake(N_("Đường đi tốt nhất cần ít nhất một bước tốt (good)."))
        return best

    def asked(self) -> dict[str, Any]:
        """The record without explanations and endings; a step that ends the path leads nowhere."""
        screens = {
            name: {**view.model_dump(mode="json"), "do": {key: self._shown(a) for key, a in view.do.items()}}
            for name, view in self.screens.items()
        }
        return {**super().asked(), "screens": screens, "start": self._start}

    @classmethod
    def read_answer(cls, asked: Mapping[str, object], value: object) -> Answer:
        """The ids of the steps taken, from the first screen on."""
        if value is None:
            return None
        if not isinstance(value, list):
            raise AnswerError(N_("Câu trả lời phải là danh sách các bước đã đi."))
        if len(value) > MOST_STEPS:
            raise AnswerError(N_("Đường đi quá dài: hãy làm lại từ đầu."))
        return [step for _, step in follow(asked, value).steps]

    def judge(self, answer: list[str]) -> tuple[Fraction, tuple[str, ...]]:
        """(good steps - bad steps) / good steps of the best path; nothing after a fatal step."""
        walk = self._walk(answer)
        notes = () if walk.ended else (N_("Anh/chị chưa đi tới chỗ tình huống kết thúc."),)
        verdicts = [self.screens[name].do[step].verdict for name, step in dict.fromkeys(walk.steps)]
        if "fatal" in verdicts:
            return Fraction(0), (N_("Có một bước gây hậu quả nặng nên cả câu không được điểm."), *notes)
        wanted = self._good_steps
        good = min(verdicts.count("good"), wanted if walk.ended else wanted - 1)
        return Fraction(max(0, good - verdicts.count("bad")), wanted), notes

    def tell_answer(self, answer: list[str]) -> str:
        """One line per step: the screen, what was done, what it means; then what came of it."""
        walk = self._walk(answer)
        lines = [
            f"{n}. {_told(self.screens[name], self.screens[name].do[step])}"
            for n, (name, step) in enumerate(walk.steps, start=1)
        ]
        if walk.ended:
            name, step = walk.steps[-1]
            lines.append(f"→ {self.endings[self.screens[name].do[step].to]}")
        return "\n".join(lines)

    def show_key(self) -> str:
        """The best path, told as an answer is."""
        return self.tell_answer(self.best)

    def samples(self, random: Random) -> dict[str, Any]:
        """Answers that score as their name says."""
        wrong = way_out(_links(self.screens, but="good"), self._start)
        malformed = [self.best[0], {"0": self.best[0]}, [None], ["(không có)"], [*self.best, self.best[-1]]]
        samples: dict[str, Any] = {
            "right": self.best,
            "wrong": wrong,
            "empty": None,
            "malformed": random.choice(malformed),
        }
        cut = [self.best[:n] for n in range(1, len(self.best))]
        parts = [path for path in cut if int(self.judge(path)[0] * self.points) > 0]
        if parts:
            samples["partial"] = random.choice(parts)
        return samples

    def guess(self, random: Random, walks: int = 1000) -> Fraction:
        """The share that pressing at random earns on average, from so many ``walks``."""
        links = _links(self.screens)
        return (
            sum((self.judge(wander(links, self._start, random))[0] for _ in range(walks)), Fraction(0))
            / walks
        )

    @property
    def _start(self) -> str:
        return next(iter(self.screens))

    @property
    def _good_steps(self) -> int:
        steps = dict.fromkeys(self._walk(self.best).steps)
        return sum(self.screens[name].do[step].verdict == "good" for name, step in steps)

    def _walk(self, path: list[str]) -> Walk:
        here, steps = self._start, []
        for step in path:
            steps.append((here, step))
            here = self.screens[here].do[step].to
        return Walk(tuple(steps), ended=here in self.endings)

    def _shown(self, action: Action) -> dict[str, str]:
        return {action.look: action.label} | ({"to": action.to} if action.to in self.screens else {})


def _told(view: View, action: Action) -> str:
    meaning = f" — {action.meaning}" if action.meaning else ""
    return f"{SIGNS[action.verdict]}{view.title}: {action.label}{meaning}"


def _links(screens: Mapping[str, View], *, but: str = "") -> Links:
    """Where the steps lead, without those of the verdict ``but``."""
    return {
        name: {key: action.to for key, action in view.do.items() if action.verdict != but}
        for name, view in screens.items()
    }


def _faults(screens: Mapping[str, View], endings: Mapping[str, str]) -> Iterator[PydanticCustomError]:
    """All that is wrong with where the steps lead."""
    links = _links(screens)
    for name in screens.keys() & endings.keys():
        yield mistake(N_("“{name}” vừa là màn hình vừa là kết thúc: hãy đổi một mã."), name=name)
    known = screens.keys() | endings.keys()
    lost = [
        (name, step, to) for name, steps in links.items() for step, to in steps.items() if to not in known
    ]
    for name, step, to in lost:
        message = N_("Bước “{screen}.{step}” dẫn đến “{to}”: không có màn hình hay kết thúc nào mã như vậy.")
        yield mistake(message, screen=name, step=step, to=to)
    if lost:
        return
    start = next(iter(screens))
    found = reached(links, start)
    for name in screens:
        if name not in found:
            yield mistake(N_("Không có đường nào đến màn hình “{screen}”."), screen=name)
        elif way_out(links, name) is None:
            yield mistake(N_("Từ màn hình “{screen}” không có đường nào đến kết thúc."), screen=name)
    for name in endings:
        if name not in found:
            yield mistake(N_("Không có đường nào đến kết thúc “{ending}”."), ending=name)
    if way_out(_links(screens, but="good"), start) is None:
        yield mistake(N_("Cần một đường đi tới kết thúc mà không qua bước tốt (good) nào."))
