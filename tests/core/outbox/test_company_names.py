"""A long company name goes out in two steps; see the seed."""

from __future__ import annotations

from jobs.sandbox.client import VemaSandbox
from tests.support.customers import company
from tests.support.offices import GivenOffice


def test_a_long_company_name_goes_out_short_first_and_full_afterwards(
    office: GivenOffice, vema: VemaSandbox
) -> None:
    office.has(company("K-17", "Elfenbeinküste Handels GmbH"))
    office.run("deliver-transfers")
    assert [one.company for one in vema.received("K-17")] == ["Elfenbeink", "Elfenbeinküste Handels GmbH"]
