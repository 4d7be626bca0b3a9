"""What a browser needs to work without a network: the worker's script and the page that it shows instead of others."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated

from hocvuso.site.files import STATIC, file_names
from hocvuso.site.web import SiteHandler

WORKER = "sw.js"
KEPT_KINDS = {".js", ".css", ".svg", ".json"}


def kept_files() -> list[str]:
    """The names below ``static/`` that the worker may keep: all but what live examples and its own script need."""
    names = (name for name in file_names() if "/" not in name and name != WORKER)
    return [name for name in names if Path(name).suffix in KEPT_KINDS]


class Worker(SiteHandler):
    """``/sw.js``: the service worker, for everyone the same; another one whenever any file that it keeps is another."""

    keeps = "no-cache"

    @allow_unauthenticated
    async def get(self) -> None:
        """Its script, with the addresses of this version before it."""
        files = {name: self.site.static_url(name) for name in kept_files()}
        script = (STATIC / WORKER).read_text(encoding="utf-8")
        version = hashlib.sha256((json.dumps(files) + script).encode()).hexdigest()[:12]
        given = {"VERSION": version, "BASE": self.site.base_url, "FILES": files}
        lines = [f"const {name} = {json.dumps(value)};" for name, value in given.items()]
        self.set_header("Content-Type", "text/javascript; charset=UTF-8")
        self.finish("\n".join([*lines, script]))


class Offline(SiteHandler):
    """``/khong-mang``: stands in for a page that can't be had without a network; names nobody."""

    @allow_unauthenticated
    async def get(self) -> None:
        """The page, as a stranger sees it."""
        self.set_header("Content-Language", self.lang)
        self.show("offline.html")

    def _who(self) -> Any:
        return None
