"""Every error that this package raises on purpose.

    HocVuSoError              has a sentence for a person and says what to do next
    ├── SetupError            the machine or the course folder lacks something
    ├── LessonError           a lesson file can't be built; holds every mistake found
    ├── AnswerError           an answer does not have the shape that its question asks for
    ├── ConflictError         an edit came too late or names a revision that never was
    ├── StorageError          nothing was written: disk full, no right, no such place
    ├── SubmissionError       a submission can't be graded; becomes the reason of its row
    ├── ReceiptError          a receipt's signature or a hash in it does not hold
    ├── SandboxError          learner code can't be run safely on this machine
    ├── SiteError             the site can't be reached from here, or says no
    ├── PeopleError           a list of people has mistakes
    ├── CertificateError      a certificate can't be issued, revoked or read
    └── FileProblemsError     a data file has mistakes; holds every mistake found (`hocvuso.problems`)

The sentence is a message of the catalogue (Vietnamese is the source language) with named fields; it is
put into the reader's language once, at the edge: the command line, an HTTP response, a result record.
"""

from __future__ import annotations

import errno

from hocvuso.language import N_, get_language


class HocVuSoError(Exception):
    """An error with a sentence for a person: ``message`` is a catalogue entry, ``fields`` fill it."""

    def __init__(self, message: str, **fields: object) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields

    def tell(self, lang: str = "vi") -> str:
        """The sentence in ``lang``."""
        return get_language(lang)(self.message, **self.fields)

    def __str__(self) -> str:
        return self.tell()


class SetupError(HocVuSoError):
    """The machine or the course folder lacks something that the work needs."""


class LessonError(HocVuSoError):
    """A lesson can't be built."""


class AnswerError(HocVuSoError):
    """An answer does not have the shape that its question asks for."""


class ConflictError(HocVuSoError):
    """An edit names a revision that never was."""


class StorageError(HocVuSoError):
    """Nothing was written; what was there before still is."""


class SubmissionError(HocVuSoError):
    """A submission can't be graded; the sentence becomes the reason of its row."""


class ReceiptError(HocVuSoError):
    """A receipt's signature, or a hash in it, does not hold."""


class SandboxError(HocVuSoError):
    """Learner code can't be run safely on this machine, so it is not run."""


class SiteError(HocVuSoError):
    """The site can't be reached from a JupyterLab, or refused what it was asked; nothing was changed there."""


class PeopleError(HocVuSoError):
    """A list of people has mistakes."""


class CertificateError(HocVuSoError):
    """A certificate can't be issued, revoked or read."""


def refused(error: OSError) -> SetupError:
    """What the system refused to do with a file, in a sentence."""
    path = error.filename or "?"
    if error.errno == errno.ENOENT:
        return SetupError(N_("Không có tệp hoặc thư mục {path}."), path=path)
    if error.errno == errno.EISDIR:
        return SetupError(N_("{path} là thư mục, không phải tệp."), path=path)
    if error.errno in {errno.ENOTDIR, errno.EEXIST}:
        return SetupError(N_("{path} là tệp, ở chỗ cần một thư mục."), path=path)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return SetupError(N_("Không có quyền đọc hoặc ghi {path}."), path=path)
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return SetupError(N_("Ổ đĩa đã đầy: hãy giải phóng chỗ trống rồi chạy lại."))
    return SetupError(N_("Không đọc hoặc ghi được {path}: {why}."), path=path, why=error.strerror or error)
