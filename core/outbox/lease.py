"""Leases (Ausleihe): a worker prolongs its own while it lives; those of a dead one are taken back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from core.outbox.decide import Decision, decide_rescue
from core.outbox.outcome import Outcome
from core.outbox.queue import attempt, transfer
from core.store.statements import execute

RESCUE_BATCH = 200
_SENDING = sa.text("transfer.state = 'sending'")


def beat(session: Session, worker: str, ids: Collection[int], now: datetime, lease: timedelta) -> int:
    """Prolongs the leases of transfers that a worker knows to be on their way; how many it still has."""
    mine = sa.update(transfer).where(_SENDING, transfer.c.lease_owner == worker, transfer.c.id.in_(ids))
    return execute(session, mine.values(lease_until=now + lease)).rowcount


def rescue(session: Session, now: datetime) -> int:
    """Takes transfers back from workers that stopped beating, at most 200 at a time; how many."""
    query = (
        sa.select(
            transfer.c.id, transfer.c.lease_token, transfer.c.rescues, transfer.c.due_at, attempt.c.sent_at
        )
        .join(attempt, (attempt.c.transfer == transfer.c.id) & (attempt.c.number == transfer.c.lease_token))
        .where(_SENDING, transfer.c.lease_until < now)
        .order_by(transfer.c.lease_until, transfer.c.id)
        .limit(RESCUE_BATCH)
        .with_for_update(skip_locked=True, of=transfer)
    )
    rows = execute(session, query).all()
    for row in rows:
        decision = decide_rescue(was_sent=row.sent_at is not None, rescues=row.rescues, now=now)
        _take_back(session, row, decision, now)
    return len(rows)


def _take_back(session: Session, row: sa.Row[Any], decision: Decision, now: datetime) -> None:
    cause = decision.cause.dump() if decision.cause else ""
    execute(
        session,
        sa.update(transfer)
        .where(transfer.c.id == row.id)
        .values(
            state=decision.state,
            rescues=transfer.c.rescues + 1,
            attempts=transfer.c.attempts + int(decision.counted),
            due_at=decision.due_at or row.due_at,
            cause_code=str(decision.cause_code),
            cause=cause,
            lease_owner=None,
            lease_until=None,
            updated_at=now,
        ),
    )
    execute(
        session,
        sa.update(attempt)
        .where(attempt.c.transfer == row.id, attempt.c.number == row.lease_token)
        .values(
            finished_at=now,
            outcome=Outcome.UNCERTAIN if row.sent_at else Outcome.UNAVAILABLE,
            counted=decision.counted,
            cause_code=str(decision.cause_code),
            cause=cause,
        ),
    )
