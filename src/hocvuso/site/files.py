"""What is sent to everyone alike: from memory, compressed once, with addresses that a browser may keep for a year."""

from __future__ import annotations

import gzip
import hashlib
import json
import mimetypes
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tornado import web

from hocvuso import questions
from hocvuso.errors import SetupError
from hocvuso.language import N_, get_language, languages
from hocvuso.lessons.page import BASE
from hocvuso.lessons.page import STATIC as STATIC_ADDRESS
from hocvuso.site.messages import browser_messages
from hocvuso.site.web import POLICY

STATIC = Path(__file__).parent / "static"
BUILT = "built"  # made by front/build.mjs
SCRIPT = "site.js"  # there is its text with all that it imports
KINDS = {".js": "text/javascript", ".css": "text/css", ".webmanifest": "application/manifest+json"}
SMALL = 600  # bytes of a picture that a request would cost more than
SAFE = " ~()*!.'/:=,"  # what an address between double quotes may hold
WORTH = 0.9  # of its size: what compresses less is sent as it is
HASHED = re.compile(r"-[A-Z0-9]{8}\.[a-z0-9]+")  # names that the bundler made from the content
_REFERENCE = re.compile(rb'(?<=")' + STATIC_ADDRESS.encode() + rb'([^"?]+)(?=")')


@dataclass(frozen=True, slots=True)
class Packed:
    """Bytes that are sent often: as they are and compressed, and the tag of this version of them."""

    body: bytes
    squeezed: bytes | None
    etag: str

    @property
    def version(self) -> str:
        """A short name of the content, for addresses."""
        return self.etag[3:15]


def pack(body: bytes) -> Packed:
    """``body``, ready to be sent."""
    squeezed = gzip.compress(body, 9, mtime=0)
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'  # weak: one tag for both forms
    return Packed(body, squeezed if len(squeezed) < WORTH * len(body) else None, tag)


def send(handler: web.RequestHandler, packed: Packed) -> None:
    """Answer with ``packed``: compressed for who takes that, 304 for who has it already."""
    handler.set_header("ETag", packed.etag)
    if handler.check_etag_header():
        handler.set_status(304)
        handler.finish()
    elif packed.squeezed and "gzip" in handler.request.headers.get("Accept-Encoding", ""):
        handler.set_header("Content-Encoding", "gzip")
        handler.finish(packed.squeezed)
    else:
        handler.finish(packed.body)


def check_built(static: Path = STATIC) -> None:
    """SetupError when the scripts that pages load were not built."""
    missing = [
        path for name in (SCRIPT, "live.js", "editor.js") if not (path := static / BUILT / name).is_file()
    ]
    if missing:
        raise SetupError(N_("Thiếu {path}: hãy chạy “make setup” rồi thử lại."), path=missing[0])


@cache
def find_file(name: str) -> Packed | None:
    """The file at ``static/<name>``; None when there is none."""
    make = _files().get(name)
    return pack(make()) if make else None


def file_names() -> list[str]:
    """The names of all static files, in a fixed order."""
    return sorted(_files())


def address_of(base: str, name: str) -> str:
    """Where a browser finds a static file; another address for each version of it. KeyError when there is none."""
    file = find_file(name)
    if file is None:
        raise KeyError(name)
    return f"{base}static/{name}?v={file.version}"


def place_of(base: str, name: str) -> str:
    """What a page of ours names: the address of a static file, or, for a small picture, one that holds it."""
    return _inside(name) or address_of(base, name)


def with_versions(html: bytes) -> bytes:
    """A built page with the present addresses of the static files that it names; small pictures stand in it."""

    def current(found: re.Match[bytes]) -> bytes:
        name = found[1].decode("utf-8")
        return place_of(BASE, name).encode("utf-8") if find_file(name) else found[0]

    return _REFERENCE.sub(current, html)


class Static(web.RequestHandler):
    """Style sheets, scripts, pictures: the same for everyone, so without sign-in."""

    def get(self, name: str) -> None:
        """The file, to be kept for a year at the address of this version, else asked for again after five minutes."""
        file = find_file(name)
        if file is None:
            raise web.HTTPError(404)
        asked = self.get_query_argument("v", "")
        lasts = HASHED.search(name) or asked == file.version
        self.set_header("Cache-Control", f"public, max-age={'31536000, immutable' if lasts else 300}")
        self.set_header("Content-Type", _kind_of(name))
        send(self, file)

    head = get

    def set_default_headers(self) -> None:
        """Send the headers that every response of ours has."""
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Content-Security-Policy", POLICY)
        self.clear_header("Server")

    def write_error(self, status_code: int, **_: Any) -> None:
        """Only the number: nobody reads this page."""
        self.finish(str(status_code))


@cache
def _files() -> dict[str, Callable[[], bytes]]:
    """Every name below ``static/``, and what makes its content: our own files, and what question types bring."""
    found: dict[str, Callable[[], bytes]] = {
        path.relative_to(STATIC).as_posix(): path.read_bytes for path in STATIC.rglob("*") if path.is_file()
    }
    found[SCRIPT] = _script
    found["lesson.css"] = _lesson_css
    for lang in languages():
        found[f"messages-{lang}.json"] = lambda lang=lang: _messages(lang)  # type: ignore[misc]
    return found


def _script() -> bytes:
    """What pages load: the front ends of the question types, which plug-ins can add to, and then what was built."""
    built = (STATIC / BUILT / SCRIPT).read_text("utf-8")
    return f"const hvFronts = {questions.front_ends()};\n{built}".encode()


def _lesson_css() -> bytes:
    """The sheet of every page: of lessons with their small pictures in it, of other pages, of the question types."""
    own = "".join((STATIC / name).read_text("utf-8") for name in ("lesson.css", "site.css"))
    whole = re.sub(r'(?<=url\(")([\w.-]+)(?="\))', lambda found: _inside(found[1]) or found[0], own)
    return (whole + questions.front_css()).encode("utf-8")


def _inside(name: str) -> str | None:
    """A small picture as an address that holds it, which costs no request; None for anything else."""
    file = find_file(name) if name.endswith(".svg") else None
    small = file is not None and len(file.body) <= SMALL
    return f"data:image/svg+xml,{quote(file.body, safe=SAFE)}" if file and small else None


def _messages(lang: str) -> bytes:
    return json.dumps(browser_messages(get_language(lang)), ensure_ascii=False).encode("utf-8")


def _kind_of(name: str) -> str:
    kind = KINDS.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    text = kind.startswith("text/") or kind.endswith("json")
    return f"{kind}; charset=UTF-8" if text else kind
