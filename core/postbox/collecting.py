"""Whether post may be fetched from an account now, and what a failure means for the account as a whole.

Hand-over and post share the account, so they share its breakers and its pauses.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlmodel import Session

from core.accounts.account import lock_account
from core.accounts.breaker import count_failure, distrust, reached, throttle
from core.accounts.standing import standing_of
from core.errors import CredentialsRefused, NotTrusted, PartnerError, PartnerUnavailable, Unanswered
from core.office import Office
from core.outbox.connect import note_refusal
from core.outbox.gate import Gate, gate_of


def gate(session: Session, office: Office, account: str, parallel: int) -> Gate:
    """How many exchanges may be under way at once, or why none. Fetching changes nothing at the partner, so
    it is done on trial, too; whether anything may be acknowledged is another question (`may_acknowledge`).
    """
    standing = replace(standing_of(session, account, office.now), is_live=True)
    return gate_of(session, standing, parallel, office.now)


def may_acknowledge(session: Session, office: Office, account: str) -> bool:
    """An acknowledged shipment may be deleted at the partner: on trial nothing is acknowledged."""
    return standing_of(session, account, office.now).is_live


def note_reached(office: Office, account: str) -> None:
    """The partner served us: what kept everything back from it is forgotten."""
    now = office.now
    with office.store.read() as session:
        if not standing_of(session, account, now).forgets_something(now):
            return
    with office.store.write() as session:
        lock_account(session, account)
        reached(session, account, now)


def note_trouble(office: Office, account: str, version: int, error: PartnerError) -> None:
    """Moves the account's breakers after a failure; one that concerns a single shipment moves none."""
    if isinstance(error, CredentialsRefused):
        note_refusal(office, account, version, error)
        return
    now = office.now
    with office.store.write() as session:
        lock_account(session, account)
        match error:
            case NotTrusted():
                distrust(session, account, error.message, now)
            case PartnerUnavailable() if error.retry_after is not None:
                throttle(session, account, error.message, now, now + timedelta(seconds=error.retry_after))
            case PartnerUnavailable() | Unanswered():
                count_failure(session, account, error.message, now)
            case _:
                pass
