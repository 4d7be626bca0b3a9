"""What every response of ours has: headers, a language, friendly errors, and a log line without people in it."""

from __future__ import annotations

import hashlib
import json
import logging
import traceback
from datetime import datetime, timedelta, timezone
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader
from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from hocvuso.errors import (
    AnswerError,
    ConflictError,
    HocVuSoError,
    ReceiptError,
    SandboxError,
    StorageError,
    SubmissionError,
)
from hocvuso.language import LANG_COOKIE, N_, Language, choose_language, get_language, languages
from hocvuso.lessons.page import SHARED_TEMPLATES
from hocvuso.rates import Buckets
from hocvuso.site.early import early_hash, early_script
from hocvuso.site.kernels import NoRoomError

if TYPE_CHECKING:
    from hocvuso.site.service import Site

VIET_NAM = timezone(timedelta(hours=7))
HERE = Path(__file__).parent
_POLICY = (
    "default-src 'self'; script-src 'self' {scripts}; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'"
)
STATUS_OF: tuple[tuple[type[HocVuSoError], int], ...] = (
    (AnswerError, 400),
    (ConflictError, 409),
    (SubmissionError, 409),
    (StorageError, 507),
    (SandboxError, 503),
    (NoRoomError, 503),
    (ReceiptError, 500),
)
SENTENCES = {
    400: N_("Máy chủ không hiểu yêu cầu này. Hãy tải lại trang rồi thử lại."),
    401: N_("Hãy đăng nhập lại; những gì đã làm vẫn còn."),
    403: N_("Trang này không dành cho tài khoản đang đăng nhập, hoặc anh/chị cần đăng nhập lại."),
    404: N_("Không có trang này, hoặc trang không dành cho anh/chị."),
    405: N_("Trang này không làm được việc đó. Hãy tải lại trang rồi thử lại."),
    409: N_("Dữ liệu đã thay đổi ở nơi khác. Hãy tải lại trang để thấy bản mới nhất."),
    413: N_("Nội dung gửi lên quá lớn. Hãy rút gọn rồi gửi lại."),
    415: N_("Yêu cầu phải ở dạng JSON. Hãy tải lại trang rồi thử lại."),
    429: N_("Anh/chị gửi nhanh quá. Những gì đã làm vẫn còn; hãy đợi một lát rồi thử lại."),
    503: N_("Máy chủ đang bận. Hãy thử lại sau ít phút."),
    507: N_("Máy chủ hết chỗ lưu nên câu trả lời chưa được lưu. Hãy báo người vận hành."),
}
OTHER_LEARNER = N_("Người khác đã đăng nhập trên thiết bị này. Hãy tải lại trang.")
SORRY = N_("Máy chủ gặp lỗi. Những gì đã lưu vẫn còn; hãy thử lại sau ít phút.")
log = logging.getLogger("hocvuso.site")


@cache
def policy() -> str:
    """What our pages may load and run: nothing from another host, and of what stands in a page only our own script."""
    return _POLICY.format(scripts=early_hash())


def make_templates() -> Environment:
    """The environment of the site's own pages; escapes everything, compiles each template once."""
    made = Environment(
        loader=FileSystemLoader([HERE / "templates", SHARED_TEMPLATES]),
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"local_time": local_time, "local_day": local_day}
    return made


def local_time(when: datetime) -> str:
    """A moment as it is written in Viet Nam, in the time of Viet Nam (which has no summer time)."""
    return when.astimezone(VIET_NAM).strftime("%H:%M %d/%m/%Y")


def local_day(date: str) -> str:
    """An ISO date, or the day of an ISO moment, as it is written in Viet Nam."""
    try:
        return datetime.fromisoformat(date).strftime("%d/%m/%Y")
    except ValueError:
        return date


def tag_of(learner: str) -> str:
    """A name for the browser's own storage, so that two people on one device never mix; not a secret."""
    return hashlib.sha256(f"hocvuso:{learner}".encode()).hexdigest()[:16]


def render(site: Site, tell: Language, template: str, **context: object) -> str:
    """A page of ours in the language of ``tell``; as a stranger sees it where no ``user`` is in ``context``."""
    given = {
        "_": tell,
        "lang": tell.code,
        "base": site.base_url,
        "static": site.static_url,
        "early_script": early_script(),
        "path": "",
        "user": None,
        "languages": languages(),
    }
    return site.templates.get_template(template).render(given | context)


def log_request(handler: web.RequestHandler) -> None:
    """One line per request: method, path, status, time. No query, no address, no user."""
    request = handler.request
    level = logging.INFO if handler.get_status() < HTTPStatus.INTERNAL_SERVER_ERROR else logging.ERROR
    took = 1000 * request.request_time()
    log.log(level, "%s %s %d %.0f ms", request.method, request.path, handler.get_status(), took)


class Unsent(web.HTTPError):
    """An HTTP error with a sentence of ours (a message of the catalogue)."""

    def __init__(self, status: int, sentence: str, **fields: object) -> None:
        super().__init__(status)
        self.sentence, self.fields = sentence, fields


class TooOften(web.HTTPError):
    """429: the same again in ``seconds``."""

    def __init__(self, seconds: int) -> None:
        super().__init__(HTTPStatus.TOO_MANY_REQUESTS)
        self.seconds = seconds


