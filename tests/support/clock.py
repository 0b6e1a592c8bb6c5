"""A clock that stands still until it is told to travel."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

MONDAY_MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class TravelClock:
    """An office's clock. Calling it answers the moment, aware UTC."""

    def __init__(self, at: datetime = MONDAY_MORNING) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def travel(self, by: timedelta | None = None, **parts: float) -> datetime:
        """Goes on by a time span, given whole or as days, hours, minutes, seconds."""
        self.at += by or timedelta(**parts)
        return self.at

    def travel_to(self, moment: datetime) -> None:
        """Goes to a moment, which may lie in the past."""
        self.at = moment
