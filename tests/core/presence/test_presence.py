"""Presence: who has which record open, as long as his console says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from core.operators import Operator, Role
from core.presence.presence import (
    COUNTS_FOR,
    FORGOTTEN_AFTER,
    RENEWED_AFTER,
    Presence,
    forget_absent,
    gone,
    here,
    others,
)
from core.store.changes import ChangeSignal
from tests.support.clock import TravelClock
from tests.support.offices import GivenOffice, OpenAnOffice

MK, KB = "console-of-mk", "console-of-kb"


@pytest.fixture
def office(open_an_office: OpenAnOffice) -> GivenOffice:
    """An office where mk sits at a console."""
    return open_an_office(account=False)


@pytest.fixture
def colleague(office: GivenOffice) -> GivenOffice:
    """The same office in the hands of kb."""
    return office.acting_as(Operator("kb", Role.CLERK))  # pyright: ignore[reportReturnType]


def seen(office: GivenOffice, by: str, *records: int) -> dict[int, list[str]]:
    with office.store.read() as session:
        return others(session, office, by, "customers", records)


def test_a_colleague_is_seen_at_the_record_that_he_has_open(
    office: GivenOffice, colleague: GivenOffice
) -> None:
    here(colleague, KB, "customers", 7)
    assert seen(office, MK, 6, 7, 8) == {7: ["kb"]}


def test_nobody_sees_himself_but_his_own_second_console(office: GivenOffice) -> None:
    here(office, MK, "customers", 7)
    assert seen(office, MK, 7) == {}
    assert seen(office, "second", 7) == {7: ["mk"]}


def test_a_record_of_another_area_is_another_record(office: GivenOffice, colleague: GivenOffice) -> None:
    here(colleague, KB, "transfers", 7)
    assert seen(office, MK, 7) == {}


def test_who_opens_another_record_has_left_the_first(office: GivenOffice, colleague: GivenOffice) -> None:
    here(colleague, KB, "customers", 7)
    here(colleague, KB, "customers", 8)
    assert seen(office, MK, 7, 8) == {8: ["kb"]}


def test_who_has_gone_is_not_seen(office: GivenOffice, colleague: GivenOffice) -> None:
    here(colleague, KB, "customers", 7)
    gone(colleague, KB)
    gone(colleague, KB)
    assert seen(office, MK, 7) == {}


def test_a_console_that_died_is_forgotten_after_half_a_minute(
    office: GivenOffice, colleague: GivenOffice, clock: TravelClock
) -> None:
    here(colleague, KB, "customers", 7)
    clock.travel(COUNTS_FOR - timedelta(seconds=1))
    assert seen(office, MK, 7) == {7: ["kb"]}
    clock.travel(seconds=2)
    assert seen(office, MK, 7) == {}


def test_who_says_so_every_ten_seconds_stays(
    office: GivenOffice, colleague: GivenOffice, clock: TravelClock
) -> None:
    for _turn in range(20):
        here(colleague, KB, "customers", 7)
        assert seen(office, MK, 7) == {7: ["kb"]}
        clock.travel(seconds=9.9)
        assert seen(office, MK, 7) == {7: ["kb"]}


def test_saying_it_again_soon_writes_nothing(
    office: GivenOffice, colleague: GivenOffice, clock: TravelClock
) -> None:
    here(colleague, KB, "customers", 7)
    signal = ChangeSignal(office.store)
    signal.changed()
    clock.travel(RENEWED_AFTER - timedelta(seconds=1))
    here(colleague, KB, "customers", 7)
    gone(colleague, "another")
    assert not signal.changed()
    clock.travel(seconds=2)
    here(colleague, KB, "customers", 7)
    assert signal.changed()
    signal.close()


def test_since_when_stays_while_the_record_does_and_who_came_first_is_named_first(
    office: GivenOffice, colleague: GivenOffice, clock: TravelClock
) -> None:
    came = clock()
    here(colleague, KB, "customers", 7)
    clock.travel(seconds=20)
    here(office, MK, "customers", 7)
    here(colleague, KB, "customers", 7)
    with office.store.read() as session:
        assert session.get_one(Presence, KB).since == came
    assert seen(office, "third", 7) == {7: ["kb", "mk"]}


def test_a_clock_that_was_set_back_does_not_keep_anybody_silent(
    office: GivenOffice, colleague: GivenOffice, clock: TravelClock
) -> None:
    here(colleague, KB, "customers", 7)
    clock.travel(hours=-1)
    here(colleague, KB, "customers", 7)
    with office.store.read() as session:
        assert session.get_one(Presence, KB).seen_at == clock()


def test_what_dead_consoles_left_is_removed_a_day_later(
    office: GivenOffice, colleague: GivenOffice, clock: TravelClock
) -> None:
    here(colleague, KB, "customers", 7)
    clock.travel(FORGOTTEN_AFTER + timedelta(seconds=1))
    here(office, MK, "customers", 7)
    with office.store.write() as session:
        assert forget_absent(session, office.now) == 1
    with office.store.read() as session:
        assert [one.console for one in session.exec(select(Presence))] == [MK]


def test_thousands_of_records_can_be_asked_about(office: GivenOffice, colleague: GivenOffice) -> None:
    here(colleague, KB, "customers", 39_999)
    assert seen(office, MK, *range(40_000)) == {39_999: ["kb"]}
