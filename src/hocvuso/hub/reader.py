"""The hub's pages in the reader's language, under a policy that lets only our own inline parts run.

The hub renders all its pages through one method of its base handler; `speak_to_readers` puts ours before it.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from jupyterhub.handlers import BaseHandler

from hocvuso.language import LANG_COOKIE, choose_language, get_language, languages

TEMPLATES = Path(__file__).parent / "templates"
_POLICY = (
    "default-src 'self'; script-src {inline}; style-src {inline}; img-src 'self' data:; font-src 'self' data:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
POLICY = _POLICY.format(inline="'self'")
# The hub's admin page and its token page bring scripts in the page itself; nobody but who may see them gets this.
STOCK_POLICY = _POLICY.format(inline="'self' 'unsafe-inline'")
_stock_render = BaseHandler.render_template


def speak_to_readers() -> None:
    """Let every page of the hub, its own too, be rendered for the reader who asked."""
    BaseHandler.render_template = _render_for_reader


def _render_for_reader(self: Any, name: str, sync: bool = False, **context: Any) -> Any:  # noqa: FBT001, FBT002  (the hub's)
    lang, nonce = _language_of(self), secrets.token_urlsafe(16)
    ours = (TEMPLATES / name).is_file()
    inline = f"'self' 'nonce-{nonce}'"
    self.set_header("Content-Security-Policy", _POLICY.format(inline=inline) if ours else STOCK_POLICY)
    reader = {
        "_": get_language(lang),
        "lang": lang,
        "nonce": nonce,
        "told": lambda message: message.tell(lang) if hasattr(message, "tell") else message,
        "other_languages": {
            code: in_language(self.request.uri, code) for code in languages() if code != lang
        },
    }
    return _stock_render(self, name, sync=sync, **(reader | context))


def _language_of(handler: Any) -> str:
    asked = handler.request.query_arguments.get("lang", [b""])[-1].decode("ascii", "ignore")
    if asked in languages():
        handler._set_cookie(LANG_COOKIE, asked, encrypted=False, expires_days=365, path="/")  # noqa: SLF001  (the hub's way)
    return choose_language(asked, handler.get_cookie(LANG_COOKIE, ""))


def in_language(uri: str, lang: str) -> str:
    """The address of the same page in ``lang``; for a sign-in that is over, the page where it begins."""
    asked = urlsplit(uri)
    if asked.path.endswith("/oauth_callback"):
        return asked.path.removesuffix("oauth_callback") + f"login?lang={lang}"
    query = [(name, value) for name, value in parse_qsl(asked.query) if name != "lang"]
    return f"{asked.path}?{urlencode([*query, ('lang', lang)])}"
