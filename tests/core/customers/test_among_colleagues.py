"""Conditions on how customers and their transfers stand among colleagues: in both languages, on both ways."""

from __future__ import annotations

from datetime import date

import pytest

from core.customers.asking import ASK, Asking
from core.customers.listing import select_customers
from core.customers.vocabulary import customer_transfer_vocabulary, customer_vocabulary
from core.customers.worklist import CustomerWorklist
from core.operators import OperatorRow
from core.outbox.listing import select_transfers
from core.outbox.worklist import TransferWorklist
from core.registry import operation_of
from core.rulebook.condition import ConditionContext, parse
from core.rulebook.worklist import Worklist, stream_ids
from tests.support.clock import TravelClock
from tests.support.customers import customer
from tests.support.offices import GivenOffice

NUMBERS = ("K-1", "K-2", "K-3", "K-4")


@pytest.fixture(autouse=True)
def agreements(office: GivenOffice, clock: TravelClock) -> None:
    """K-1 was asked (until 7 December), K-2 is mk's, K-3 is due on 24 November, K-4 is Jö's."""
    with office.store.write() as session:
        session.add(OperatorRow(name="Jö", added_at=office.now))
    office.has(*(customer(number, postcode="1067") for number in NUMBERS))
    office.send(*NUMBERS)
    office.perform(ASK, [office.customer("K-1").id or 0], Asking())
    do(office, "K-2", "take")
    do(office, "K-3", "remind", on=date(2026, 11, 24))
    do(office, "K-4", "hand-over", to="Jö")
    clock.travel(days=2)


def do(office: GivenOffice, number: str, verb: str, **given: object) -> None:
    operation = operation_of("customers", verb)
    report = office.perform(operation, [office.customer(number).id or 0], operation.parameters(**given))
    assert report.refused == ()


def streamed(office: GivenOffice, worklist: Worklist, condition: str) -> list[int]:
    parsed = parse(condition, worklist.vocabulary)
    with office.store.read() as session:
        pieces = stream_ids(session, worklist, parsed, ConditionContext(office.now, office.today))
        return [id_ for piece in pieces for id_ in piece]


CONDITIONS = [
    ("is:asked", "ist:gefragt", {"K-1"}),
    ("is:waiting", "ist:wartet", {"K-1"}),
    ("NOT is:asked", "NOT ist:gefragt", {"K-2", "K-3", "K-4"}),
    ("assigned:mk", "bearbeiter:mk", {"K-2"}),
    ("assigned:JÖ", "zugewiesen:jö", {"K-4"}),
    ("assigned:missing", "bearbeiter:missing", {"K-1", "K-3"}),
    ("NOT assigned:missing", "NOT bearbeiter:missing", {"K-2", "K-4"}),
    ("assigned:!=mk", "bearbeiter:!=mk", {"K-4"}),
    ("due:<today", "wiedervorlage:<heute", {"K-3"}),
    ("is:due", "ist:fällig", {"K-3"}),
    ("due:<08.12.2026", "fällig:<08.12.2026", {"K-1", "K-3"}),
    ("due:missing", "wiedervorlage:missing", {"K-2", "K-4"}),
    ("is:asked OR assigned:mk", "ist:gefragt OR bearbeiter:mk", {"K-1", "K-2"}),
]


@pytest.mark.parametrize(("english", "german", "expected"), CONDITIONS, ids=[one[0] for one in CONDITIONS])
def test_customers_and_their_transfers_are_chosen_by_it(
    office: GivenOffice, english: str, german: str, expected: set[str]
) -> None:
    numbers = {office.customer(number).id: number for number in NUMBERS}
    queued = {office.transfer(number).id: number for number in NUMBERS}
    transfers = TransferWorklist(customer_transfer_vocabulary())
    for condition in (english, german):
        on_customers = parse(condition, customer_vocabulary())
        on_transfers = parse(condition, customer_transfer_vocabulary())
        assert {one.customer.number for one in select_customers(office, on_customers)} == expected
        assert {numbers[id_] for id_ in streamed(office, CustomerWorklist(), condition)} == expected
        assert {one.subject for one in select_transfers(office, on_transfers)} == expected
        assert {queued[id_] for id_ in streamed(office, transfers, condition)} == expected


def test_a_transfer_of_ones_own_is_not_the_customers(office: GivenOffice) -> None:
    take = operation_of("transfers", "hand-over")
    office.perform(take, [office.transfer("K-2").id or 0], take.parameters(to="Jö"))
    condition = parse("assigned:jö", customer_transfer_vocabulary())
    assert {one.subject for one in select_transfers(office, condition)} == {"K-2", "K-4"}


def test_the_first_of_several_days_counts(office: GivenOffice) -> None:
    do(office, "K-1", "remind", on=date(2026, 12, 1))
    condition = parse("due:01.12.2026", customer_vocabulary())
    [one] = select_customers(office, condition)
    assert (one.due, one.asked_until) == (date(2026, 12, 1), date(2026, 12, 7))


def test_what_is_given_back_or_answered_is_nobodys_again(office: GivenOffice) -> None:
    do(office, "K-2", "give-back")
    office.edit("K-1", postcode="01067")
    for condition in ("assigned:mk", "is:asked"):
        assert list(select_customers(office, parse(condition, customer_vocabulary()))) == []
        assert streamed(office, CustomerWorklist(), condition) == []


def test_a_list_tells_who_looks_after_a_customer_and_until_when_an_answer_is_waited_for(
    office: GivenOffice,
) -> None:
    views = {one.customer.number: one for one in select_customers(office)}
    assert [views[number].assigned for number in NUMBERS] == ["", "mk", "", "Jö"]
    assert [views[number].asked_until for number in NUMBERS] == [date(2026, 12, 7), None, None, None]
