"""Customers found by what somebody types."""

from __future__ import annotations

import pytest

from core.customers.listing import find_customers
from core.errors import NotFound
from tests.support.customers import customer
from tests.support.offices import GivenOffice


def test_customers_are_found_by_number_and_by_id(office: GivenOffice) -> None:
    office.has(customer("K-1"), customer("K-2"))
    first, second = office.customer("K-1").id or 0, office.customer("K-2").id or 0
    assert find_customers(office, ["k-2", f"#{first}", f"#{first:05}"]) == [second, first, first]


@pytest.mark.parametrize("name", ["#²", "#٣", "#", "#-1", "#1e3", f"#{10**17}", f"#{'9' * 5000}", "K-3", ""])
def test_who_is_not_there_is_named(office: GivenOffice, name: str) -> None:
    with pytest.raises(NotFound):
        find_customers(office, [name])


def test_very_many_can_be_asked_for_at_once(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    its = office.customer("K-1").id or 0
    with pytest.raises(NotFound, match="#1000000"):
        find_customers(office, [f"#{its}", *(f"#{number}" for number in range(1_000_000, 1_070_000))])
