"""A customer number that was corrected here and then mended in the source is still the same customer."""

from __future__ import annotations

from core.customers.columns import parse_mapping
from core.customers.import_preview import preview
from core.customers.importing import open_customers
from core.customers.operations import FIX
from tests.support.broker import BrokerSoftware, conflicts_of, customers_of
from tests.support.customers import customer
from tests.support.offices import GivenOffice


def corrected(office: GivenOffice, broker: BrokerSoftware) -> int:
    broker.brings(customer("K-1 ", town="Dresden"))
    [one] = customers_of(office).values()
    office.perform(FIX, [one.id or 0])
    return one.id or 0


def test_the_mended_number_finds_the_customer(office: GivenOffice, broker: BrokerSoftware) -> None:
    id_ = corrected(office, broker)
    counts = broker.brings(customer("K-1", town="Görlitz"))
    assert (counts.new, counts.changed) == (0, 1)
    there = customers_of(office)
    assert [(key, one.id, one.number, one.town) for key, one in there.items()] == [
        ("K-1", id_, "K-1", "Görlitz")
    ]
    assert not conflicts_of(office)


def test_a_dry_run_says_the_same(office: GivenOffice, broker: BrokerSoftware) -> None:
    corrected(office, broker)
    file = broker.exports(customer("K-1", town="Görlitz"))
    counts = preview(office, *open_customers(file, file.name, parse_mapping("", file.name)))
    assert (counts.new, counts.changed) == (0, 1)


def test_a_file_with_both_numbers_makes_no_second_customer_of_one(
    office: GivenOffice, broker: BrokerSoftware
) -> None:
    corrected(office, broker)
    broker.brings(customer("K-1 ", town="Dresden"), customer("K-1", last_name="Anders"))
    assert sorted(customers_of(office)) == ["K-1", "K-1 "]
