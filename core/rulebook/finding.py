"""A finding (Befund): what a rule says of one record."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.locale import Message


class Severity(StrEnum):
    """How bad a finding is; an error of a transmitted field holds the transfer."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class FixKind(StrEnum):
    """Whether a fix may be applied to many records at once without looking at each."""

    NONE = "none"
    SAFE = "safe"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True)
class Fix:
    """A correction: the field of the finding gets this text."""

    kind: FixKind
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule function yields: field, offending value as it stands, its sentence, perhaps a fix.

    `message` has the value made visible by `core.text.visible`; None takes the rule's own sentence.
    """

    field: str
    value: str
    message: Message | None = None
    fix: Fix | None = None
    severity: Severity | None = None
    """Where this one is worse or less bad than the rule's own severity says."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, by which rule, how bad: a `Found` with what the rulebook knows of its rule."""

    rule: str
    name: str
    severity: Severity
    area: str
    subject: str
    field: str
    value: str
    message: Message
    fix: Fix | None = None
    row: int | None = None

    @property
    def fix_kind(self) -> FixKind:
        """none, safe or unsafe."""
        return self.fix.kind if self.fix else FixKind.NONE


def found(
    field: str,
    value: str,
    message: Message | None = None,
    fix: Fix | None = None,
    severity: Severity | None = None,
) -> Found:
    """What a rule yields."""
    return Found(field, value, message, fix, severity)


def safe(text: str) -> Fix:
    """A fix that may be applied to many records without looking at each."""
    return Fix(FixKind.SAFE, text)


def unsafe(text: str) -> Fix:
    """A fix that is a proposal: somebody has to look at it."""
    return Fix(FixKind.UNSAFE, text)