class SiteHandler(JupyterHandler):
    """Base of our pages: signed-in people only, unless a method says ``@allow_unauthenticated``."""

    keeps = "no-store"

    def initialize(self, site: Site) -> None:
        """Take what `hocvuso.site.service` has wired."""
        self.site = site

    @property
    def content_security_policy(self) -> str:
        """The page's policy."""
        return policy()

    def set_default_headers(self) -> None:
        """Send the headers that every response of ours has."""
        self.set_header("Content-Security-Policy", self.content_security_policy)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Cross-Origin-Opener-Policy", "same-origin")
        self.set_header("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        self.set_header("Cache-Control", self.keeps)
        self.clear_header("Server")

    def set_cors_headers(self) -> None:
        """None: no other site's page may read ours, not even with a token."""

    async def prepare(self, *, _redirect_to_login: bool = True) -> None:
        """Find out who asks and in which language; set the XSRF cookie that `host.js` sends back."""
        self._choose_language()
        await super().prepare(_redirect_to_login=_redirect_to_login)
        if self.current_user and self.request.method == "GET" and not self._finished:
            _ = self.xsrf_token

    @property
    def learner(self) -> str:
        """The hub's name of who is signed in."""
        return str(self.current_user.username)

    @property
    def _(self) -> Language:
        return get_language(self.lang)

    def _choose_language(self) -> None:
        asked = self.request.query_arguments.get("lang", [b""])[-1].decode("ascii", "ignore")
        self.lang = choose_language(asked, self.get_cookie(LANG_COOKIE, ""))
        if asked == self.lang:
            options = self.settings["xsrf_cookie_kwargs"]
            self.set_cookie(LANG_COOKIE, asked, expires_days=365, path="/", httponly=True, **options)

    def show(self, template: str, **context: object) -> None:
        """Answer with a page of ours."""
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.finish(self.render_page(template, **context))

    def render_page(self, template: str, **context: object) -> str:
        """A page of ours for who asks, in their language."""
        if self._who():
            called = self.site.ledger.called(self.learner)
            context |= {"user": self.current_user, "tag": tag_of(self.learner), "called": called}
        return render(self.site, self._, template, path=self.request.path, **context)

    def _who(self) -> Any:
        """Who is signed in; None also while nobody was asked yet, as when the method itself is refused."""
        try:
            return self.current_user
        except RuntimeError:
            return None

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """A sentence that a person understands, and the right status; never a traceback."""
        exc_info = kwargs.get("exc_info")
        sentence = self._explain(status_code, exc_info)
        if exc_info and isinstance(exc_info[1], TooOften):
            self.set_header("Retry-After", str(exc_info[1].seconds))
        self.clear_header("ETag")
        self.set_header("Cache-Control", "no-store")
        self.tell_error(self.get_status(), sentence)

    def tell_error(self, status: int, sentence: str) -> None:
        """Write the error as a page."""
        self.show("error.html", status=status, sentence=sentence)

    def _explain(self, status: int, exc_info: Any) -> str:
        if not hasattr(self, "lang"):
            self.lang = languages()[0]
        error = exc_info[1] if exc_info else None
        if isinstance(error, HocVuSoError):
            self.set_status(next((s for kind, s in STATUS_OF if isinstance(error, kind)), 500))
            return error.tell(self.lang)
        if isinstance(error, Unsent):
            return self._(error.sentence, **error.fields)
        return self._(SENTENCES.get(status, SORRY if status >= 500 else SENTENCES[400]))  # noqa: PLR2004

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Where it happened, never what was in it: messages of exceptions can hold answers or names."""
        if isinstance(value, HocVuSoError):
            log.warning("%s %s: %s", self.request.method, self.request.path, typ.__name__)
        elif not isinstance(value, web.HTTPError):
            where = "".join(traceback.format_tb(tb))
            log.error("%s %s: %s\n%s", self.request.method, self.request.path, typ.__name__, where)


class ApiHandler(SiteHandler):
    """Base of what `host.js` talks to: JSON in, JSON out, and 401 rather than a page to sign in."""

    largest = 24_000

    async def prepare(self, *, _redirect_to_login: bool = False) -> None:
        """Refuse who is not signed in (401 to a question, 403 to a change without its XSRF token)."""
        if len(self.request.body) > self.largest:
            self._choose_language()
            raise web.HTTPError(413)
        try:
            await super().prepare(_redirect_to_login=False)
        except web.HTTPError as error:
            if error.status_code == 403 and not self.current_user and self.request.method in {"GET", "HEAD"}:  # noqa: PLR2004
                raise web.HTTPError(401) from error
            raise
        meant = self.request.headers.get("X-Hocvuso-Learner")
        if meant and self.current_user and meant != tag_of(self.learner):
            raise Unsent(403, OTHER_LEARNER)

    def answer(self, body: object, status: int = 200) -> None:
        """Answer with JSON."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=UTF-8")
        self.finish(json.dumps(body, ensure_ascii=False))

    def read_json(self) -> Any:
        """The body as JSON; 415 when it is declared as something else, 400 when it is none."""
        kind = self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise web.HTTPError(415)
        try:
            return json.loads(self.request.body, parse_constant=_refuse, object_pairs_hook=_once_each)
        except (ValueError, RecursionError) as error:
            raise web.HTTPError(400) from error

    def spend(self, buckets: Buckets) -> None:
        """Count this request of the learner's; TooOften when they sent too many."""
        if wait := buckets.take(self.learner):
            raise TooOften(wait)

    def tell_error(self, status: int, sentence: str) -> None:
        """Write the error as JSON."""
        self.answer({"error": sentence, "status": status}, status)


class NotFound(SiteHandler):
    """Whatever no other handler takes."""

    @allow_unauthenticated
    async def get(self, *_: str) -> None:
        """404, in words."""
        raise web.HTTPError(404)

    head = post = put = delete = patch = get


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _refuse(name: str) -> Any:
    raise ValueError(name)  # NaN and Infinity are no JSON
