"""Transfers as lists see them."""

from __future__ import annotations

from core.outbox.listing import find_transfers, select_transfers
from core.outbox.transfer import State, Transfer
from tests.support.customers import customer
from tests.support.offices import GivenOffice

MORE_THAN_ONE_STATEMENT_TAKES = 70_000


def test_transfers_are_found_in_a_selection_of_any_length(office: GivenOffice) -> None:
    office.has(customer("K-1"), customer("K-2"), customer("K-3"))
    first, _second, third = [one.id or 0 for one in office.transfers()]
    wanted = [third, *range(1_000_000, 1_000_000 + MORE_THAN_ONE_STATEMENT_TAKES), first]
    assert [one.id for one in select_transfers(office, ids=wanted)] == [first, third]
    assert [one.id for one in select_transfers(office, ids=[])] == []


def test_a_selection_can_be_narrowed_down_further(office: GivenOffice) -> None:
    office.has(customer("K-1"), customer("K-2", postcode="1067"))
    ids = [one.id or 0 for one in office.transfers()]
    held = Transfer.state == State.HELD
    found = select_transfers(office, ids=ids, only=held)  # pyright: ignore[reportArgumentType]
    assert [one.subject for one in found] == ["K-2"]


def test_they_are_named_by_their_ids(office: GivenOffice) -> None:
    office.has(customer("K-1"), customer("K-2"))
    first, second = [one.id or 0 for one in office.transfers()]
    assert find_transfers(office, [str(second), str(first)]) == [second, first]
