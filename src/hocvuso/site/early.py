"""The one script that stands in pages themselves: it runs before anything is drawn, and costs no request.

The pages' policy names it by its hash, so that no other script in a page can run.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

SCRIPT = "reading.js"
BUILT = Path(__file__).parent / "static" / "built" / SCRIPT  # made by front/build.mjs


@cache
def early_script() -> str:
    """Its text, which ends no script element."""
    return BUILT.read_text("utf-8").strip()


@cache
def early_hash() -> str:
    """What a Content-Security-Policy calls it."""
    digest = hashlib.sha256(early_script().encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
