"""Asking the partner: what became of an uncertain transfer, and whether it knows a company already."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from random import Random

import sqlalchemy as sa
from sqlmodel import Session, col, select

from core.accounts.account import lock_account
from core.accounts.breaker import count_failure, distrust, reached, throttle
from core.errors import CredentialsRefused, NotTrusted, PartnerError, PartnerRefused, PartnerUnavailable
from core.locale import _
from core.office import Office
from core.operation import Act
from core.outbox.copies import copy_of, settle_as_delivered
from core.outbox.decide import Decision, decide_absent
from core.outbox.outcome import Connection, Looked, Presence
from core.outbox.transfer import Attempt, CauseCode, PartnerCopy, State, Transfer

BATCH = 50
ASK_AGAIN = timedelta(minutes=5)


class Answered(Enum):
    """What a question brought: an answer, none about this transfer, or none and no sense in asking on."""

    YES = "yes"
    NO = "no"
    NOT_NOW = "not-now"


@dataclass(frozen=True)
class Inquiry:
    """What asking a partner needs: an account's connection, chance for waits, and whether to go on.

    `go_on` is asked before every question, `unanswered` told why one got no answer.
    """

    office: Office
    account: str
    connection: Connection
    chance: Random
    go_on: Callable[[], bool]
    unanswered: Callable[[PartnerError], None] = lambda _error: None


def resolve_uncertain(inquiry: Inquiry) -> Iterator[Answered]:
    """Asks about each uncertain transfer that is due: found ends it, absent sends it again under its key.

    Where the partner does not honour keys, "absent" is believed only some time after the attempt
    (`Partner.absent_after`): right after it the partner may still be at work.

    One question at a time, so that others can do something in between; each transfer is asked about once.
    Where the partner cannot be asked, an operator decides; where it does not answer, it is asked later.
    Raises CredentialsRefused.
    """
    return _ask_each(inquiry, col(Transfer.state) == State.UNCERTAIN, _resolve)


def ask_about_first_transfers(inquiry: Inquiry) -> Iterator[Answered]:
    """Asks whether the partner knows the companies whose first transfer waits for that, then plans them.

    One question at a time, as `resolve_uncertain`. Raises CredentialsRefused.
    """
    waits = sa.and_(col(Transfer.state) == State.HELD, col(Transfer.cause_code) == CauseCode.FIRST_UNKNOWN)
    return _ask_each(inquiry, waits, _ask_about)


def _ask_each(
    inquiry: Inquiry, condition: sa.ColumnElement[bool], ask: Callable[[Inquiry, Transfer], Answered]
) -> Iterator[Answered]:
    last = 0
    while batch := _due(inquiry, last, condition):
        for one in batch:
            if not inquiry.go_on():
                return
            answered = ask(inquiry, one)
            yield answered
            if answered is Answered.NOT_NOW:
                return
            last = one.id or 0


def _due(inquiry: Inquiry, last: int, condition: sa.ColumnElement[bool]) -> list[Transfer]:
    query = select(Transfer).where(
        Transfer.account == inquiry.account,
        condition,
        col(Transfer.due_at) <= inquiry.office.now,
        col(Transfer.id) > last,
    )
    with inquiry.office.store.read() as session:
        return list(session.exec(query.order_by(col(Transfer.id)).limit(BATCH)))


def _resolve(inquiry: Inquiry, uncertain: Transfer) -> Answered:
    office = inquiry.office
    try:
        looked = inquiry.connection.look_up_key(uncertain.key)
    except CredentialsRefused:
        raise
    except PartnerError as error:
        return _postpone(inquiry, uncertain, error)
    with office.store.write() as session:
        lock_account(session, inquiry.account)
        if looked.presence is not Presence.CANNOT_ASK:
            reached(session, inquiry.account, office.now)
        one = session.get_one(Transfer, uncertain.id, with_for_update=True)
        if one.state == State.UNCERTAIN and one.lease_token == uncertain.lease_token:
            _settle(inquiry, session, one, looked)
    return Answered.NOT_NOW if looked.presence is Presence.CANNOT_ASK else Answered.YES


def _settle(inquiry: Inquiry, session: Session, one: Transfer, looked: Looked) -> None:
    office = inquiry.office
    match looked.presence:
        case Presence.FOUND:
            settle_as_delivered(Act(office, session, office.operator, office.now), one, looked.reference)
        case Presence.REFUSED:
            cause = _("The partner refused it, as it says when asked.")
            _move(office, one, Decision(State.FAILED, False, None, CauseCode.DATA, cause))
        case Presence.ABSENT:
            believed_at = _absence_believed_at(office, session, one)
            if believed_at > office.now:
                one.due_at = believed_at
                one.cause = _("The partner does not have it yet and may still be busy with it.").dump()
            else:
                chance = inquiry.chance
                decision = decide_absent(
                    attempts=one.attempts, rescues=one.rescues, now=office.now, chance=chance
                )
                _move(office, one, decision)
        case Presence.CANNOT_ASK:
            one.due_at = office.now + timedelta(days=1)
    session.add(one)


def _absence_believed_at(office: Office, session: Session, one: Transfer) -> datetime:
    partner = office.partner(one.partner)
    attempt = session.get(Attempt, (one.id, one.lease_token))
    ended = (attempt.finished_at or attempt.sent_at) if attempt is not None else None
    if partner.honours_key or ended is None:
        return office.now
    return ended + timedelta(seconds=partner.absent_after)


def _move(office: Office, one: Transfer, decision: Decision) -> None:
    one.state, one.cause_code = decision.state, str(decision.cause_code)
    one.cause = decision.cause.dump() if decision.cause else ""
    one.due_at = decision.due_at or one.due_at
    one.updated_at = office.now


def _postpone(inquiry: Inquiry, asked_for: Transfer, error: PartnerError) -> Answered:
    """Asked again later; a partner that could not be reached counts as one that could not be delivered to."""
    now = inquiry.office.now
    retry_after = error.retry_after if isinstance(error, PartnerUnavailable) else None
    wait = max(ASK_AGAIN, timedelta(seconds=retry_after or 0))
    with inquiry.office.store.write() as session:
        lock_account(session, inquiry.account)
        one = session.get_one(Transfer, asked_for.id, with_for_update=True)
        if one.state == asked_for.state and one.lease_token == asked_for.lease_token:
            # Who mends a certificate should not have to wait for this one as well.
            one.due_at = one.due_at if isinstance(error, NotTrusted) else now + wait
            if one.state == State.UNCERTAIN:
                one.cause = _("What became of it could not be asked: {reason}", reason=error.message).dump()
            session.add(one)
        if isinstance(error, NotTrusted):
            distrust(session, inquiry.account, error.message, now)
        elif retry_after is not None:
            throttle(session, inquiry.account, error.message, now, now + timedelta(seconds=retry_after))
        elif not isinstance(error, PartnerRefused):
            count_failure(session, inquiry.account, error.message, now)
    inquiry.unanswered(error)
    return Answered.NO if isinstance(error, PartnerRefused) else Answered.NOT_NOW


def _ask_about(inquiry: Inquiry, held: Transfer) -> Answered:
    office = inquiry.office
    try:
        looked = inquiry.connection.look_up_subject(held.kind, held.subject)
    except CredentialsRefused:
        raise
    except PartnerError as error:
        return _postpone(inquiry, held, error)
    if looked.presence not in (Presence.FOUND, Presence.ABSENT):
        return Answered.NOT_NOW
    with office.store.write() as session:
        # One at a time: another worker may have asked the same.
        lock_account(session, inquiry.account)
        reached(session, inquiry.account, office.now)
        office.subject(held.kind).lock(session, [held.subject_id])
        one = session.get_one(Transfer, held.id)
        if (one.state, one.cause_code) == (State.HELD, CauseCode.FIRST_UNKNOWN):
            _remember(office, session, held, looked)
            office.subject(held.kind).review(session, office, [held.subject_id])
    return Answered.YES


def _remember(office: Office, session: Session, held: Transfer, looked: Looked) -> None:
    copy = copy_of(Act(office, session, office.operator, office.now), held)
    if copy is None:
        copy = PartnerCopy(partner=held.partner, kind=held.kind, subject_id=held.subject_id, revision=0)
    copy.known = "known" if looked.presence is Presence.FOUND else "absent"
    copy.reference = looked.reference or copy.reference
    copy.asked_at = office.now
    copy.revision += 1
    session.add(copy)
    session.flush()
