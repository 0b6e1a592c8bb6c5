"""Carrying bulk actions out: in whose name, in which order, with what end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core.bulk import carrying_out
from core.bulk.action import BulkState
from core.bulk.carrying_out import MOST_TRIES
from core.bulk.status import done_of, failure_of, label_of, newest, notes_of, refusals_of, selection_of
from core.bulk.submitting import cancel, submit, submit_undo
from core.customers.operations import EDIT, SEND, Editing
from core.errors import DatabaseUnavailable, WrongUsage
from core.locale import _
from core.operators import Operator, Role
from jobs.upkeep import ABANDONED_AFTER, KEEP_RUNS
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
from tests.support.offices import GivenOffice

CLERK = Operator("kb", Role.CLERK)


def test_it_is_done_in_the_name_of_who_submitted_it(office: GivenOffice) -> None:
    ids = with_customers(office, 3)
    action = move(office.acting_as(CLERK), ids)
    assert work(office) == action
    one, entry = status(office, action), entry_of(office, action)
    assert towns(office) == [TOWN] * 3
    assert (one.state, one.reached, one.done, one.refused) == (BulkState.DONE, 3, 3, 0)
    assert (one.started_at, one.ended_at, one.worker) == (office.now, office.now, "")
    assert (entry.operator, entry.action, entry.count, entry.subject) == ("kb", "edit", 3, "K-0")
    assert entry.parameters["values"] == {"town": TOWN}
    assert work(office) is None
    assert is_whole(office)


def test_it_leaves_the_same_entry_as_if_it_had_been_done_here(office: GivenOffice) -> None:
    ids = with_customers(office, 3)
    here = office.perform(EDIT, ids, Editing({"town": TOWN}))
    action = move(office, ids, HOME)
    work(office)
    first, second = entries(office)[-2:]
    assert here.entry == first.id
    assert entry_of(office, action).id == second.id
    same = {"operator", "area", "action", "subject", "count", "refused", "ids_sha256", "reason", "undo_of"}
    assert first.model_dump(include=same) == second.model_dump(include=same)


@pytest.mark.usefixtures("by_twos")
def test_cancelled_it_ends_after_its_step_and_what_is_done_can_be_undone(
    office: GivenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = move(office, with_customers(office, 5))
    right = carrying_out._Errand.keep

    def keep(*given: Any) -> None:
        right(*given)

    after(monkeypatch, "_between", lambda: cancel(office, action))
    monkeypatch.setattr(carrying_out._Errand, "keep", keep)
    work(office)
    one, entry = status(office, action), entry_of(office, action)
    assert (one.state, one.reached, one.done, one.cancelled_by) == (BulkState.CANCELLED, 4, 4, "mk")
    assert (entry.count, entry.sequence is not None) == (4, True)
    work(office, steps=100)
    submit_undo(office, entry.id or 0)
    work(office)
    assert towns(office) == [HOME] * 5
    assert is_whole(office)


def after(monkeypatch: pytest.MonkeyPatch, name: str, what: Callable[[], object]) -> None:
    """Something happens once, right after the first step."""
    right, waiting = getattr(carrying_out._Errand, name), [what]

    def wrong(*given: Any) -> Any:
        answer = right(*given)
        if waiting:
            waiting.pop()()
        return answer

    monkeypatch.setattr(carrying_out._Errand, name, wrong)


@pytest.mark.usefixtures("by_twos")
def test_cancelled_while_nobody_works_on_it_the_next_worker_ends_it(office: GivenOffice) -> None:
    action = move(office, with_customers(office, 5))
    work(office, steps=1)
    assert cancel(office, action).state == BulkState.RUNNING
    work(office, worker="another")
    assert status(office, action).state == BulkState.CANCELLED
    assert entry_of(office, action).count == 2
    assert towns(office).count(TOWN) == 2
    assert is_whole(office)


def test_what_it_leaves_alone_is_told_with_the_reason_up_to_a_number_and_counted(
    office: GivenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_steps(monkeypatch, 2)
    monkeypatch.setattr(carrying_out, "MOST_REFUSALS", 3)
    ids = with_customers(office, 2)
    action = submit(office, EDIT, [901, 902, ids[0], 903, 904, ids[1]], Editing({"town": TOWN}))
    work(office)
    with office.store.read() as session:
        told = refusals_of(session, action)
    assert [(one.id, str(one.reason)) for one in told] == [
        (id_, "It is no longer there.") for id_ in (901, 902, 903)
    ]
    assert (status(office, action).refused, entry_of(office, action).refused) == (4, 4)


def test_where_nothing_applies_it_is_done_without_an_entry(office: GivenOffice) -> None:
    action = submit(office, EDIT, [901], Editing({"town": TOWN}))
    work(office)
    one = status(office, action)
    assert (one.state, one.done, one.refused, one.entry) == (BulkState.DONE, 0, 1, None)
    assert entries(office) == []


def test_nothing_chosen_is_done_at_once(office: GivenOffice) -> None:
    action = move(office, [])
    work(office)
    assert (status(office, action).state, entries(office)) == (BulkState.DONE, [])


def test_what_an_operation_counts_is_told_as_it_would_be_here(office: GivenOffice) -> None:
    ids = with_customers(office, 3)
    action = submit(office, SEND, ids)
    work(office)
    one = status(office, action)
    assert notes_of(one) == office.perform(SEND, with_customers(office, 3, first=3)).notes
    assert str(label_of(one)) == str(SEND.label)


@pytest.mark.usefixtures("by_twos")
def test_an_operators_own_are_done_in_the_order_in_which_they_were_submitted(office: GivenOffice) -> None:
    ids = with_customers(office, 5)
    first, second = move(office, ids, "Bautzen"), move(office, ids)
    work(office, steps=1)
    assert work(office, steps=1) == first
    assert status(office, second).state == BulkState.WAITING
    assert (work(office), work(office)) == (first, second)
    assert towns(office) == [TOWN] * 5


@pytest.mark.usefixtures("by_twos")
def test_a_short_one_of_a_colleague_need_not_wait_for_the_end_of_a_long_one(
    office: GivenOffice, clock: TravelClock
) -> None:
    ids = with_customers(office, 6)
    long, short = move(office, ids[:5]), move(office.acting_as(CLERK), ids[5:])
    assert work(office, steps=1) == long
    clock.travel(seconds=1)
    assert work(office, steps=1) == short
    assert work(office) == long


@pytest.mark.usefixtures("by_twos")
def test_after_a_while_it_makes_room_for_others_by_itself(
    office: GivenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying_out, "SLICE_SECONDS", 0.0)
    monkeypatch.setattr(carrying_out, "SLICE_PER_TAKING_UP", 0.0)
    action = move(office, with_customers(office, 5))
    reached = [(work(office), status(office, action).reached)[1] for _turn in range(3)]
    assert reached == [2, 4, 5]
    assert entry_of(office, action).count == 5


def test_the_entry_of_one_that_waits_to_be_gone_on_with_is_not_closed(
    office: GivenOffice, clock: TravelClock, by_twos: None
) -> None:
    action = move(office, with_customers(office, 5))
    work(office, steps=1)
    clock.travel(ABANDONED_AFTER + timedelta(hours=1))
    assert office.run("tidy").counts["closed"] == 0
    work(office)
    assert entry_of(office, action).count == 5


def test_a_database_that_is_locked_only_postpones_it(
    office: GivenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = move(office, with_customers(office, 1))

    def locked(*_given: object) -> None:
        raise DatabaseUnavailable(_("The database is locked by another process."))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(carrying_out._Errand, "keep", locked)
        for _turn in range(MOST_TRIES + 2):
            with pytest.raises(DatabaseUnavailable):
                work(office)
    one = status(office, action)
    assert (one.state, one.worker, one.reached, one.tries) == (BulkState.RUNNING, "", 0, 0)
    work(office, worker="another")
    assert status(office, action).state == BulkState.DONE


def test_what_an_operator_may_read_ends_it_with_that_reason(
    office: GivenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_steps(monkeypatch, 2)
    action = move(office, with_customers(office, 5))
    work(office, steps=1)

    def gone(*_given: object) -> None:
        raise WrongUsage(_("There is no such thing any more."))

    monkeypatch.setattr(carrying_out, "operation_of", gone)
    work(office)
    one = status(office, action)
    assert (one.state, str(failure_of(one))) == (BulkState.FAILED, "There is no such thing any more.")
    assert (entry_of(office, action).count, entry_of(office, action).sequence is not None) == (2, True)


def test_a_mistake_of_our_own_ends_it_and_is_not_hidden(
    office: GivenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = move(office, with_customers(office, 1))
    monkeypatch.setattr(carrying_out._Errand, "keep", lambda *_given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        work(office)
    one = status(office, action)
    assert (one.state, str(failure_of(one))) == (BulkState.FAILED, "Unexpected error ZeroDivisionError")
    assert towns(office) == [HOME]


def test_what_ended_long_ago_is_forgotten_and_what_has_not_ended_stays(
    office: GivenOffice, clock: TravelClock, by_twos: None
) -> None:
    ids = with_customers(office, 5)
    old, going_on = move(office, ids), move(office, ids)
    work(office)
    work(office, steps=1)
    clock.travel(KEEP_RUNS + timedelta(days=1))
    assert office.run("tidy").counts["forgotten"] == 1
    with office.store.read() as session:
        assert [one.id for one in newest(session)] == [going_on]
        assert (done_of(session, old), list(selection_of(session, old))) == ([], [])
    work(office)
    assert entry_of(office, going_on).count == 5
