"""What an operator may decide about the kernels of live examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

from hocvuso.errors import SetupError
from hocvuso.language import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelSettings:
    """Whole numbers above 0; each is the variable ``HOCVUSO_KERNEL_…`` of its name in capitals."""

    idle_minutes: int = 10
    """A kernel that nobody has used for so long is closed; answers are kept by the site, so nothing is lost."""
    parents: int = 2
    """Processes that kernels are forked from. The kernels of one that dies are lost, the others' are not."""
    per_learner: int = 3
    """Live examples that one learner may have at once; the one used longest ago makes room for another."""
    in_all: int = 200
    """Live examples at once on this machine."""

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> Self:
        """What ``env`` names, the others as they are here; SetupError names every one that is no such number."""
        given = {field.name: env.get(_variable(field.name)) for field in fields(cls)}
        found = {name: text for name, text in given.items() if text}
        wrong = [
            f"{_variable(name)}={text}"
            for name, text in found.items()
            if not text.isdecimal() or int(text) < 1
        ]
        if wrong:
            raise SetupError(
                N_("{wrong}: hãy viết một số nguyên từ 1 trở lên, ví dụ 10."), wrong=", ".join(wrong)
            )
        return cls(**{name: int(text) for name, text in found.items()})

    def environment(self) -> dict[str, str]:
        """The variables that `from_environment` reads back."""
        return {_variable(field.name): str(getattr(self, field.name)) for field in fields(self)}


def _variable(name: str) -> str:
    return f"HOCVUSO_KERNEL_{name.upper()}"
