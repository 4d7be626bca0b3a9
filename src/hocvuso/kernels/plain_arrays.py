"""The plain forms of numpy's and pandas' values; part of `hocvuso.kernels.plain`, loaded when one turns up.

Arrays come as the bytes of a dtype from a short list and a shape that must fit them, so nothing is allocated
that was not sent. Arrays of objects come value by value. Tables come column by column.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from hocvuso.kernels.plain_json import Json, PlainError, array, fail, text, whole
from hocvuso.kernels.plain_times import zone_name, zone_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from hocvuso.kernels.plain import Decoder, Encoder

_KINDS = "biufcMmUS"
_SIZES = {"b": (1,), "i": (1, 2, 4, 8), "u": (1, 2, 4, 8), "f": (2, 4, 8), "c": (8, 16), "M": (8,), "m": (8,)}
_DIMENSIONS = 16
_LONGEST = 1 << 40
_MASKED = {
    "Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64", "Float32", "Float64", "boolean",
}  # fmt: skip
_STEP = {"Y", "Q", "M", "W", "D", "B", "h", "min", "s", "ms", "us", "ns"}
_LAST_CHARACTER = 0x10FFFF
DECODERS: dict[str, Callable[[Decoder, dict[str, Json], int], Any]] = {}


def encoder_of(value: object) -> Callable[[Encoder, Any, int], Json] | None:
    """The encoder for a value of exactly one of numpy's or pandas' types."""
    kind = type(value)
    found = _ENCODERS.get(kind)
    if found is None and isinstance(value, np.generic) and kind.__module__ == "numpy":
        return _scalar
    if (
        found is None
        and kind.__module__.startswith("pandas")
        and isinstance(value, pd.api.extensions.ExtensionArray)
    ):
        return _extension
    if found is None and isinstance(value, np.dtype) and kind.__module__.startswith("numpy"):
        return _dtype
    return found


def plain_dtype(record: Json) -> np.dtype[Any]:
    """The numpy dtype of a record; PlainError when it is not on the list."""
    name = text(record, 40)
    if name == "O":
        fail("objects have no bytes")
    dtype = np.dtype(name)
    if not _is_listed(dtype) or dtype.str != name:
        fail("a dtype that is not plain")
    return dtype


def _is_listed(dtype: np.dtype[Any]) -> bool:
    if dtype.kind not in _KINDS or dtype.fields is not None or dtype.subdtype is not None:
        return False
    if dtype.kind in "US":
        return bool(dtype.isnative)
    return dtype.itemsize in _SIZES[dtype.kind]


def _ndarray(encoder: Encoder, value: np.ndarray[Any, Any], depth: int) -> Json:
    if value.dtype.kind == "O":
        return {"t": "npobj", "s": list(value.shape), "v": encoder.all(value.ravel().tolist(), depth)}
    if not _is_listed(value.dtype):
        return encoder.other(value, "an array of a dtype that is not plain")
    encoder.spend(value.nbytes * 4 // 3)
    return {"t": "np", "d": value.dtype.str, "s": list(value.shape), "v": encoder.data(value.tobytes())}


def _shape(record: Json) -> tuple[int, ...]:
    shape = tuple(whole(size) for size in array(record))
    if len(shape) > _DIMENSIONS or any(not 0 <= size <= _LONGEST for size in shape):
        fail("no shape")
    return shape


def _from_ndarray(decoder: Decoder, record: dict[str, Json], _depth: int) -> np.ndarray[Any, Any]:
    dtype, shape, data = plain_dtype(record["d"]), _shape(record["s"]), decoder.data(record["v"])
    if math.prod(shape) * dtype.itemsize != len(data):
        fail("the bytes don't fit the shape")
    if dtype.itemsize == 0:
        return np.zeros(shape, dtype) if math.prod(shape) <= 1 else fail("an array of nothing")
    made = np.frombuffer(data, dtype).reshape(shape).copy()
    if dtype.kind == "U" and made.size and made.reshape(-1).view(np.uint32).max() > _LAST_CHARACTER:
        fail("no characters")
    if dtype.kind == "b" and made.size and made.view(np.uint8).max() > 1:
        fail("no truth values")
    return made


def _from_objects(decoder: Decoder, record: dict[str, Json], depth: int) -> np.ndarray[Any, Any]:
    values, shape = decoder.all(record["v"], depth), _shape(record["s"])
    if math.prod(shape) != len(values):
        fail("the values don't fit the shape")
    made = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        made[place] = value
    return made.reshape(shape)


def _scalar(encoder: Encoder, value: np.generic, _depth: int) -> Json:
    if not _is_listed(value.dtype):
        return encoder.other(value, "a number of a dtype that is not plain")
    return {"t": "npone", "d": value.dtype.str, "v": encoder.data(value.tobytes())}


def _from_scalar(decoder: Decoder, record: dict[str, Json], depth: int) -> Any:
    return _from_ndarray(decoder, record | {"s": []}, depth)[()]


def _dtype(encoder: Encoder, value: np.dtype[Any], _depth: int) -> Json:
    if value.kind != "O" and not _is_listed(value):
        return encoder.other(value, "a dtype that is not plain")
    return {"t": "npdtype", "v": "O" if value.kind == "O" else value.str}


def _from_dtype(_decoder: Decoder, record: dict[str, Json], _depth: int) -> np.dtype[Any]:
    return np.dtype(object) if record["v"] == "O" else plain_dtype(record["v"])


def scalar_type(encoder: Encoder, value: type) -> Json:
    """One of numpy's scalar types, by name."""
    if issubclass(value, np.generic) and getattr(np, value.__name__, None) is value:
        return {"t": "nptype", "v": value.__name__}
    return encoder.other(value, "a class that is not plain")


