from __future__ import annotations

import pytest
from sqlmodel import select

from core.bulk.action import BulkAction
from tests.support.customers import customer
from tests.support.offices import GivenOffice, OpenAnOffice
from tests.tui.dialogs.seeing import HOSTILE, console
from tui.dialogs import asking
from tui.dialogs.picking import Picking

pytestmark = pytest.mark.anyio


async def test_u_takes_back_what_was_done_last_and_says_what(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    office.edit("K-1", town="Zittau")
    async with console(office, view="") as seen:
        await seen.presses("u")
        await seen.sees("Taken back: Edit (1 record).")
    assert office.customer("K-1").town == "Dresden"


async def test_u_again_goes_on_to_the_deed_before(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    office.edit("K-1", town="Zittau")
    office.edit("K-1", street="Fährgasse")
    async with console(office, view="") as seen:
        await seen.presses("u")
        await seen.waits(lambda: office.customer("K-1").street != "Fährgasse")
        await seen.presses("u")
        await seen.waits(lambda: office.customer("K-1").town == "Dresden")


async def test_any_deed_can_be_chosen_from_the_list(office: GivenOffice) -> None:
    office.has(customer("K-1"), customer("K-2"))
    office.edit("K-1", town="Zittau")
    office.edit("K-2", town="Görlitz")
    async with console(office, view="") as seen:
        await seen.presses("U")
        await seen.shows(Picking)
        assert seen.screen.index("K-2") < seen.screen.rindex("K-1")
        await seen.presses("down", "enter")
        await seen.waits(lambda: office.customer("K-1").town == "Dresden")
    assert office.customer("K-2").town == "Görlitz"


async def test_where_nothing_can_be_undone_it_says_so(open_an_office: OpenAnOffice) -> None:
    office = open_an_office(account=False)
    office.has(customer("K-1"))
    async with console(office, view="") as seen:
        await seen.presses("u")
        await seen.sees("There is nothing of yours that could be undone.")


async def test_an_older_deed_is_not_taken_back_in_place_of_one_that_cannot_be(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    office.edit("K-1", town="Zittau")
    with office.store.write() as session:
        office.note(session, "accounts", "mode", "vema")
    async with console(office, view="") as seen:
        await seen.presses("u")
        await seen.sees("cannot be undone")
    assert office.customer("K-1").town == "Zittau"


async def test_a_great_deed_is_taken_back_by_the_worker(
    office: GivenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "AT_ONCE", 0)
    office.has(customer("K-1"))
    office.edit("K-1", town="Zittau")
    async with console(office, view="") as seen:
        await seen.presses("u")
        await seen.sees("The worker takes back")
    with office.store.read() as session:
        assert session.exec(select(BulkAction.operation)).all() == ["undo"]


async def test_hostile_text_stays_text(office: GivenOffice) -> None:
    office.has(customer(HOSTILE))
    office.edit(HOSTILE, town="Zittau")
    async with console(office, view="") as seen:
        await seen.presses("U")
        await seen.shows(Picking)
        await seen.sees("[red]x[/]")
        assert seen.is_harmless()
