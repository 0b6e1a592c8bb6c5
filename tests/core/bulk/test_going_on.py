"""A bulk action that was stopped, killed or taken over goes on: each record is done once."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.bulk import carrying_out
from core.bulk.action import BulkState
from core.bulk.carrying_out import LEASE, MOST_TRIES
from core.bulk.status import done_of, failure_of
from core.bulk.submitting import submit
from core.customers.operations import EDIT, Editing
from core.journal import Deed, changes_of
from tests.support.bulk import (
    HOME,
    TOWN,
    entries,
    entry_of,
    is_whole,
    move,
    small_steps,
    status,
    towns,
    with_customers,
    work,
)
from tests.support.clock import TravelClock
from tests.support.examples import fewer
from tests.support.offices import GivenOffice


@pytest.mark.usefixtures("by_twos")
def test_one_that_was_stopped_goes_on_where_it_stopped_in_the_same_entry(office: GivenOffice) -> None:
    ids = with_customers(office, 5)
    action = move(office, ids)
    work(office, steps=1)
    one = status(office, action)
    assert (one.state, one.reached, one.done, one.worker) == (BulkState.RUNNING, 2, 2, "")
    assert towns(office) == [TOWN, TOWN, HOME, HOME, HOME]
    work(office, worker="another")
    one, entry = status(office, action), entry_of(office, action)
    assert (one.state, one.reached, one.done, one.tries) == (BulkState.DONE, 5, 5, 0)
    assert towns(office) == [TOWN] * 5
    assert entry.count == 5
    assert entry.ids_sha256 == hashlib.sha256(",".join(map(str, ids)).encode()).hexdigest()
    assert len([each for each in entries(office) if each.action == "edit"]) == 1
    with office.store.read() as session:
        assert done_of(session, action) == ids
        assert len(changes_of(session, entry.id or 0)) == 5
    assert is_whole(office)


def dies_after(monkeypatch: pytest.MonkeyPatch, place: Any, name: str, times: int) -> None:
    """The process dies when it has gone through this place so many times: nothing is tidied up."""
    right, left = getattr(place, name), iter(range(times - 1, -1, -1))

    def wrong(*given: Any, **named: Any) -> Any:
        answer = right(*given, **named)
        if next(left) == 0:
            raise SystemExit
        return answer

    monkeypatch.setattr(place, name, wrong)


@pytest.mark.usefixtures("by_twos")
@pytest.mark.parametrize(
    ("place", "name", "times"),
    [
        (carrying_out, "_claim", 1),
        (Deed, "add", 1),
        (Deed, "add", 2),
        (carrying_out._Errand, "keep", 1),
        (carrying_out._Errand, "keep", 3),
        (carrying_out._Errand, "_between", 1),
        (carrying_out._Errand, "_between", 2),
        (carrying_out._Errand, "_between", 3),
        (Deed, "close", 1),
    ],
)
def test_wherever_it_dies_each_record_is_done_and_counted_once(
    office: GivenOffice, clock: TravelClock, place: Any, name: str, times: int
) -> None:
    ids = with_customers(office, 5)
    action = submit(office, EDIT, [*ids, 4711], Editing({"town": TOWN}))
    with pytest.MonkeyPatch.context() as patch:
        dies_after(patch, place, name, times)
        with pytest.raises(SystemExit):
            work(office)
    clock.travel(LEASE + timedelta(seconds=1))
    work(office, worker="another")
    one, entry = status(office, action), entry_of(office, action)
    assert (one.state, one.reached, one.done, one.refused) == (BulkState.DONE, 6, 5, 1)
    assert (entry.count, entry.refused, entry.sequence) == (5, 1, len(entries(office)))
    assert towns(office) == [TOWN] * 5
    assert {office.customer(f"K-{number}").revision for number in range(5)} == {2}
    assert is_whole(office)


@pytest.mark.usefixtures("by_twos")
def test_nobody_takes_it_from_one_who_still_works_on_it(office: GivenOffice, clock: TravelClock) -> None:
    move(office, with_customers(office, 5))
    with pytest.MonkeyPatch.context() as patch:
        dies_after(patch, carrying_out._Errand, "_between", 1)
        with pytest.raises(SystemExit):
            work(office)
    assert work(office, worker="another") is None
    clock.travel(LEASE - timedelta(seconds=1))
    assert work(office, worker="another") is None
    clock.travel(seconds=2)
    assert work(office, worker="another") is not None


@pytest.mark.usefixtures("by_twos")
def test_who_slept_past_his_lease_does_nothing_a_second_time(
    office: GivenOffice, clock: TravelClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = move(office, with_customers(office, 5))
    right = carrying_out._Errand._between

    def sleepy(errand: Any, reached: int, total: int) -> bool:
        if reached == 2 and errand.action.worker == "sleepy":
            clock.travel(LEASE + timedelta(seconds=1))
            work(office, steps=1, worker="another")
            assert status(office, action).reached == 4
        return right(errand, reached, total)

    monkeypatch.setattr(carrying_out._Errand, "_between", sleepy)
    work(office, worker="sleepy")
    one = status(office, action)
    assert (one.state, one.reached, one.worker) == (BulkState.RUNNING, 4, "")
    work(office)
    assert {office.customer(f"K-{number}").revision for number in range(5)} == {2}
    assert entry_of(office, action).count == status(office, action).done == 5
    assert is_whole(office)


@settings(
    max_examples=fewer(6), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    stops=st.lists(st.integers(1, 4), max_size=6), sizes=st.lists(st.integers(1, 5), min_size=7, max_size=7)
)
def test_however_often_it_is_stopped_it_comes_to_the_same(
    office: GivenOffice, stops: list[int], sizes: list[int]
) -> None:
    first = len(towns(office))
    ids = with_customers(office, 11, first)
    action = submit(office, EDIT, [ids[3], 10**9, *ids], Editing({"town": TOWN}))
    for steps, size in zip([*stops, 100], sizes, strict=False):
        with pytest.MonkeyPatch.context() as patch:
            small_steps(patch, size)
            work(office, steps)
    one, entry = status(office, action), entry_of(office, action)
    assert (one.state, one.done, one.refused, entry.count) == (BulkState.DONE, 11, 1, 11)
    assert towns(office)[first:] == [TOWN] * 11


def test_one_that_kills_every_worker_is_given_up(office: GivenOffice, clock: TravelClock) -> None:
    action = move(office, with_customers(office, 1))
    for _turn in range(MOST_TRIES):
        with pytest.MonkeyPatch.context() as patch:
            dies_after(patch, Deed, "add", 1)
            with pytest.raises(SystemExit):
                work(office)
        clock.travel(LEASE + timedelta(seconds=1))
    work(office)
    one = status(office, action)
    assert (one.state, towns(office)) == (BulkState.FAILED, [HOME])
    assert "again and again" in str(failure_of(one))
