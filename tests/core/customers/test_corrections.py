"""What must be mended in the source: by adviser, read in pages that are sorted once."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from core.customers.corrections import advisers, corrections
from tests.support.customers import customer
from tests.support.offices import GivenOffice

TOWNS = [("K-1", "Berg"), ("K-2", "adam"), ("K-3", "Adam"), ("K-4", "Berg"), ("K-5", "Çelik")]


@pytest.fixture
def corrected(office: GivenOffice, monkeypatch: pytest.MonkeyPatch) -> GivenOffice:
    """Five customers whose towns were corrected, in pages of two."""
    monkeypatch.setattr("core.customers.corrections.PAGE", 2)
    office.has(
        *[customer(number, adviser=adviser, town="Pirna") for number, adviser in TOWNS], customer("K-6")
    )
    for number, _adviser in TOWNS:
        office.edit(number, town="Görlitz")
    return office


def test_corrections_stand_by_adviser_and_customer(corrected: GivenOffice) -> None:
    found = list(corrections(corrected))
    assert [one.number for one in found] == ["K-2", "K-3", "K-1", "K-4", "K-5"]
    assert {(one.field, one.source, one.corrected, one.changed_by) for one in found} == {
        ("town", "Pirna", "Görlitz", "mk")
    }
    assert [one.number for one in corrections(corrected, "BERG")] == ["K-1", "K-4"]
    assert advisers(corrected) == ["adam", "Berg", "Çelik"]


def test_an_adviser_of_any_length_is_no_obstacle(office: GivenOffice) -> None:
    office.has(customer("K-1", adviser="ü" * 20_000, town="Pirna"))
    office.edit("K-1", town="Görlitz")
    assert [one.number for one in corrections(office)] == ["K-1"]


def test_the_customers_are_sorted_once_however_many_pages_there_are(corrected: GivenOffice) -> None:
    said: list[str] = []

    def listen(*given: Any) -> None:
        said.append(given[2])

    event.listen(sa.Engine, "before_cursor_execute", listen)
    list(corrections(corrected))
    event.remove(sa.Engine, "before_cursor_execute", listen)
    assert sum("ORDER BY customer.adviser_folded" in one for one in said) == 1


def test_who_is_gone_meanwhile_is_left_out(corrected: GivenOffice) -> None:
    found = corrections(corrected)
    first = next(found)
    with corrected.store.write() as session:
        session.delete(corrected.customer("K-4"))
    assert [first.number, *(one.number for one in found)] == ["K-2", "K-3", "K-1", "K-5"]


def test_every_rule_that_objects_to_the_source_is_named(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode="1067 ", first_name="Eva "))
    office.edit("K-1", postcode="01067", first_name="Eva", town="Görlitz")
    assert {one.field: one.rules for one in corrections(office)} == {
        "first_name": ("CUS001",),
        "postcode": ("CUS001", "CUS002"),
        "town": (),
    }
