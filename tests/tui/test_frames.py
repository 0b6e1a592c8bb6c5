"""Every area on a small and on a large terminal; `pytest --snapshot-update` after a change that is meant."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from jobs.sandbox.client import VemaSandbox
from tests.support.customers import company, customer
from tests.support.offices import GivenOffice
from tests.tui.story import LARGE, SMALL, telling
from tui.signs import ASCII

pytestmark = [
    pytest.mark.anyio,
    # what is drawn does not depend on the database; test_morning runs on both
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]
AREAS = {1: "overview", 2: "customers", 3: "vema", 8: "arrivals", 9: "jobs"}


@pytest.fixture
def desk(office: GivenOffice, vema: VemaSandbox) -> GivenOffice:
    """An office with one of everything."""
    office.has_account(vema)
    vema.set_faults("""[[vema.refuse]]\nwhen = 'title:"Dr. habil."'\n""")
    office.has(
        customer("K-1", last_name="Śliwa "),
        customer("K-2", title="Dr. habil."),
        customer("K-3", last_name="Ebel"),
        company("K-4", "Elfenbeinküste Handels GmbH"),
        customer("K-5", last_name="株式会社", postcode="8033"),
    )
    office.send("K-1", "K-2", "K-3", "K-4", "K-5")
    office.deliver()
    return office


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "160x50"])
@pytest.mark.parametrize("area", AREAS, ids=AREAS.values())
async def test_an_area(
    desk: GivenOffice, area: int, size: tuple[int, int], snapshot: SnapshotAssertion
) -> None:
    async with telling(desk, size, opening=area) as story:
        assert story.screen == snapshot


async def test_the_small_detail(desk: GivenOffice, snapshot: SnapshotAssertion) -> None:
    async with telling(desk, SMALL, opening=3) as story:
        await story.presses("enter")
        await story.sees("CUS001")
        await story.rests()
        assert story.screen == snapshot


async def test_grouped_by_cause(desk: GivenOffice, snapshot: SnapshotAssertion) -> None:
    async with telling(desk, SMALL, opening=3) as story:
        await story.presses("o")
        await story.sees("Zuerst")
        assert story.screen == snapshot


async def test_in_english_with_plain_signs(desk: GivenOffice, snapshot: SnapshotAssertion) -> None:
    async with telling(desk, SMALL, language="en", opening=3, signs=ASCII) as story:
        assert story.screen == snapshot
