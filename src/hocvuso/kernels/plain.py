"""Values as plain data: what may pass between a learner's process and the judge.

`encode` gives JSON for a value made of plain parts; `decode` gives the value back. `decode` is safe against any
JSON: it builds only types that are named here and in `plain_arrays`, checks sizes before it builds, imports
nothing by a name that it was sent, and raises `PlainError` for everything else. Nothing is ever unpickled.

Types are exact. An instance of a learner's subclass of a builtin is reduced to the builtin's data through the
base type's own methods, so that no method of the learner has a say in what it is equal to. What is not plain is
left to ``refer`` (when encoding) and ``resolve`` (when decoding): see `hocvuso.kernels.probes` and `proxies`.

The form: None, bool, int, finite float, text and list stand for themselves; everything else is an object whose
``t`` says what it is.
"""

from __future__ import annotations

import base64
import binascii
import builtins
import collections
import datetime as dt
import decimal
import fractions
import math
import re
import zoneinfo
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Json: TypeAlias = Any  # JSON as the json module gives it
Refer: TypeAlias = "Callable[[object], dict[str, Json] | None]"
Resolve: TypeAlias = "Callable[[dict[str, Json], object], object]"

DEPTH = 24  # nested values; each may take three levels of JSON, and the wire takes 100
BUDGET = 3_500_000  # bytes of JSON that a value may take, generously estimated: the wire takes 4 million
_NODE = 24  # bytes for a value, its comma and its tag
_BIG = 1 << 53
_BITS = 4_000_000  # of an integer
_DIGITS = 100_000  # of a Decimal
_ZONE = re.compile(r"[A-Za-z0-9_+\-]{1,40}(/[A-Za-z0-9_+\-]{1,40}){0,2}")
_HALF = re.compile("[\ud800-\udfff]")
_TEXTS = {str, type(None)}
_THEMSELVES = {str, int, float, bool, type(None)}
NO_VALUE = object()


class PlainError(Exception):
    """Not plain: a value that has no plain form, or JSON that is no value's plain form."""


class TooLarge(PlainError):  # noqa: N818  (says what happened)
    """The value is plain, but above what may be sent."""


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
            if base in _REDUCE:
                plain = self.encode(_REDUCE[base](value), depth - 1)
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


def fail(why: str) -> NoReturn:
    """Raise PlainError."""
    raise PlainError(why)


def text(record: Json, limit: int = BUDGET) -> str:
    """``record`` when it is text of at most ``limit`` characters."""
    if type(record) is not str or len(record) > limit:
        fail("no text, or too long")
    return record


def whole(record: Json) -> int:
    """``record`` when it is a whole number of 64 bits."""
    if type(record) is not int or not -(1 << 63) <= record < 1 << 63:
        fail("no whole number")
    return record


def array(record: Json) -> list[Json]:
    """``record`` when it is a list."""
    if type(record) is not list:
        fail("no list")
    return record


