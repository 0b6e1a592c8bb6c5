"""What became of an attempt, and the Protocol by which the outbox knows a partner.

Outcomes and what follows from each: design, section 5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from core.locale import Message


class Outcome(StrEnum):
    """The seven ways in which an attempt can end."""

    DELIVERED = "delivered"
    REFUSED_CREDENTIALS = "refused-credentials"
    REFUSED_DATA = "refused-data"
    UNAVAILABLE = "unavailable"
    THROTTLED = "throttled"
    UNCERTAIN = "uncertain"
    PROTOCOL = "protocol"


@dataclass(frozen=True, slots=True)
class Result:
    """How an attempt ended, with what an operator may see of it.

    `request` and `answer` are redacted excerpts (no password, no whole IBAN); `retry_at` is aware UTC
    and set only where the partner named a time; `retryable` is false for an UNAVAILABLE that waiting
    alone does not cure (a certificate that does not verify); `created` says whether the partner made a new
    record.
    """

    outcome: Outcome
    cause: Message
    status: int | None = None
    reference: str = ""
    request: str = ""
    answer: str = ""
    retry_at: datetime | None = None
    retryable: bool = True
    created: bool | None = None
    cause_code: str = ""
    """A short stable word for grouping and for `cause:` in conditions: credentials, data, outage …"""


class Presence(StrEnum):
    """What a partner answers when asked about a transfer's key or a customer's number."""

    FOUND = "found"
    REFUSED = "refused"
    ABSENT = "absent"
    CANNOT_ASK = "cannot-ask"  # the profile has no look-up


@dataclass(frozen=True, slots=True)
class Looked:
    """The answer to a look-up; `reference` is the partner's number where it was found."""

    presence: Presence
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One transfer as a partner sees it: the bytes were fixed when it was queued."""

    key: str
    kind: str
    subject: str
    body: bytes
    attempt: int


@dataclass(frozen=True, slots=True)
class Credentials:
    """An account's secrets, opened from the vault for as long as a client lives."""

    account: str
    user: str
    password: str = field(repr=False)
    version: int
    extra: Mapping[str, str] = field(default_factory=dict[str, str])
    """Further fields of the account, such as the member's number."""


class Connection(Protocol):
    """An open client of one partner account. Safe to call from several threads at once."""

    def send(self, outgoing: Outgoing) -> Result:
        """Hands one transfer over; every failure is a Result, never an exception."""
        ...

    def look_up_key(self, key: str) -> Looked:
        """What became of a transfer. Raises PartnerError."""
        ...

    def look_up_subject(self, kind: str, number: str) -> Looked:
        """Whether the partner knows a record under our number. Raises PartnerError."""
        ...

    def test_login(self) -> None:
        """One harmless log-in. Raises CredentialsRefused or another PartnerError."""
        ...

    def close(self) -> None:
        """Ends its connections."""
        ...


class Partner(Protocol):
    """What the outbox must know of a partner, made from its profile."""

    name: str
    honours_key: bool
    """Whether sending the same key twice has the effect of once."""
    absent_after: float
    """Seconds after an attempt from which on a partner that does not honour keys is believed that it has not
    received it; until then it may still be busy with it."""
    can_look_up_keys: bool
    can_look_up_subjects: bool
    senders: int
    """How many transfers may be on their way at once with one account."""

    def compose(self, kind: str, fields: Mapping[str, str]) -> bytes:
        """The bytes of a transfer's body, from a payload's fields. Pure: same fields, same bytes."""
        ...

    def connect(self, credentials: Credentials, now: Callable[[], datetime]) -> Connection:
        """A client for one account; `now` is the clock (aware UTC)."""
        ...
