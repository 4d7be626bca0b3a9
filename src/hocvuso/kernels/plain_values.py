"""The plain forms of the values of Python's own types; part of `hocvuso.kernels.plain`.

Numbers, texts, bytes, containers and types. `ENCODERS` goes by the exact type, `DECODERS` by the tag ``t``; `REDUCE`
takes a builtin's data out of an instance of a subclass, through the builtin's own methods.
"""

from __future__ import annotations

import builtins
import collections
import decimal
import fractions
import math
from typing import TYPE_CHECKING, Any

from hocvuso.kernels.plain_json import Json, TooLarge, array, fail, text, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hocvuso.kernels.plain import Decoder, Encoder

_BIG = 1 << 53
_BITS = 4_000_000  # of an integer
_DIGITS = 100_000  # of a Decimal


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


ENCODERS: dict[type, Callable[[Encoder, Any, int], Json]] = {
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
}  # fmt: skip

DECODERS: dict[str, Callable[[Decoder, dict[str, Json], int], Any]] = {
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
    "sub": _from_derived,
}  # fmt: skip

REDUCE: dict[type, Callable[[Any], Any]] = {
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
