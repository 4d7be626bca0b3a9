"""A released notebook as a Voila app: one kernel per learner and app, found again when the page is reloaded."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from weakref import WeakValueDictionary

import jinja2
import nbformat
from jupyter_server.utils import ApiPath
from tornado import web
from tornado.iostream import StreamClosedError
from voila.notebook_renderer import NotebookRenderer

from hocvuso.kernels.sandbox import probe
from hocvuso.language import N_, Language
from hocvuso.questions import front_messages
from hocvuso.site.kernels import OPENING, SPEC, LearnerKernels, Opening
from hocvuso.site.messages import browser_messages
from hocvuso.site.web import SiteHandler, log

TEMPLATE = "hocvuso"
BEAT = 10.0  # seconds; proxies close a response on which nothing moves
# Widgets add style elements, and anywidget loads question front ends from blobs; no other host, no inline script.
POLICY = (
    "default-src 'self'; script-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
FAILED = N_("Chưa mở được ví dụ này. Hãy tải lại trang; nếu vẫn lỗi, hãy báo người vận hành.")


class _CompiledTemplates(jinja2.BytecodeCache):
    """Templates compiled once per process.

    nbconvert makes a new environment for each page view, and compiling took two thirds of Voila's time.
    """

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Fill in what an earlier page view compiled."""
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Keep the code object for the next page view."""
        self._code[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _CompiledTemplates()


class LiveNotebook(NotebookRenderer):  # type: ignore[misc]  # voila is untyped for us
    """Renders one notebook file that the caller has chosen; never a path from a request."""

    def __init__(self, file: Path, look: dict[str, Any], tell: Language, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._file, self._look, self._tell = file, look, tell

    async def load_notebook(self, path: str) -> Any:
        """The chosen file, for the one kernel there is."""
        del path
        notebook = await asyncio.to_thread(nbformat.read, self._file, 4)
        notebook.metadata.kernelspec = {"name": SPEC, "display_name": "Python 3", "language": "python"}
        return notebook

    async def initialize(self, **kwargs: Any) -> None:
        """Prepare the exporter; give the template our words and addresses."""
        await super().initialize(**kwargs)
        environment = self.exporter.environment
        environment.globals |= {"hv": self._look, "_": self._tell}
        environment.bytecode_cache = _COMPILED


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as it was sent, and the kernel that it talks to."""

    kernel_id: str
    stamp: int
    html: str


class Running:
    """Which app of which learner runs on which kernel."""

    def __init__(self) -> None:
        self._shown: dict[tuple[str, str], Shown] = {}
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    def lock(self, learner: str, app: str) -> asyncio.Lock:
        """Held while the app is opened, so that two tabs at once get one kernel."""
        return self._locks.setdefault((learner, app), asyncio.Lock())

    def find(self, learner: str, app: str) -> Shown | None:
        """What the learner was last shown of this app."""
        return self._shown.get((learner, app))

    def keep(self, learner: str, app: str, shown: Shown, kernels: LearnerKernels) -> None:
        """Remember a page; forget those whose kernels are gone."""
        self._shown = {k: s for k, s in self._shown.items() if kernels.owner_of(s.kernel_id)}
        self._shown[learner, app] = shown


