"""How records stand among colleagues, for lists and conditions: who looks after them, when they come up."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core.store.columns import Identity, Moment
from core.store.statements import execute

# Every listing asks these tables and uses nothing else of their models, which would cost it start-up time.
ASSIGNMENT = sa.table(
    "assignment",
    sa.column("kind", sa.String),
    sa.column("record", Identity),
    sa.column("operator", sa.String),
    sa.column("operator_folded", sa.String),
)
RESUBMISSION = sa.table(
    "resubmission",
    sa.column("kind", sa.String),
    sa.column("record", Identity),
    sa.column("due", sa.Date),
    sa.column("ended_at", Moment),
)


def assigned_to(session: Session, kind: str, records: Collection[int]) -> dict[int, str]:
    """Who looks after these records; those of nobody are left out."""
    table = ASSIGNMENT.c
    query = sa.select(table.record, table.operator).where(
        table.kind == kind, table.record.in_(records), table.operator != ""
    )
    return {row.record: row.operator for row in execute(session, query)}


def due_days(session: Session, kind: str, records: Collection[int]) -> dict[int, date]:
    """The first day on which these records come up again for anybody."""
    table = RESUBMISSION.c
    query = sa.select(table.record, sa.func.min(table.due, type_=sa.Date).label("due")).where(
        table.kind == kind, table.record.in_(records), table.ended_at.is_(None)
    )
    return {row.record: row.due for row in execute(session, query.group_by(table.record))}


def assigned_column(kind: Any, record: Any) -> sa.ScalarSelect[str]:
    """Who looks after a record, folded, as a column beside the record's own; `kind` may be a column, too."""
    table = ASSIGNMENT.c
    query = sa.select(table.operator_folded)
    return query.where(table.kind == kind, table.record == record).scalar_subquery()


def due_column(kind: Any, record: Any) -> sa.ScalarSelect[date]:
    """The first day on which a record comes up again, as a column beside the record's own."""
    table = RESUBMISSION.c
    query = sa.select(sa.func.min(table.due, type_=sa.Date))
    return query.where(table.kind == kind, table.record == record, table.ended_at.is_(None)).scalar_subquery()


def first_of(one: sa.ColumnElement[date], other: sa.ColumnElement[date]) -> sa.ColumnElement[date]:
    """The earlier of two days, either of which may be missing."""
    return sa.case((one.is_(None), other), (other.is_(None), one), (one < other, one), else_=other)
