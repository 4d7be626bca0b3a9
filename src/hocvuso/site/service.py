"""The one place that wires the site: Voila's server with our identity, kernels and pages in it."""

from __future__ import annotations

import json
import logging
import os
import secrets
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlparse

import tornado.ioloop
from jinja2 import Environment
from jupyter_server.services.kernels.handlers import KernelHandler
from jupyterhub.singleuser.extension import JupyterHubLogoutHandler, JupyterHubOAuthCallbackHandler
from tornado import web
from traitlets.config import Config
from voila.app import Voila
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from hocvuso.durable import place_once
from hocvuso.exchange.answers import AnswerStore
from hocvuso.exchange.receipts import SiteKey
from hocvuso.kernels.settings import KernelSettings
from hocvuso.kernels.zygote_provisioner import start_early
from hocvuso.places import Places, find_places
from hocvuso.rates import Buckets, Limits
from hocvuso.site import answers, certificates, gallery, lab, live, offline, pages
from hocvuso.site.files import check_built, place_of, static
from hocvuso.site.identity import HubIdentity, OwnKernelsOnly
from hocvuso.site.kernels import BoxedSpecs, KernelSocket, LearnerKernels, WidgetLine
from hocvuso.site.ledger import Ledger
from hocvuso.site.search import Index
from hocvuso.site.shelf import EDITION, Shelf
from hocvuso.site.sign_out import SignedOut
from hocvuso.site.trying import Trials, Try, TryExample
from hocvuso.site.web import NotFound, log_request, make_templates

VOILA_PATH = Path(__file__).parent / "voila"
KEPT = {  # handlers of Voila's own that stay; all others (files, templates, contents, render) are left out
    KernelHandler,
    VoilaKernelWebsocketHandler,
    JupyterHubLogoutHandler,
    JupyterHubOAuthCallbackHandler,
    SignedOut,
}
OURS = {VoilaKernelWebsocketHandler: KernelSocket}
UNSAID = (  # lines that name the user whom JupyterHub turns away, or repeat what a learner sent to a kernel
    "Not allowing user",
    "Received message of type",
    "No channel specified",
    "No such channel",
    "Malformed message",
)
LARGEST_BODY = 1024 * 1024
# Answers being saved at once, each waiting for the disk. Python's own six on two cores save half as many per second,
# and six that wait for one learner's lock would hold up everybody.
WAITING_FOR_DISK = 32


@dataclass(slots=True)
class Site:
    """What the handlers work with."""

    places: Places
    base_url: str
    shelf: Shelf
    index: Index
    store: AnswerStore
    ledger: Ledger
    key: SiteKey
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    templates: Environment
    voila: Any  # VoilaConfiguration; voila is untyped for us
    template_paths: list[str]
    saving: Buckets
    handing_in: Buckets
    trying: Buckets
    trials: Trials
    running: live.Running = field(default_factory=live.Running)
    boxed: bool = False  # whether the sandbox was seen to work here

    def static_url(self, name: str) -> str:
        """What a page names for a static file: its address at this version of it, or the small file itself."""
        return place_of(self.base_url, name)


class SiteServer(Voila):  # type: ignore[misc]  # voila is untyped for us
    """Voila's server, serving released lessons and our pages, to people whom the hub has signed in."""

    name = "hocvuso-site"
    places: Places

    def init_settings(self) -> dict[str, Any]:
        """Voila's settings, with compressed responses and a log without people in it."""
        settings: dict[str, Any] = super().init_settings()
        cookie_options = json.loads(os.environ.get("JUPYTERHUB_COOKIE_OPTIONS") or "{}")
        return settings | {
            "xsrf_cookie_kwargs": cookie_options,
            "compress_response": True,
            "log_function": log_request,
            "cookie_secret": self._secret(),
        }

    def init_handlers(self) -> list[Any]:
        """Our pages first, then what Voila's page needs to run; nothing of it that reads files or lists them."""
        theirs = [(h[0], OURS.get(h[1], h[1]), *h[2:]) for h in super().init_handlers() if h[1] in KEPT]
        site = self._make_site()
        rest = (r"/.*", NotFound, {"site": site})
        return [*our_handlers(site), *theirs, rest]

    def listen(self) -> None:
        """Serve on the one port that the hub knows, until told to stop."""
        self.app.listen(self.port, self.ip, max_body_size=LARGEST_BODY, xheaders=True)
        self.log.info("The site is at %s", self.base_url)
        self.ioloop = tornado.ioloop.IOLoop.current()
        disk = ThreadPoolExecutor(WAITING_FOR_DISK, thread_name_prefix="disk")
        cast("Any", self.ioloop).asyncio_loop.set_default_executor(disk)
        try:
            self.ioloop.start()
        except KeyboardInterrupt:
            self.log.info("Stopping")
        finally:
            self.stop()

    def initialize(self, argv: list[str] | None = None) -> None:
        """Prepare everything; SIGINT and SIGTERM end the service and its kernels."""
        super().initialize(argv)
        self.log.addFilter(names_nobody)
        signal.signal(signal.SIGINT, self._handle_signal_stop)

    def load_config_file(self, *_: Any, **__: Any) -> None:
        """Read no ``voila.py`` from anywhere: the course decides, not the folder we were started in."""

    def _make_site(self) -> Site:
        places = self.places
        clock = _now
        shelf = Shelf(places)
        limits = Limits.from_environment(os.environ)
        return Site(
            places=places,
            base_url=self.base_url,
            shelf=shelf,
            index=Index(shelf),
            store=AnswerStore(places.answers, clock),
            ledger=Ledger(places),
            key=SiteKey.load_or_make(places.site_keys),
            clock=clock,
            new_id=new_id,
            templates=make_templates(),
            voila=self.voila_configuration,
            template_paths=self.template_paths,
            saving=Buckets(limits.answers),
            handing_in=Buckets(limits.submit),
            trying=Buckets(limits.run),
            trials=Trials(),
        )

    def _secret(self) -> bytes:
        """Signs our cookies; kept, so that a restart signs nobody out."""
        path = self.places.site_keys / "cookie-secret"
        path.parent.mkdir(parents=True, exist_ok=True)
        place_once(path, secrets.token_bytes(32), mode=0o600)  # several sites that start at once share one
        return path.read_bytes()


