"""Submitting a bulk action and asking for its end: who may, what is frozen, what is refused at the door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from core.bulk.action import BulkState
from core.bulk.status import newest, running_for, selection_of, status_of
from core.bulk.submitting import cancel, submit, submit_undo
from core.customers.customer import Customer
from core.customers.operations import EDIT, Editing
from core.errors import Inapplicable, NotAllowed, NotFound, WrongUsage
from core.inbox.operations import IGNORE
from core.locale import _
from core.operation import Act, Operation, WithReason, always
from core.operators import Operator, Role
from tests.support.bulk import HOME, is_whole, move, status, with_customers, work
from tests.support.offices import GivenOffice


def test_what_is_submitted_waits_for_a_worker_and_nothing_is_done_yet(office: GivenOffice) -> None:
    ids = with_customers(office, 3)
    one = status(office, move(office, [*ids, ids[0]]))
    assert (one.state, one.area, one.operation, one.total, one.reached) == (
        BulkState.WAITING,
        "customers",
        "edit",
        3,
        0,
    )
    assert (one.operator, one.role, one.created_at) == ("mk", "admin", office.now)
    assert office.customer("K-0").town == HOME
    with office.store.read() as session:
        assert list(selection_of(session, one.id or 0)) == ids


def test_a_million_records_can_be_submitted(office: GivenOffice) -> None:
    action = submit(office, EDIT, range(1, 1_000_001), Editing({"town": "Zittau"}))
    with office.store.read() as session:
        assert len(selection_of(session, action)) == status_of(session, action).total == 1_000_000


def test_who_may_not_do_it_may_not_have_it_done(office: GivenOffice) -> None:
    guest = office.acting_as(Operator("gast", Role.VIEWER))
    with pytest.raises(NotAllowed, match="gast is viewer here"):
        move(guest, with_customers(office, 1))
    with office.store.read() as session:
        assert newest(session) == []


def test_a_reason_that_is_needed_is_asked_for_at_once(office: GivenOffice) -> None:
    with pytest.raises(Inapplicable, match="reason"):
        submit(office, IGNORE, [1], WithReason("  "))


def test_what_no_database_can_keep_is_refused_at_once(office: GivenOffice) -> None:
    with pytest.raises(WrongUsage, match="cannot be stored"):
        move(office, [1], "half \ud800")


@dataclass(frozen=True)
class Nothing:
    pass


def _stay(_act: Act, _one: Customer, _given: Nothing) -> None:
    pass


def test_an_operation_that_no_worker_would_find_is_refused_at_once(office: GivenOffice) -> None:
    stay = Operation("customers", "stay", _("Stay"), Customer, always, _stay, Nothing)
    with pytest.raises(NotFound, match="no operation stay"):
        submit(office, stay, [1])


def test_everybody_sees_what_is_still_being_done_for_him(office: GivenOffice) -> None:
    ids = with_customers(office, 2)
    mine, also_mine = move(office, ids), move(office, ids)
    hers = move(office.acting_as(Operator("kb", Role.CLERK)), ids)
    work(office)
    with office.store.read() as session:
        assert [one.id for one in running_for(session, "mk")] == [also_mine]
        assert [one.id for one in running_for(session, "kb")] == [hers]
        assert [one.id for one in newest(session)] == [hers, also_mine, mine]


def test_what_still_waits_is_cancelled_at_once(office: GivenOffice) -> None:
    action = move(office, with_customers(office, 2))
    one = cancel(office, action)
    assert (one.state, one.cancelled_by, one.ended_at) == (BulkState.CANCELLED, "mk", office.now)
    assert work(office) is None
    assert office.customer("K-0").town == HOME


def test_what_has_ended_cannot_be_cancelled(office: GivenOffice) -> None:
    action = move(office, with_customers(office, 1))
    work(office)
    with pytest.raises(Inapplicable, match="has ended already"):
        cancel(office, action)


def test_what_is_somebody_elses_only_an_admin_may_cancel(office: GivenOffice) -> None:
    action = move(office, with_customers(office, 1))
    with pytest.raises(NotAllowed):
        cancel(office.acting_as(Operator("kb", Role.CLERK)), action)
    assert status(office, action).is_unfinished
    assert cancel(office.acting_as(Operator("chef", Role.ADMIN)), action).cancelled_by == "chef"


@pytest.mark.parametrize("ask", [cancel, status])
def test_one_that_is_not_there_is_not_found(
    office: GivenOffice, ask: Callable[[GivenOffice, int], object]
) -> None:
    with pytest.raises(NotFound, match="no bulk action 4711"):
        ask(office, 4711)


def test_what_cannot_be_undone_is_refused_at_once(office: GivenOffice) -> None:
    with pytest.raises(NotFound, match="no journal entry 4711"):
        submit_undo(office, 4711)


def test_an_entry_is_not_undone_twice(office: GivenOffice) -> None:
    with_customers(office, 1)
    entry = office.edit("K-0", town="Zittau").entry or 0
    submit_undo(office, entry)
    with pytest.raises(Inapplicable, match="being undone"):
        submit_undo(office, entry)
    work(office)
    assert office.customer("K-0").town == HOME
    with pytest.raises(Inapplicable, match="undone already"):
        submit_undo(office, entry)
    assert is_whole(office)
