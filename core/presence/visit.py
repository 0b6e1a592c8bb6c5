"""Visits (Besuche): when an operator was last at a place, such as the console or one of its areas.

What happened since then is what he has not seen yet.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, Session, SQLModel

from core.office import Office
from core.store.columns import moment
from core.store.statements import put

CONSOLE = "console"


class Visit(SQLModel, table=True):
    """When an operator was last seen at a place."""

    __tablename__ = "visit"  # pyright: ignore[reportAssignmentType]

    operator: str = Field(primary_key=True)
    place: str = Field(primary_key=True)
    at: datetime = moment()


def last_visit(session: Session, operator: str, place: str = CONSOLE) -> datetime | None:
    """When this operator was last there; None where he never was."""
    row = session.get(Visit, (operator, place))
    return row.at if row is not None else None


def note_visit(office: Office, place: str = CONSOLE) -> datetime | None:
    """The operator is there now; answers when he was there before, None where he never was.

    To be said on coming and on leaving, and now and then in between, since a console may die. Raises
    DatabaseUnavailable.
    """
    who, now = office.operator.name, office.now
    with office.store.write() as session:
        before = last_visit(session, who, place)
        put(session, Visit(operator=who, place=place, at=max(now, before or now)))
    return before
