"""What time it is: aware UTC inside, the office's time zone (Europe/Berlin) on screen.

Several hosts may work on one PostgreSQL; leases and due times only make sense if they agree. So a clock
can be set to the database's (`shifted`), and everything in core asks the office's clock, never the host.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]


def host_clock() -> datetime:
    """The host's time, aware UTC."""
    return datetime.now(UTC)


def shifted(clock: Clock, ahead: timedelta) -> Clock:
    """A clock that runs `ahead` of another."""
    return lambda: clock() + ahead


def local_day(moment: datetime, zone: str) -> date:
    """The calendar day of a moment in a time zone."""
    return moment.astimezone(ZoneInfo(zone)).date()
