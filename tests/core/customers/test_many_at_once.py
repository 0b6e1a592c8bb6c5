"""Bulk operations on customers ask the database as often for two hundred as for ten."""

from __future__ import annotations

import pytest
from sqlmodel import col, select

from core.customers.customer import Customer
from core.customers.operations import EDIT, FIX, Editing, Fixing
from core.outbox.transfer import Transfer
from tests.support.customers import customer
from tests.support.offices import GivenOffice, OpenAnOffice
from tests.support.statements import Statements


@pytest.fixture
def office(open_an_office: OpenAnOffice) -> GivenOffice:
    """An office from which only chosen customers go out."""
    return open_an_office(send="chosen", account=False)


def ids_of(office: GivenOffice) -> list[int]:
    with office.store.read() as session:
        return [id_ or 0 for id_ in session.exec(select(Customer.id).order_by(col(Customer.id)))]


def asked_by_a_fix(office: GivenOffice, ids: list[int]) -> int:
    with Statements(office.store) as statements:
        report = office.perform(FIX, ids, Fixing())
    assert len(report.done) == len(ids)
    return len(statements.texts)


@pytest.mark.parametrize("on_their_way", [False, True])
def test_a_fix_asks_no_more_for_many_than_for_few(office: GivenOffice, on_their_way: bool) -> None:
    office.has(*(customer(f"K-{number}", town="Dresden ") for number in range(210)))
    ids = ids_of(office)
    if on_their_way:
        office.send(*(f"K-{number}" for number in range(210)))
    few = asked_by_a_fix(office, ids[:10])
    many = asked_by_a_fix(office, ids[10:])
    # SQLite makes new rows one by one, within the process.
    made = 190 if on_their_way and office.store.is_sqlite else 0
    assert many <= few + 10 + made
    assert {office.customer(f"K-{number}").town for number in (0, 100, 209)} == {"Dresden"}


def test_one_that_is_refused_halfway_leaves_nothing_and_the_others_are_done(office: GivenOffice) -> None:
    office.has(customer("K-1"), customer("K-2"), customer("K-3"))
    report = office.perform(EDIT, ids_of(office), Editing({"number": "K-9"}))
    assert (len(report.done), len(report.refused)) == (1, 2)
    assert {one.number for one in customers(office)} == {"K-9", "K-2", "K-3"}


def customers(office: GivenOffice) -> list[Customer]:
    with office.store.read() as session:
        return list(session.exec(select(Customer)))


def test_what_is_replaced_by_many_is_linked_one_by_one(office: GivenOffice) -> None:
    office.has(*(customer(f"K-{number}", town="Dresden ") for number in range(12)))
    office.send(*(f"K-{number}" for number in range(12)))
    office.perform(FIX, ids_of(office), Fixing())
    with office.store.read() as session:
        rows = list(session.exec(select(Transfer).order_by(col(Transfer.id))))
    replaced, successors = rows[:12], {one.id: one for one in rows[12:]}
    assert all(successors[one.replaced_by or 0].subject == one.subject for one in replaced)
    assert {one.payload["town"] for one in successors.values()} == {"Dresden"}
