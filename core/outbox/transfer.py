"""A transfer (Übertragung): one thing that goes out, its attempts, and what the partner has afterwards.

A payload never changes: a record that changed makes a successor with a new revision and key.
"""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from core.locale import Message
from core.store.columns import identity, index, long_text, moment, row_id


class State(StrEnum):
    """held ⇄ pending → sending → delivered | failed | uncertain | pending; see design, section 5."""

    HELD = "held"
    PENDING = "pending"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    DISCARDED = "discarded"


OPEN = (State.HELD, State.PENDING, State.SENDING, State.FAILED, State.UNCERTAIN)
STUCK = (State.HELD, State.FAILED, State.UNCERTAIN)
ENDED = (State.DELIVERED, State.DISCARDED)


class CauseCode(StrEnum):
    """Why a transfer is where it is, in one word that can be filtered and grouped."""

    FINDINGS = "findings"  # blocking findings
    FIRST_UNKNOWN = "first-unknown"  # it cannot be known whether the partner knows this company
    UNSENDABLE = "unsendable"  # a character that the partner's format cannot hold
    OPERATOR = "operator"  # held or discarded by hand
    REPLACED = "replaced"  # the record changed: a successor took its place
    OBSOLETE = "obsolete"  # the partner has exactly this already
    TAKEN_BACK = "taken-back"  # its making was undone
    CREDENTIALS = "credentials"
    DATA = "data"
    OUTAGE = "outage"
    TLS = "tls"  # the partner's certificate is not accepted
    THROTTLE = "throttle"
    TIMEOUT = "timeout"
    PROTOCOL = "protocol"
    WORKER_DIED = "worker-died"
    ATTEMPTS = "attempts"  # tried as often as allowed
    TWO_REFERENCES = "two-references"  # a late success: the partner has it twice


class Step(StrEnum):
    """Which part of a hand-over this is; a company's long name goes out in two."""

    WHOLE = "whole"
    SHORT = "short"
    FULL = "full"


class Transfer(SQLModel, table=True):
    """One row of the queue. `due_at` is when it may be tried, `after` what must be delivered before;
    of what is due, the smaller `priority` goes first (0 is usual).
    """

    __tablename__ = "transfer"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        sa.CheckConstraint(
            "state IN ('held','pending','sending','delivered','failed','uncertain','discarded')", name="state"
        ),
        sa.CheckConstraint("(state = 'sending') = (lease_owner IS NOT NULL)", name="lease"),
        index("ix_transfer_ready", "account", "priority", "due_at", "id", where="state = 'pending'"),
        index("ix_transfer_leased", "lease_until", where="state = 'sending'"),
        index("ix_transfer_open", "kind", "subject_id", "id", where="state NOT IN ('delivered','discarded')"),
        sa.Index("ix_transfer_history", "kind", "subject_id", "id"),
        sa.Index("ix_transfer_state", "state", "cause_code"),
    )

    id: int | None = identity()
    partner: str
    account: str
    kind: str
    subject: str = Field(index=True)
    subject_id: int = row_id(nullable=False)
    subject_name: str = ""
    step: str = Step.WHOLE
    state: str
    priority: int = 0
    due_at: datetime = moment()
    attempts: int = 0
    rescues: int = 0
    key: str = Field(unique=True)
    revision: int = 1
    record_revision: int = 0
    fields: str = long_text()
    body: bytes = Field(sa_type=sa.LargeBinary, nullable=False)
    body_sha256: str = ""
    after: int | None = row_id()
    replaced_by: int | None = row_id()
    lease_owner: str | None = None
    lease_token: int = 0
    lease_until: datetime | None = moment(nullable=True)
    outcome: str = ""
    cause_code: str = ""
    cause: str = long_text()
    reference: str = ""
    created_by: str = ""
    created_at: datetime = moment()
    updated_at: datetime = moment()
    done_at: datetime | None = moment(nullable=True)

    @property
    def payload(self) -> dict[str, str]:
        """The fields that the body says, by attribute name."""
        return json.loads(self.fields)

    @property
    def is_open(self) -> bool:
        """Whether it can still go out."""
        return self.state not in ENDED

    def cause_message(self) -> Message:
        """Why it is where it is."""
        return Message.load(self.cause) if self.cause else Message("")


class Attempt(SQLModel, table=True):
    """One try to hand a transfer over: when, how long, what was said. Excerpts are redacted."""

    __tablename__ = "attempt"  # pyright: ignore[reportAssignmentType]

    transfer: int = Field(primary_key=True, sa_type=sa.BigInteger)
    number: int = Field(primary_key=True)
    lease_token: int
    worker: str
    sent_at: datetime | None = moment(nullable=True)
    finished_at: datetime | None = moment(nullable=True)
    outcome: str = ""
    status: int | None = None
    cause_code: str = ""
    cause: str = long_text()
    reference: str = ""
    counted: bool = False
    late: bool = False
    """Its answer came when somebody else already had the transfer."""
    request: str = long_text()
    answer: str = long_text()


class PartnerCopy(SQLModel, table=True):
    """What a partner has of a record: known to it or not, under which number, what it accepted last."""

    __tablename__ = "partner_copy"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (sa.UniqueConstraint("subject_id", "kind", "partner"),)

    id: int | None = identity()
    partner: str
    kind: str
    subject_id: int = row_id(nullable=False)
    revision: int = 1
    known: str = "unasked"
    reference: str = ""
    accepted: str = long_text()
    accepted_sha256: str = ""
    accepted_at: datetime | None = moment(nullable=True)
    accepted_transfer: int | None = row_id()
    short_name_only: bool = Field(default=False, index=True)
    asked_at: datetime | None = moment(nullable=True)


def fields_as_text(fields: dict[str, Any]) -> str:
    """A payload's fields in one canonical form."""
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
