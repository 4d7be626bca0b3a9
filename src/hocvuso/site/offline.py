"""What a browser needs to work without a network: the worker's script, and in it the page that stands in for others."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from hocvuso.language import get_language, languages
from hocvuso.site.files import STATIC, Packed, Static, address_of, file_names, pack, send
from hocvuso.site.web import POLICY, render

if TYPE_CHECKING:
    from hocvuso.site.service import Site

WORKER = "sw.js"
KEPT_KINDS = {".js", ".css", ".svg", ".json"}


def kept_files() -> list[str]:
    """The names below ``static/`` that the worker may keep: all but what live examples and its own script need."""
    names = (name for name in file_names() if "/" not in name and name != WORKER)
    return [name for name in names if Path(name).suffix in KEPT_KINDS]


class Worker(Static):
    """``/sw.js``: the service worker, for everyone the same; another one whenever anything that it keeps is another."""

    def initialize(self, site: Site) -> None:
        """``site`` has the addresses and the page; the script is made once."""
        if site.worker is None:
            site.worker = _worker(site)
        self._script = site.worker

    def get(self) -> None:  # type: ignore[override]  # of one name
        """Its script, with what it is told of this version before it."""
        self.set_header("Cache-Control", "no-cache")
        self.set_header("Content-Type", "text/javascript; charset=UTF-8")
        send(self, self._script)

    head = get  # type: ignore[assignment]  # as above


def _worker(site: Site) -> Packed:
    script = (STATIC / WORKER).read_text(encoding="utf-8")
    given = {
        "BASE": site.base_url,
        "FILES": {name: address_of(site.base_url, name) for name in kept_files()},
        "STAND_INS": {code: render(site, get_language(code), "offline.html") for code in languages()},
        "POLICY": POLICY,
    }
    version = hashlib.sha256((json.dumps(given) + script).encode()).hexdigest()[:12]
    lines = [
        f"const {name} = {json.dumps(value, ensure_ascii=False)};"
        for name, value in {"VERSION": version, **given}.items()
    ]
    return pack("\n".join([*lines, script]).encode("utf-8"))
