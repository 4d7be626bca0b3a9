"""How a learner's JupyterLab talks to the site: over HTTP, with the hub's token of that one server.

The token stays in the memory of the server's process (`hocvuso.hub.lab`); no kernel has it. Whatever goes wrong is a
`SiteError` with a sentence that says what to do next.
"""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from hocvuso.errors import SiteError
from hocvuso.language import N_

SECONDS = 20
PAUSES = (0.5, 2.0)  # before a second and a third try
LARGEST_REPLY = 32 * 1024 * 1024
_AWAY = N_("Không kết nối được với trang học. Tệp của anh/chị vẫn còn; hãy thử lại sau ít phút.")
_BUSY = N_("Trang học đang bận. Tệp của anh/chị vẫn còn; hãy thử lại sau ít phút.")
_SIGN_IN = N_(
    "Trang học không còn nhận ra JupyterLab này. Tệp của anh/chị vẫn còn; "
    "hãy đăng xuất, đăng nhập rồi mở lại JupyterLab."
)
NONSENSE = N_("Trang học trả lời không đúng dạng: hãy thử lại; nếu vẫn lỗi, hãy báo người vận hành.")
_SERVER_ERROR = 500
_FULL = 507  # the site says itself that its disk is full


@dataclass(frozen=True, slots=True)
class SiteDoor:
    """The site at ``url``, below which all its addresses lie, asked as the one whose ``token`` it is."""

    url: str
    token: str = field(repr=False)

    def get(self, path: str) -> Any:
        """The JSON at ``path``; SiteError."""
        return _json(self._ask(path, None))

    def get_bytes(self, path: str) -> bytes:
        """The file at ``path``; SiteError."""
        return self._ask(path, None)

    def post(self, path: str, body: bytes) -> Any:
        """The answer to JSON ``body``; SiteError. Sent again, byte for byte, when no answer came."""
        return _json(self._ask(path, body))

    def _ask(self, path: str, body: bytes | None) -> bytes:
        for pause in PAUSES:
            try:
                return self._ask_once(path, body)
            except _NoAnswerError:
                time.sleep(pause)
        return self._ask_once(path, body)

    def _ask_once(self, path: str, body: bytes | None) -> bytes:
        headers = {"Authorization": f"token {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data=body, headers=headers)  # noqa: S310  (the site's own address)
        # no proxy of the environment, which learner code could have named, and no redirect to anywhere else
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
        try:
            with opener.open(request, timeout=SECONDS) as answer:
                content: bytes = answer.read(LARGEST_REPLY + 1)
        except urllib.error.HTTPError as error:
            raise _told(error) from error
        except (OSError, http.client.HTTPException) as error:
            raise _NoAnswerError(_AWAY) from error
        if len(content) > LARGEST_REPLY:
            raise SiteError(NONSENSE)
        return content


class _NoAnswerError(SiteError):
    """Nobody knows whether the request was heard: it may be sent again."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Takes a redirect for the refusal that it is: the site sends nobody elsewhere who has a token."""

    def redirect_request(self, *_: Any) -> None:
        """Go nowhere."""


def _told(error: urllib.error.HTTPError) -> SiteError:
    if error.code in {301, 302, 303, 307, 308, 401, 403}:
        return SiteError(_SIGN_IN)
    try:
        sentence = json.loads(error.read(64 * 1024))["error"]
    except (OSError, http.client.HTTPException, ValueError, TypeError, KeyError):
        sentence = None
    if error.code >= _SERVER_ERROR and error.code != _FULL:
        return _NoAnswerError(_BUSY)
    return SiteError(sentence if isinstance(sentence, str) else NONSENSE)


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise SiteError(NONSENSE) from error
