"""When something comes up again: so many days from now, on a day on which somebody works."""

from __future__ import annotations

from datetime import date, timedelta

SATURDAY = 5


def business_day(day: date) -> date:
    """This day, or the Monday after it where it is a Saturday or Sunday."""
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= SATURDAY else day


def resubmission_day(today: date, days: int) -> date:
    """The business day that is `days` calendar days from today, or the first one after that."""
    return business_day(today + timedelta(days=days))
