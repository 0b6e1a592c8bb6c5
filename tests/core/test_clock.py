"""What time it is: the same for every host that works on one database, and a day where the office is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from core.clock import host_clock, local_day, shifted
from core.opening import create_office, open_office
from tests.support.clock import TravelClock


def test_the_host_tells_the_time_in_utc() -> None:
    assert host_clock().tzinfo is UTC
    assert abs(host_clock() - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_shifted_clock_runs_ahead() -> None:
    clock = TravelClock()
    ahead = shifted(clock, timedelta(hours=2))
    before = clock.at
    clock.travel(hours=1)
    assert ahead() == before + timedelta(hours=3)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 7, 1, 21, 59, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 7, 1, 22, 0, tzinfo=UTC), date(2026, 7, 2)),
    ],
)
def test_the_day_begins_at_midnight_where_the_office_is(at: datetime, day: date) -> None:
    assert local_day(at, "Europe/Berlin") == day


def test_a_host_whose_clock_is_wrong_keeps_the_databases_time(
    empty_database_url: str, tmp_path: Path
) -> None:
    given = {"LEITSTAND_DATABASE_URL": empty_database_url}
    create_office(tmp_path, given, "mk")
    true_time = datetime.now(UTC)
    with time_machine.travel(true_time - timedelta(hours=1)):
        office = open_office(tmp_path, given)
        kept = office.now - (true_time - timedelta(hours=1))
        office.store.close()
    expected = timedelta(0) if empty_database_url.startswith("sqlite") else timedelta(hours=1)
    assert abs(kept - expected) < timedelta(minutes=5)
