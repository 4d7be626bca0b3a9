"""The bits of the status list: one per certificate, set when it is revoked (Bitstring Status List 1.0)."""

from __future__ import annotations

import base64
import gzip
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ENTRIES = 131_072  # the least that the standard allows: a shorter list tells too much about who is in it
_BYTES = ENTRIES // 8


def encode(revoked: Iterable[int]) -> str:
    """The list with the bits at ``revoked`` set, as multibase text; bit 0 is the first byte's leftmost."""
    bits = bytearray(_BYTES)
    for index in revoked:
        bits[index // 8] |= 0x80 >> index % 8
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode("ascii").rstrip("=")


def decode(encoded: str) -> bytes:
    """The bits of ``encoded``; ValueError unless it is a list of exactly ENTRIES bits."""
    packed = encoded[1:]
    unpack = zlib.decompressobj(wbits=31)
    try:
        bits = unpack.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)), _BYTES + 1)
    except (ValueError, zlib.error) as error:
        raise ValueError("no status list: " + encoded[:20]) from error
    if len(bits) != _BYTES or not unpack.eof:
        raise ValueError("no status list: " + encoded[:20])
    return bits


def is_set(bits: bytes, index: int) -> bool:
    """Whether the bit at ``index`` is set."""
    return bool(bits[index // 8] & 0x80 >> index % 8)