def _big(encoder: Encoder, value: int, _depth: int) -> Json:
    if -_BIG < value < _BIG:
        return value
    if value.bit_length() > _BITS:
        raise TooLarge("the number is too large")
    encoder.spend(value.bit_length() // 4)
    return {"t": "int", "v": hex(value)}


def _from_big(_decoder: Decoder, record: dict[str, Json], _depth: int) -> int:
    return int(text(record["v"], _BITS // 4 + 4), 16)


def _float(_encoder: Encoder, value: float, _depth: int) -> Json:
    return value if math.isfinite(value) else {"t": "float", "v": repr(value)}


def _from_float(_decoder: Decoder, record: dict[str, Json], _depth: int) -> float:
    return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[record["v"]]


def _text(encoder: Encoder, value: str, _depth: int) -> Json:
    encoder.spend(len(value) if value.isascii() else 3 * len(value))
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:  # half a character: UTF-8 can't say it
        return {"t": "str", "v": encoder.data(value.encode("utf-32-le", "surrogatepass"))}
    return value


def _from_text(decoder: Decoder, record: dict[str, Json], _depth: int) -> str:
    return decoder.data(record["v"]).decode("utf-32-le", "surrogatepass")


def _pairs(encoder: Encoder, value: Iterable[tuple[object, object]], depth: int) -> list[Json]:
    return [[encoder.encode(k, depth), encoder.encode(v, depth)] for k, v in value]


def _from_pairs(decoder: Decoder, record: Json, depth: int) -> dict[Any, Any]:
    made = {}
    for pair in array(record):
        key, value = array(pair)
        made[decoder.decode(key, depth)] = decoder.decode(value, depth)
    return made


def _unordered(encoder: Encoder, values: Iterable[object], depth: int) -> list[Json]:
    """A set has no order; one that is always the same lets two encodings be compared."""
    return sorted(encoder.all(values, depth), key=repr)


def _zone_name(zone: dt.tzinfo | None) -> Json:
    if zone is None:
        return None
    if type(zone) is zoneinfo.ZoneInfo and zone.key:
        return zone.key
    if type(zone) is dt.timezone:
        offset = zone.utcoffset(None)
        return [offset.days, offset.seconds, offset.microseconds]
    raise PlainError("a time zone that is not plain")


def zone_of(record: Json) -> dt.tzinfo | None:
    """The time zone of a record: of the system's zones by name, or a fixed offset."""
    if record is None:
        return None
    if type(record) is str:
        if not _ZONE.fullmatch(record):
            fail("no time zone")
        return zoneinfo.ZoneInfo(record)  # ZoneInfoNotFoundError is a KeyError
    offset = dt.timedelta(*(whole(part) for part in array(record)))
    return dt.UTC if not offset else dt.timezone(offset)


def zone_name(zone: dt.tzinfo | None) -> Json:
    """The record of a time zone; PlainError when it is neither a system's zone nor a fixed offset."""
    return _zone_name(zone)


def _moment(encoder: Encoder, value: dt.datetime | dt.time, _depth: int) -> Json:
    try:
        zone = _zone_name(value.tzinfo)
    except PlainError as error:
        return encoder.other(value, str(error))
    bare = value.replace(tzinfo=None)
    tag = "datetime" if isinstance(value, dt.datetime) else "time"
    return {"t": tag, "v": bare.isoformat(), "z": zone, "f": value.fold}


def _from_moment(_decoder: Decoder, record: dict[str, Json], _depth: int) -> Any:
    kind = dt.datetime if record["t"] == "datetime" else dt.time
    made = kind.fromisoformat(text(record["v"], 40))
    return made.replace(tzinfo=zone_of(record["z"]), fold=1 if record.get("f") else 0)


def _from_decimal(_decoder: Decoder, record: dict[str, Json], _depth: int) -> decimal.Decimal:
    return decimal.Decimal(text(record["v"], _DIGITS))


def _decimal(encoder: Encoder, value: decimal.Decimal, _depth: int) -> Json:
    shown = str(value)
    if len(shown) > _DIGITS:
        raise TooLarge("the number is too large")
    encoder.spend(len(shown))
    return {"t": "decimal", "v": shown}


def _parts(tag: str, *names: str) -> Callable[[Encoder, Any, int], Json]:
    """The encoder of a type that is told by some of its attributes."""

    def encoder_of_parts(encoder: Encoder, value: Any, depth: int) -> Json:
        return {"t": tag, "v": [encoder.encode(getattr(value, name), depth) for name in names]}

    return encoder_of_parts


def _from_parts(make: Callable[..., Any]) -> Callable[[Decoder, dict[str, Json], int], Any]:
    def decoder_of_parts(decoder: Decoder, record: dict[str, Json], depth: int) -> Any:
        return make(*decoder.all(record["v"], depth))

    return decoder_of_parts


def _listed(tag: str) -> Callable[[Encoder, Any, int], Json]:
    return lambda encoder, value, depth: {"t": tag, "v": encoder.all(value, depth)}


def _from_listed(
    make: Callable[[list[Any]], Any], *, hashed: bool = False
) -> Callable[[Decoder, dict[str, Json], int], Any]:
    def decoder_of_list(decoder: Decoder, record: dict[str, Json], depth: int) -> Any:
        return make((decoder.hashed if hashed else decoder.all)(record["v"], depth))

    return decoder_of_list


def _unordered_as(tag: str) -> Callable[[Encoder, Any, int], Json]:
    return lambda encoder, value, depth: {"t": tag, "v": _unordered(encoder, value, depth)}


def _mapped(tag: str) -> Callable[[Encoder, Any, int], Json]:
    return lambda encoder, value, depth: {"t": tag, "v": _pairs(encoder, value.items(), depth)}


def _from_mapped(make: Callable[[dict[Any, Any]], Any]) -> Callable[[Decoder, dict[str, Json], int], Any]:
    return lambda decoder, record, depth: make(_from_pairs(decoder, record["v"], depth))


def _complex(real: object, imaginary: object) -> complex:
    if type(real) is not float or type(imaginary) is not float:
        fail("no complex number")
    return complex(real, imaginary)


def _bounded_range(*parts: int) -> range:
    return range(*(whole(part) for part in parts))


def _date(_decoder: Decoder, record: dict[str, Json], _depth: int) -> dt.date:
    return dt.date.fromisoformat(text(record["v"], 10))


def _from_derived(decoder: Decoder, record: dict[str, Json], depth: int) -> Any:
    reference = record["r"]
    if type(reference) is not dict:
        fail("no reference")
    return decoder.other(reference, decoder.decode(record["v"], depth))


TYPES: dict[str, type] = {
    name: value
    for name, value in vars(builtins).items()
    if isinstance(value, type) and (issubclass(value, BaseException) or name in {
        "bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list", "object", "range",
        "set", "slice", "str", "tuple", "type",
    })
} | {"NoneType": type(None)}  # fmt: skip
"""The builtin types that may be sent by name."""


def _named_type(encoder: Encoder, value: type, _depth: int) -> Json:
    if TYPES.get(value.__name__) is value:
        return {"t": "type", "v": value.__name__}
    if value.__module__ == "numpy":
        from hocvuso.kernels import plain_arrays

        return plain_arrays.scalar_type(encoder, value)
    return encoder.other(value, "a class that is not plain")


def _from_named_type(_decoder: Decoder, record: dict[str, Json], _depth: int) -> type:
    return TYPES[text(record["v"], 40)]


_ENCODERS: dict[type, Callable[[Encoder, Any, int], Json]] = {
    int: _big,
    float: _float,
    str: _text,
    list: lambda encoder, value, depth: encoder.all(value, depth),
    complex: _parts("complex", "real", "imag"),
    bytes: lambda encoder, value, _: {"t": "bytes", "v": encoder.data(value)},
    bytearray: lambda encoder, value, _: {"t": "bytearray", "v": encoder.data(bytes(value))},
    tuple: _listed("tuple"),
    set: _unordered_as("set"),
    frozenset: _unordered_as("frozenset"),
    dict: _mapped("dict"),
    collections.OrderedDict: _mapped("ordered"),
    collections.Counter: _mapped("counter"),
    collections.defaultdict: _mapped("defaultdict"),
    collections.deque: lambda encoder, value, depth: {
        "t": "deque", "v": encoder.all(value, depth), "n": value.maxlen},
    type({}.keys()): _listed("keys"),
    type({}.values()): _listed("values"),
    type({}.items()): lambda encoder, value, depth: {"t": "items", "v": _pairs(encoder, value, depth)},
    range: _parts("range", "start", "stop", "step"),
    slice: _parts("slice", "start", "stop", "step"),
    type(...): lambda *_: {"t": "ellipsis"},
    type(NotImplemented): lambda *_: {"t": "notimplemented"},
    type: _named_type,
    decimal.Decimal: _decimal,
    fractions.Fraction: _parts("fraction", "numerator", "denominator"),
    dt.date: lambda _encoder, value, _: {"t": "date", "v": value.isoformat()},
    dt.datetime: _moment,
    dt.time: _moment,
    dt.timedelta: _parts("timedelta", "days", "seconds", "microseconds"),
    dt.timezone: lambda _encoder, value, _: {"t": "zone", "v": _zone_name(value)},
    zoneinfo.ZoneInfo: lambda _encoder, value, _: {"t": "zone", "v": _zone_name(value)},
}  # fmt: skip

_DECODERS: dict[str, Callable[[Decoder, dict[str, Json], int], Any]] = {
    "int": _from_big,
    "float": _from_float,
    "str": _from_text,
    "complex": _from_parts(_complex),
    "bytes": lambda decoder, record, _: decoder.data(record["v"]),
    "bytearray": lambda decoder, record, _: bytearray(decoder.data(record["v"])),
    "tuple": _from_listed(tuple),
    "set": _from_listed(set, hashed=True),
    "frozenset": _from_listed(frozenset, hashed=True),
    "dict": _from_mapped(dict),
    "ordered": _from_mapped(collections.OrderedDict),
    "counter": _from_mapped(collections.Counter),
    "defaultdict": _from_mapped(lambda pairs: collections.defaultdict(None, pairs)),
    "deque": lambda decoder, record, depth: collections.deque(
        decoder.all(record["v"], depth), None if record["n"] is None else whole(record["n"])),
    "keys": _from_listed(lambda values: dict.fromkeys(values).keys(), hashed=True),
    "values": _from_listed(lambda values: dict(enumerate(values)).values()),
    "items": lambda decoder, record, depth: _from_pairs(decoder, record["v"], depth).items(),
    "range": _from_parts(_bounded_range),
    "slice": _from_parts(slice),
    "ellipsis": lambda *_: ...,
    "notimplemented": lambda *_: NotImplemented,
    "type": _from_named_type,
    "decimal": _from_decimal,
    "fraction": _from_parts(fractions.Fraction),
    "date": _date,
    "datetime": _from_moment,
    "time": _from_moment,
    "timedelta": _from_parts(lambda *parts: dt.timedelta(*(whole(part) for part in parts))),
    "zone": lambda _decoder, record, _: zone_of(record["v"]),
    "sub": _from_derived,
}  # fmt: skip

_REDUCE: dict[type, Callable[[Any], Any]] = {
    int: int.__pos__,
    float: float.__pos__,
    complex: complex.__pos__,
    str: str.__str__,
    bytes: lambda value: bytes.__getitem__(value, slice(None)),
    bytearray: lambda value: bytearray(bytes.join(b"", [bytearray.__getitem__(value, slice(None))])),
    list: list.copy,
    tuple: lambda value: tuple.__getitem__(value, slice(None)),
    set: lambda value: set(set.__iter__(value)),
    frozenset: lambda value: frozenset(frozenset.__iter__(value)),
    dict: lambda value: dict(dict.items(value)),
}
