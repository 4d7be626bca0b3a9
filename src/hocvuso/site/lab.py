"""What a learner's JupyterLab asks for: released lessons, their files, answers, handing in, results.

The same learner, the same store of answers and the same receipts as on the pages. JupyterLab's server names itself with
the token that the hub gave it (`hocvuso.exchange.site_door`), and the hub says whose it is.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pydantic import BaseModel, ValidationError
from tornado import web

from hocvuso.durable import held
from hocvuso.errors import SubmissionError
from hocvuso.exchange.answers import AnswerStore
from hocvuso.exchange.code_answers import MAX_NOTEBOOK, with_code
from hocvuso.exchange.receipts import Receipt
from hocvuso.exchange.site_lessons import (
    Copy,
    Files,
    Handed,
    HandIn,
    Listed,
    Lists,
    Taken,
    Together,
)
from hocvuso.exchange.submit import submit
from hocvuso.exchange.working_copy import Merged, take_in_copy
from hocvuso.grading.feedback import feedback_page
from hocvuso.grading.result import Result as ResultRecord
from hocvuso.grading.result import result_path
from hocvuso.language import N_
from hocvuso.lessons.catalogue import NOT_HANDED_OUT, LessonInfo
from hocvuso.lessons.handed_in import read_handed_in
from hocvuso.places import Places
from hocvuso.questions.answers import MAX_BOOK
from hocvuso.site.shelf import choose_edition
from hocvuso.site.web import ApiHandler, Unsent

if TYPE_CHECKING:
    from tornado.http1connection import HTTP1Connection

    from hocvuso.site.service import Site

LARGEST_BODY = 3 * MAX_NOTEBOOK  # JSON may spell a character in several


_Model = TypeVar("_Model", bound=BaseModel)


class LabApi(ApiHandler):
    """Base of what concerns one released edition."""

    largest = 2 * MAX_BOOK

    def get_edition(self, edition: str) -> LessonInfo:
        """The released edition; 404 in words when there is none of that name."""
        info = self.site.shelf.editions().get(edition)
        if info is None:
            raise Unsent(
                404,
                N_("Bài {edition} không có hoặc chưa được phát hành: hãy làm mới danh sách bài."),
                edition=edition,
            )
        return info

    def read(self, kind: type[_Model]) -> _Model:
        """The body as ``kind``; 400 when it is something else."""
        try:
            return kind.model_validate(self.read_json())
        except ValidationError as error:
            raise web.HTTPError(400) from error


class Assignments(LabApi):
    """``/api/lab/assignments``."""

    async def get(self) -> None:
        """The released editions, and what the learner has handed in, from wherever."""
        learner = self.learner
        lists = await asyncio.to_thread(_lists, self.site, learner)
        self.answer(lists.model_dump(mode="json"))


class Assignment(LabApi):
    """``/api/lab/assignments/<edition>``."""

    async def get(self, edition: str) -> None:
        """The files that nbgrader would copy. The answers come when the two sides are brought together."""
        info = self.get_edition(edition)
        files = await asyncio.to_thread(_released_files, self.site.places, info.edition)
        if not files:
            raise web.HTTPError(404)
        encoded = {name: base64.b64encode(data).decode("ascii") for name, data in files.items()}
        self.answer(Files(files=encoded).model_dump())


class Answers(LabApi):
    """``/api/lab/assignments/<edition>/answers``."""

    async def post(self, edition: str) -> None:
        """Take in a working copy; what the store holds afterwards."""
        self.spend(self.site.saving)
        info, copy, learner = self.get_edition(edition), self.read(Copy), self.learner
        merged = await asyncio.to_thread(_take_in, self.site.store, learner, info, copy)
        self.answer(Together(merged=merged).model_dump(mode="json"))


@web.stream_request_body
class Submit(LabApi):
    """``/api/lab/assignments/<edition>/submit``. A notebook is larger than other requests: it is read after sign-in."""

    largest = LARGEST_BODY

    def initialize(self, site: Site) -> None:
        """Start with nothing received."""
        super().initialize(site)
        self._received = bytearray()
        self._too_large = False

    async def prepare(self, *, _redirect_to_login: bool = False) -> None:
        """Refuse who is not signed in before anything is read; then allow for a large body."""
        await super().prepare(_redirect_to_login=False)
        cast("HTTP1Connection", self.request.connection).set_max_body_size(4 * LARGEST_BODY)

    def data_received(self, chunk: bytes) -> None:
        """Keep what may be a submission; let the rest pass by."""
        self._too_large = self._too_large or len(self._received) + len(chunk) > LARGEST_BODY
        if self._too_large:
            self._received.clear()
        else:
            self._received += chunk

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Refuse in words, and hang up: the body may not have been read."""
        self.set_header("Connection", "close")
        super().write_error(status_code, **kwargs)

    async def post(self, edition: str) -> None:
        """Take in the answers, hand in; 201 with the receipt, the same one for the same request sent again."""
        self.spend(self.site.handing_in)
        if self._too_large:
            raise web.HTTPError(413)
        self.request.body = bytes(self._received)
        info, sent = self.get_edition(edition), self.read(HandIn)
        _check_notebook(info, sent.notebook)
        unique = hashlib.sha256(b"\0".join((self.learner.encode(), edition.encode(), self.request.body)))
        learner, receipt_id = self.learner, unique.hexdigest()[:32]
        taken = await asyncio.to_thread(_hand_in, self.site, learner, info, sent, receipt_id)
        self.answer(taken.model_dump(mode="json"), 201)


