"""Findings and suppressions as they are stored."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import SQLModel

from core.locale import Message
from core.rulebook.finding import Finding, Fix, FixKind, Severity
from core.store.columns import identity, long_text, moment, row_id

LONGEST_VALUE = 500
"""Characters that are kept of an offending value; nobody reads more of it."""


def kept_value(value: str) -> str:
    """What is kept of a value: itself, or of a long one its beginning and a hash of it all.

    The same for what it made already, so that values and kept values can be compared.
    """
    if len(value) <= LONGEST_VALUE:
        return value
    digest = hashlib.sha256(value.encode()).hexdigest()
    return f"{value[: LONGEST_VALUE - 100]}… (SHA-256 {digest})"


class FindingRow(SQLModel, table=True):
    """One finding of one record; it goes when the record, or the rule, has changed its mind."""

    __tablename__ = "finding"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        sa.Index("ix_finding_record", "area", "record"),
        sa.Index("ix_finding_rule", "rule", "area"),
    )

    id: int | None = identity()
    area: str
    record: int = row_id(nullable=False)
    subject: str = ""
    rule: str
    name: str = ""
    severity: str
    field: str = ""
    value: str = long_text()
    """As `kept_value` keeps it, like `fix_text`; a fix is computed anew when it is applied."""
    message: str = long_text()
    fix: str = FixKind.NONE
    fix_text: str = long_text()
    blocks: bool = False
    """Whether it holds the record's transfer: an error of a transmitted field that nobody suppressed."""
    suppressed: bool = False
    first_seen: datetime = moment()

    def finding(self) -> Finding:
        """As the rulebook speaks of it."""
        fix = Fix(FixKind(self.fix), self.fix_text) if self.fix != FixKind.NONE else None
        return Finding(
            self.rule,
            self.name,
            Severity(self.severity),
            self.area,
            self.subject,
            self.field,
            self.value,
            Message.load(self.message),
            fix,
        )


class Suppression(SQLModel, table=True):
    """Somebody lives with a finding: for this record and value, with a reason, perhaps until a day."""

    __tablename__ = "suppression"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (sa.Index("ix_suppression_record", "area", "record"),)

    id: int | None = identity()
    area: str
    record: int = row_id(nullable=False)
    subject: str = ""
    rule: str
    field: str = ""
    value: str = long_text()
    reason: str = long_text()
    by: str = ""
    at: datetime = moment()
    until: date | None = None
    ended_at: datetime | None = moment(nullable=True)
