"""Which records wait for an answer, and how they stand among colleagues besides; for lists and conditions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core.store.columns import Identity
from core.store.statements import execute
from core.work.standing import assigned_to, due_days

OPEN = "open"
# Every listing asks this table and uses nothing else of its model, which would cost it start-up time.
INQUIRY = sa.table(
    "inquiry",
    sa.column("kind", sa.String),
    sa.column("record", Identity),
    sa.column("due", sa.Date),
    sa.column("state", sa.String),
)


@dataclass(frozen=True, slots=True)
class Standings:
    """Of some records, by id: when an open inquiry comes up again, who looks after them, when they are due.

    `due` is the first of the days on which somebody wanted to see them again, or an answer is overdue.
    """

    asked_until: Mapping[int, date]
    assigned: Mapping[int, str]
    due: Mapping[int, date]


def standings_of(session: Session, kind: str, records: Collection[int]) -> Standings:
    """How these records stand; at most a few hundred at once."""
    asked, due = asked_until(session, kind, records), due_days(session, kind, records)
    for record, day in asked.items():
        due[record] = min(day, due.get(record, day))
    return Standings(asked, assigned_to(session, kind, records), due)


def asked_until(session: Session, kind: str, records: Collection[int]) -> dict[int, date]:
    """Of those of these records that wait for an answer: the first day on which that comes up again."""
    table = INQUIRY.c
    query = sa.select(table.record, sa.func.min(table.due, type_=sa.Date).label("due")).where(
        table.kind == kind, table.record.in_(records), table.state == OPEN
    )
    return {row.record: row.due for row in execute(session, query.group_by(table.record))}


def asked_until_column(kind: Any, record: Any) -> sa.ScalarSelect[date]:
    """The same as a column beside the record's own; `kind` and `record` are values or columns."""
    table = INQUIRY.c
    query = sa.select(sa.func.min(table.due, type_=sa.Date))
    return query.where(table.kind == kind, table.record == record, table.state == OPEN).scalar_subquery()


def is_asked(kind: Any, record: Any) -> sa.ColumnElement[bool]:
    """Whether an answer is waited for, as a clause."""
    table = INQUIRY.c
    return sa.exists().where(table.kind == kind, table.record == record, table.state == OPEN)
