"""Breakers (Sicherungen) and pauses: why nothing goes to an account for now.

The breaker of the credentials opens at the first refusal and is closed only by a log-in that succeeds; the
breaker of the endpoint opens after failures in a row and lets one transfer through once its time is over;
the breaker of the certificate opens at the first one that does not verify, for longer; a throttle opens
until the moment that the partner named.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Field, Session, SQLModel, col, select

from core.locale import Message
from core.store.columns import identity, long_text, moment

FAILURES_IN_A_ROW = 5
OUTAGE_STEPS = (30, 60, 120, 300, 900)
"""Seconds for which the endpoint's breaker stays open, the first, second … time in a row."""
UNTRUSTED_FOR = timedelta(hours=1)
"""How long nothing is tried after a certificate was not accepted: somebody has to do something about it."""


class BreakerKind(StrEnum):
    """What the breaker guards against."""

    CREDENTIALS = "credentials"
    ENDPOINT = "endpoint"
    THROTTLE = "throttle"
    CERTIFICATE = "certificate"


HALF_OPENING = (BreakerKind.ENDPOINT, BreakerKind.CERTIFICATE)
"""Breakers that let one transfer through when their time is over."""


class Breaker(SQLModel, table=True):
    """The state of one breaker of one account; a row that is missing is a closed breaker."""

    __tablename__ = "breaker"  # pyright: ignore[reportAssignmentType]

    account: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    is_open: bool = False
    opened_at: datetime | None = moment(nullable=True)
    until: datetime | None = moment(nullable=True)
    opens: int = 0
    failures: int = 0
    reason: str = long_text()

    def holds(self, now: datetime) -> bool:
        """Whether it still keeps everything back: it is open and its time is not over."""
        return self.is_open and (self.until is None or self.until > now)

    def message(self) -> Message:
        """Why it is open."""
        return Message.load(self.reason) if self.reason else Message("")


class Pause(SQLModel, table=True):
    """Somebody stopped the queue, a partner or an account for a while."""

    __tablename__ = "pause"  # pyright: ignore[reportAssignmentType]

    id: int | None = identity()
    scope: str = Field(index=True)
    reason: str = long_text()
    by: str
    at: datetime = moment()
    until: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)


def breakers_of(session: Session, account: str) -> dict[BreakerKind, Breaker]:
    """All breakers of an account that ever opened or counted."""
    rows = session.exec(select(Breaker).where(col(Breaker.account) == account))
    return {BreakerKind(row.kind): row for row in rows}


def close_breaker(session: Session, account: str, kind: BreakerKind) -> None:
    """Closes a breaker and forgets its failures."""
    row = session.get(Breaker, (account, kind))
    if row is not None and (row.is_open or row.failures or row.opens):
        row.is_open, row.until, row.failures, row.opens = False, None, 0, 0
        session.add(row)


def close_if_over(session: Session, account: str, kind: BreakerKind, now: datetime) -> None:
    """Closes a breaker whose time is over; no success of an earlier request shortens it."""
    row = session.get(Breaker, (account, kind))
    if row is not None and row.is_open and not row.holds(now):
        close_breaker(session, account, kind)


def reached(session: Session, account: str, now: datetime) -> None:
    """The partner served us: what kept everything back from it is forgotten, unless its time is not over."""
    close_breaker(session, account, BreakerKind.ENDPOINT)
    for kind in (BreakerKind.THROTTLE, BreakerKind.CERTIFICATE):
        close_if_over(session, account, kind, now)


def half_open(session: Session, account: str, now: datetime) -> None:
    """Somebody wants to know now: one transfer may try, although the endpoint was out of reach lately."""
    for kind in HALF_OPENING:
        row = session.get(Breaker, (account, kind))
        if row is not None and row.holds(now):
            row.until = now
            session.add(row)


def distrust(session: Session, account: str, reason: Message, now: datetime) -> None:
    """The partner's certificate is not accepted: nothing more is tried for a while."""
    row = session.get(Breaker, (account, BreakerKind.CERTIFICATE)) or Breaker(
        account=account, kind=BreakerKind.CERTIFICATE
    )
    if not row.is_open:
        row.opened_at, row.opens = now, row.opens + 1
    row.is_open, row.until, row.reason = True, now + UNTRUSTED_FOR, reason.dump()
    session.add(row)


def count_failure(session: Session, account: str, reason: Message, now: datetime) -> None:
    """One more failure to reach the endpoint; from the fifth in a row its breaker opens, longer each time."""
    row = session.get(Breaker, (account, BreakerKind.ENDPOINT)) or Breaker(
        account=account, kind=BreakerKind.ENDPOINT
    )
    row.failures += 1
    half_open = row.is_open and row.until is not None and row.until <= now
    if half_open or (not row.is_open and row.failures >= FAILURES_IN_A_ROW):
        wait = OUTAGE_STEPS[min(row.opens, len(OUTAGE_STEPS) - 1)]
        row.is_open, row.opened_at, row.opens = True, now, row.opens + 1
        row.until, row.reason = now + timedelta(seconds=wait), reason.dump()
    session.add(row)


def throttle(session: Session, account: str, reason: Message, now: datetime, until: datetime) -> None:
    """Nothing more to this account before the moment that the partner named."""
    row = session.get(Breaker, (account, BreakerKind.THROTTLE)) or Breaker(
        account=account, kind=BreakerKind.THROTTLE
    )
    if not row.is_open or row.until is None or row.until < until:
        row.until = until
    row.is_open, row.opened_at, row.reason = True, now, reason.dump()
    session.add(row)
