"""What colleagues agree on about records of any area, which `kind` and `record` name as transfers do."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from core.store.columns import identity, index, long_text, moment, row_id

IS_OPEN = "ended_at IS NULL"


class Assignment(SQLModel, table=True):
    """Who looks after a record now; nobody where `operator` is empty. How it went stands in the journal."""

    __tablename__ = "assignment"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (sa.UniqueConstraint("record", "kind"),)

    id: int | None = identity()
    kind: str
    record: int = row_id(nullable=False)
    subject: str = ""
    operator: str = Field(default="", index=True)
    operator_folded: str = ""
    note: str = long_text()
    by: str = ""
    """Who handed it over; the operator itself where it was taken."""
    at: datetime = moment()


class Resubmission(SQLModel, table=True):
    """A record comes up again (Wiedervorlage) for an operator on a day; several of one record may."""

    __tablename__ = "resubmission"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        index("ix_resubmission_due", "operator", "due", where=IS_OPEN),
        sa.Index("ix_resubmission_record", "kind", "record"),
    )

    id: int | None = identity()
    kind: str
    record: int = row_id(nullable=False)
    subject: str = ""
    operator: str
    due: date
    note: str = long_text()
    created_by: str = ""
    created_at: datetime = moment()
    ended_at: datetime | None = moment(nullable=True)
    ended_by: str = ""


class Memo(SQLModel, table=True):
    """A message (Nachricht) from one operator to another about a record; unread until it is read."""

    __tablename__ = "memo"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        index("ix_memo_unread", "recipient", where="read_at IS NULL AND withdrawn_at IS NULL"),
        sa.Index("ix_memo_record", "kind", "record"),
    )

    id: int | None = identity()
    kind: str
    record: int = row_id(nullable=False)
    subject: str = ""
    sender: str
    recipient: str
    text: str = long_text()
    sent_at: datetime = moment()
    read_at: datetime | None = moment(nullable=True)
    read_by: str = ""
    withdrawn_at: datetime | None = moment(nullable=True)


class StandIn(SQLModel, table=True):
    """Somebody stands in for an absent colleague from one day to another, both included."""

    __tablename__ = "stand_in"  # pyright: ignore[reportAssignmentType]

    id: int | None = identity()
    absent: str = Field(index=True)
    operator: str = Field(index=True)
    """Who stands in."""
    since: date
    until: date
    note: str = long_text()
    created_by: str = ""
    created_at: datetime = moment()
    ended_at: datetime | None = moment(nullable=True)
