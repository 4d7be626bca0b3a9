"""The plain forms of dates, times, spans and time zones; part of `hocvuso.kernels.plain`.

A moment goes as ISO 8601 without its zone; the zone beside it, by its name in the system's list or as a fixed offset.
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from typing import TYPE_CHECKING, Any

from hocvuso.kernels.plain_json import Json, PlainError, array, fail, text, whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from hocvuso.kernels.plain import Decoder, Encoder

_ZONE = re.compile(r"[A-Za-z0-9_+\-]{1,40}(/[A-Za-z0-9_+\-]{1,40}){0,2}")


def zone_name(zone: dt.tzinfo | None) -> Json:
    """The record of a time zone; PlainError when it is neither a system's zone nor a fixed offset."""
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


def _moment(encoder: Encoder, value: dt.datetime | dt.time, _depth: int) -> Json:
    try:
        zone = zone_name(value.tzinfo)
    except PlainError as error:
        return encoder.other(value, str(error))
    bare = value.replace(tzinfo=None)
    tag = "datetime" if isinstance(value, dt.datetime) else "time"
    return {"t": tag, "v": bare.isoformat(), "z": zone, "f": value.fold}


def _from_moment(_decoder: Decoder, record: dict[str, Json], _depth: int) -> Any:
    kind = dt.datetime if record["t"] == "datetime" else dt.time
    made = kind.fromisoformat(text(record["v"], 40))
    return made.replace(tzinfo=zone_of(record["z"]), fold=1 if record.get("f") else 0)


def _date(_encoder: Encoder, value: dt.date, _depth: int) -> Json:
    return {"t": "date", "v": value.isoformat()}


def _from_date(_decoder: Decoder, record: dict[str, Json], _depth: int) -> dt.date:
    return dt.date.fromisoformat(text(record["v"], 10))


def _span(encoder: Encoder, value: dt.timedelta, depth: int) -> Json:
    parts = (value.days, value.seconds, value.microseconds)
    return {"t": "timedelta", "v": [encoder.encode(part, depth) for part in parts]}


def _from_span(decoder: Decoder, record: dict[str, Json], depth: int) -> dt.timedelta:
    return dt.timedelta(*(whole(part) for part in decoder.all(record["v"], depth)))


def _zone(_encoder: Encoder, value: dt.tzinfo, _depth: int) -> Json:
    return {"t": "zone", "v": zone_name(value)}


def _from_zone(_decoder: Decoder, record: dict[str, Json], _depth: int) -> dt.tzinfo | None:
    return zone_of(record["v"])


ENCODERS: dict[type, Callable[[Encoder, Any, int], Json]] = {
    dt.date: _date,
    dt.datetime: _moment,
    dt.time: _moment,
    dt.timedelta: _span,
    dt.timezone: _zone,
    zoneinfo.ZoneInfo: _zone,
}

DECODERS: dict[str, Callable[[Decoder, dict[str, Json], int], Any]] = {
    "date": _from_date,
    "datetime": _from_moment,
    "time": _from_moment,
    "timedelta": _from_span,
    "zone": _from_zone,
}
