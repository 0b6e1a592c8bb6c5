"""Transfers with how they stand among colleagues: what they lack themselves, they have of their record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core.inquiries.standing import asked_until_column, standings_of
from core.outbox.transfer import Transfer
from core.work.standing import assigned_column, due_column, first_of

KIND = "transfer"


@dataclass(frozen=True)
class TransferView:
    """A transfer as conditions see it."""

    transfer: Transfer
    assigned: str = ""
    due: date | None = None
    asked_until: date | None = None

    def __getattr__(self, name: str) -> Any:
        """The transfer's own."""
        return getattr(self.transfer, name)


def views_of(session: Session, transfers: Sequence[Transfer]) -> Iterable[TransferView]:
    """Transfers with who looks after them (or their record), when they are due, what is waited for."""
    own = standings_of(session, KIND, [one.id or 0 for one in transfers])
    records: dict[str, set[int]] = {}
    for one in transfers:
        records.setdefault(one.kind, set()).add(one.subject_id)
    theirs = {kind: standings_of(session, kind, ids) for kind, ids in records.items()}
    for one in transfers:
        id_, record, its = one.id or 0, one.subject_id, theirs[one.kind]
        days = [day for day in (own.due.get(id_), its.due.get(record)) if day is not None]
        yield TransferView(
            one,
            own.assigned.get(id_) or its.assigned.get(record, ""),
            min(days, default=None),
            its.asked_until.get(record),
        )


def assigned_to_either() -> sa.ColumnElement[str]:
    """Who looks after a transfer or its record, folded, as a column."""
    own = assigned_column(KIND, Transfer.id)
    return sa.func.coalesce(
        sa.func.nullif(own, ""), assigned_column(Transfer.kind, Transfer.subject_id), type_=sa.String
    )


def due_of_either() -> sa.ColumnElement[date]:
    """When a transfer or its record comes up again, as a column."""
    record = first_of(
        due_column(Transfer.kind, Transfer.subject_id), asked_until_column(Transfer.kind, Transfer.subject_id)
    )
    return first_of(due_column(KIND, Transfer.id), record)
