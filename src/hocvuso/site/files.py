"""What is sent to everyone alike: from memory, compressed once, with addresses that a browser may keep for a year."""

from __future__ import annotations

import gzip
import hashlib
import json
import mimetypes
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import cast
from urllib.parse import quote

from tornado import web
from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPServerRequest,
    ResponseStartLine,
    format_timestamp,
)

from hocvuso import questions
from hocvuso.errors import SetupError
from hocvuso.language import N_, get_language, languages
from hocvuso.lessons.page import BASE
from hocvuso.lessons.page import STATIC as STATIC_ADDRESS
from hocvuso.site import early
from hocvuso.site.messages import browser_messages

STATIC = Path(__file__).parent / "static"
BUILT = "built"  # made by front/build.mjs
SCRIPT = "site.js"  # there is its text with all that it imports
KINDS = {".js": "text/javascript", ".css": "text/css", ".webmanifest": "application/manifest+json"}
SMALL = 600  # bytes of a picture that a request would cost more than
SAFE = " ~()*!.'/:=,"  # what an address between double quotes may hold
WORTH = 0.9  # of its size: what compresses less is sent as it is
HASHED = re.compile(r"-[A-Z0-9]{8}\.[a-z0-9]+")  # names that the bundler made from the content
_EVERY = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; frame-ancestors 'self'",
}
_EARLY = f'<script src="{STATIC_ADDRESS}{early.SCRIPT}"></script>'.encode()
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
    if _has_it(handler.request, packed):
        handler.set_status(304)
        handler.finish()
        return
    body, coding = _form_for(handler.request, packed)
    if coding:
        handler.set_header("Content-Encoding", coding)
    handler.finish(body)


def check_built(static: Path = STATIC) -> None:
    """SetupError when the scripts that pages load were not built."""
    missing = [
        path
        for name in (SCRIPT, early.SCRIPT, "live.js", "editor.js")
        if not (path := static / BUILT / name).is_file()
    ]
    if missing:
        raise SetupError(N_("Thiếu {path}: hãy chạy “make setup” rồi thử lại."), path=missing[0])


def find_file(name: str) -> Packed | None:
    """The file at ``static/<name>``; None when there is none, and then nothing is remembered of the name."""
    return _packed(name) if name in _files() else None


@cache
def _packed(name: str) -> Packed:
    return pack(_files()[name]())


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
    """A built page with the present addresses of the static files that it names.

    Small pictures stand in it, and so does the script that runs before it is drawn.
    """

    def current(found: re.Match[bytes]) -> bytes:
        name = found[1].decode("utf-8")
        return place_of(BASE, name).encode("utf-8") if find_file(name) else found[0]

    return _REFERENCE.sub(current, html.replace(_EARLY, f"<script>{early.early_script()}</script>".encode()))


def static(request: HTTPServerRequest, path_args: list[bytes], **_: object) -> None:
    """``/static/<name>``: style sheets, scripts, pictures, without sign-in.

    To be kept for a year at the address of this version, else asked for again after five minutes. A function that
    answers by itself where a handler would be made for each request: half the work, and files are most of them.
    """
    name = path_args[0].decode("utf-8", "replace")
    file = find_file(name)
    if file is None:
        send_ready(request, None)
        return
    lasts = HASHED.search(name) or request.query_arguments.get("v", [b""])[-1] == file.version.encode()
    keeps = f"public, max-age={'31536000, immutable' if lasts else 300}"
    send_ready(request, file, keeps=keeps, kind=_kind_of(name))


def send_ready(
    request: HTTPServerRequest, packed: Packed | None, *, keeps: str = "no-store", kind: str = ""
) -> None:
    """Answer a GET or HEAD of anybody's with ``packed``, or only a status: 404 for None, 405 for another method."""
    headers = HTTPHeaders(_EVERY)
    headers["Date"] = format_timestamp(time.time())
    headers["Cache-Control"] = keeps
    status, body = HTTPStatus.OK, b""
    if request.method not in {"GET", "HEAD"}:
        status, headers["Allow"] = HTTPStatus.METHOD_NOT_ALLOWED, "GET, HEAD"
    elif packed is None:
        status = HTTPStatus.NOT_FOUND
    else:
        headers["ETag"], headers["Vary"] = packed.etag, "Accept-Encoding"
        if _has_it(request, packed):
            status = HTTPStatus.NOT_MODIFIED
        else:
            body, coding = _form_for(request, packed)
            headers["Content-Type"] = kind
            if coding:
                headers["Content-Encoding"] = coding
    if status != HTTPStatus.NOT_MODIFIED:
        headers["Content-Length"] = str(len(body))
    connection = cast("HTTPConnection", request.connection)
    line = ResponseStartLine("HTTP/1.1", status.value, status.phrase)
    connection.write_headers(line, headers, b"" if request.method == "HEAD" else body)
    connection.finish()


def _has_it(request: HTTPServerRequest, packed: Packed) -> bool:
    """Whether the browser has this version: RFC 9110, 13.1.2."""
    known = request.headers.get("If-None-Match", "")
    return known == "*" or packed.etag in (tag.strip() for tag in known.split(","))


def _form_for(request: HTTPServerRequest, packed: Packed) -> tuple[bytes, str]:
    """The bytes that this browser takes, and their content coding ("" for none)."""
    if packed.squeezed and "gzip" in request.headers.get("Accept-Encoding", ""):
        return packed.squeezed, "gzip"
    return packed.body, ""


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


@cache
def _kind_of(name: str) -> str:
    kind = KINDS.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    text = kind.startswith("text/") or kind.endswith("json")
    return f"{kind}; charset=UTF-8" if text else kind