def _from_scalar_type(_decoder: Decoder, record: dict[str, Json], _depth: int) -> type:
    found = getattr(np, text(record["v"], 40))
    if not (isinstance(found, type) and issubclass(found, np.generic)):
        fail("no type of numpy's")
    return found


def _extension(encoder: Encoder, value: Any, depth: int) -> Json:  # noqa: PLR0911  (one for each kind of dtype)
    """An array of pandas' own: by its dtype."""
    dtype = value.dtype
    if isinstance(dtype, pd.StringDtype):
        values = value.to_numpy(dtype=object, na_value=None).tolist()
        if not {type(v) for v in values} <= {str, type(None)}:  # subclasses of str
            values = [None if v is None else str(v) for v in values]
        missing = "nan" if dtype.na_value is not pd.NA else "NA"
        return {"t": "pdstr", "d": missing, "v": encoder.all(values, depth)}
    if str(dtype) in _MASKED:
        mask = np.asarray(value.isna())
        filled = value.to_numpy(dtype=dtype.numpy_dtype, na_value=dtype.numpy_dtype.type(0))
        return {
            "t": "pdmask",
            "d": str(dtype),
            "v": encoder.encode(filled, depth),
            "m": encoder.encode(mask, depth),
        }
    if isinstance(dtype, pd.CategoricalDtype):
        parts = {
            "v": encoder.encode(np.asarray(value.codes), depth),
            "c": encoder.encode(value.categories, depth),
        }
        return {"t": "pdcat", "o": bool(value.ordered), **parts}
    if isinstance(dtype, pd.DatetimeTZDtype):
        bare = encoder.encode(np.asarray(value.asi8), depth)
        return _zoned(encoder, value, {"t": "pdtz", "u": dtype.unit, "v": bare}, dtype.tz)
    if isinstance(dtype, pd.PeriodDtype):
        return {"t": "pdperiods", "f": str(dtype)[7:-1], "v": encoder.encode(np.asarray(value.asi8), depth)}
    if isinstance(dtype, pd.IntervalDtype):
        ends = {"l": encoder.encode(value.left, depth), "r": encoder.encode(value.right, depth)}
        return {"t": "pdintervals", "c": value.closed, **ends}
    if isinstance(dtype, np.dtype) or type(value) is pd.arrays.NumpyExtensionArray:
        return encoder.encode(value.to_numpy(), depth)
    return encoder.other(value, "an array that is not plain")


def _zoned(encoder: Encoder, value: object, record: dict[str, Json], zone: Any) -> Json:
    try:
        return record | {"z": zone_name(zone)}
    except PlainError as error:
        return encoder.other(value, str(error))


def _from_strings(decoder: Decoder, record: dict[str, Json], depth: int) -> Any:
    values = decoder.all(record["v"], depth)
    if not set(map(type, values)) <= {str, type(None)}:
        fail("no strings")
    missing = math.nan if record["d"] == "nan" else pd.NA
    return pd.array(values, dtype=pd.StringDtype("python", na_value=missing))


def _from_masked(decoder: Decoder, record: dict[str, Json], depth: int) -> Any:
    name = text(record["d"], 10)
    if name not in _MASKED:
        fail("a dtype that is not plain")
    data, mask = decoder.decode(record["v"], depth), decoder.decode(record["m"], depth)
    if (
        type(data) is not np.ndarray
        or type(mask) is not np.ndarray
        or data.shape != mask.shape
        or data.ndim != 1
    ):
        fail("no masked array")
    made = pd.array(data, dtype=name)
    made[mask.astype(bool)] = pd.NA
    return made


