"""When an inquiry comes up again: on a day on which somebody works."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inquiries.due import business_day, resubmission_day

DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 12, 4), date(2026, 12, 4)),  # a Friday
        (date(2026, 12, 5), date(2026, 12, 7)),
        (date(2026, 12, 6), date(2026, 12, 7)),
        (date(2026, 12, 7), date(2026, 12, 7)),
    ],
)
def test_a_weekend_is_put_off_to_monday(day: date, expected: date) -> None:
    assert business_day(day) == expected


@given(DAYS, st.integers(0, 400))
def test_it_is_never_earlier_than_asked_for_and_never_on_a_weekend(today: date, days: int) -> None:
    due = resubmission_day(today, days)
    assert due.weekday() < 5
    assert 0 <= (due - today).days - days <= 2