class Feedback(LabApi):
    """``/api/lab/feedback/<receipt>``: the learner's result as a page to keep."""

    async def get(self, receipt_id: str) -> None:
        """The page; 404 as long as there is no result of that submission."""
        learner = self.learner
        page = await asyncio.to_thread(_feedback, self.site, learner, receipt_id, self.lang)
        if page is None:
            raise Unsent(404, N_("Chưa có kết quả của lần nộp này: hãy thử lại sau."))
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.set_header("Content-Disposition", 'attachment; filename="ket-qua.html"')
        self.finish(page)


def _lists(site: Site, learner: str) -> Lists:
    begun = site.store.editions_begun(learner)
    handed, results = site.ledger.handed_in(learner), site.ledger.results(learner)
    closed = {one.edition for one in handed}
    offered = {
        choose_edition([info.edition for info in editions], begun=begun, handed_in=closed)
        for editions in site.shelf.lessons().values()
    }
    graded = {result.receipt: result.graded for result in results.values()}
    listed = (
        Listed(
            edition=edition,
            offered=edition in offered,
            revisions=_revisions(site.store, learner, edition) if edition in begun else {},
        )
        for edition in sorted(site.shelf.editions())
    )
    submitted = (
        Handed(receipt=one.id, edition=one.edition, handed_in=one.at, graded=graded.get(one.id))
        for one in handed
    )
    return Lists(editions=tuple(listed), handed_in=tuple(submitted))


def _revisions(store: AnswerStore, learner: str, edition: str) -> dict[str, int]:
    return {name: record.revision for name, record in store.read(learner, edition).answers.items()}


def _released_files(places: Places, edition: str) -> dict[str, bytes]:
    """What nbgrader's exchange would copy out: the notebook and what belongs to it."""
    folder = places.release / edition
    return {
        path.name: path.read_bytes()
        for path in sorted(folder.iterdir())
        if path.is_file()
        and not path.name.startswith(".")
        and not any(fnmatch(path.name, pattern) for pattern in NOT_HANDED_OUT)
    }


def _take_in(store: AnswerStore, learner: str, info: LessonInfo, copy: Copy) -> Merged:
    questions = {str(asked["id"]): asked for asked in info.questions}
    return take_in_copy(store, learner, info.edition, questions, copy.answers, copy.seen, copy.code)


def _check_notebook(info: LessonInfo, notebook: str | None) -> None:
    """Refuse at once, in words, what could not be graded later."""
    if notebook is None:
        if info.kind == "coding":
            raise Unsent(
                400,
                N_("Thư mục bài không có sổ tay {name}: hãy làm mới danh sách rồi tải lại bài (Fetch)."),
                name=f"{info.edition}.ipynb",
            )
        return
    if len(notebook.encode("utf-8", "surrogatepass")) > MAX_NOTEBOOK:
        raise web.HTTPError(413)
    try:
        read_handed_in(notebook.encode("utf-8"))
    except (SubmissionError, UnicodeEncodeError) as error:
        raise Unsent(
            400,
            N_("Sổ tay {name} bị hỏng nên chưa nộp được: hãy mở lại trong JupyterLab, lưu rồi nộp lại."),
            name=f"{info.edition}.ipynb",
        ) from error


def _hand_in(site: Site, learner: str, info: LessonInfo, sent: HandIn, receipt_id: str) -> Taken:
    with held(site.ledger.open_folder(learner)):  # the same request twice at once is handed in once
        before = site.ledger.find_receipt(learner, receipt_id)
        if before is not None:
            answers = site.store.read(learner, info.edition).answers
            return Taken(receipt=Receipt.model_validate(before.receipt), merged=Merged(answers=answers))
        merged = _take_in(site.store, learner, info, sent)
        if merged.unusable:
            raise SubmissionError(
                N_(
                    "Câu trả lời cho câu {ids} không đúng dạng: hãy mở sổ tay, trả lời lại câu đó rồi nộp lại."
                ),
                ids=", ".join(merged.unusable),
            )
        receipt = submit(
            site.places,
            site.store,
            site.key,
            learner,
            info.edition,
            site.clock(),
            lambda: receipt_id,
            via="jupyterlab",
            notebook=None if sent.notebook is None else with_code(sent.notebook.encode("utf-8"), merged.code),
        )
        site.ledger.keep(learner, receipt.record())
        return Taken(receipt=receipt, merged=merged)


def _feedback(site: Site, learner: str, receipt_id: str, lang: str) -> str | None:
    handed = site.ledger.find_receipt(learner, receipt_id)
    if handed is None:
        return None
    try:
        path = result_path(site.places, learner, handed.edition)
        result = ResultRecord.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
    if result.learner != learner or result.evidence.receipt != receipt_id:
        return None
    return feedback_page(result, lang)
