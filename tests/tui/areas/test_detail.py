from __future__ import annotations

import pytest

from tests.support.customers import customer
from tests.support.offices import GivenOffice
from tests.tui.dialogs.seeing import console

pytestmark = pytest.mark.anyio

EVERYBODY = ""


async def test_on_a_small_screen_the_detail_takes_the_list_s_place_and_the_keys(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode="1067"), customer("K-2"))
    async with console(office, view=EVERYBODY) as seen:
        await seen.lists(2)
        await seen.presses("enter")
        await seen.sees("postcode-format")
        await seen.presses("tab")
        await seen.sees("[Fields]")
        await seen.presses("escape", "j")
        await seen.waits(lambda: seen.current == office.customer("K-2").id)


async def test_an_area_that_shows_a_detail_hears_keys_when_one_comes_back_to_it(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode="1067"))
    async with console(office, view=EVERYBODY) as seen:
        await seen.lists(1)
        await seen.presses("enter")
        await seen.sees("postcode-format")
        await seen.presses("9", "2", "tab")
        await seen.sees("[Fields]")
