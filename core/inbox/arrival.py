"""An arrival (Eingang): something that came in, kept as it came before anything is made of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from core.locale import Message
from core.store.columns import identity, json_value, long_text, moment, row_id


class ArrivalState(StrEnum):
    """stored → applied | quarantined; quarantined → applied | ignored."""

    STORED = "stored"
    APPLIED = "applied"
    QUARANTINED = "quarantined"
    IGNORED = "ignored"


class Arrival(SQLModel, table=True):
    """A file, or one row of it that could not be applied (`parent` and `position` name which).

    A file's bytes lie in the archive under `sha256`; a row keeps its own in `raw`.
    """

    __tablename__ = "arrival"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        sa.Index("ix_arrival_content", "kind", "sha256"),
        sa.Index("ix_arrival_state", "state", "kind"),
    )

    id: int | None = identity()
    kind: str
    state: str
    name: str = ""
    source: str = ""
    """Where it came from: a path, a mailbox, an account."""
    sha256: str
    size: int = Field(default=0, sa_type=sa.BigInteger)
    parent: int | None = row_id(index=True)
    position: int | None = None
    """The row in its file, 1 = first data row."""
    raw: bytes | None = Field(default=None, sa_type=sa.LargeBinary, nullable=True)
    reason: str = long_text()
    options: dict[str, Any] = json_value()
    """How it is to be read: mapping, encoding, separator, sheet."""
    counts: dict[str, Any] = json_value()
    seen: int = 1
    """How often exactly this came."""
    received_by: str = ""
    received_at: datetime = moment()
    settled_at: datetime | None = moment(nullable=True)

    def reason_message(self) -> Message | None:
        """Why it was put back."""
        return Message.load(self.reason) if self.reason else None
