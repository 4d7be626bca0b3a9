"""What a browser needs to work without a network: the worker's script and the page that it shows instead of others."""

from __future__ import annotations

import hashlib
import json
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import allow_unauthenticated

from hocvuso.site.files import STATIC, Packed, Static, address_of, file_names, pack, send
from hocvuso.site.web import SiteHandler

if TYPE_CHECKING:
    from hocvuso.site.service import Site

WORKER = "sw.js"
KEPT_KINDS = {".js", ".css", ".svg", ".json"}


def kept_files() -> list[str]:
    """The names below ``static/`` that the worker may keep: all but what live examples and its own script need."""
    names = (name for name in file_names() if "/" not in name and name != WORKER)
    return [name for name in names if Path(name).suffix in KEPT_KINDS]


class Worker(Static):
    """``/sw.js``: the service worker, for everyone the same; another one whenever any file that it keeps is another."""

    def initialize(self, site: Site) -> None:
        """``site`` has the addresses."""
        self._base = site.base_url

    def get(self) -> None:  # type: ignore[override]  # of one name
        """Its script, with the addresses of this version before it."""
        self.set_header("Cache-Control", "no-cache")
        self.set_header("Content-Type", "text/javascript; charset=UTF-8")
        send(self, _worker(self._base))

    head = get  # type: ignore[assignment]  # as above


class Offline(SiteHandler):
    """``/khong-mang``: stands in for a page that can't be had without a network; names nobody."""

    @allow_unauthenticated
    async def get(self) -> None:
        """The page, as a stranger sees it."""
        self.set_header("Content-Language", self.lang)
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        send(self, _packed(self.render_page("offline.html")))

    def _who(self) -> Any:
        return None


@cache
def _worker(base: str) -> Packed:
    files = {name: address_of(base, name) for name in kept_files()}
    script = (STATIC / WORKER).read_text(encoding="utf-8")
    version = hashlib.sha256((json.dumps(files) + script).encode()).hexdigest()[:12]
    given = {"VERSION": version, "BASE": base, "FILES": files}
    lines = [f"const {name} = {json.dumps(value)};" for name, value in given.items()]
    return pack("\n".join([*lines, script]).encode("utf-8"))


@lru_cache(maxsize=8)
def _packed(html: str) -> Packed:
    """A page that hardly ever is another, compressed once."""
    return pack(html.encode("utf-8"))
