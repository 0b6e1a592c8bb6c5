"""Presence (Anwesenheit): which console has which record open, so that two do not repair the same one.

It is a courtesy and no lock. One row a console that has a record open, written when it opens another one and
once in a while; a console that dies is forgotten half a minute later.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, select

from core.office import Office
from core.store.columns import moment, row_id
from core.store.paging import in_chunks
from core.store.statements import execute, put

COUNTS_FOR = timedelta(seconds=30)
RENEWED_AFTER = timedelta(seconds=15)
"""A row younger than this says enough: every write takes SQLite's one lock and wakes the other consoles."""
FORGOTTEN_AFTER = timedelta(days=1)


class Presence(SQLModel, table=True):
    """One console, and the record that it has open since; `seen_at` is when it last said so."""

    __tablename__ = "presence"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (sa.Index("ix_presence_record", "area", "record"),)

    console: str = Field(primary_key=True)
    operator: str
    area: str
    record: int = row_id(nullable=False)
    since: datetime = moment()
    seen_at: datetime = moment()


def here(office: Office, console: str, area: str, record: int) -> None:
    """This console has this record open; to be said when it changes and about every ten seconds.

    `console` is a name that no other running console has. Raises DatabaseUnavailable.
    """
    with office.store.read() as session:
        before = session.get(Presence, console)
    stays = before is not None and (before.area, before.record) == (area, record)
    now = office.now
    if stays and before is not None and timedelta() <= now - before.seen_at < RENEWED_AFTER:
        return
    since = before.since if stays and before is not None else now
    row = Presence(
        console=console, operator=office.operator.name, area=area, record=record, since=since, seen_at=now
    )
    with office.store.write() as session:
        put(session, row)


def gone(office: Office, console: str) -> None:
    """This console has no record open any more. Raises DatabaseUnavailable."""
    with office.store.read() as session:
        if session.get(Presence, console) is None:
            return
    with office.store.write() as session:
        execute(session, sa.delete(Presence).where(col(Presence.console) == console))


def others(
    session: Session, office: Office, console: str, area: str, records: Iterable[int]
) -> dict[int, list[str]]:
    """Who has one of these records open in another console: operators by record, who came first first."""
    found: dict[int, list[str]] = {}
    for chunk in in_chunks(list(records)):
        query = select(Presence.record, Presence.operator).where(
            Presence.area == area,
            col(Presence.record).in_(chunk),
            Presence.console != console,
            Presence.seen_at > office.now - COUNTS_FOR,
        )
        for record, operator in session.exec(query.order_by(col(Presence.since), col(Presence.console))):
            if operator not in found.setdefault(record, []):
                found[record].append(operator)
    return found


def forget_absent(session: Session, now: datetime) -> int:
    """Removes what consoles that died long ago have left; how many."""
    old = sa.delete(Presence).where(col(Presence.seen_at) < now - FORGOTTEN_AFTER)
    return execute(session, old).rowcount
