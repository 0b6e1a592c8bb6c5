"""Leading (Leitung): which process runs the schedule; a lease row with an epoch, renewed while it lives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from jobs.history import Leader

LEASE = timedelta(seconds=30)
RENEW_EVERY = timedelta(seconds=10)
NAME = "schedule"


@dataclass(frozen=True, slots=True)
class Leadership:
    """Whether this process leads, and in which epoch."""

    leads: bool
    epoch: int


def stand(session: Session, owner: str, now: datetime) -> Leadership:
    """Takes or renews the lease. Its transaction must be a writing one."""
    row = session.get(Leader, NAME, with_for_update=True)
    if row is None:
        return _found(session, owner, now)
    if row.owner != owner and row.until > now:
        return Leadership(False, row.epoch)
    if row.owner != owner:
        row.owner, row.epoch = owner, row.epoch + 1
    row.until = now + LEASE
    session.add(row)
    return Leadership(True, row.epoch)


def _found(session: Session, owner: str, now: datetime) -> Leadership:
    try:
        with session.begin_nested():
            session.add(Leader(name=NAME, owner=owner, epoch=1, until=now + LEASE))
    except IntegrityError:
        # Another worker, started at the same moment, was first.
        return Leadership(False, 0)
    return Leadership(True, 1)


def resign(session: Session, owner: str, now: datetime) -> None:
    """Gives the lease back, so that another need not wait for its end."""
    row = session.get(Leader, NAME, with_for_update=True)
    if row is not None and row.owner == owner:
        row.until = now
        session.add(row)


def leader(session: Session, now: datetime) -> Leader | None:
    """Who leads at this moment."""
    row = session.get(Leader, NAME)
    return row if row is not None and row.until > now else None
