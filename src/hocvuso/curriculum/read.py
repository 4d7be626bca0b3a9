"""Reads the framework's data files and checks them whole: each entry, then what entries say of each other.

Entries are checked one by one, so that a mistake in one hides none in another; what they refer to is looked up
among all ids written down, also those of entries with mistakes, so that one mistake is told once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from hocvuso.curriculum.model import (
    Competence,
    Crosswalk,
    DigComp,
    Domain,
    Entry,
    Extra,
    Framework,
    Level,
    Role,
    Source,
    Sourced,
    Tier,
    Topic,
    Version,
)
from hocvuso.language import N_
from hocvuso.problems import FileProblemsError, Problem, load_toml, repeated, shape_problems

DATA = Path(__file__).parent / "data"
FILES: Mapping[str, Mapping[str, type[Entry]]] = {
    "sources": {"source": Source},
    "competences": {"level": Level, "tier": Tier, "domain": Domain, "competence": Competence},
    "digcomp": {"edition": DigComp},
    "topics": {"topic": Topic, "extra": Extra},
    "roles": {"role": Role},
}
"""Which kinds of entries stand in which file (``<name>.toml``), and the model of each."""
_HEAD = {"version", "date", "counts"}
_Model = TypeVar("_Model", bound=BaseModel)


@dataclass
class _Reading:
    """What has been found so far: good entries with their places, ids written down, mistakes."""

    problems: list[Problem] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    versions: dict[str, Version] = field(default_factory=dict)
    entries: dict[str, list[tuple[str, Entry]]] = field(default_factory=dict)
    ids: dict[str, set[str]] = field(default_factory=dict)
    crosswalk: Crosswalk | None = None

    def note(self, place: str, message: str, **fields: object) -> None:
        self.problems.append(Problem(place, message, fields))

    def check(self, prefix: str, model: type[_Model], raw: object) -> _Model | None:
        """``raw`` as a ``model``; else its mistakes are noted, each at its place after ``prefix``."""
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            self.problems += shape_problems(error, prefix)
            return None

    def of(self, kind: str, model: type[_Model]) -> list[tuple[str, _Model]]:
        """The good entries of a kind, each with its place."""
        return [(place, entry) for place, entry in self.entries.get(kind, []) if isinstance(entry, model)]

    def all(self, kind: str, model: type[_Model]) -> tuple[_Model, ...]:
        """The good entries of a kind."""
        return tuple(entry for _, entry in self.of(kind, model))


def read_framework(folder: Path = DATA) -> Framework:
    """The framework in the files of ``folder``; raises `FileProblemsError` with every mistake in any of them."""
    reading = _Reading()
    for name, kinds in FILES.items():
        try:
            raw = load_toml(folder / f"{name}.toml")
        except FileProblemsError as error:
            reading.problems += [Problem(f"{name}.toml", p.message, p.fields) for p in error.problems]
            continue
        _read_file(reading, f"{name}.toml", raw, kinds)
    if reading.files == FILES.keys():  # with a file gone, all that leads to it would be told as well
        for check in (_check_sources, _check_levels, _check_competences, _check_topics, _check_roles):
            check(reading)
    if reading.problems or reading.crosswalk is None:
        raise FileProblemsError(folder, reading.problems)
    return Framework(
        versions=reading.versions,
        sources=reading.all("source", Source),
        levels=reading.all("level", Level),
        tiers=reading.all("tier", Tier),
        domains=reading.all("domain", Domain),
        competences=reading.all("competence", Competence),
        digcomp=reading.all("edition", DigComp),
        crosswalk=reading.crosswalk,
        topics=reading.all("topic", Topic),
        extras=reading.all("extra", Extra),
        roles=reading.all("role", Role),
    )


def _read_file(
    reading: _Reading, file: str, raw: Mapping[str, Any], kinds: Mapping[str, type[Entry]]
) -> None:
    name = file.removesuffix(".toml")
    reading.files.add(name)
    version = reading.check(
        f"{file}: ", Version, {key: raw[key] for key in ("version", "date") if key in raw}
    )
    if version is not None:
        reading.versions[name] = version
    if "topic" in kinds:
        reading.crosswalk = reading.check(f"{file}: crosswalk.", Crosswalk, raw.get("crosswalk", {}))
    for key in sorted(raw.keys() - _HEAD - kinds.keys() - ({"crosswalk"} if "topic" in kinds else set())):
        reading.note(f"{file}: {key}", N_("mục lạ, hãy bỏ đi hoặc sửa tên"))
    for kind, model in kinds.items():
        tables = _listed(raw, kind)
        for number, table in enumerate(tables, start=1):
            place = f"{file}: {kind}.{number}"
            entry = reading.check(f"{place}.", model, table)
            if entry is not None:
                reading.entries.setdefault(kind, []).append((place, entry))
        named = [table["id"] for table in tables if isinstance(table, dict) and "id" in table]
        reading.ids[kind] = set(map(str, named))
        reading.problems += repeated(f"{file}: {kind}", named)
    _check_counts(reading, file, raw, kinds)


def _listed(table: object, kind: str) -> list[object]:
    """The entries of a kind in a table; what stands alone where a list should stand is its one entry."""
    listed = table.get(kind, []) if isinstance(table, dict) else []
    return listed if isinstance(listed, list) else [listed]


def _check_counts(reading: _Reading, file: str, raw: Mapping[str, Any], kinds: Iterable[str]) -> None:
    """A file says how many entries it has, so that one that was cut short, or lost an entry, is noticed."""
    counts = raw.get("counts")
    if not isinstance(counts, dict):
        reading.note(f"{file}: counts", N_("thiếu mục này"))
        return
    for kind in kinds:
        if kind not in counts:
            reading.note(f"{file}: counts.{kind}", N_("thiếu mục này"))
    for kind, count in counts.items():
        if kind == "lesson":
            found = sum(len(_listed(topic, kind)) for topic in _listed(raw, "topic"))
        else:
            found = len(_listed(raw, kind))
        if found != count:
            fields = {"count": count, "found": found}
            reading.note(f"{file}: counts.{kind}", N_("ghi là {count} nhưng tệp có {found}"), **fields)


def _check_sources(reading: _Reading) -> None:
    entries = [pair for kind in reading.entries for pair in reading.of(kind, Sourced)]
    if reading.crosswalk is not None:
        entries.append(("topics.toml: crosswalk", reading.crosswalk))
    for place, entry in entries:
        _check_known(reading, f"{place}.source", [entry.source], "source", N_("không có nguồn “{id}”"))


def _check_levels(reading: _Reading) -> None:
    editions = {edition.id: edition for _, edition in reading.of("edition", DigComp)}
    for place, level in reading.of("level", Level):
        for name, code, said in _digcomp(level):
            if code in editions and said not in editions[code].levels:
                _note_digcomp(reading, f"{place}.{name}", code, said)
    for place, tier in reading.of("tier", Tier):
        _check_known(reading, f"{place}.level", [tier.level], "level", N_("không có trình độ “{id}”"))
        for name, code, said in _digcomp(tier):
            if code in editions and not 1 <= int(str(said)) <= editions[code].steps:
                _note_digcomp(reading, f"{place}.{name}", code, said)
    _check_order(reading, "tier", Tier)
    tiers = reading.all("tier", Tier)
    if len(tiers) < len(reading.ids["tier"]):
        return
    for place, level in reading.of("level", Level):
        if level.id not in {tier.level for tier in tiers}:
            reading.note(place, N_("trình độ “{id}” không có bậc nào"), id=level.id)


def _check_competences(reading: _Reading) -> None:
    editions = {edition.id: edition for _, edition in reading.of("edition", DigComp)}
    _check_order(reading, "domain", Domain)
    for place, competence in reading.of("competence", Competence):
        _check_known(
            reading, f"{place}.id", [competence.domain], "domain", N_("không có miền năng lực “{id}”")
        )
        for name, code, said in _digcomp(competence):
            if said is not None and code in editions and said not in editions[code].names:
                _note_digcomp(reading, f"{place}.{name}", code, said)


def _check_topics(reading: _Reading) -> None:
    _check_order(reading, "topic", Topic)
    for place, topic in reading.of("topic", Topic):
        _check_codes(reading, f"{place}.by_position", topic.by_position)
        _check_codes(reading, f"{place}.by_content", topic.by_content)
        for number, title in enumerate(topic.lesson, start=1):
            _check_codes(reading, f"{place}.lesson.{number}.competences", title.competences)
    for place, extra in reading.of("extra", Extra):
        topic_id = int(extra.id[1:3])
        _check_known(reading, f"{place}.id", [topic_id], "topic", N_("không có chủ đề “{id}”"))
        _check_codes(reading, f"{place}.competences", extra.competences)


def _check_roles(reading: _Reading) -> None:
    for place, role in reading.of("role", Role):
        _check_codes(reading, f"{place}.targets", role.targets)
        for code in sorted(reading.ids["competence"] - role.targets.keys()):
            reading.note(f"{place}.targets", N_("chưa đặt mức cần đạt cho năng lực {code}"), code=code)
        for code, level in role.targets.items():
            _check_known(reading, f"{place}.targets.{code}", [level], "level", N_("không có trình độ “{id}”"))


def _digcomp(entry: Level | Tier | Competence) -> Iterator[tuple[str, str, object]]:
    """What an entry says of each edition of DigComp: the field, the edition, the value."""
    yield "digcomp_2_2", "2.2", entry.digcomp_2_2
    yield "digcomp_3_0", "3.0", entry.digcomp_3_0


def _note_digcomp(reading: _Reading, place: str, edition: str, said: object) -> None:
    reading.note(place, N_("DigComp {edition} không có “{said}”"), edition=edition, said=said)


def _check_codes(reading: _Reading, place: str, codes: Iterable[str]) -> None:
    _check_known(reading, place, codes, "competence", N_("không có năng lực “{id}”"))


def _check_known(reading: _Reading, place: str, found: Iterable[object], kind: str, message: str) -> None:
    for one in map(str, found):
        if one not in reading.ids[kind]:
            reading.note(place, message, id=one)


def _check_order(reading: _Reading, kind: str, model: type[Tier | Domain | Topic]) -> None:
    """Numbers that are an order run from 1 on, as long as every entry of the kind could be read."""
    found: list[tuple[str, Tier | Domain | Topic]] = [*reading.of(kind, model)]
    if len(found) != len(reading.ids[kind]):
        return
    for number, (place, entry) in enumerate(found, start=1):
        if entry.id != number:
            reading.note(f"{place}.id", N_("số thứ tự phải là {number}"), number=number)
