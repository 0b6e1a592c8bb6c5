"""Visits: when an operator was last here, so that he can be told what happened since."""

from __future__ import annotations

import pytest

from core.operators import Operator, Role
from core.presence.visit import last_visit, note_visit
from tests.support.clock import TravelClock
from tests.support.offices import GivenOffice, OpenAnOffice
from tests.support.waiting import InBackground


@pytest.fixture
def office(open_an_office: OpenAnOffice) -> GivenOffice:
    """An office where mk works."""
    return open_an_office(account=False)


def test_who_was_never_here_has_no_visit_before(office: GivenOffice) -> None:
    assert note_visit(office) is None


def test_coming_back_one_is_told_when_one_left(office: GivenOffice, clock: TravelClock) -> None:
    note_visit(office)
    left = clock.travel(hours=8)
    note_visit(office)
    clock.travel(hours=16)
    assert note_visit(office) == left


def test_each_place_and_each_operator_has_visits_of_its_own(office: GivenOffice, clock: TravelClock) -> None:
    came = clock()
    note_visit(office, "customers")
    clock.travel(hours=1)
    note_visit(office.acting_as(Operator("kb", Role.CLERK)), "customers")
    with office.store.read() as session:
        assert last_visit(session, "mk", "customers") == came
        assert last_visit(session, "kb", "customers") == clock()
        assert last_visit(session, "mk") is None


def test_a_clock_that_was_set_back_makes_no_visit_older(office: GivenOffice, clock: TravelClock) -> None:
    came = clock()
    note_visit(office)
    clock.travel(hours=-1)
    note_visit(office)
    with office.store.read() as session:
        assert last_visit(session, "mk") == came


def test_two_consoles_may_come_at_the_same_moment(office: GivenOffice) -> None:
    coming = [InBackground(lambda: note_visit(office)) for _console in range(8)]
    assert len([one.result() for one in coming]) == 8
    with office.store.read() as session:
        assert last_visit(session, "mk") == office.now
