"""Asking the partner: what became of an uncertain transfer, and whether it knows a company already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session, col, select

from core.errors import CredentialsRefused, PartnerError
from core.locale import Message, _
from core.office import Office
from core.operation import Act
from core.outbox.operations import copy_of, settle_as_delivered
from core.outbox.outcome import Connection, Looked, Presence
from core.outbox.transfer import CauseCode, PartnerCopy, State, Transfer

BATCH = 50
ASK_AGAIN = timedelta(minutes=5)


@dataclass
class Asked:
    """How many questions were put, and what they brought."""

    asked: int = 0
    found: int = 0
    refused: int = 0
    absent: int = 0
    unanswered: int = 0


def resolve_uncertain(office: Office, account: str, connection: Connection) -> Asked:
    """Asks about each uncertain transfer that is due: found ends it, absent sends it again under its key.

    Where the partner cannot be asked, an operator decides. Raises CredentialsRefused.
    """
    asked = Asked()
    for id_, key in _uncertain(office, account):
        try:
            looked = connection.look_up_key(key)
        except CredentialsRefused:
            raise
        except PartnerError as error:
            asked.unanswered += 1
            _postpone(office, id_, error.message)
            continue
        asked.asked += 1
        with office.store.write() as session:
            one = session.get_one(Transfer, id_, with_for_update=True)
            if one.state == State.UNCERTAIN:
                _settle(office, session, one, looked, asked)
    return asked


def _uncertain(office: Office, account: str) -> list[tuple[int, str]]:
    with office.store.read() as session:
        query = select(Transfer.id, Transfer.key).where(
            Transfer.account == account, Transfer.state == State.UNCERTAIN, col(Transfer.due_at) <= office.now
        )
        return [(id_ or 0, key) for id_, key in session.exec(query.order_by(col(Transfer.id)).limit(BATCH))]


def _settle(office: Office, session: Session, one: Transfer, looked: Looked, asked: Asked) -> None:
    act = Act(office, session, office.operator, office.now)
    match looked.presence:
        case Presence.FOUND:
            asked.found += 1
            settle_as_delivered(act, one, looked.reference)
        case Presence.REFUSED:
            asked.refused += 1
            cause = _("The partner refused it, as it says when asked.")
            _move(office, one, State.FAILED, CauseCode.DATA, cause)
        case Presence.ABSENT:
            asked.absent += 1
            _move(office, one, State.PENDING, "", None)
        case Presence.CANNOT_ASK:
            asked.unanswered += 1
            one.due_at = office.now + timedelta(days=1)
    session.add(one)


def _move(office: Office, one: Transfer, state: State, code: str, cause: Message | None) -> None:
    one.state, one.cause_code, one.cause = state, code, cause.dump() if cause else ""
    one.due_at = one.updated_at = office.now


def _postpone(office: Office, id_: int, reason: Message) -> None:
    with office.store.write() as session:
        one = session.get_one(Transfer, id_, with_for_update=True)
        if one.state == State.UNCERTAIN:
            one.due_at = office.now + ASK_AGAIN
            one.cause = _("What became of it could not be asked: {reason}", reason=reason).dump()
            session.add(one)


def ask_about_first_transfers(office: Office, account: str, connection: Connection) -> Asked:
    """Asks whether the partner knows the companies whose first transfer waits for that; then they are planned.

    Raises CredentialsRefused.
    """
    asked = Asked()
    for kind, subject_id, number in _waiting(office, account):
        try:
            looked = connection.look_up_subject(kind, number)
        except CredentialsRefused:
            raise
        except PartnerError:
            asked.unanswered += 1
            break
        if looked.presence is Presence.CANNOT_ASK:
            break
        asked.asked += 1
        asked.found += looked.presence is Presence.FOUND
        asked.absent += looked.presence is Presence.ABSENT
        with office.store.write() as session:
            _remember(office, session, account, kind, subject_id, looked)
            office.subject(kind).review(session, office, [subject_id])
    return asked


def _waiting(office: Office, account: str) -> list[tuple[str, int, str]]:
    with office.store.read() as session:
        query = select(Transfer.kind, Transfer.subject_id, Transfer.subject).where(
            Transfer.account == account,
            Transfer.state == State.HELD,
            Transfer.cause_code == CauseCode.FIRST_UNKNOWN,
        )
        return [(row[0], row[1], row[2]) for row in session.exec(query.order_by(col(Transfer.id)).limit(500))]


def _remember(
    office: Office, session: Session, account: str, kind: str, subject_id: int, looked: Looked
) -> None:
    query = select(Transfer).where(
        Transfer.account == account, Transfer.kind == kind, Transfer.subject_id == subject_id
    )
    one = session.exec(query.order_by(col(Transfer.id).desc())).first()
    if one is None:
        return
    copy = copy_of(Act(office, session, office.operator, office.now), one)
    if copy is None:
        copy = PartnerCopy(partner=one.partner, kind=kind, subject_id=subject_id, revision=0)
    copy.known = "known" if looked.presence is Presence.FOUND else "absent"
    copy.reference = looked.reference or copy.reference
    copy.asked_at = office.now
    copy.revision += 1
    session.add(copy)
    session.flush()