class LiveApp(SiteHandler):
    """Shows one notebook with a kernel."""

    _left = False

    @property
    def content_security_policy(self) -> str:
        """The page's policy, which lets widgets style what they show."""
        return POLICY

    @property
    def kernels(self) -> LearnerKernels:
        """The kernels of all learners."""
        return cast("LearnerKernels", self.kernel_manager)

    async def show_app(self, edition: str, app: str, file: Path, title: str) -> None:
        """Send the app's page: the one already running, or a new one with a new kernel."""
        learner, running = self.learner, self.site.running
        stamp = await asyncio.to_thread(_stamp, file)
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        async with running.lock(learner, app):
            shown = running.find(learner, app)
            if shown and shown.stamp == stamp and await self.kernels.lives(shown.kernel_id, learner):
                self.finish(shown.html)
                return
            fresh = await self._start_app(edition, file, title, stamp)
            if fresh:
                running.keep(learner, app, fresh, self.kernels)
        if not self._left:
            self.finish()

    async def _start_app(self, edition: str, file: Path, title: str, stamp: int) -> Shown | None:
        """Send the app as it is made; what was sent, or None when it failed (the learner is told)."""
        await self._check_sandbox()
        notebook = await self._notebook(edition, file, title)
        OPENING.set(Opening(self.learner))
        kernel_id = await self.kernels.start_kernel(kernel_name=SPEC, path=ApiPath(edition))
        parts: list[str] = []
        try:
            async for part in self._pieces(notebook, kernel_id):
                parts.append(part)
                await self._send(part)
        except Exception as error:  # noqa: BLE001  (the page is half sent: the learner is told, not left waiting)
            where = "".join(traceback.format_tb(error.__traceback__))
            log.error("a live example failed: %s\n%s", type(error).__name__, where)
            await self.kernels.end(kernel_id)
            await self._send(self.site.templates.get_template("failed.html").render(sentence=self._(FAILED)))
            return None
        return Shown(kernel_id, stamp, "".join(parts))

    async def _send(self, part: str) -> None:
        """Send a piece; when the network broke meanwhile, the page is finished for the learner's next try."""
        if self._left:
            return
        try:
            self.write(part)
            await self.flush()
        except StreamClosedError:
            self._left = True

    async def _check_sandbox(self) -> None:
        if not self.site.boxed:
            await asyncio.to_thread(probe)
            self.site.boxed = True

    async def _notebook(self, edition: str, file: Path, title: str) -> LiveNotebook:
        settings, tell = self.site.voila, self._
        info = self.site.shelf.editions()[edition]
        look = {
            "title": title,
            "edition": edition,
            "lesson": info.id,
            "lesson_title": info.title,
            "base": self.site.base_url,
            "lang": tell.code,
            "messages": json.dumps(
                front_messages(tell.code) | browser_messages(tell), ensure_ascii=False
            ).replace("<", "\\u003c"),
            "whole": file.stem == edition,
            "static": self.site.static_url,
        }
        notebook = LiveNotebook(
            file,
            look,
            tell,
            request_handler=self,
            voila_configuration=settings,
            traitlet_config=self.config,
            notebook_path=f"{edition}/{file.name}",
            template_paths=self.site.template_paths,
            config_manager=self.config_manager,
            contents_manager=self.contents_manager,
            base_url=self.base_url,
            kernel_spec_manager=self.kernel_spec_manager,
            page_config={},
        )
        await notebook.initialize()
        return notebook

    async def _pieces(self, notebook: LiveNotebook, kernel_id: str) -> AsyncIterator[str]:
        """The page piece by piece, with a line break now and then while a cell runs long."""
        kernel = self.kernels.get_kernel(kernel_id)
        pieces = notebook.generate_content_generator(kernel_id, kernel)
        while True:
            following = asyncio.ensure_future(anext(pieces))
            while not (await asyncio.wait({following}, timeout=BEAT))[0]:
                yield "\n"
            try:
                html, _ = following.result()
            except StopAsyncIteration:
                return
            yield str(html)


class LiveCell(LiveApp):
    """``/song/<edition>/<live id>``: one live cell of a lesson."""

    async def get(self, edition: str, live: str) -> None:
        """The cell as an app."""
        found = self.site.shelf.find_live(edition, live)
        if found is None:
            raise web.HTTPError(404)
        await self.show_app(edition, f"{edition}/{live}", *found)


class WholeLesson(LiveApp):
    """``/voila/<edition>``: the released lesson as an app; its answers are saved as the page's are."""

    async def get(self, edition: str) -> None:
        """The lesson as an app. A coding lesson is done in JupyterLab and has its page, so it has no app."""
        info = self.site.shelf.editions().get(edition)
        file = self.site.places.release / edition / f"{edition}.ipynb"
        if info is None or info.kind != "questions" or not file.is_file():
            raise web.HTTPError(404)
        await self.show_app(edition, edition, file, info.title)


def _stamp(file: Path) -> int:
    return file.stat().st_mtime_ns
