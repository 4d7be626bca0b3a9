"""The certificate on paper: PDF/A-3a and PDF/UA-1 in one file, with the credential attached.

The template is a program (typst); what it prints comes in as data only, so no name can be code. The same
input gives the same bytes: the only time in the file is the one passed in, the fonts are typst's own.
"""

from __future__ import annotations

import io
import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import segno
import typst

from hocvuso.certificates.credential import ATTACHMENT
from hocvuso.errors import CertificateError
from hocvuso.language import N_

if TYPE_CHECKING:
    from datetime import datetime

TEMPLATE = Path(__file__).with_name("certificate.typ")


@dataclass(frozen=True, slots=True)
class Printed:
    """Everything that stands on the paper, in the order of the eye."""

    issuer: str
    demonstration: bool
    holder: str
    title: str
    title_en: str
    description: str
    criteria: str
    lessons: tuple[str, ...]
    date: str  # ISO, in Viet Nam's time
    number: str
    check: str

    def text(self) -> str:
        """As JSON, the form that the register keeps."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def read(cls, text: str) -> Printed:
        """What ``text`` wrote."""
        values = json.loads(text)
        return cls(**{**values, "lessons": tuple(values["lessons"])})


def render(printed: Printed, credential: bytes, at: datetime) -> bytes:
    """The PDF of one certificate; ``credential`` is attached byte for byte."""
    return _compile(printed, credential, at, "pdf")


def render_picture(printed: Printed, at: datetime, *, ppi: float = 96) -> bytes:
    """The same page as PNG, for people who look at the template."""
    return _compile(printed, b"{}", at, "png", ppi)


def _compile(
    printed: Printed, credential: bytes, at: datetime, form: Literal["pdf", "png"], ppi: float | None = None
) -> bytes:
    inputs = {
        "data": printed.text(),
        "credential": credential.decode(),
        "qr": _qr(printed.check),
        "attachment": ATTACHMENT,
    }
    try:
        made, warnings = _compiler().compile_with_warnings(
            sys_inputs=inputs,
            format=form,
            pdf_standards=["a-3a", "ua-1"] if form == "pdf" else None,
            timestamp=at,
            ppi=ppi,
        )
    except typst.TypstError as error:
        raise CertificateError(
            N_("Không in được chứng nhận {number}: {detail}"), number=printed.number, detail=error
        ) from error
    if warnings:  # a missing font or glyph would print a wrong name
        raise CertificateError(
            N_("Không in được chứng nhận {number}: {detail}"),
            number=printed.number,
            detail=warnings[0].message,
        )
    if not isinstance(made, bytes):  # a list: the picture has more than one page, which the template refuses
        raise TypeError(type(made))
    return made


@cache
def _compiler() -> typst.Compiler:
    """One compiler for the process: loading fonts costs more than a page does."""
    return typst.Compiler(input=str(TEMPLATE), root=str(TEMPLATE.parent), ignore_system_fonts=True)


def _qr(address: str) -> str:
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=4, dark="#1d1a16", light=None)
    return drawn.getvalue().decode()
