"""An inquiry (Rückfrage): what was asked of customer or adviser, as it was written, and what came of it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from core.store.columns import identity, index, json_value, long_text, moment, row_id

IS_OPEN = "state = 'open'"


class InquiryState(StrEnum):
    """open → answered | withdrawn."""

    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class Addressee(StrEnum):
    """Who is asked."""

    CUSTOMER = "customer"
    ADVISER = "adviser"


class Inquiry(SQLModel, table=True):
    """One inquiry about one record (`kind` and `record`, as transfers name them).

    While it is open the record waits for its answer. Of one addressee there is one open at a time.
    """

    __tablename__ = "inquiry"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        sa.CheckConstraint("state IN ('open','answered','withdrawn')", name="state"),
        index("ix_inquiry_open", "kind", "record", "addressee", unique=True, where=IS_OPEN),
        index("ix_inquiry_due", "due", where=IS_OPEN),
        sa.Index("ix_inquiry_record", "kind", "record"),
    )

    id: int | None = identity()
    kind: str
    record: int = row_id(nullable=False)
    subject: str = ""
    subject_name: str = ""
    addressee: str = Addressee.CUSTOMER
    adviser: str = ""
    """Whose customer it was when it was asked."""
    adviser_folded: str = Field(default="", index=True)
    address: str = ""
    """The mail address of the addressee; empty where none is known."""
    title: str = long_text()
    text: str = long_text()
    asked: dict[str, Any] = json_value()
    """By field: the rules that it was asked for. Empty: a question of the operator's own."""
    state: str = InquiryState.OPEN
    due: date
    """When it comes up again (Wiedervorlage)."""
    created_by: str = ""
    created_at: datetime = moment()
    answered_at: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)
    ended_by: str = ""
    """Who took note of the answer, or withdrew it; empty: it closed itself."""

    @property
    def fields(self) -> frozenset[str]:
        """The attributes that were asked for."""
        return frozenset(self.asked)

    @property
    def is_open(self) -> bool:
        """Whether an answer is waited for."""
        return self.state == InquiryState.OPEN
