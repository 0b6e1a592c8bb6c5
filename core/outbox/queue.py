"""The queue (Warteschlange): which transfers are due, and claiming them for sending.

At-least-once on our side, exactly-once in effect. A claim commits `sent_at` before a request leaves, so that
a crash afterwards is known to be uncertain; a lease with a fencing token keeps two workers from settling the
same transfer differently (`settle`), and workers that died lose theirs (`lease`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlmodel import Session

from core.accounts.standing import Standing
from core.locale import _
from core.outbox.gate import Gate, gate_of
from core.outbox.outcome import Outgoing, Partner
from core.outbox.transfer import Attempt, CauseCode, State, Transfer
from core.store.statements import execute, table_of

transfer = table_of(Transfer)
attempt = table_of(Attempt)
_PENDING = sa.text("transfer.state = 'pending'")


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who claims: a worker with a connection of an account, opened with that version of its credentials.

    `alone`: nothing has shown yet that the partner still accepts them, so one transfer goes first by itself.
    """

    account: str
    version: int
    worker: str
    senders: int
    lease: timedelta
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Claimed:
    """A transfer that this worker, and nobody else, may send until its lease ends."""

    id: int
    token: int
    attempts: int
    due_at: datetime
    partner: str
    subject_id: int
    step: str
    fields: str
    outgoing: Outgoing


def due_now(session: Session, account: str, partner: Partner, now: datetime) -> bool:
    """Whether anything of an account may be sent or asked now; a cheap look before a delivery is begun."""
    states: list[sa.ColumnElement[bool] | sa.TextClause] = [_PENDING]
    if partner.can_look_up_keys:
        states.append(transfer.c.state == State.UNCERTAIN)
    if partner.can_look_up_subjects:
        states.append((transfer.c.state == State.HELD) & (transfer.c.cause_code == CauseCode.FIRST_UNKNOWN))
    queries = (
        sa.select(transfer.c.id).where(transfer.c.account == account, state, transfer.c.due_at <= now)
        for state in states
    )
    return any(execute(session, query.limit(1)).first() is not None for query in queries)


def claim(
    session: Session, standing: Standing, by: Claimant, free: int, now: datetime
) -> tuple[list[Claimed], Gate]:
    """Takes at most `free` transfers that are due, in order; the gate says why there are none.

    The account must be locked in this transaction, by a statement of its own (`lock_standing`): on PostgreSQL
    several workers would else count what is on its way at once and exceed the account's limit together.
    """
    gate = gate_of(session, standing, by.senders, now)
    if standing.version not in (0, by.version):
        gate = Gate(0, _("The credentials were changed meanwhile."), code="credentials-changed")
    if gate.room <= 0:
        return [], gate
    number = min(free, gate.room - _on_the_way(session, by.account, now))
    if by.alone:
        number = min(number, 0 if somebody_tries(session, by.account, now) else 1)
    if number <= 0:
        return [], gate
    values = {
        "b_account": by.account,
        "b_worker": by.worker,
        "b_now": now,
        "b_lease_until": now + by.lease,
        "b_number": number,
    }
    rows = execute(session, _CLAIM[session.get_bind().dialect.name], values).all()
    claimed = [_claimed(row) for row in sorted(rows, key=lambda row: (row.priority, row.due_at, row.id))]
    if claimed:
        execute(session, sa.insert(attempt), [_begun(one, by.worker, now) for one in claimed])
    return claimed, gate


def somebody_tries(session: Session, account: str, now: datetime) -> bool:
    """Whether a single transfer is on its way, perhaps to find out whether the account is accepted.

    Several are on their way only where one has been accepted.
    """
    return _on_the_way(session, account, now) == 1


def _on_the_way(session: Session, account: str, now: datetime) -> int:
    return int(execute(session, _ON_THE_WAY, {"b_account": account, "b_now": now}).scalar_one())


# What a dead worker left behind does not count: it would block its own rescue.
_ON_THE_WAY = (
    sa.select(sa.func.count())
    .select_from(transfer)
    .where(
        sa.text("transfer.state = 'sending'"),
        transfer.c.account == bindparam("b_account"),
        transfer.c.lease_until > bindparam("b_now", type_=transfer.c.due_at.type),
    )
)


def _claimed(row: Any) -> Claimed:
    outgoing = Outgoing(row.key, row.kind, row.subject, bytes(row.body), row.lease_token)
    return Claimed(
        row.id,
        row.lease_token,
        row.attempts,
        row.due_at,
        row.partner,
        row.subject_id,
        row.step,
        row.fields,
        outgoing,
    )


def _begun(one: Claimed, worker: str, now: datetime) -> dict[str, Any]:
    return {
        "transfer": one.id,
        "number": one.token,
        "lease_token": one.token,
        "worker": worker,
        "sent_at": now,
        "outcome": "",
        "cause_code": "",
        "cause": "",
        "reference": "",
        "counted": False,
        "late": False,
        "request": "",
        "answer": "",
    }


def _claim_statement(dialect: str) -> sa.Update[Any]:
    ready = _ready()
    if dialect == "postgresql":
        # Else a nested loop could carry the limited query out again and take more than it may.
        chosen = (
            ready.with_for_update(skip_locked=True, of=transfer).cte("chosen").prefix_with("MATERIALIZED")
        )
        condition = transfer.c.id.in_(sa.select(chosen.c.id))
    else:
        condition = transfer.c.id.in_(ready)
    return (  # pyright: ignore[reportUnknownVariableType] - so many columns have no overload
        sa.update(transfer)
        .where(condition)
        .values(
            state=State.SENDING,
            lease_owner=bindparam("b_worker"),
            lease_token=transfer.c.lease_token + 1,
            lease_until=bindparam("b_lease_until", type_=transfer.c.due_at.type),
            updated_at=bindparam("b_now", type_=transfer.c.due_at.type),
        )
        .returning(
            transfer.c.id,
            transfer.c.lease_token,
            transfer.c.attempts,
            transfer.c.partner,
            transfer.c.kind,
            transfer.c.subject,
            transfer.c.subject_id,
            transfer.c.step,
            transfer.c.fields,
            transfer.c.key,
            transfer.c.body,
            transfer.c.priority,
            transfer.c.due_at,
        )
    )


def _ready() -> sa.Select[Any]:
    """What may go out, in order; states are written as in the partial indexes, or these are not used."""
    earlier = transfer.alias("earlier")
    first = transfer.alias("first")
    blocked_by_order = sa.exists().where(
        earlier.c.kind == transfer.c.kind,
        earlier.c.subject_id == transfer.c.subject_id,
        earlier.c.partner == transfer.c.partner,
        earlier.c.id < transfer.c.id,
        sa.text("earlier.state NOT IN ('delivered','discarded')"),
    )
    not_after = sa.exists().where(first.c.id == transfer.c.after, first.c.state != State.DELIVERED)
    return (
        sa.select(transfer.c.id)
        .where(
            _PENDING,
            transfer.c.account == bindparam("b_account"),
            transfer.c.due_at <= bindparam("b_now", type_=transfer.c.due_at.type),
            ~blocked_by_order,
            ~not_after,
        )
        .order_by(transfer.c.priority, transfer.c.due_at, transfer.c.id)
        .limit(bindparam("b_number", type_=sa.Integer))
    )


_CLAIM = {name: _claim_statement(name) for name in ("sqlite", "postgresql")}
