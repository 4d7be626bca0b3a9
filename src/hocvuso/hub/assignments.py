"""nbgrader's assignment list in a learner's JupyterLab, with our exchange behind it: a server extension.

nbgrader's own extension shows a traceback where something goes wrong, or nothing, and holds up the whole server while
it works. This one answers at the same addresses in the same form, tells errors as sentences, and works in a thread,
one action at a time. Answers that a learner changes in a notebook are sent to the site every now and then, so that
they are there on the phone too.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

from jupyter_server.utils import url_path_join
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError, ExchangeFactory
from nbgrader.server_extensions.assignment_list import handlers as nbgraders
from tornado import web
from tornado.ioloop import PeriodicCallback

from hocvuso.errors import HocVuSoError
from hocvuso.exchange.nbgrader_http import bring_news, send_edits
from hocvuso.language import N_, get_language
from hocvuso.places import COURSE

SEND_EVERY_SECONDS = 30
_SORRY = N_("JupyterLab gặp lỗi. Tệp của anh/chị vẫn còn; hãy thử lại, nếu vẫn lỗi thì báo người vận hành.")
Outcome: TypeAlias = dict[str, Any]  # nbgrader's: {"success": bool, "value": …}, as its front end reads it


class SiteAssignments(nbgraders.AssignmentList):  # type: ignore[misc]  # nbgrader is untyped for us
    """nbgrader's manager, whose errors are sentences."""

    def __init__(self, **kwargs: Any) -> None:  # traitlets' own arguments
        super().__init__(**kwargs)
        self._settings = self.load_config()
        self._one_at_a_time = threading.RLock()
        self._looked_at: dict[str, int] = {}

    def list_assignments(self, course_id: str | None = None) -> Outcome:
        """Released, fetched and handed-in lessons; answers given elsewhere are there afterwards."""
        with self._one_at_a_time:
            self.bring_news()
            outcome: Outcome = super().list_assignments(course_id)
        return outcome

    def list_released_assignments(self, course_id: str | None = None) -> Outcome:
        """Lessons to fetch or to hand in."""
        del course_id
        return self._told(lambda: [_below(self.root_dir, one) for one in self._made("List").start()])

    def list_submitted_assignments(self, course_id: str | None = None) -> Outcome:
        """What was handed in, the oldest first."""
        del course_id

        def act() -> list[dict[str, Any]]:
            lister = self._made("List")
            lister.cached = True
            found: list[dict[str, Any]] = lister.start()
            for lesson in found:
                lesson["submissions"] = sorted(
                    (_below(self.root_dir, one) for one in lesson["submissions"]),
                    key=lambda one: str(one["timestamp"]),
                )
            return found

        return self._told(act)

    def list_courses(self) -> Outcome:
        """The one course that there is."""
        return {"success": True, "value": [COURSE]}

    def fetch_assignment(self, course_id: str, assignment_id: str) -> Outcome:
        """Fetch a lesson, or what its folder lacks."""
        del course_id
        return self._told(lambda: self._made("FetchAssignment", assignment_id).start())

    def submit_assignment(self, course_id: str, assignment_id: str) -> Outcome:
        """Hand in what was saved last."""
        del course_id
        return self._told(lambda: self._made("Submit", assignment_id).start())

    def fetch_feedback(self, course_id: str, assignment_id: str) -> Outcome:
        """Fetch the results of a lesson."""
        del course_id
        return self._told(lambda: self._made("FetchFeedback", assignment_id).start())

    def bring_news(self) -> None:
        """Bring answers together with the site's; where that can't be done now, a later call does it."""
        with self._one_at_a_time, suppress(HocVuSoError, OSError):
            bring_news(Path(self.root_dir))

    def send_edits(self) -> None:
        """Send what was answered here since the last time; where that can't be done now, a later call does it."""
        with self._one_at_a_time, suppress(HocVuSoError, OSError):
            self._looked_at = send_edits(Path(self.root_dir), self._looked_at)

    def _made(self, kind: str, assignment_id: str = "") -> Any:
        config = self._settings
        course = CourseDirectory(config=config)
        course.assignment_id = assignment_id
        factory = ExchangeFactory(config=config)
        return getattr(factory, kind)(
            coursedir=course, authenticator=Authenticator(config=config), config=config
        )

    def _told(self, act: Callable[[], Any]) -> Outcome:
        with self._one_at_a_time:
            try:
                return {"success": True, "value": act()}
            except ExchangeError as error:
                return {"success": False, "value": str(error)}
            except Exception:
                self.log.exception("the assignment list failed")
                return {"success": False, "value": get_language("vi")(_SORRY)}


class Listing(nbgraders.AssignmentListHandler):  # type: ignore[misc]
    """``/assignments``."""

    @web.authenticated
    async def get(self) -> None:
        """The lists."""
        await _answer(self, self.manager.list_assignments)


class Action(nbgraders.AssignmentActionHandler):  # type: ignore[misc]
    """``/assignments/<fetch|submit|fetch_feedback>``."""

    @web.authenticated
    async def post(self, action: str) -> None:
        """Do it, then the lists; or the sentence why not."""
        try:
            wanted = self.get_argument("assignment_id")
        except web.MissingArgumentError:
            wanted = str((self.get_json_body() or {}).get("assignment_id", ""))
        acts = {
            "fetch": self.manager.fetch_assignment,
            "submit": self.manager.submit_assignment,
            "fetch_feedback": self.manager.fetch_feedback,
        }

        def act() -> Outcome:
            done: Outcome = acts[action](COURSE, wanted)
            return self.manager.list_assignments(COURSE) if done["success"] else done

        await _answer(self, act)


async def _answer(handler: web.RequestHandler, act: Callable[[], Outcome]) -> None:
    handler.finish(json.dumps(await asyncio.to_thread(act)))


def _below(root: str, entry: dict[str, Any]) -> dict[str, Any]:
    """``entry`` with its paths as the file browser wants them: below ``root``."""

    def told(name: str, value: Any) -> Any:
        if name in {"path", "local_feedback_path"} and value:
            return str(Path(value).relative_to(root))
        return [_below(root, one) for one in value] if name == "notebooks" else value

    return {name: told(name, value) for name, value in entry.items()}


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Answer where nbgrader's own extension would."""
    manager = SiteAssignments(parent=server)
    manager.root_dir = server.root_dir
    server.web_app.settings["assignment_list_manager"] = manager
    addresses = {
        r"/assignments": Listing,
        r"/assignments/(?P<action>fetch|submit|fetch_feedback)": Action,
        r"/courses": nbgraders.CourseListHandler,
        r"/nbgrader_version": nbgraders.NbGraderVersionHandler,
    }
    base = server.web_app.settings["base_url"]
    server.web_app.add_handlers(".*$", [(url_path_join(base, path), it) for path, it in addresses.items()])

    async def send() -> None:
        await asyncio.to_thread(manager.send_edits)

    PeriodicCallback(send, SEND_EVERY_SECONDS * 1000).start()
