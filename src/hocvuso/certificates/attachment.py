"""Takes the credential out of a certificate's PDF, and nothing else: the file may come from anyone."""

from __future__ import annotations

import io

import pikepdf
from pikepdf.settings import set_qpdf_limits

from hocvuso.certificates.credential import ATTACHMENT

_MEMORY = 32 * 1024 * 1024

# A few kilobytes can unpack to gigabytes. The limits hold for the whole process and must be set before any
# other thread opens a PDF: on import. Our own files need a hundredth of them.
set_qpdf_limits(
    flate_max_memory=_MEMORY,
    png_max_memory=_MEMORY,
    run_length_max_memory=_MEMORY,
    tiff_max_memory=_MEMORY,
    dct_max_memory=_MEMORY,
    max_stream_filters=4,
    doc_max_warnings=50,
)


def read_attachment(data: bytes) -> bytes | None:
    """The credential attached to the PDF ``data``; None if it is broken or holds not just that."""
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as document:
            attachments = document.attachments
            if list(attachments) != [ATTACHMENT]:
                return None
            return bytes(attachments[ATTACHMENT].get_file().read_bytes())
    except Exception:  # noqa: BLE001  a foreign parser on hostile bytes: whatever it raises, the file is no use
        return None
