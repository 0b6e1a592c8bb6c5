"""The one row that says which office this database belongs to."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from core.store.columns import moment


class OfficeRow(SQLModel, table=True):
    """The office's identity; keys of transfers are derived from it."""

    __tablename__ = "office"  # pyright: ignore[reportAssignmentType]

    id: str = Field(primary_key=True)
    created_at: datetime = moment()
