"""Refusals with a sentence of ours, which the hub's own handlers carry to the page."""

from __future__ import annotations

from typing import Self

from tornado.web import HTTPError

from hocvuso.errors import HocVuSoError


class Sentence(str):
    """What the hub takes for a plain message: the sentence in Vietnamese, and on a page in the reader's language."""

    __slots__ = ("error",)
    error: HocVuSoError

    @classmethod
    def of(cls, error: HocVuSoError) -> Self:
        """The sentence of ``error``."""
        made = cls(error.tell())
        made.error = error
        return made

    def tell(self, lang: str) -> str:
        """The sentence in ``lang``."""
        return self.error.tell(lang)


def refusal(status: int, error: HocVuSoError, *, retry_after: int = 0) -> HTTPError:
    """What a handler of the hub raises: the page says ``error``, and scripts when to try again."""
    refused = HTTPError(status)
    refused.jupyterhub_message = Sentence.of(error)  # type: ignore[attr-defined]  # the hub's own protocol
    refused.headers = {"Retry-After": str(retry_after)} if retry_after else {}  # type: ignore[attr-defined]  # also
    return refused
