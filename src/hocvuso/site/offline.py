"""What a browser needs to work without a network: the worker's script, and in it the page that stands in for others."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from hocvuso.language import get_language, languages
from hocvuso.site.files import STATIC, Packed, address_of, file_names, pack, send_ready
from hocvuso.site.web import policy, render

if TYPE_CHECKING:
    from tornado.httputil import HTTPServerRequest

    from hocvuso.site.service import Site

WORKER = "sw.js"
KEPT_KINDS = {".js", ".css", ".svg", ".json"}


def kept_files() -> list[str]:
    """The names below ``static/`` that the worker may keep: all but what live examples and its own script need."""
    names = (name for name in file_names() if "/" not in name and name != WORKER)
    return [name for name in names if Path(name).suffix in KEPT_KINDS]


def worker(site: Site) -> Callable[..., None]:
    """What answers ``/sw.js``, the service worker: for everyone the same; another one when what it keeps is."""
    made = cache(lambda: _worker(site))

    def answer(request: HTTPServerRequest, **_: object) -> None:
        send_ready(request, made(), keeps="no-cache", kind="text/javascript; charset=UTF-8")

    return answer


def _worker(site: Site) -> Packed:
    script = (STATIC / WORKER).read_text(encoding="utf-8")
    given = {
        "BASE": site.base_url,
        "FILES": {name: address_of(site.base_url, name) for name in kept_files()},
        "STAND_INS": {code: render(site, get_language(code), "offline.html") for code in languages()},
        "POLICY": policy(),
    }
    version = hashlib.sha256((json.dumps(given) + script).encode()).hexdigest()[:12]
    lines = [
        f"const {name} = {json.dumps(value, ensure_ascii=False)};"
        for name, value in {"VERSION": version, **given}.items()
    ]
    return pack("\n".join([*lines, script]).encode("utf-8"))
