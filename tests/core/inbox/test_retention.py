"""What came in is kept as long as the office has set; what anybody may still need is kept longer."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.customers import importing
from core.inbox.arrival import Arrival, ArrivalState
from core.inbox.receive import receive_file
from tests.support.clock import TravelClock
from tests.support.offices import GivenOffice, OpenAnOffice

HEADING = "Kundennummer;Nachname\n"
KEPT = timedelta(days=30)


@pytest.fixture
def office(open_an_office: OpenAnOffice) -> GivenOffice:
    office = open_an_office(send="chosen", account=False, keep_days=KEPT.days, folders=[{"path": "in"}])
    (office.home / "in").mkdir()
    return office


def imported(office: GivenOffice, text: str) -> Arrival:
    file = office.home / "kunden.csv"
    file.write_text(text, encoding="utf-8")
    arrival = receive_file(office, importing.KIND, file).arrival
    importing.apply(office, arrival)
    _stored_at(office.archive.path(arrival.sha256), office.now)
    return arrival


def _stored_at(file: Path, moment: datetime) -> None:
    os.utime(file, (moment.timestamp(), moment.timestamp()))


def there(office: GivenOffice, *arrivals: Arrival) -> list[bool]:
    return [office.archive.path(one.sha256).exists() for one in arrivals]


def test_old_content_goes_and_that_it_came_stays(office: GivenOffice, clock: TravelClock) -> None:
    old = imported(office, HEADING + "K-1;Weiß\n")
    clock.travel(KEPT - timedelta(days=1))
    new = imported(office, HEADING + "K-2;Weiß\n")
    assert office.run("tidy").counts["removed"] == 0
    clock.travel(timedelta(days=2))
    assert office.run("tidy").counts["removed"] == 1
    assert there(office, old, new) == [False, True]
    with office.store.read() as session:
        assert session.get_one(Arrival, old.id).state == ArrivalState.APPLIED
    assert office.run("tidy").counts["removed"] == 0


def test_a_file_stays_while_a_row_of_it_is_put_back(office: GivenOffice, clock: TravelClock) -> None:
    file = imported(office, HEADING + "K-1;Weiß\n;Ohnenummer\n")
    clock.travel(KEPT * 2)
    assert office.run("tidy").counts["removed"] == 0
    with office.store.write() as session:
        for row in session.exec(_rows_of(file)):
            row.state, row.settled_at = ArrivalState.IGNORED, office.now
            session.add(row)
    assert office.run("tidy").counts["removed"] == 1
    assert there(office, file) == [False]
    clock.travel(KEPT * 2)
    assert office.run("tidy").counts["removed"] == 1
    with office.store.read() as session:
        assert [row.raw for row in session.exec(_rows_of(file))] == [None]


def _rows_of(file: Arrival):
    from sqlmodel import select

    return select(Arrival).where(Arrival.parent == file.id)


def test_bytes_that_came_again_stay_as_long_as_the_last_of_them(
    office: GivenOffice, clock: TravelClock
) -> None:
    first = imported(office, HEADING + "K-1;Weiß\n")
    imported(office, HEADING + "K-1;Schwarz\n")
    clock.travel(KEPT - timedelta(days=1))
    again = imported(office, HEADING + "K-1;Weiß\n")
    clock.travel(timedelta(days=2))
    assert (first.sha256, office.run("tidy").counts["removed"]) == (again.sha256, 1)
    assert there(office, again) == [True]


def test_what_was_stored_again_at_this_very_moment_stays(office: GivenOffice, clock: TravelClock) -> None:
    old = imported(office, HEADING + "K-1;Weiß\n")
    clock.travel(KEPT * 2)
    _stored_at(office.archive.path(old.sha256), office.now)
    assert office.run("tidy").counts["removed"] == 0
    assert there(office, old) == [True]


def test_the_folder_for_what_was_received_is_emptied_too(office: GivenOffice, clock: TravelClock) -> None:
    watched = office.home / "in"
    (watched / "k.csv").write_text(HEADING)
    os.utime(watched / "k.csv", (0, 0))
    office.run("collect")
    own = watched / "received" / "eigenes.csv"
    own.write_text("")
    clock.travel(KEPT + timedelta(days=1))
    assert office.run("tidy").counts["removed"] == 1
    assert list((watched / "received").iterdir()) == [own]


def test_an_office_may_keep_everything(open_an_office: OpenAnOffice, clock: TravelClock) -> None:
    office = open_an_office(send="chosen", account=False, keep_days=0)
    file = imported(office, HEADING + "K-1;Weiß\n")
    clock.travel(timedelta(days=36_500))
    office.run("tidy")
    assert there(office, file) == [True]
