"""Values as plain data: what may pass between a learner's process and the judge.

`encode` gives JSON for a value made of plain parts; `decode` gives the value back. `decode` is safe against any
JSON: it builds only types that are named in `plain_values`, `plain_times` and `plain_arrays`, checks sizes before it
builds, imports nothing by a name that it was sent, and raises `PlainError` for everything else. Nothing is ever
unpickled.

Types are exact. An instance of a learner's subclass of a builtin is reduced to the builtin's data through the
base type's own methods, so that no method of the learner has a say in what it is equal to. What is not plain is
left to ``refer`` (when encoding) and ``resolve`` (when decoding): see `hocvuso.kernels.probes` and `proxies`.

The form: None, bool, int, finite float, text and list stand for themselves; everything else is an object whose
``t`` says what it is.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any, TypeAlias

from hocvuso.kernels import plain_times, plain_values
from hocvuso.kernels.plain_json import BUDGET, Json, PlainError, TooLarge, array, fail, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Refer: TypeAlias = "Callable[[object], dict[str, Json] | None]"
Resolve: TypeAlias = "Callable[[dict[str, Json], object], object]"

DEPTH = 24  # nested values; each may take three levels of JSON, and the wire takes 100
_NODE = 24  # bytes for a value, its comma and its tag
_HALF = re.compile("[\ud800-\udfff]")
_TEXTS = {str, type(None)}
_THEMSELVES = {str, int, float, bool, type(None)}
NO_VALUE = object()
_ENCODERS = plain_values.ENCODERS | plain_times.ENCODERS
_DECODERS = plain_values.DECODERS | plain_times.DECODERS


def encode(value: object, refer: Refer | None = None, *, budget: int = BUDGET) -> Json:
    """``value`` as JSON. Parts that are not plain become what ``refer`` gives; PlainError when it gives None."""
    return Encoder(refer, budget).encode(value, DEPTH)


def decode(record: Json, resolve: Resolve | None = None, *, budget: int = BUDGET) -> Any:
    """The value of ``record``. ``resolve(record, plain)`` makes what is not plain; PlainError without it."""
    try:
        return Decoder(resolve, budget).decode(record, DEPTH)
    except PlainError:
        raise
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        OSError,
        TypeError,
        ValueError,
        RecursionError,
    ) as error:
        raise PlainError(f"no plain value: {type(error).__name__}") from error


class Encoder:
    """One value's way into JSON, with what is left of its budget."""

    def __init__(self, refer: Refer | None, budget: int) -> None:
        self._refer = refer
        self._left = budget

    def encode(self, value: object, depth: int) -> Json:
        """``value`` as JSON, at most ``depth`` levels deep."""
        self.spend(_NODE)
        kind = type(value)
        if kind is bool or value is None:
            return value
        if depth <= 0:
            return self.other(value, "nested too deeply")
        encoder = _ENCODERS.get(kind)
        if encoder is None and kind.__module__.partition(".")[0] in {"numpy", "pandas"}:
            from hocvuso.kernels import plain_arrays

            encoder = plain_arrays.encoder_of(value)
        if encoder is not None:
            return encoder(self, value, depth - 1)
        return self._derived(value, depth)

    def all(self, values: Iterable[object], depth: int) -> list[Json]:
        """Each of ``values`` as JSON."""
        values = list(values)
        kinds = set(map(type, values))
        if depth > 0 and kinds <= _TEXTS and str in kinds:  # columns of tables, mostly: not one by one
            whole_text = "".join(filter(None, values))  # type: ignore[arg-type]  # texts, and None
            if not _HALF.search(whole_text):
                self.spend(_NODE * len(values) + (1 if whole_text.isascii() else 3) * len(whole_text))
                return values
        return [self.encode(value, depth) for value in values]

    def data(self, data: bytes) -> str:
        """``data`` as text."""
        self.spend(len(data) * 4 // 3)
        return base64.b64encode(data).decode("ascii")

    def spend(self, size: int) -> None:
        """Note that about ``size`` bytes more are needed; TooLarge when there are none left."""
        self._left -= size
        if self._left < 0:
            raise TooLarge("the value is too large")

    def other(self, value: object, why: str) -> Json:
        """What stands for a value that has no plain form."""
        reference = self._refer(value) if self._refer else None
        if reference is None:
            raise PlainError(f"{type(value).__name__}: {why}")
        self.spend(200)
        return reference

    def _derived(self, value: object, depth: int) -> Json:
        """A subclass of a builtin: the builtin's data, and a reference for the rest."""
        for base in type(value).__mro__[1:]:
            if base in plain_values.REDUCE:
                plain = self.encode(plain_values.REDUCE[base](value), depth - 1)
                reference = self._refer(value) if self._refer else None
                return plain if reference is None else {"t": "sub", "v": plain, "r": reference}
            if base in _ENCODERS:
                break
        return self.other(value, "not plain")


class Decoder:
    """One value's way out of JSON. Its own errors are PlainError; `decode` turns all others into it."""

    def __init__(self, resolve: Resolve | None, budget: int) -> None:
        self._resolve = resolve
        self._left = budget

    def decode(self, record: Json, depth: int) -> Any:
        """The value of ``record``, at most ``depth`` levels deep."""
        kind = type(record)
        if record is None or kind is bool or kind is int or kind is float:
            return record
        if kind is str:
            return record
        if depth < -DEPTH:  # derived values and tables go down twice per level
            fail("nested too deeply")
        if kind is list:
            return self.all(record, depth - 1)
        if kind is not dict:
            fail("no JSON")
        tag = record.get("t")
        decoder = _DECODERS.get(tag) if type(tag) is str else None
        if decoder is None and type(tag) is str and tag.startswith(("np", "pd")):
            from hocvuso.kernels import plain_arrays

            decoder = plain_arrays.DECODERS.get(tag)
        if decoder is not None:
            return decoder(self, record, depth - 1)
        return self.other(record, NO_VALUE)

    def all(self, records: Json, depth: int) -> list[Any]:
        """The value of each of ``records``."""
        if set(map(type, array(records))) <= _THEMSELVES:
            return list(records)
        return [self.decode(record, depth) for record in records]

    def hashed(self, records: Json, depth: int) -> list[Any]:
        """The same for what goes into a set or a dict's keys."""
        values = self.all(records, depth)
        for value in values:
            hash(value)
        return values

    def other(self, record: dict[str, Json], plain: object) -> Any:
        """What is not plain."""
        if self._resolve is None:
            fail("a reference where only plain values may be")
        return self._resolve(record, plain)

    def data(self, record: Json) -> bytes:
        """Bytes from text."""
        try:
            return base64.b64decode(text(record).encode("ascii"), validate=True)
        except (binascii.Error, UnicodeEncodeError):
            fail("no bytes")