def _index(decoder: Decoder, record: Json, depth: int) -> pd.Index:
    made = decoder.decode(record, depth)
    if not isinstance(made, pd.Index):
        fail("no index")
    return made


def _from_categories(decoder: Decoder, record: dict[str, Json], depth: int) -> Any:
    codes = _numbers(decoder, record["v"], depth)
    return pd.Categorical.from_codes(codes, _index(decoder, record["c"], depth), ordered=record["o"] is True)


def _numbers(decoder: Decoder, record: Json, depth: int) -> np.ndarray[Any, Any]:
    made = decoder.decode(record, depth)
    if type(made) is not np.ndarray or made.dtype.kind != "i" or made.ndim != 1:
        fail("no whole numbers")
    return made


def _unit(record: Json) -> str:
    unit = text(record, 2)
    if unit not in {"s", "ms", "us", "ns"}:
        fail("no unit of time")
    return unit


def _from_zoned(decoder: Decoder, record: dict[str, Json], depth: int) -> Any:
    moments = _numbers(decoder, record["v"], depth).astype("i8").view(f"M8[{_unit(record['u'])}]")
    return pd.DatetimeIndex(moments).tz_localize("UTC").tz_convert(zone_of(record["z"])).array


def _frequency(record: Json) -> str:
    name = text(record, 12)
    if name.lstrip("0123456789").partition("-")[0] not in _STEP:
        fail("no frequency")
    return name


def _from_periods(decoder: Decoder, record: dict[str, Json], depth: int) -> Any:
    ordinals = _numbers(decoder, record["v"], depth).astype("i8")
    return pd.PeriodIndex.from_ordinals(ordinals, freq=_frequency(record["f"])).array


def _from_intervals(decoder: Decoder, record: dict[str, Json], depth: int) -> Any:
    left, right = _index(decoder, record["l"], depth), _index(decoder, record["r"], depth)
    return pd.arrays.IntervalArray.from_arrays(left, right, closed=cast("Any", text(record["c"], 10)))


def _index_record(encoder: Encoder, value: Any, depth: int) -> Json:
    frequency = (
        getattr(value, "freqstr", None) if isinstance(value, pd.DatetimeIndex | pd.TimedeltaIndex) else None
    )
    record = {"t": "pdindex", "n": encoder.encode(value.name, depth), "v": encoder.encode(value.array, depth)}
    return record | {"f": frequency} if frequency else record


def _from_index(decoder: Decoder, record: dict[str, Json], depth: int) -> pd.Index:
    values = decoder.decode(record["v"], depth)
    if not isinstance(values, np.ndarray | pd.api.extensions.ExtensionArray) or values.ndim != 1:
        fail("no values")
    made = pd.Index(values, dtype=values.dtype, name=decoder.decode(record["n"], depth))
    if record.get("f") is not None and isinstance(made, pd.DatetimeIndex | pd.TimedeltaIndex):
        made.freq = _frequency(record["f"])
    return made


def _range_index(encoder: Encoder, value: pd.RangeIndex, depth: int) -> Json:
    return {
        "t": "pdrange",
        "v": [value.start, value.stop, value.step],
        "n": encoder.encode(value.name, depth),
    }


def _from_range_index(decoder: Decoder, record: dict[str, Json], depth: int) -> pd.RangeIndex:
    start, stop, step = (whole(part) for part in array(record["v"]))
    return pd.RangeIndex(start, stop, step, name=decoder.decode(record["n"], depth))


def _multi_index(encoder: Encoder, value: pd.MultiIndex, depth: int) -> Json:
    codes = [encoder.encode(np.asarray(codes), depth) for codes in value.codes]
    levels = encoder.all(value.levels, depth)
    return {"t": "pdmulti", "l": levels, "c": codes, "n": encoder.all(value.names, depth)}


def _from_multi_index(decoder: Decoder, record: dict[str, Json], depth: int) -> pd.MultiIndex:
    levels = [_index(decoder, level, depth) for level in array(record["l"])]
    codes = [_numbers(decoder, code, depth) for code in array(record["c"])]
    return pd.MultiIndex(levels, codes, names=decoder.all(record["n"], depth), verify_integrity=True)


def _series(encoder: Encoder, value: Any, depth: int) -> Json:
    name, index = encoder.encode(value.name, depth), encoder.encode(value.index, depth)
    return {"t": "pdseries", "n": name, "i": index, "v": encoder.encode(value.array, depth)}


def _from_series(decoder: Decoder, record: dict[str, Json], depth: int) -> Any:
    values, index = decoder.decode(record["v"], depth), _index(decoder, record["i"], depth)
    name = decoder.decode(record["n"], depth)
    _check_column(values, index)
    return pd.Series(values, index=index, dtype=values.dtype, name=name)


