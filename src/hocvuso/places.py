"""Where everything of one course lies. The top-level folders are the stations of the data, in order."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, unquote

from hocvuso.errors import SetupError
from hocvuso.language import N_

COURSE = "hocvuso"


@dataclass(frozen=True, slots=True)
class Places:
    """All paths of a course below one root; nothing is created by asking."""

    root: Path

    # written by people
    @property
    def lessons(self) -> Path:
        """MyST lessons: ``<topic>/<lesson>.md``."""
        return self.root / "notebooks" / "lessons"

    @property
    def reference(self) -> Path:
        """Lists that authors keep for ``hocvuso lint``: laws, glossary, terms."""
        return self.root / "notebooks" / "reference"

    # built
    @property
    def source(self) -> Path:
        """nbgrader's instructor editions: keys inside, for author and grader only."""
        return self.root / "source"

    @property
    def release(self) -> Path:
        """nbgrader's learner editions: ``<edition>/<edition>.ipynb`` and ``page.html``, no key."""
        return self.root / "release"

    # runtime, shared between learner and grader
    @property
    def exchange(self) -> Path:
        """nbgrader's exchange root."""
        return self.root / "exchange"

    @property
    def inbound(self) -> Path:
        """Submissions waiting for the grader; each arrives whole, by one rename."""
        return self.exchange / COURSE / "inbound"

    @property
    def outbound(self) -> Path:
        """Released editions as nbgrader's exchange lists them."""
        return self.exchange / COURSE / "outbound"

    @property
    def staging(self) -> Path:
        """Where a submission is put together; on the same file system as ``inbound``."""
        return self.exchange / COURSE / "staging"

    @property
    def labs(self) -> Path:
        """``<learner>/inbound``: handed in by nbgrader's own exchange (the folder says who); ``feedback``.

        For an installation that has one: our JupyterLabs hand in over HTTP and see nothing of it.
        """
        return self.exchange / COURSE / "labs"

    @property
    def autograde(self) -> Path:
        """Graded notebooks: ``<learner>/<edition>/``."""
        return self.root / "autograde"

    @property
    def var(self) -> Path:
        """All other state."""
        return self.root / "var"

    @property
    def gradebook_url(self) -> str:
        """SQLAlchemy address of nbgrader's gradebook; ``HOCVUSO_GRADEBOOK`` overrides it.

        That may be a plain ``postgresql://…``: the driver that we install is named here.
        """
        given = os.environ.get("HOCVUSO_GRADEBOOK") or f"sqlite:///{self.var / 'grader' / 'gradebook.db'}"
        kind, _, rest = given.partition("://")
        return f"postgresql+psycopg://{rest}" if kind in {"postgresql", "postgres"} else given

    @property
    def editions(self) -> Path:
        """The ledger of released editions (JSON)."""
        return self.var / "editions.json"

    @property
    def answers(self) -> Path:
        """The site's store of answers: ``<learner>/<edition>/``."""
        return self.var / "answers"

    @property
    def submitted(self) -> Path:
        """nbgrader's submitted directory: the latest submission of each learner and edition."""
        return self.var / "submitted"

    @property
    def evidence(self) -> Path:
        """Every submission ever taken in, as it came, with its receipt."""
        return self.var / "evidence"

    @property
    def results(self) -> Path:
        """Result records that the site shows: ``<learner>/<edition>.json``."""
        return self.var / "results"

    @property
    def feedback(self) -> Path:
        """nbgrader's feedback directory; our pages, without hidden tests."""
        return self.var / "feedback"

    @property
    def site_keys(self) -> Path:
        """The site's key for receipts (private) and its public half."""
        return self.var / "site"

    @property
    def issuer(self) -> Path:
        """The issuer's zone: certificate key, register; nobody else reads it."""
        return self.var / "issuer"

    @property
    def published(self) -> Path:
        """What the issuer publishes: issuer document, status list, hashes of PDFs. No personal data."""
        return self.var / "published"

    @property
    def certificates(self) -> Path:
        """Certificates to hand to their holders: ``<learner>/<number>.json|.pdf``."""
        return self.var / "certificates"

    @property
    def names(self) -> Path:
        """What each learner is called, a small file for each: the site opens only that of who is signed in."""
        return self.var / "names"

    @property
    def receipts(self) -> Path:
        """Receipts that the site keeps for learners: ``<learner>/<id>.json``."""
        return self.var / "receipts"

    @property
    def exports(self) -> Path:
        """Exports of grades, the input of the issuer."""
        return self.var / "exports"

    @property
    def hub(self) -> Path:
        """JupyterHub's state: database, cookie secret, proxy's files, logs."""
        return self.var / "hub"

    @property
    def homes(self) -> Path:
        """Home folders of JupyterLab users: ``<learner>/``."""
        return self.var / "homes"


@lru_cache(maxsize=4096)
def folder_of(learner: str) -> str:
    """``learner`` as a safe name for a folder; ``learner_of`` gives it back."""
    name = quote(learner, safe="@")
    return "%2E" + name[1:] if name.startswith(".") else name


def learner_of(folder: str) -> str:
    """The learner whose folder is named ``folder``."""
    return unquote(folder)


def find_places(start: Path | None = None) -> Places:
    """The course at ``start``, at ``HOCVUSO_ROOT``, or in the nearest folder upward with nbgrader_config.py."""
    given = start or (Path(os.environ["HOCVUSO_ROOT"]) if os.environ.get("HOCVUSO_ROOT") else None)
    here = (given or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "nbgrader_config.py").is_file():
            return Places(folder)
    raise SetupError(
        N_(
            "Không tìm thấy khóa học từ thư mục {path}: hãy chạy lệnh trong thư mục có tệp nbgrader_config.py."
        ),
        path=here,
    )
