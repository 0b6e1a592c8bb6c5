from __future__ import annotations

from dataclasses import replace

import pytest

from core.locale import Message
from core.rulebook.worklist import Sort
from tests.support.customers import customer
from tests.support.offices import GivenOffice
from tests.tui.dialogs.seeing import CUSTOMERS, HOSTILE, console
from tui.area import SavedView
from tui.areas import area_of
from tui.dialogs.picking import Picking
from tui.dialogs.sort import turned
from tui.dialogs.views import views_of

pytestmark = pytest.mark.anyio


async def test_a_saved_view_is_chosen_and_shown(office: GivenOffice) -> None:
    office.has(customer("K-1"), customer("K-2", postcode="1067"))
    async with console(office) as seen:
        await seen.lists(1)
        await seen.presses("v")
        dialog = await seen.shows(Picking)
        assert dialog.list.value.condition == "NOT is:clean"
        await seen.presses("G", "enter")
        await seen.lists(2)
        assert seen.pane.condition == ""


async def test_escape_leaves_the_view_as_it_is(office: GivenOffice) -> None:
    async with console(office) as seen:
        await seen.presses("v")
        await seen.shows(Picking)
        await seen.presses("down", "escape")
        await seen.closes()
        assert seen.pane.condition == "NOT is:clean"


async def test_a_list_is_sorted_by_the_chosen_column(office: GivenOffice) -> None:
    office.has(customer("K-1", town="Zittau"), customer("K-2", town="Aue"))
    async with console(office, view="") as seen:
        await seen.lists(2)
        await seen.presses("t")
        dialog = await seen.shows(Picking)
        await seen.presses("down")
        while dialog.list.value != "town":
            await seen.presses("down")
        await seen.presses("enter")
        await seen.waits(lambda: seen.pane.loader.sort == Sort("town"))
        first = office.customer("K-2").id
        await seen.waits(lambda: seen.pane.list.view.complete and seen.pane.list.view.id_at(0) == first)


def test_the_same_column_again_turns_the_list_round() -> None:
    assert turned(Sort("town"), "town") == Sort("town", descending=True)
    assert turned(Sort("town", descending=True), "town") == Sort("town")
    assert turned(Sort("town", descending=True), "name") == Sort("name")


async def test_hostile_text_stays_text(office: GivenOffice) -> None:
    hostile = SavedView(Message("{name}", values={"name": HOSTILE}), HOSTILE)
    area = replace(area_of(CUSTOMERS), views=(hostile,))
    async with console(office) as seen:
        seen.console.show_dialog(views_of(seen.console.shown, area, ""))
        await seen.shows(Picking)
        await seen.sees("[red]x[/]")
        assert seen.is_harmless()
