"""What is known of a bulk action: who wants what done to which records, and how far it has come."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from core.operators import Operator, Role
from core.store.columns import Identity, identity, index, json_value, long_text, moment, row_id


class BulkState(StrEnum):
    """Where a bulk action stands; the last three are its end."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


UNFINISHED = (BulkState.WAITING, BulkState.RUNNING)


class BulkAction(SQLModel, table=True):
    """One operation on a frozen selection. `operation` is its name in the registry, or "undo".

    `reached` counts the records that are dealt with. `cancelled_by` names who wants it to stop; `lease_until`
    is how long `worker` has it, `token` rises whenever somebody takes it up, `tries` with each time that
    brought it no further.
    """

    __tablename__ = "bulk_action"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        sa.CheckConstraint("state IN ('waiting','running','done','cancelled','failed')", name="state"),
        index("ix_bulk_action_unfinished", "id", where="state IN ('waiting','running')"),
        sa.Index("ix_bulk_action_operator", "operator", "id"),
    )

    id: int | None = identity()
    area: str
    operation: str
    parameters: dict[str, Any] = json_value()
    operator: str
    role: str
    state: str = BulkState.WAITING
    total: int = 0
    reached: int = 0
    done: int = 0
    refused: int = 0
    tally: dict[str, Any] = json_value()
    entry: int | None = row_id()
    subject: str = ""
    failure: str = long_text()
    cancelled_by: str = ""
    worker: str = ""
    token: int = 0
    tries: int = 0
    lease_until: datetime | None = moment(nullable=True)
    served_at: datetime | None = moment(nullable=True)
    created_at: datetime = moment()
    started_at: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)

    @property
    def is_unfinished(self) -> bool:
        """Whether a worker still has to do something for it."""
        return self.state in UNFINISHED

    @property
    def submitted_by(self) -> Operator:
        """Who submitted it, with the role that he had then."""
        return Operator(self.operator, Role(self.role))


class BulkSelection(SQLModel, table=True):
    """The records that a bulk action was submitted for, packed (`core.bulk.packing`): a million fit."""

    __tablename__ = "bulk_selection"  # pyright: ignore[reportAssignmentType]

    action: int = Field(sa_column=sa.Column(Identity, primary_key=True, autoincrement=False))
    ids: bytes = Field(sa_type=sa.LargeBinary, nullable=False)


class BulkStep(SQLModel, table=True):
    """What one transaction did: `done` packed, of what it left alone the first with subject and reason."""

    __tablename__ = "bulk_step"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (sa.UniqueConstraint("action", "reached"),)

    id: int | None = identity()
    action: int = row_id(nullable=False)
    reached: int
    done: bytes = Field(sa_type=sa.LargeBinary, nullable=False)
    refusals: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON, nullable=False)
