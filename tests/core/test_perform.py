"""Carrying an operation out: who may, on what, in which pieces, and what a refused record looks like."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select

from core.customers.customer import Customer
from core.errors import DatabaseUnavailable, Inapplicable, LostUpdate, NotAllowed, WrongUsage
from core.journal import JournalEntry, changes_of, verify
from core.locale import Message, _
from core.operation import Act, NoParameters, Operation, WithReason, always
from core.operators import Operator, Role
from core.store.engine import Store
from jobs.upkeep import ABANDONED_AFTER
from tests.support.clock import TravelClock
from tests.support.customers import customer
from tests.support.offices import GivenOffice, OpenAnOffice

HERE = _("It stays where it is.")


@dataclass(frozen=True, slots=True)
class Moving:
    town: str = "Görlitz"


def move(act: Act, one: Customer, given: Moving) -> None:
    act.change(one, one.number, town=given.town)


MOVE = Operation("customers", "move", _("Move"), Customer, always, move, Moving)


def moving(
    applies: Callable[[Customer], Message | None] = always,
    run: Callable[[Act, Customer, Moving], None] = move,
    finish: Callable[[Act, Sequence[Customer]], None] | None = None,
    role: Role = Role.CLERK,
) -> Operation[Customer, Moving]:
    """The operation *move*, made differently."""
    return Operation("customers", "move", _("Move"), Customer, applies, run, Moving, finish, role)


@pytest.fixture
def office(open_an_office: OpenAnOffice) -> GivenOffice:
    """An office from which nobody goes out by himself."""
    return open_an_office(send="chosen", account=False)


def with_customers(office: GivenOffice, count: int) -> list[int]:
    """So many customers; their ids."""
    with office.store.write() as session:
        rows = [Customer(source_key=f"K-{n}", number=f"K-{n}", **_moments(office)) for n in range(count)]
        session.add_all(rows)
        session.flush()
        return [row.id or 0 for row in rows]


def _moments(office: GivenOffice) -> dict[str, Any]:
    return {"created_at": office.now, "updated_at": office.now}


def towns(office: GivenOffice) -> list[str]:
    with office.store.read() as session:
        return list(session.exec(select(Customer.town).order_by(col(Customer.id))))


def entries(store: Store) -> list[JournalEntry]:
    with store.read() as session:
        return list(session.exec(select(JournalEntry).order_by(col(JournalEntry.id))))


def test_every_record_is_done_and_one_entry_tells_of_all(office: GivenOffice) -> None:
    ids = with_customers(office, 3)
    report = office.perform(MOVE, ids, Moving("Zittau"))
    assert report.done == tuple(ids)
    assert towns(office) == ["Zittau"] * 3
    (entry,) = entries(office.store)
    assert (entry.id, entry.operator, entry.action, entry.count) == (report.entry, "mk", "move", 3)
    assert entry.ids_sha256 == hashlib.sha256(",".join(map(str, ids)).encode()).hexdigest()
    assert entry.parameters == {"town": "Zittau"}


def test_without_parameters_the_operations_own_defaults_hold(office: GivenOffice) -> None:
    office.perform(MOVE, with_customers(office, 1))
    assert towns(office) == ["Görlitz"]


def test_a_role_that_does_not_suffice_is_refused_before_anything_is_read(office: GivenOffice) -> None:
    ids = with_customers(office, 1)
    viewer = office.acting_as(Operator("gast", Role.VIEWER))
    with pytest.raises(NotAllowed, match=r"gast is viewer here.*takes the role clerk"):
        viewer.perform(MOVE, ids)
    assert (towns(office), entries(office.store)) == ([""], [])


@pytest.mark.parametrize(
    ("needed", "allowed"),
    [
        (Role.VIEWER, {Role.VIEWER, Role.CLERK, Role.ADMIN}),
        (Role.CLERK, {Role.CLERK, Role.ADMIN}),
        (Role.ADMIN, {Role.ADMIN}),
    ],
)
def test_a_role_may_do_what_those_below_it_may(needed: Role, allowed: set[Role]) -> None:
    assert {role for role in Role if role.permits(needed)} == allowed


def test_a_reason_that_is_needed_must_be_one(office: GivenOffice) -> None:
    close = Operation(
        "customers", "close", _("Close"), Customer, always, _nothing, WithReason, needs_reason=True
    )
    ids = with_customers(office, 1)
    for missing in (None, WithReason(), WithReason("   ")):
        with pytest.raises(Inapplicable, match="reason"):
            office.perform(close, ids, missing)
    office.perform(close, ids, WithReason("Umzug"))
    assert entries(office.store)[0].reason == "Umzug"


def _nothing(_act: Act, _one: Customer, _given: object) -> None:
    pass


def test_an_id_given_twice_is_done_once(office: GivenOffice) -> None:
    (one,) = with_customers(office, 1)
    assert office.perform(MOVE, [one, one, one]).done == (one,)


def test_the_selection_is_frozen_when_it_is_given(office: GivenOffice) -> None:
    ids = with_customers(office, 2)
    selection = ids[:1]

    def grow(act: Act, one: Customer, given: Moving) -> None:
        selection.append(ids[1])
        move(act, one, given)

    assert office.perform(moving(run=grow), selection).done == (ids[0],)


def test_an_empty_selection_leaves_no_trace(office: GivenOffice) -> None:
    report = office.perform(MOVE, [])
    assert (report.done, report.entry) == ((), None)
    assert entries(office.store) == []


def test_a_record_that_is_no_longer_there_is_reported(office: GivenOffice) -> None:
    ids = with_customers(office, 1)
    report = office.perform(MOVE, [4711, *ids])
    assert report.done == tuple(ids)
    assert [(one.id, str(one.reason)) for one in report.refused] == [(4711, "It is no longer there.")]


def test_what_does_not_apply_is_left_alone_with_its_reason(office: GivenOffice) -> None:
    first, second = with_customers(office, 2)
    only_second = moving(applies=lambda one: HERE if one.id == first else None)
    report = office.perform(only_second, [first, second])
    assert report.done == (second,)
    assert [(one.subject, one.reason) for one in report.refused] == [("K-0", HERE)]
    assert towns(office) == ["", "Görlitz"]
    assert entries(office.store)[0].refused == 1


def test_where_nothing_applies_nothing_is_written_down(office: GivenOffice) -> None:
    report = office.perform(moving(applies=lambda _one: HERE), with_customers(office, 2))
    assert (report.entry, len(report.refused)) == (None, 2)
    assert entries(office.store) == []


def test_a_record_that_is_refused_half_way_is_as_it_was(office: GivenOffice) -> None:
    first, second = with_customers(office, 2)

    def stumble(act: Act, one: Customer, given: Moving) -> None:
        move(act, one, given)
        act.create(Customer(source_key=f"copy of {one.id}", **_moments(office)), one.number)
        if one.id == first:
            raise LostUpdate(_("Too late."))

    report = office.perform(moving(run=stumble), [first, second])
    assert report.done == (second,)
    assert towns(office) == ["", "Görlitz", ""]
    with office.store.read() as session:
        changes = changes_of(session, report.entry or 0)
        assert [(one.subject, one.after) for one in changes] == [("K-1", {"town": "Görlitz"}), ("K-1", {})]
        assert list(verify(session)) == []


def test_a_mistake_of_our_own_undoes_the_whole_transaction(office: GivenOffice) -> None:
    ids = with_customers(office, 2)

    def fail(act: Act, one: Customer, given: Moving) -> None:
        move(act, one, given)
        assert one.id == ids[0], "a mistake"

    with pytest.raises(AssertionError, match="a mistake"):
        office.perform(moving(run=fail), ids)
    assert (towns(office), entries(office.store)) == (["", ""], [])


def test_what_belongs_to_a_transaction_is_finished_once_for_its_records(office: GivenOffice) -> None:
    ids = with_customers(office, 401)
    finished: list[int] = []
    office.perform(moving(finish=lambda _act, done: finished.append(len(done))), ids)
    assert finished == [200, 200, 1]


def test_a_long_selection_goes_in_pieces_and_says_how_far_it_is(office: GivenOffice) -> None:
    ids = with_customers(office, 401)
    told: list[tuple[int, int]] = []
    report = office.perform(MOVE, ids, progress=lambda done, of: told.append((done, of)) is None)
    assert told == [(200, 401), (400, 401), (401, 401)]
    assert (len(report.done), report.cancelled, entries(office.store)[0].count) == (401, False, 401)


def test_between_two_pieces_it_can_be_cancelled(office: GivenOffice) -> None:
    ids = with_customers(office, 401)
    report = office.perform(MOVE, ids, progress=lambda done, _of: done < 400)
    assert (report.cancelled, len(report.done)) == (True, 400)
    assert towns(office).count("Görlitz") == 400
    (entry,) = entries(office.store)
    assert (entry.count, entry.sequence) == (400, 1)
    with office.store.read() as session:
        assert list(verify(session)) == []


def test_whoever_says_stop_after_the_last_piece_has_cancelled_nothing(office: GivenOffice) -> None:
    report = office.perform(MOVE, with_customers(office, 3), progress=lambda _done, _of: False)
    assert (report.cancelled, len(report.done)) == (False, 3)


def test_what_is_done_before_a_crash_stays_and_is_closed_by_tidy(
    office: GivenOffice, clock: TravelClock
) -> None:
    ids = with_customers(office, 300)

    def crash(_act: Act, done: Sequence[Customer]) -> None:
        assert len(done) == 200, "the power is gone"

    with pytest.raises(AssertionError, match="power"):
        office.perform(moving(finish=crash), ids)
    assert towns(office).count("Görlitz") == 200
    assert entries(office.store)[0].sequence is None
    office.run("tidy")
    assert entries(office.store)[0].sequence is None, "it may still be going on"
    clock.travel(ABANDONED_AFTER + timedelta(seconds=1))
    assert office.run("tidy").counts["closed"] == 1
    (entry,) = entries(office.store)
    assert (entry.sequence, entry.count) == (1, 200)
    with office.store.read() as session:
        assert list(verify(session)) == []


def test_an_operation_that_outlives_its_entry_goes_on_in_another_one(
    office: GivenOffice, clock: TravelClock
) -> None:
    ids = with_customers(office, 401)

    def take_long(done: int, _of: int) -> bool:
        if done == 200:
            clock.travel(ABANDONED_AFTER + timedelta(seconds=1))
            office.run("tidy")
        return True

    report = office.perform(MOVE, ids, progress=take_long)
    first, second = entries(office.store)
    assert [(one.sequence, one.count) for one in (first, second)] == [(1, 200), (2, 201)]
    assert report.entry == second.id
    assert len(report.done) == 401
    with office.store.read() as session:
        assert list(verify(session)) == []


@pytest.mark.parametrize("text", ["half \ud800", "NUL\0"])
def test_what_no_database_can_keep_is_refused_at_the_door(office: GivenOffice, text: str) -> None:
    ids = with_customers(office, 1)
    with pytest.raises(WrongUsage, match="cannot be stored"):
        office.perform(MOVE, ids, Moving(text))
    assert towns(office) == [""]


def test_an_operation_that_needs_nothing_leaves_no_parameters(office: GivenOffice) -> None:
    nod = Operation("customers", "nod", _("Nod"), Customer, always, _nothing, NoParameters)
    office.perform(nod, with_customers(office, 1))
    assert entries(office.store)[0].parameters == {}


def test_what_comes_to_the_same_is_no_change(office: GivenOffice) -> None:
    office.has(customer("K-1", town="Görlitz"))
    report = office.perform(MOVE, [office.customer("K-1").id or 0])
    with office.store.read() as session:
        assert changes_of(session, report.entry or 0) == []


def test_a_database_that_goes_away_in_the_middle_leaves_what_was_done_and_says_so(
    office: GivenOffice,
) -> None:
    ids = with_customers(office, 450)

    def until_the_third_piece(act: Act, one: Customer, given: Moving) -> None:
        if one.id == ids[-1]:
            raise OperationalError("UPDATE", {}, Exception("database or disk is full"))
        move(act, one, given)

    with pytest.raises(DatabaseUnavailable) as caught:
        office.perform(moving(run=until_the_third_piece), ids)
    assert str(caught.value) == (
        "The disk that holds the database is full. 400 records were done before that."
    )
    assert towns(office).count("Görlitz") == 400


def test_what_was_read_for_all_is_there_for_each(office: GivenOffice) -> None:
    ids = with_customers(office, 3)
    seen: list[int] = []
    count = replace(
        moving(run=lambda act, _one, _given: seen.append(act.prepared)),
        prepare=lambda _act, records: len(records),
    )
    office.perform(count, ids)
    assert seen == [3, 3, 3]


def test_a_record_that_is_refused_after_it_was_changed_is_as_it_was(office: GivenOffice) -> None:
    ids = with_customers(office, 3)

    def change_and_refuse_the_second(act: Act, one: Customer, given: Moving) -> None:
        move(act, one, given)
        if one.id == ids[1]:
            raise Inapplicable(HERE)

    report = office.perform(moving(run=change_and_refuse_the_second), ids)
    assert (report.done, [one.id for one in report.refused]) == ((ids[0], ids[2]), [ids[1]])
    assert towns(office) == ["Görlitz", "", "Görlitz"]
    with office.store.read() as session:
        changes = changes_of(session, report.entry or 0)
    assert [one.record for one in changes] == [ids[0], ids[2]]
