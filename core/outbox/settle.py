"""Settling: what became of claimed transfers is written down, and with it what the partner has now.

A late failure says nothing about the attempt that followed it and is kept on its attempt only; a success is
a fact and counts even when it comes late.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlmodel import Session

from core.accounts.account import credentials_refused, lock_account
from core.accounts.breaker import count_failure, distrust, reached, throttle
from core.accounts.login_test import count_refusal
from core.accounts.standing import Standing
from core.locale import _
from core.outbox.decide import NOT_SENT, Decision, decide
from core.outbox.outcome import Outcome, Result
from core.outbox.queue import Claimant, Claimed, attempt, transfer
from core.outbox.transfer import CauseCode, PartnerCopy, State, Step
from core.store.statements import execute, insert_into, table_of

copies = table_of(PartnerCopy)


@dataclass(frozen=True, slots=True)
class Settled:
    """A claimed transfer with what became of it."""

    claimed: Claimed
    result: Result


@dataclass(frozen=True, slots=True)
class _Present:
    """A transfer as it is before it is settled."""

    state: str
    token: int
    attempts: int
    reference: str


def settle(
    session: Session,
    standing: Standing,
    by: Claimant,
    settled: Sequence[Settled],
    now: datetime,
    chance: Random,
) -> list[int]:
    """Writes down what became of claimed transfers; answers the ids that were fenced off.

    The account must be locked in this transaction (`lock_standing`).
    """
    present = _present(session, [one.claimed.id for one in settled])
    rows: list[dict[str, Any]] = []
    attempts: list[dict[str, Any]] = []
    delivered: list[Settled] = []
    twice: list[tuple[Settled, str]] = []
    fenced: list[int] = []
    for one in settled:
        id_ = one.claimed.id
        decision, before = decide(one.result, one.claimed.attempts, now, chance), present[id_]
        ours = before.state == State.SENDING and before.token == one.claimed.token
        is_success = decision.state is State.DELIVERED
        attempts.append(_attempt_row(one, decision, now, late=not ours))
        if not ours:
            fenced.append(id_)
        if ours or (is_success and before.state != State.DELIVERED):
            # A late one was counted by the rescue already.
            counted = before.attempts + int(ours and decision.counted)
            rows.append(_transfer_row(one, decision, counted, now))
            present[id_] = replace(
                before, state=decision.state, attempts=counted, reference=one.result.reference
            )
            delivered += [one] if is_success else []
        elif is_success:
            twice.append((one, before.reference))
    execute(session, _FINISH_ATTEMPT, attempts)
    _forget_sending(session, settled)
    if rows:
        execute(session, _FINISH_TRANSFER, rows)
    for one, reference in twice:
        _mark_two_references(session, one, reference)
    _remember_copies(session, delivered, now)
    _move_breakers(session, standing, by, settled, now)
    return fenced


def _present(session: Session, ids: Sequence[int]) -> dict[int, _Present]:
    rows = execute(session, _PRESENT, {"b_ids": ids})
    return {row.id: _Present(row.state, row.lease_token, row.attempts, row.reference) for row in rows}


_PRESENT = (
    sa.select(
        transfer.c.id, transfer.c.state, transfer.c.lease_token, transfer.c.attempts, transfer.c.reference
    )
    .where(transfer.c.id.in_(bindparam("b_ids", expanding=True)))
    .order_by(transfer.c.id)
    .with_for_update()
)


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


def _transfer_row(one: Settled, decision: Decision, attempts: int, now: datetime) -> dict[str, Any]:
    return {
        "b_id": one.claimed.id,
        "state": decision.state,
        "attempts": attempts,
        "due_at": decision.due_at or one.claimed.due_at,
        "outcome": "" if one.result.cause_code == NOT_SENT else one.result.outcome.value,
        "cause_code": str(decision.cause_code),
        "cause": decision.cause.dump() if decision.cause else "",
        "reference": one.result.reference,
        "updated_at": now,
        "done_at": now if decision.state is State.DELIVERED else None,
        "lease_owner": None,
        "lease_until": None,
    }


_THIS_ATTEMPT = (attempt.c.transfer == bindparam("b_transfer"), attempt.c.number == bindparam("b_number"))
_FINISH_ATTEMPT = sa.update(attempt).where(*_THIS_ATTEMPT)
_NEVER_LEFT = sa.update(attempt).where(*_THIS_ATTEMPT).values(sent_at=None)
_FINISH_TRANSFER = sa.update(transfer).where(transfer.c.id == bindparam("b_id"))


def _forget_sending(session: Session, settled: Sequence[Settled]) -> None:
    kept = [one.claimed for one in settled if one.result.cause_code == NOT_SENT]
    if kept:
        execute(session, _NEVER_LEFT, [{"b_transfer": one.id, "b_number": one.token} for one in kept])


def _mark_two_references(session: Session, one: Settled, held: str) -> None:
    if held and one.result.reference not in ("", held):
        cause = _("The partner has it twice: {first} and {second}.", first=held, second=one.result.reference)
        mark = sa.update(transfer).where(transfer.c.id == one.claimed.id)
        execute(session, mark.values(cause_code=CauseCode.TWO_REFERENCES, cause=cause.dump()))


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
            "accepted_sha256": hashlib.sha256(one.claimed.outgoing.body).hexdigest(),
            "accepted_at": now,
            "accepted_transfer": one.claimed.id,
            "short_name_only": one.claimed.step == Step.SHORT,
        }
        for one in delivered
    ]
    execute(session, _UPSERT_COPY[session.get_bind().dialect.name], rows)


def _upsert_copy(dialect: str) -> sa.Insert[Any]:
    statement = insert_into(dialect, PartnerCopy)
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


def _move_breakers(
    session: Session, standing: Standing, by: Claimant, settled: Sequence[Settled], now: datetime
) -> None:
    sent = [one.result for one in settled if one.result.cause_code != NOT_SENT]
    for result in sent:
        match result.outcome:
            case Outcome.REFUSED_CREDENTIALS:
                # The answer is about the credentials that were sent, which may have been replaced since.
                account = lock_account(session, by.account)
                if account is not None and account.version == by.version and not account.is_refused:
                    credentials_refused(session, account, result.cause, now)
                    if result.status is not None:
                        count_refusal(session, by.account, by.version, by.worker, now)
            case Outcome.THROTTLED if result.retry_at is not None:
                throttle(session, by.account, result.cause, now, result.retry_at)
            case Outcome.UNAVAILABLE if not result.retryable:
                distrust(session, by.account, result.cause, now)
            case Outcome.UNAVAILABLE | Outcome.UNCERTAIN:
                count_failure(session, by.account, result.cause, now)
            case _:
                pass
    outcomes = {result.outcome for result in sent}
    if outcomes <= {Outcome.DELIVERED, Outcome.REFUSED_DATA} and not standing.forgets_something(now):
        return
    if outcomes & {Outcome.DELIVERED, Outcome.REFUSED_DATA}:
        reached(session, by.account, now)
