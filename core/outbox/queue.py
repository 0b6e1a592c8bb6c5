"""The queue (Warteschlange): claim, settle, heartbeat and rescue of transfers.

At-least-once on our side, exactly-once in effect. A claim commits `sent_at` before a request leaves, so that
a crash afterwards is known to be uncertain; a lease with a fencing token keeps two workers from settling the
same transfer differently; a success is a fact and counts even when it comes late.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlmodel import Session

from core.accounts.account import Account, credentials_accepted, credentials_refused
from core.accounts.breaker import BreakerKind, close_breaker, count_failure, throttle
from core.locale import _
from core.outbox.decide import NOT_SENT, Decision, decide, decide_rescue
from core.outbox.gate import Gate, gate_of
from core.outbox.outcome import Outcome, Outgoing, Result
from core.outbox.transfer import Attempt, CauseCode, PartnerCopy, State, Step, Transfer

transfer = Transfer.__table__  # pyright: ignore
attempt = Attempt.__table__  # pyright: ignore
copies = PartnerCopy.__table__  # pyright: ignore

RESCUE_BATCH = 200


@dataclass(frozen=True, slots=True)
class Claimed:
    """A transfer that this worker, and nobody else, may send until its lease ends."""

    id: int
    token: int
    attempts: int
    partner: str
    subject_id: int
    step: str
    fields: str
    outgoing: Outgoing


@dataclass(frozen=True, slots=True)
class Settled:
    """A claimed transfer with what became of it."""

    claimed: Claimed
    result: Result


def claim(
    session: Session, account_name: str, worker: str, free: int, senders: int, now: datetime, lease: timedelta
) -> tuple[list[Claimed], Gate]:
    """Takes at most `free` transfers that are due, in order; the gate says why there are none.

    Must run in a writing transaction of its own: on PostgreSQL the account's row is locked by a statement
    before the count of what is on its way, or several workers would exceed the account's limit together.
    """
    account = session.get(Account, account_name, with_for_update=True)
    gate = gate_of(session, account, senders, now)
    if gate.room <= 0:
        return [], gate
    on_the_way = session.execute(
        sa.select(sa.func.count())
        .select_from(transfer)
        .where(
            transfer.c.state == State.SENDING,
            transfer.c.account == account_name,
            transfer.c.lease_until > now,
        )
    ).scalar_one()
    number = min(free, gate.room - on_the_way)
    if number <= 0:
        return [], gate
    rows = session.execute(
        _CLAIM[session.get_bind().dialect.name],
        {
            "b_account": account_name,
            "b_worker": worker,
            "b_now": now,
            "b_lease_until": now + lease,
            "b_number": number,
        },
    ).all()
    claimed = [_claimed(row) for row in sorted(rows, key=lambda row: (-row.priority, row.due_at, row.id))]
    if claimed:
        session.execute(
            sa.insert(attempt),
            [
                {
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
                for one in claimed
            ],
        )
    return claimed, gate


def _claimed(row: Any) -> Claimed:
    outgoing = Outgoing(row.key, row.kind, row.subject, bytes(row.body), row.lease_token)
    return Claimed(
        row.id, row.lease_token, row.attempts, row.partner, row.subject_id, row.step, row.fields, outgoing
    )


def _claim_statement(dialect: str) -> sa.Update[Any]:
    earlier = transfer.alias("earlier")
    first = transfer.alias("first")
    blocked_by_order = sa.exists().where(
        earlier.c.kind == transfer.c.kind,
        earlier.c.subject_id == transfer.c.subject_id,
        earlier.c.partner == transfer.c.partner,
        earlier.c.id < transfer.c.id,
        earlier.c.state.not_in([State.DELIVERED, State.DISCARDED]),
    )
    not_after = sa.exists().where(first.c.id == transfer.c.after, first.c.state != State.DELIVERED)
    ready = (
        sa.select(transfer.c.id)
        .where(
            transfer.c.state == sa.literal_column("'pending'"),
            transfer.c.account == bindparam("b_account"),
            transfer.c.due_at <= bindparam("b_now", type_=transfer.c.due_at.type),
            ~blocked_by_order,
            ~not_after,
        )
        .order_by(transfer.c.priority.desc(), transfer.c.due_at, transfer.c.id)
        .limit(bindparam("b_number", type_=sa.Integer))
    )
    if dialect == "postgresql":
        chosen = (
            ready.with_for_update(skip_locked=True, of=transfer).cte("chosen").prefix_with("MATERIALIZED")
        )
        condition = transfer.c.id.in_(sa.select(chosen.c.id))
    else:
        condition = transfer.c.id.in_(ready)
    return (
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


_CLAIM = {name: _claim_statement(name) for name in ("sqlite", "postgresql")}


def settle(
    session: Session, account_name: str, settled: Sequence[Settled], now: datetime, chance: Random
) -> list[int]:
    """Writes down what became of claimed transfers, in one transaction; answers the ids that were fenced off."""
    current = _current(session, [one.claimed.id for one in settled])
    rows: list[dict[str, Any]] = []
    attempts: list[dict[str, Any]] = []
    delivered: list[Settled] = []
    fenced: list[int] = []
    for one in settled:
        decision = decide(one.result, one.claimed.attempts, now, chance)
        state, token, held_reference = current.get(one.claimed.id, ("", -1, ""))
        ours = state == State.SENDING and token == one.claimed.token
        # A late success is a fact; a late failure says nothing about the attempt that followed it.
        accepted_late = not ours and decision.state is State.DELIVERED and state != State.DELIVERED
        attempts.append(_attempt_row(one, decision, now, late=not ours))
        if ours or accepted_late:
            rows.append(_transfer_row(one, decision, now))
            if decision.state is State.DELIVERED:
                delivered.append(one)
        if not ours:
            fenced.append(one.claimed.id)
            _mark_two_references(session, one, held_reference)
    session.execute(_FINISH_ATTEMPT, attempts)
    if rows:
        session.execute(_FINISH_TRANSFER, rows)
    _remember_copies(session, delivered, now)
    _move_breakers(session, account_name, settled, now)
    return fenced


def _current(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, int, str]]:
    query = sa.select(transfer.c.id, transfer.c.state, transfer.c.lease_token, transfer.c.reference)
    rows = session.execute(query.where(transfer.c.id.in_(ids)).order_by(transfer.c.id).with_for_update())
    return {row.id: (row.state, row.lease_token, row.reference) for row in rows}


def _attempt_row(one: Settled, decision: Decision, now: datetime, *, late: bool) -> dict[str, Any]:
    result = one.result
    return {
        "b_transfer": one.claimed.id,
        "b_number": one.claimed.token,
        "finished_at": now,
        "outcome": result.outcome.value,
        "status": result.status,
        "cause_code": result.cause_code or decision.cause_code,
        "cause": result.cause.dump() if result.outcome is not Outcome.DELIVERED else "",
        "reference": result.reference,
        "counted": decision.counted,
        "late": late,
        "request": result.request,
        "answer": result.answer,
    }


def _transfer_row(one: Settled, decision: Decision, now: datetime) -> dict[str, Any]:
    return {
        "b_id": one.claimed.id,
        "state": decision.state,
        "attempts": one.claimed.attempts + int(decision.counted),
        "due_at": decision.due_at or now,
        "outcome": "" if one.result.cause_code == NOT_SENT else one.result.outcome.value,
        "cause_code": str(decision.cause_code),
        "cause": decision.cause.dump() if decision.cause else "",
        "reference": one.result.reference,
        "updated_at": now,
        "done_at": now if decision.state is State.DELIVERED else None,
        "lease_owner": None,
        "lease_until": None,
    }


_FINISH_ATTEMPT = sa.update(attempt).where(
    attempt.c.transfer == bindparam("b_transfer"), attempt.c.number == bindparam("b_number")
)
_FINISH_TRANSFER = sa.update(transfer).where(transfer.c.id == bindparam("b_id"))


def _mark_two_references(session: Session, one: Settled, held: str) -> None:
    if one.result.outcome is Outcome.DELIVERED and held and one.result.reference not in ("", held):
        cause = _("The partner has it twice: {first} and {second}.", first=held, second=one.result.reference)
        session.execute(
            sa.update(transfer)
            .where(transfer.c.id == one.claimed.id)
            .values(cause_code=CauseCode.TWO_REFERENCES, cause=cause.dump())
        )


def _remember_copies(session: Session, delivered: Sequence[Settled], now: datetime) -> None:
    if not delivered:
        return
    rows = [
        {
            "partner": one.claimed.partner,
            "kind": one.claimed.outgoing.kind,
            "subject_id": one.claimed.subject_id,
            "revision": 1,
            "known": "known",
            "reference": one.result.reference,
            "accepted": one.claimed.fields,
            "accepted_sha256": sha256(one.claimed.outgoing.body),
            "accepted_at": now,
            "accepted_transfer": one.claimed.id,
            "short_name_only": one.claimed.step == Step.SHORT,
        }
        for one in delivered
    ]
    session.execute(_UPSERT_COPY[session.get_bind().dialect.name], rows)


def _upsert_copy(dialect: str) -> Any:
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert
    statement = insert(copies)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["subject_id", "kind", "partner"],
        set_={
            "revision": copies.c.revision + 1,
            "known": new.known,
            "reference": sa.case((new.reference != "", new.reference), else_=copies.c.reference),
            "accepted": new.accepted,
            "accepted_sha256": new.accepted_sha256,
            "accepted_at": new.accepted_at,
            "accepted_transfer": new.accepted_transfer,
            "short_name_only": new.short_name_only,
        },
    )


_UPSERT_COPY = {name: _upsert_copy(name) for name in ("sqlite", "postgresql")}


def _move_breakers(session: Session, account_name: str, settled: Sequence[Settled], now: datetime) -> None:
    outcomes = {one.result.outcome for one in settled if one.result.cause_code != NOT_SENT}
    for one in settled:
        result = one.result
        match result.outcome:
            case Outcome.REFUSED_CREDENTIALS:
                account = session.get(Account, account_name, with_for_update=True)
                if account is not None and not account.is_refused:
                    credentials_refused(session, account, result.cause, now)
            case Outcome.THROTTLED if result.retry_at is not None:
                throttle(session, account_name, result.cause, now, result.retry_at)
            case Outcome.UNAVAILABLE | Outcome.UNCERTAIN if result.cause_code != NOT_SENT:
                count_failure(session, account_name, result.cause, now)
            case _:
                pass
    if outcomes & {Outcome.DELIVERED, Outcome.REFUSED_DATA}:
        close_breaker(session, account_name, BreakerKind.ENDPOINT)
        close_breaker(session, account_name, BreakerKind.THROTTLE)


def beat(session: Session, worker: str, now: datetime, lease: timedelta) -> int:
    """Prolongs every lease of this worker; how many there are."""
    done = session.execute(
        sa.update(transfer)
        .where(transfer.c.state == State.SENDING, transfer.c.lease_owner == worker)
        .values(lease_until=now + lease)
    )
    return done.rowcount  # pyright: ignore


def rescue(session: Session, now: datetime) -> int:
    """Takes transfers back from workers that stopped beating, at most 200 at a time; how many."""
    query = (
        sa.select(transfer.c.id, transfer.c.lease_token, transfer.c.rescues, attempt.c.sent_at)
        .join(attempt, (attempt.c.transfer == transfer.c.id) & (attempt.c.number == transfer.c.lease_token))
        .where(transfer.c.state == State.SENDING, transfer.c.lease_until < now)
        .order_by(transfer.c.id)
        .limit(RESCUE_BATCH)
        .with_for_update(skip_locked=True, of=transfer)
    )
    rows = session.execute(query).all()
    for row in rows:
        decision = decide_rescue(was_sent=row.sent_at is not None, rescues=row.rescues, now=now)
        session.execute(
            sa.update(transfer)
            .where(transfer.c.id == row.id)
            .values(
                state=decision.state,
                rescues=transfer.c.rescues + 1,
                attempts=transfer.c.attempts + int(decision.counted),
                due_at=decision.due_at or now,
                cause_code=str(decision.cause_code),
                cause=decision.cause.dump() if decision.cause else "",
                lease_owner=None,
                lease_until=None,
                updated_at=now,
            )
        )
        session.execute(
            sa.update(attempt)
            .where(attempt.c.transfer == row.id, attempt.c.number == row.lease_token)
            .values(finished_at=now, outcome=Outcome.UNCERTAIN if row.sent_at else Outcome.UNAVAILABLE)
        )
    return len(rows)


def accepted_login(session: Session, account_name: str) -> None:
    """A log-in succeeded: what waited for the credentials may go on."""
    account = session.get(Account, account_name, with_for_update=True)
    if account is not None:
        credentials_accepted(session, account)


def sha256(body: bytes) -> str:
    """The hash of a body in hex."""
    import hashlib

    return hashlib.sha256(body).hexdigest()
