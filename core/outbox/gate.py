"""The gate (Schranke) of an account: whether anything may go out now, and if not, why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.accounts.breaker import BreakerKind, Pause
from core.accounts.standing import Standing
from core.locale import Message, _


@dataclass(frozen=True, slots=True)
class Gate:
    """How many transfers may be on their way at once; 0 with the reason why none, and until when."""

    room: int
    reason: Message | None = None
    until: datetime | None = None
    code: str = ""


_CODES = {
    BreakerKind.THROTTLE: "throttle",
    BreakerKind.CERTIFICATE: "certificate",
    BreakerKind.ENDPOINT: "outage",
}
OUT_OF_REACH = frozenset({"credentials", *_CODES.values()})
"""The codes of gates that are shut because the partner cannot be reached, or does not let us in."""


def gate_of(session: Session, standing: Standing, senders: int, now: datetime) -> Gate:
    """The gate of an account as it stands; one that is half open lets one through."""
    if not standing.version:
        return Gate(0, _("No credentials are set for this account."), code="credentials-missing")
    if not standing.is_live:
        return Gate(0, _("Trial mode: nothing is sent."), code="trial")
    if standing.pause is not None:
        pause = session.get_one(Pause, standing.pause)
        return Gate(0, _("Paused by {by}: {reason}", by=pause.by, reason=pause.reason), pause.until, "paused")
    credentials = standing.breakers.get(BreakerKind.CREDENTIALS)
    if standing.is_refused or (credentials is not None and credentials.is_open):
        reason = credentials.message() if credentials else _("The partner refused these credentials.")
        return Gate(0, _("Waits for new credentials: {reason}", reason=reason), code="credentials")
    for kind, code in _CODES.items():
        breaker = standing.breakers.get(kind)
        if breaker is not None and breaker.holds(now):
            return Gate(0, breaker.message(), breaker.until, code)
    return Gate(1 if standing.is_half_open else senders)
