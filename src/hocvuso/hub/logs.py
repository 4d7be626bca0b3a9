"""Keeping people out of the hub's log: no user name, address or query, in whatever line the hub writes.

JupyterHub puts names into many of its sentences. Lines pass through `WithoutPeople`, which takes out what looks
like one of them, and every name that belongs to an account and was heard of since the start.
"""

from __future__ import annotations

import logging
import re

GONE = "…"
LOGGERS = ("JupyterHub", "ServerApp", "tornado.application", "tornado.access", "tornado.general", "asyncio")
_WORD = re.compile(r"[\w.@-]+")
_NAME = r"[^\s/?#,\])>'\"]+"
_PATTERNS = (
    (re.compile(r"(Failed login for ).*", re.DOTALL), r"\1" + GONE),
    (re.compile(rf"(/(?:user|users|spawn|spawn-pending|authorize)/){_NAME}"), r"\1" + GONE),
    (re.compile(rf"(jupyterhub-user-){_NAME}"), r"\1" + GONE),
    (re.compile(rf"(\b(?:user|server)=){_NAME}/?"), r"\1" + GONE),
    (re.compile(r"(<(?:User|Spawner|LabSpawner|Server)\()[^)>]*"), r"\1" + GONE),
    (re.compile(r"\([^\s()]*@?(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*(?::[0-9a-f]*){2,})\)", re.IGNORECASE), f"({GONE})"),
    (re.compile(r"(remote_ip=)'[^']*'"), r"\1" + GONE),
    (re.compile(r"(/[^\s?]*)\?[^\s)'\"]+"), r"\1"),
)  # fmt: skip


class WithoutPeople(logging.Filter):
    """Rewrites each line so that it names nobody; lets all of them pass."""

    def __init__(self) -> None:
        super().__init__()
        self._names: set[str] = set()

    def know(self, name: str) -> None:
        """Take ``name`` out of every line from now on."""
        self._names.add(name.lower())

    def clean(self, text: str) -> str:
        """``text`` without what it says of people."""
        for pattern, without in _PATTERNS:
            text = pattern.sub(without, text)
        return _WORD.sub(self._word, text)

    def _word(self, found: re.Match[str]) -> str:
        word = found[0]
        bare = word.rstrip(".")
        return GONE + word[len(bare) :] if bare.lower() in self._names else word

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the line and, where there is one, the traceback below it."""
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self.clean(record.exc_text)
        record.msg, record.args = self.clean(record.getMessage()), ()
        return True


nobody = WithoutPeople()
"""The one filter of this process."""


def keep_people_out() -> WithoutPeople:
    """Put the filter before every logger that the hub, or a JupyterLab below it, writes to."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if nobody not in logger.filters:
            logger.addFilter(nobody)
    return nobody