def our_handlers(site: Site) -> list[tuple[Any, ...]]:
    """Every address of the site's own."""
    base, with_site = site.base_url, {"site": site}
    lesson = edition = f"({EDITION})"
    number = f"({certificates.NUMBER})"
    routes: dict[str, type[web.RequestHandler]] = {
        "": pages.Home,
        f"bai/{lesson}": pages.Lesson,
        f"bai/{lesson}/nop": answers.Submit,
        f"bai/{lesson}/ket-qua": pages.LessonResult,
        "ket-qua": pages.Results,
        "chung-nhan": certificates.Certificates,
        rf"chung-nhan/{number}\.(json|pdf)": certificates.CertificateFile,
        "xac-minh": certificates.Verify,
        "loai-cau-hoi": gallery.Gallery,
        "api/loai-cau-hoi/([a-z_]+)": gallery.Tried,
        "api/loai-cau-hoi/code/chay": TryExample,
        f"api/chay/{edition}/([A-Za-z0-9_-]{{1,80}})": Try,
        "phat-hanh/([^/]+)": certificates.Published,
        "bien-nhan/([^/]+)": answers.Receipt,
        f"song/{edition}/([a-z0-9][a-z0-9-]*)": live.LiveCell,
        f"voila/{edition}": live.WholeLesson,
        f"api/answers/{edition}": answers.Answers,
        f"api/answers/{edition}/([A-Za-z0-9_-]{{1,80}})": answers.Answer,
        f"api/result/{edition}": answers.ResultState,
        "api/me": answers.Me,
        "api/lab/assignments": lab.Assignments,
        f"api/lab/assignments/{edition}": lab.Assignment,
        f"api/lab/assignments/{edition}/answers": lab.Answers,
        f"api/lab/assignments/{edition}/submit": lab.Submit,
        "api/lab/feedback/([^/]+)": lab.Feedback,
    }
    ready = [(f"{base}static/(.*)", static), (f"{base}sw.js", offline.worker(site))]
    return [*ready, *((base + route, handler, with_site) for route, handler in routes.items())]


def configure(places: Places, kernels: KernelSettings, *, service_url: str, prefix: str) -> Config:
    """Voila's settings for the course at ``places``, served below ``prefix`` at ``service_url``."""
    address = urlparse(service_url)
    c = Config()
    c.Voila.ip, c.Voila.port = address.hostname, address.port
    c.Voila.base_url, c.Voila.root_dir, c.Voila.open_browser = prefix, str(places.release), False
    c.Voila.identity_provider_class, c.Voila.authorizer_class = HubIdentity, OwnKernelsOnly
    c.Voila.kernel_websocket_connection_class = WidgetLine
    c.Voila.log_level = logging.WARNING
    v = c.VoilaConfiguration
    v.template, v.theme = live.TEMPLATE, "light"
    v.multi_kernel_manager_class, v.kernel_spec_manager_class = LearnerKernels, BoxedSpecs
    v.allow_template_override = v.allow_theme_override = "NO"
    v.strip_sources, v.show_tracebacks, v.attempt_fix_notebook = True, False, False
    c.VoilaExecutor.timeout, c.VoilaExecutor.interrupt_on_timeout = 60, True
    c.VoilaExporter.language_code = "vi"
    c.MappingKernelManager.cull_idle_timeout = 60 * kernels.idle_minutes
    c.MappingKernelManager.cull_interval = 60
    c.MappingKernelManager.cull_connected = True
    c.LearnerKernels.per_learner, c.LearnerKernels.in_all = kernels.per_learner, kernels.in_all
    c.ZygoteProvisioner.parents = kernels.parents
    c.KernelRestarter.restart_limit = (
        0  # a kernel that died has lost its widgets: the page must be loaded again
    )
    return c


def names_nobody(record: logging.LogRecord) -> bool:
    """Keep the lines of ``UNSAID`` out of the log."""
    return not str(record.msg).startswith(UNSAID)


def new_id() -> str:
    """An id that nobody can guess."""
    return secrets.token_hex(16)


def main() -> None:
    """Serve until told to stop. The hub's variables say where; ``HOCVUSO_ROOT`` says what."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False  # in no line of ours
    for noisy in ("tornado.application", "tornado.access", "tornado.general"):
        logging.getLogger(noisy).setLevel(logging.ERROR)  # their lines name users and addresses
    extra = os.environ.get("JUPYTER_PATH")
    os.environ["JUPYTER_PATH"] = os.pathsep.join([str(VOILA_PATH), *([extra] if extra else [])])
    places = find_places()
    check_built()
    SiteServer.places = places
    kernels = KernelSettings.from_environment(os.environ)
    config = configure(
        places,
        kernels,
        service_url=os.environ["JUPYTERHUB_SERVICE_URL"],
        prefix=os.environ["JUPYTERHUB_SERVICE_PREFIX"],
    )
    start_early(places, kernels.parents)
    SiteServer.launch_instance(argv=[], config=config)


def _now() -> datetime:
    return datetime.now(UTC)
