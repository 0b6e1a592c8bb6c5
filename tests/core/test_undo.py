"""Undo: everything that an operation did is as it was; what has moved on since is left alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from core.customers.customer import Customer
from core.customers.operations import (
    EDIT,
    RESOLVE,
    Editing,
    Resolving,
)
from core.errors import Inapplicable, NotAllowed, NotFound
from core.journal import JournalEntry, note, verify
from core.operation import Operation, Report, WithReason
from core.operators import Operator, Role
from core.outbox import operations as transfers
from core.outbox.operations import FirstTransfer
from core.outbox.transfer import CauseCode, State, Transfer
from core.undo import last_undoable, undo, undoable_by
from jobs.sandbox.client import VemaSandbox
from jobs.upkeep import ABANDONED_AFTER
from tests.support.broker import BrokerSoftware
from tests.support.clock import TravelClock
from tests.support.customers import company, customer
from tests.support.offices import GivenOffice, OpenAnOffice

LONG_NAME = "Elfenbeinküste Handels GmbH"


@pytest.fixture
def office(open_an_office: OpenAnOffice) -> GivenOffice:
    """An office from which only chosen customers go out."""
    return open_an_office(send="chosen")


@pytest.fixture
def broker(office: GivenOffice, tmp_path: Path) -> BrokerSoftware:
    return BrokerSoftware(office, tmp_path)


def entries(office: GivenOffice) -> list[JournalEntry]:
    with office.store.read() as session:
        return list(session.exec(select(JournalEntry).order_by(col(JournalEntry.id))))


def is_whole(office: GivenOffice) -> bool:
    with office.store.read() as session:
        return list(verify(session)) == []


def change(office: GivenOffice, **values: Any) -> None:
    """Sets columns of the only transfer."""
    with office.store.write() as session:
        one = session.exec(select(Transfer)).one()
        for name, value in values.items():
            setattr(one, name, value)
        session.add(one)


def on(office: GivenOffice, operation: Operation[Any, Any], *numbers: str, given: Any = None) -> Report:
    return office.perform(operation, [office.customer(number).id or 0 for number in numbers], given)


# --- what undo is


def test_an_undo_is_an_entry_of_its_own_that_says_what_it_undid(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    done = office.edit("K-1", town="Zittau")
    report = undo(office.acting_as(Operator("kb", Role.CLERK)), done.entry or 0)
    first, second = entries(office)[-2:]
    assert (second.action, second.undo_of, second.operator, second.subject) == (
        "undo edit",
        first.id,
        "kb",
        "K-1",
    )
    assert (first.undone_by, second.count, report.entry) == (second.id, 1, second.id)


def test_what_was_made_is_not_erased_but_discarded(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    undo(office, office.send("K-1").entry or 0)
    (one,) = office.transfers("K-1")
    assert (one.state, one.cause_code) == (State.DISCARDED, CauseCode.TAKEN_BACK)


def test_revisions_only_ever_rise(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    undo(office, office.edit("K-1", town="Zittau").entry or 0)
    assert office.customer("K-1").revision == 3


def test_what_was_taken_back_does_not_come_again_by_itself(open_an_office: OpenAnOffice) -> None:
    office = open_an_office(send="all", account=False)
    office.has(customer("K-1"))
    office.edit("K-1", town="Zittau")
    office.do(transfers.DISCARD, "K-1", given=WithReason("zu früh"))
    undo(office, office.send("K-1").entry or 0)
    office.recheck()
    assert {one.state for one in office.transfers("K-1")} == {State.DISCARDED}


# --- what cannot be undone


def test_the_same_twice(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    done = office.edit("K-1", town="Zittau")
    undo(office, done.entry or 0)
    with pytest.raises(Inapplicable, match="It is undone already"):
        undo(office, done.entry or 0)


def test_what_nobody_has_written_down(office: GivenOffice) -> None:
    with pytest.raises(NotFound, match="no journal entry 4711"):
        undo(office, 4711)


def test_a_setting(office: GivenOffice) -> None:
    with office.store.write() as session:
        entry = note(session, at=office.now, operator="mk", area="accounts", action="mode")
    with pytest.raises(Inapplicable, match="cannot be undone"):
        undo(office, entry.id or 0)


def test_an_operation_that_is_final(office: GivenOffice) -> None:
    with office.store.write() as session:
        entry = note(session, at=office.now, operator="mk", area="transfers", action="decide")
        entry.count = 1
    with pytest.raises(Inapplicable, match="cannot be undone"):
        undo(office, entry.id or 0)


def test_by_somebody_without_the_role(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    done = office.edit("K-1", town="Zittau")
    with pytest.raises(NotAllowed):
        undo(office.acting_as(Operator("gast", Role.VIEWER)), done.entry or 0)
    assert office.customer("K-1").town == "Zittau"


def test_what_somebody_else_has_changed_since_is_left_alone(office: GivenOffice) -> None:
    office.has(customer("K-1"), customer("K-2"))
    done = on(office, EDIT, "K-1", "K-2", given=Editing({"town": "Zittau"}))
    office.edit("K-2", town="Plauen")
    report = undo(office, done.entry or 0)
    assert [office.customer(number).town for number in ("K-1", "K-2")] == ["Dresden", "Plauen"]
    assert [(one.subject, str(one.reason)) for one in report.refused] == [("K-2", "It has changed since.")]


def test_a_change_of_another_field_is_no_hindrance(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    done = office.edit("K-1", town="Zittau")
    office.edit("K-1", title="Dr.")
    undo(office, done.entry or 0)
    assert (office.customer("K-1").town, office.customer("K-1").title) == ("Dresden", "Dr.")


def test_where_everything_has_moved_on_nothing_is_undone(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    done = office.edit("K-1", town="Zittau")
    office.edit("K-1", town="Plauen")
    with pytest.raises(Inapplicable, match=r"Nothing could be undone: It has changed since\."):
        undo(office, done.entry or 0)
    assert entries(office)[-2].undone_by is None


def test_what_has_gone_out_already_cannot_be_called_back(office: GivenOffice, vema: VemaSandbox) -> None:
    office.has(customer("K-1"))
    done = office.send("K-1")
    office.deliver()
    with pytest.raises(Inapplicable, match="has been sent already"):
        undo(office, done.entry or 0)
    assert office.states("K-1") == ["delivered"]
    assert len(vema.taken("K-1")) == 1


def test_what_took_its_place_and_has_gone_out_cannot_be_called_back_either(
    office: GivenOffice, vema: VemaSandbox
) -> None:
    office.has(customer("K-1"))
    done = office.send("K-1")
    office.edit("K-1", town="Zittau")
    office.edit("K-1", town="Plauen")
    office.deliver()
    with pytest.raises(Inapplicable, match="has been sent already"):
        undo(office, done.entry or 0)
    assert office.states("K-1") == ["discarded", "discarded", "delivered"]


def test_what_took_its_place_and_waits_is_taken_back_with_it(office: GivenOffice, vema: VemaSandbox) -> None:
    office.has(company("K-2", LONG_NAME))
    done = office.send("K-2")
    office.do(transfers.FIRST_TRANSFER, "K-2", given=FirstTransfer(known=False))
    assert [str(one.step) for one in office.transfers("K-2") if one.is_open] == ["short", "full"]
    undone = undo(office, done.entry or 0)
    assert set(office.states("K-2")) == {"discarded"}
    assert office.deliver().attempts == 0
    undo(office, undone.entry or 0)
    assert [str(one.step) for one in office.transfers("K-2") if one.is_open] == ["short", "full"]


def test_a_short_name_that_has_gone_out_keeps_what_follows_it(office: GivenOffice, vema: VemaSandbox) -> None:
    vema.set_faults("[[vema.refuse]]\nwhen = 'company:len>10'")
    office.has(company("K-2", LONG_NAME))
    done = office.send("K-2")
    office.do(transfers.FIRST_TRANSFER, "K-2", given=FirstTransfer(known=False))
    office.deliver()
    office.edit("K-2", title="")
    with pytest.raises(Inapplicable, match="has been sent already"):
        undo(office, done.entry or 0)


@pytest.mark.parametrize("before", [State.PENDING, State.FAILED])
def test_a_retry_whose_transfer_went_out_stays(office: GivenOffice, vema: VemaSandbox, before: State) -> None:
    office.has(customer("K-1"))
    office.send("K-1")
    later = office.now + timedelta(days=1)
    change(office, state=before, attempts=3, due_at=later)
    done = office.do(transfers.RETRY, "K-1")
    office.deliver()
    delivered = office.transfer("K-1")
    with pytest.raises(Inapplicable, match="It has changed since"):
        undo(office, done.entry or 0)
    assert (office.states("K-1"), office.transfer("K-1").due_at) == (["delivered"], delivered.due_at)


def test_a_retry_of_what_has_been_asked_about_since_stays(office: GivenOffice, vema: VemaSandbox) -> None:
    office.has(customer("K-1"))
    office.send("K-1")
    change(office, state=State.UNCERTAIN, due_at=office.now + timedelta(days=1))
    done = office.do(transfers.RETRY, "K-1")
    change(office, state=State.DELIVERED)
    with pytest.raises(Inapplicable, match="It has changed since"):
        undo(office, done.entry or 0)


def test_an_edit_whose_transfer_has_gone_out_is_undone_and_the_partner_is_told_again(
    office: GivenOffice, vema: VemaSandbox
) -> None:
    office.has_account(vema)
    office.has(customer("K-1", town="Dresden"))
    office.send("K-1")
    office.deliver()
    office.recheck()
    done = office.edit("K-1", town="Zittau")
    office.deliver()
    undo(office, done.entry or 0)
    assert office.customer("K-1").town == "Dresden"
    office.deliver()
    assert [one.customer.town for one in vema.taken("K-1")] == ["Dresden", "Zittau", "Dresden"]
    assert office.states("K-1") == [State.DELIVERED] * 3


def test_an_answer_that_was_acted_upon_stays(office: GivenOffice) -> None:
    office.has(company("K-2", LONG_NAME))
    office.send("K-2")
    done = office.do(transfers.FIRST_TRANSFER, "K-2", given=FirstTransfer(known=False))
    office.deliver()
    with pytest.raises(Inapplicable):
        undo(office, done.entry or 0)
    assert office.copy("K-2").known == "known"


def test_a_number_that_somebody_else_has_got_meanwhile(office: GivenOffice) -> None:
    office.has(customer("K-1"), customer("K-2"))
    done = office.edit("K-1", number="K-9")
    office.edit("K-2", number="K-1")
    with pytest.raises(Inapplicable, match="Another customer has the number K-1 already"):
        undo(office, done.entry or 0)


def test_a_conflict_that_has_come_up_anew(office: GivenOffice, broker: BrokerSoftware) -> None:
    broker.brings(customer("K-1", town="Dresden"))
    office.edit("K-1", town="Zittau")
    broker.brings(customer("K-1", town="Plauen"))
    done = on(office, RESOLVE, "K-1", given=Resolving("ours"))
    broker.brings(customer("K-1", town="Chemnitz"))
    with pytest.raises(Inapplicable, match="It has changed since"):
        undo(office, done.entry or 0)


# --- many records


def many(office: GivenOffice, count: int) -> list[int]:
    office.has(*(customer(f"K-{number}") for number in range(count)))
    return [one.id or 0 for one in customers(office)]


def customers(office: GivenOffice) -> list[Customer]:
    with office.store.read() as session:
        return list(session.exec(select(Customer).order_by(col(Customer.id))))


def test_many_are_undone_in_pieces_and_as_one(office: GivenOffice) -> None:
    done = office.perform(EDIT, many(office, 401), Editing({"town": "Zittau"}))
    told: list[tuple[int, int]] = []
    report = undo(office, done.entry or 0, progress=lambda reached, of: told.append((reached, of)) is None)
    assert told == [(200, 401), (400, 401), (401, 401)]
    assert len(report.done) == 401
    assert {one.town for one in customers(office)} == {"Dresden"}
    assert entries(office)[-1].count == 401


def test_one_that_was_cancelled_can_be_gone_on_with(office: GivenOffice) -> None:
    done = office.perform(EDIT, many(office, 401), Editing({"town": "Zittau"}))
    report = undo(office, done.entry or 0, progress=lambda _reached, _of: False)
    assert (report.cancelled, len(report.done)) == (True, 200)
    assert is_whole(office)
    rest = undo(office, done.entry or 0)
    assert (len(rest.done), len(rest.refused)) == (201, 200)
    assert {one.town for one in customers(office)} == {"Dresden"}
    assert is_whole(office)
    with pytest.raises(Inapplicable, match="undone already"):
        undo(office, done.entry or 0)


def test_one_whose_process_died_is_closed_by_tidy_and_then_gone_on_with(
    office: GivenOffice, clock: TravelClock
) -> None:
    done = office.perform(EDIT, many(office, 201), Editing({"town": "Zittau"}))

    def die(_reached: int, _of: int) -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        undo(office, done.entry or 0, progress=die)
    with pytest.raises(Inapplicable, match="being undone just now"):
        undo(office, done.entry or 0)
    clock.travel(ABANDONED_AFTER + timedelta(seconds=1))
    office.run("tidy")
    assert len(undo(office, done.entry or 0).done) == 1
    assert {one.town for one in customers(office)} == {"Dresden"}
    assert is_whole(office)


# --- the newest that can be undone


@dataclass(frozen=True)
class Last:
    office: GivenOffice

    def of(self, operator: str) -> str | None:
        with self.office.store.read() as session:
            entry = last_undoable(session, operator).entry
        return f"{entry.action} {entry.subject}" if entry else None


def test_what_can_be_undone_is_listed_the_newest_first(office: GivenOffice) -> None:
    office.has(customer("K-1"), customer("K-2"))
    office.edit("K-1", town="Zittau")
    office.edit("K-2", town="Zittau")
    undo(office, office.edit("K-1", town="Plauen").entry or 0)
    with office.store.read() as session:
        listed = [entry.subject for entry in undoable_by(session, "mk")]
        nobodys = list(undoable_by(session, "kb"))
    assert (listed, nobodys) == (["K-2", "K-1"], [])


def test_the_newest_is_ones_own_and_not_undone_yet(office: GivenOffice) -> None:
    last = Last(office)
    assert last.of("mk") is None
    office.has(customer("K-1"), customer("K-2"))
    office.edit("K-1", town="Zittau")
    newer = office.edit("K-2", town="Zittau")
    assert (last.of("mk"), last.of("kb")) == ("edit K-2", None)
    undo(office, newer.entry or 0)
    assert last.of("mk") == "edit K-1"


def test_settings_are_passed_over(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    office.edit("K-1", town="Zittau")
    with office.store.write() as session:
        note(session, at=office.now, operator="mk", area="accounts", action="mode")
    assert Last(office).of("mk") == "edit K-1"
