"""How long a partner asks us to wait (RFC 9110, section 10.2.3). Never raises, whatever stands there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

SHORTEST = timedelta(seconds=1)
LONGEST = timedelta(hours=24)
WITHOUT_A_WORD = timedelta(seconds=30)
"""What a 429 gets that names no time."""


def retry_delay(retry_after: str | None, date: str | None, now: datetime) -> timedelta | None:
    """The delay that Retry-After asks for, between 1 s and 24 h; None where it says nothing usable.

    `date` is the answer's header Date: a point in time is read on the partner's clock, not on ours (`now`).
    """
    if retry_after is None:
        return None
    wanted = _seconds(retry_after.strip())
    if wanted is None:
        until = _moment(retry_after)
        if until is None:
            return None
        wanted = until - ((_moment(date) if date else None) or now)
    return min(max(wanted, SHORTEST), LONGEST)


def _seconds(text: str) -> timedelta | None:
    if not (text.isascii() and text.isdigit()):
        return None
    return LONGEST if len(text) > 9 else timedelta(seconds=int(text))


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
