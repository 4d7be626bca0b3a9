"""The audit log: who did what, when; written in the transaction of the deed itself, and never changed.

Triggers refuse to change or delete an entry. Who owns the table can take them away; in an installation with
PostgreSQL the programs' roles own nothing (``deploy/postgresql/rights.sql``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert

from hocvuso.records.tables import audit_log

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy.engine import Connection
    from sqlalchemy.orm import Session


def note_deed(  # noqa: PLR0913  (who, what, to whom, when; all by name)
    where: Connection | Session,
    *,
    actor: str,
    action: str,
    subject: str,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add an entry in the transaction of ``where``: it holds if the deed holds."""
    deed = Deed(actor=actor, action=action, subject=subject, now=now, details=details or {})
    note_deeds(where, [deed])


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One entry to be: who did what to what, when."""

    actor: str
    action: str
    subject: str
    now: datetime
    details: Mapping[str, Any] = field(default_factory=dict)


def note_deeds(where: Connection | Session, deeds: Iterable[Deed]) -> None:
    """Add an entry for each, in the transaction of ``where``."""
    rows = [
        {
            "at": deed.now.astimezone(UTC).isoformat(timespec="milliseconds"),
            "actor": deed.actor,
            "action": deed.action,
            "subject": deed.subject,
            "details": json.dumps(deed.details, ensure_ascii=False, sort_keys=True),
        }
        for deed in deeds
    ]
    if rows:
        where.execute(insert(audit_log), rows)
