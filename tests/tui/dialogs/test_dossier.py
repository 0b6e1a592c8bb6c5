from __future__ import annotations

import pytest

from core.registry import operation_of
from tests.support.customers import customer
from tests.support.offices import GivenOffice
from tests.tui.dialogs.seeing import CUSTOMERS, HOSTILE, VEMA, Seen, console
from tui.dialogs.dossier import DossierScreen

pytestmark = pytest.mark.anyio

EVERYBODY, WIDE = "", (160, 50)


async def opened(seen: Seen) -> DossierScreen:
    await seen.lists(1)
    await seen.presses("a")
    return await seen.shows(DossierScreen)


def remind(office: GivenOffice, number: str, note: str) -> None:
    operation = operation_of("customers", "remind")
    given = operation.parameters(on=office.today, note=note)
    office.perform(operation, [office.customer(number).id or 0], given)


@pytest.mark.parametrize("size", [(80, 24), WIDE])
async def test_fields_stand_with_what_is_found_of_them(office: GivenOffice, size: tuple[int, int]) -> None:
    office.has(customer("K-1", postcode="1067"))
    async with console(office, view=EVERYBODY, size=size) as seen:
        await opened(seen)
        await seen.sees("Customer's file: K-1")
        await seen.sees("CUS002")


async def test_each_area_has_a_tab(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    office.send("K-1")
    async with console(office, view=EVERYBODY) as seen:
        dialog = await opened(seen)
        await seen.presses("tab")
        assert dialog.tab == "transfers"
        await seen.presses("tab", "tab")
        assert dialog.tab == "record"
        await seen.presses("left")
        assert dialog.tab == "journal"


async def test_an_entry_leads_to_its_record(office: GivenOffice) -> None:
    office.has(customer("K-0"), customer("K-1"))
    office.send("K-0", "K-1")
    async with console(office, view="number:K-1") as seen:
        await opened(seen)
        await seen.presses("tab", "enter")
        await seen.closes()
        await seen.waits(lambda: seen.console.area_number == VEMA)
        assert seen.pane.condition == f"id:{office.transfer('K-1').id}"


async def test_what_colleagues_agreed_on_leads_to_the_customer(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    remind(office, "K-1", "nachfragen")
    async with console(office, view=EVERYBODY) as seen:
        dialog = await opened(seen)
        await seen.presses("tab")
        assert dialog.tab == "work"
        await seen.presses("enter")
        await seen.closes()
        await seen.waits(lambda: seen.pane.condition == f"id:{office.customer('K-1').id}")
        assert seen.console.area_number == CUSTOMERS


async def test_where_no_list_has_an_entry_it_says_so(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    office.edit("K-1", town="Zittau")
    async with console(office, view=EVERYBODY) as seen:
        dialog = await opened(seen)
        await seen.presses("left", "enter")
        await seen.sees("no list of its own")
        assert seen.dialog is dialog


async def test_what_a_colleague_does_appears_without_moving_the_cursor(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    async with console(office, view=EVERYBODY) as seen:
        dialog = await opened(seen)
        await seen.presses("down", "down")
        entry = dialog.entry
        office.edit("K-1", town="Zittau")
        await seen.sees("Zittau")
        assert entry is not None
        assert dialog.entry is not None
        assert dialog.entry.title == entry.title


async def test_from_a_transfer_the_file_of_its_customer_opens(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    office.send("K-1")
    async with console(office, VEMA, view=EVERYBODY) as seen:
        await opened(seen)
        await seen.sees("Customer's file: K-1")


async def test_escape_leads_back_to_the_list(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    async with console(office, view=EVERYBODY) as seen:
        await opened(seen)
        await seen.presses("escape")
        await seen.closes()
        assert seen.console.area_number == CUSTOMERS


async def test_an_entry_is_copied_to_the_clipboard(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    async with console(office, view=EVERYBODY) as seen:
        await opened(seen)
        await seen.presses("y")
        await seen.sees("Copied")
        assert "K-1" in seen.console.clipboard


async def test_hostile_text_stays_text(office: GivenOffice) -> None:
    office.has(customer("K-1", last_name=HOSTILE, town=HOSTILE))
    async with console(office, view=EVERYBODY, size=WIDE) as seen:
        await opened(seen)
        await seen.sees("[red]x[/]")
        assert seen.is_harmless()
