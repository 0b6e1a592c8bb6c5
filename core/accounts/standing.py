"""How an account stands (Zugangslage): live or not, which credentials, its breakers and pauses.

Read with one statement and without loading records, because every exchange of the queue asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core.accounts.account import Account, Mode
from core.accounts.breaker import HALF_OPENING, Breaker, BreakerKind, Pause
from core.locale import Message
from core.store.statements import execute, table_of

account, breaker, pause = table_of(Account), table_of(Breaker), table_of(Pause)


@dataclass(frozen=True, slots=True)
class Guard:
    """One breaker as it stands; `remembers` failures or openings that a success makes it forget."""

    is_open: bool
    until: datetime | None
    reason: str
    remembers: bool

    def holds(self, now: datetime) -> bool:
        """Whether it still keeps everything back: it is open and its time is not over."""
        return self.is_open and (self.until is None or self.until > now)

    def message(self) -> Message:
        """Why it is open."""
        return Message.load(self.reason) if self.reason else Message("")


@dataclass(frozen=True, slots=True)
class Standing:
    """An account at one moment; `version` 0 is one without credentials, or none at all."""

    name: str
    version: int = 0
    refused_version: int | None = None
    is_live: bool = False
    pause: int | None = None
    breakers: Mapping[BreakerKind, Guard] = field(default_factory=dict[BreakerKind, Guard])

    @property
    def is_refused(self) -> bool:
        """Whether the partner refused the credentials that are set now."""
        return self.refused_version is not None and self.refused_version == self.version

    def forgets_something(self, now: datetime) -> bool:
        """Whether a success changes a breaker: the endpoint's history, or another whose time is over."""
        endpoint = self.breakers.get(BreakerKind.ENDPOINT)
        if endpoint is not None and endpoint.remembers:
            return True
        others = (self.breakers.get(kind) for kind in (BreakerKind.THROTTLE, BreakerKind.CERTIFICATE))
        return any(one is not None and one.is_open and not one.holds(now) for one in others)

    @property
    def is_half_open(self) -> bool:
        """Whether one transfer has to show that the partner can be reached again."""
        return any(kind in self.breakers and self.breakers[kind].is_open for kind in HALF_OPENING)


def standing_of(session: Session, name: str, now: datetime) -> Standing:
    """The standing of an account."""
    return _read(session, name, now)


def lock_standing(session: Session, name: str, now: datetime) -> Standing:
    """The same, of an account that nobody else may lock before this transaction ends.

    On PostgreSQL the lock is a statement of its own: one that had to wait for it would go on to read the
    breakers as they were before. SQLite's writers have waited already.
    """
    if session.get_bind().dialect.name == "postgresql":
        execute(session, _LOCK, {"b_account": name})
    return _read(session, name, now)


def _read(session: Session, name: str, now: datetime) -> Standing:
    rows = execute(session, _STANDING, {"b_account": name, "b_now": now}).all()
    if not rows:
        return Standing(name)
    breakers = {
        BreakerKind(row.kind): Guard(
            row.is_open, row.until, row.reason, bool(row.is_open or row.failures or row.opens)
        )
        for row in rows
        if row.kind is not None
    }
    first = rows[0]
    return Standing(
        name, first.version, first.refused_version, first.mode == Mode.LIVE, first.pause, breakers
    )


def _statement() -> sa.Select[*tuple[Any, ...]]:
    now = sa.bindparam("b_now", type_=pause.c.at.type)
    scopes = ("queue", sa.literal("partner:") + account.c.partner, sa.literal("account:") + account.c.name)
    first_pause = (
        sa.select(sa.func.min(pause.c.id))
        .where(
            sa.or_(*(pause.c.scope == scope for scope in scopes)),
            pause.c.ended_at.is_(None),
            sa.or_(pause.c.until.is_(None), pause.c.until > now),
        )
        .correlate(account)
        .scalar_subquery()
    )
    state = breaker.c.kind, breaker.c.is_open, breaker.c.until, breaker.c.reason
    history = breaker.c.failures, breaker.c.opens
    own = account.c.version, account.c.refused_version, account.c.mode
    joined = account.outerjoin(breaker, breaker.c.account == account.c.name)
    columns = (*own, first_pause.label("pause"), *state, *history)
    return sa.select(*columns).select_from(joined).where(account.c.name == sa.bindparam("b_account"))


_STANDING = _statement()
_LOCK = sa.select(account.c.name).where(account.c.name == sa.bindparam("b_account")).with_for_update()
