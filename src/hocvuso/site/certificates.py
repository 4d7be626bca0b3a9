"""A learner's certificates, and the public page where anyone checks one."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import Any, cast

from jupyter_server.auth.decorator import allow_unauthenticated
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from tornado import httputil, web
from tornado.http1connection import HTTP1Connection

from hocvuso.certificates.verify import verify_file
from hocvuso.language import N_
from hocvuso.places import Places, folder_of
from hocvuso.site.web import SiteHandler, Unsent, local_day

log = logging.getLogger("hocvuso.site")
LARGEST_FILE = 5 * 1024 * 1024
LARGEST_BODY = (
    1024 * 1024 * 1024
)  # read to the end and thrown away, so that the browser gets to see our sentence
NUMBER = r"[A-Za-z0-9][A-Za-z0-9-]{0,63}"
_PUBLISHED = re.compile(r"(issuer|status-\d{1,6}|pdf-hashes)\.json")
_FIELDS = (
    ("name", N_("Người được cấp")),
    ("certificate", N_("Chứng nhận")),
    ("number", N_("Số chứng nhận")),
    ("date", N_("Ngày cấp")),
    ("issuer", N_("Nơi cấp")),
)
_KINDS = {"json": "application/ld+json; charset=UTF-8", "pdf": "application/pdf"}


class Held(BaseModel):
    """One certificate in its holder's list."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: str
    name: str
    date: str
    state: str = "valid"


_INDEX = TypeAdapter(tuple[Held, ...])


def read_held(places: Places, learner: str) -> tuple[Held, ...]:
    """The learner's certificates, the newest first; none when the list can't be read."""
    try:
        found = _INDEX.validate_json((places.certificates / folder_of(learner) / "index.json").read_bytes())
    except FileNotFoundError:
        return ()
    except (OSError, ValidationError):
        log.warning("a list of certificates can't be read")
        return ()
    return tuple(sorted(found, key=lambda held: (held.date, held.number), reverse=True))


class Certificates(SiteHandler):
    """``/chung-nhan``."""

    async def get(self) -> None:
        """The learner's certificates, to download."""
        learner = self.learner
        self.show("certificates.html", held=await asyncio.to_thread(read_held, self.site.places, learner))


class CertificateFile(SiteHandler):
    """``/chung-nhan/<number>.<json|pdf>``: for its holder; to everyone else it does not exist."""

    async def get(self, number: str, kind: str) -> None:
        """The file, to keep."""
        learner = self.learner
        held = await asyncio.to_thread(read_held, self.site.places, learner)
        path = self.site.places.certificates / folder_of(learner) / f"{number}.{kind}"
        if number not in {h.number for h in held}:
            raise web.HTTPError(404)
        try:
            body = await asyncio.to_thread(path.read_bytes)
        except OSError as error:
            raise web.HTTPError(404) from error
        self.set_header("Content-Type", _KINDS[kind])
        self.set_header("Content-Disposition", f'attachment; filename="chung-nhan-{number}.{kind}"')
        self.finish(body)


class Published(SiteHandler):
    """``/phat-hanh/<file>``: what the issuer publishes; no personal data in it, so anyone may read it anywhere."""

    keeps = "public, max-age=60"

    @allow_unauthenticated
    async def get(self, name: str) -> None:
        """One published document."""
        if not _PUBLISHED.fullmatch(name):
            raise web.HTTPError(404)
        try:
            body = await asyncio.to_thread((self.site.places.published / name).read_bytes)
        except OSError as error:
            raise web.HTTPError(404) from error
        self.set_header("Content-Type", "application/json; charset=UTF-8")
        self.set_header("Access-Control-Allow-Origin", "*")
        self.finish(body)

    head = get


@web.stream_request_body
class Verify(SiteHandler):
    """``/xac-minh``: is this certificate genuine? No sign-in; what is uploaded is looked at and forgotten."""

    def initialize(self, site: Any) -> None:
        """Start with nothing received."""
        super().initialize(site)
        self._received = bytearray()
        self._too_large = False

    async def prepare(self, *, _redirect_to_login: bool = True) -> None:
        """Allow for a large body: it is counted here, not buffered by the server."""
        cast("HTTP1Connection", self.request.connection).set_max_body_size(LARGEST_BODY)
        await super().prepare(_redirect_to_login=False)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Refuse in words, and hang up."""
        # Of a body that was not read the server closes the connection without a word; a proxy that used it once more
        # would fail somebody else's request.
        self.set_header("Connection", "close")
        super().write_error(status_code, **kwargs)

    def check_xsrf_cookie(self) -> None:
        """Not needed: the answer depends on the file alone and nothing is changed."""

    def data_received(self, chunk: bytes) -> None:
        """Keep what may be a file; let the rest pass by."""
        if len(self._received) + len(chunk) > LARGEST_FILE + 4096:
            self._too_large = True
            self._received.clear()
        if not self._too_large:
            self._received += chunk

    @allow_unauthenticated
    async def get(self) -> None:
        """The form; with ``?so=`` a word on which file to upload, and nothing about the person."""
        asked = self.get_query_argument("so", "").strip()
        number = asked if re.fullmatch(NUMBER, asked) else ""
        self.show("verify.html", verdict=None, number=number, fields=())

    head = get

    @allow_unauthenticated
    async def post(self) -> None:
        """One sentence on the uploaded file, and what the certificate says."""
        if self._too_large:
            raise Unsent(
                413, N_("Tệp lớn hơn 5 MB nên không phải là chứng nhận của chúng tôi: hãy chọn tệp khác.")
            )
        body = self._uploaded()
        verdict = await asyncio.to_thread(verify_file, body, self.site.places.published, self.lang)
        signed = dict(verdict.fields)
        if "date" in signed:
            signed["date"] = local_day(signed["date"])
        fields = [(self._(label), signed[name]) for name, label in _FIELDS if signed.get(name)]
        self.show("verify.html", verdict=verdict.kind, sentence=verdict.sentence, number="", fields=fields)

    def _uploaded(self) -> bytes:
        arguments: dict[str, list[bytes]] = {}
        files: dict[str, list[Any]] = {}
        try:
            httputil.parse_body_arguments(
                self.request.headers.get("Content-Type", ""), bytes(self._received), arguments, files
            )
        except (httputil.HTTPInputError, ValueError) as error:
            raise web.HTTPError(400) from error
        sent = files.get("tep", [])
        if len(sent) != 1 or not sent[0].body:
            raise Unsent(400, N_("Hãy chọn một tệp chứng nhận (.pdf hoặc .json)."))
        return bytes(sent[0].body)