def _check_column(values: object, index: pd.Index) -> None:
    """A single value would be repeated as often as the index is long: that is memory which nobody has sent."""
    if not isinstance(values, np.ndarray | pd.api.extensions.ExtensionArray) or values.shape != (len(index),):
        fail("no values, or not as many as the index has")


def _frame(encoder: Encoder, value: Any, depth: int) -> Json:
    columns = [encoder.encode(column.array, depth) for _, column in value.items()]
    index, names = encoder.encode(value.index, depth), encoder.encode(value.columns, depth)
    return {"t": "pdframe", "i": index, "c": names, "v": columns}


def _from_frame(decoder: Decoder, record: dict[str, Json], depth: int) -> Any:
    index, names = _index(decoder, record["i"], depth), _index(decoder, record["c"], depth)
    columns = decoder.all(record["v"], depth)
    if len(columns) != len(names):
        fail("names and columns don't fit")
    made = {}
    for place, values in enumerate(columns):
        _check_column(values, index)
        whole_column = values.dtype != object  # of objects pandas would make texts where it can
        made[place] = values if whole_column else pd.Series(values, index=index, dtype=object)
    frame = pd.DataFrame(made, index=index)
    frame.columns = names
    return frame


def _moment(encoder: Encoder, value: pd.Timestamp, depth: int) -> Json:
    bare = value.tz_convert("UTC").tz_localize(None) if value.tz is not None else value
    record = {"t": "pdmoment", "v": encoder.encode(bare.asm8, depth)}
    return _zoned(encoder, value, record, value.tz)


def _from_moment(decoder: Decoder, record: dict[str, Json], depth: int) -> Any:
    bare = decoder.decode(record["v"], depth)
    if type(bare) is not np.datetime64:
        fail("no moment")
    made, zone = pd.Timestamp(bare), zone_of(record["z"])
    return made if zone is None else made.tz_localize("UTC").tz_convert(zone)


def _from_span(decoder: Decoder, record: dict[str, Json], depth: int) -> Any:
    bare = decoder.decode(record["v"], depth)
    if type(bare) is not np.timedelta64:
        fail("no span of time")
    return pd.Timedelta(bare)


def _from_period(_decoder: Decoder, record: dict[str, Json], _depth: int) -> Any:
    return pd.Period(ordinal=whole(record["v"]), freq=_frequency(record["f"]))


def _from_interval(decoder: Decoder, record: dict[str, Json], depth: int) -> Any:
    left, right = decoder.all(record["v"], depth)
    return pd.Interval(left, right, closed=cast("Any", text(record["c"], 10)))


_ENCODERS: dict[type, Callable[[Encoder, Any, int], Json]] = {
    np.ndarray: _ndarray,
    pd.Series: _series,
    pd.DataFrame: _frame,
    pd.RangeIndex: _range_index,
    pd.MultiIndex: _multi_index,
    **dict.fromkeys(
        (pd.Index, pd.DatetimeIndex, pd.TimedeltaIndex, pd.PeriodIndex, pd.CategoricalIndex, pd.IntervalIndex),
        _index_record,
    ),
    pd.Timestamp: _moment,
    pd.Timedelta: lambda encoder, value, depth: {"t": "pdspan", "v": encoder.encode(value.asm8, depth)},
    pd.Period: lambda _encoder, value, _: {"t": "pdperiod", "f": value.freqstr, "v": value.ordinal},
    pd.Interval: lambda encoder, value, depth: {
        "t": "pdinterval", "c": value.closed, "v": encoder.all((value.left, value.right), depth)},
    type(pd.NaT): lambda *_: {"t": "pdnat"},
    type(pd.NA): lambda *_: {"t": "pdna"},
}  # fmt: skip

DECODERS |= {
    "np": _from_ndarray,
    "npobj": _from_objects,
    "npone": _from_scalar,
    "npdtype": _from_dtype,
    "nptype": _from_scalar_type,
    "pdstr": _from_strings,
    "pdmask": _from_masked,
    "pdcat": _from_categories,
    "pdtz": _from_zoned,
    "pdperiods": _from_periods,
    "pdintervals": _from_intervals,
    "pdindex": _from_index,
    "pdrange": _from_range_index,
    "pdmulti": _from_multi_index,
    "pdseries": _from_series,
    "pdframe": _from_frame,
    "pdmoment": _from_moment,
    "pdspan": _from_span,
    "pdperiod": _from_period,
    "pdinterval": _from_interval,
    "pdnat": lambda *_: pd.NaT,
    "pdna": lambda *_: pd.NA,
}
