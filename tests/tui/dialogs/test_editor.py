from __future__ import annotations

import pytest
from sqlmodel import select

from core.customers.customer import Customer
from core.operators import Operator, Role
from core.store.engine import Store
from tests.support.customers import customer
from tests.support.offices import GivenOffice
from tests.tui.dialogs.seeing import HOSTILE, Seen, console
from tui.dialogs.editor import Editor
from tui.dialogs.three_way import ThreeWay

pytestmark = pytest.mark.anyio


async def editor(seen: Seen) -> Editor:
    await seen.waits(lambda: seen.pane.list.current_row is not None)
    await seen.presses("e")
    return await seen.shows(Editor)


async def test_what_is_wrong_is_said_below_its_field_while_somebody_types(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    async with console(office, view="") as seen:
        dialog = await editor(seen)
        await seen.waits(lambda: dialog.row("postcode").said == "")
        dialog.row("postcode").entry.focus()
        dialog.row("postcode").enter("1067")
        await seen.waits(lambda: "CUS002" in dialog.row("postcode").said)
        dialog.row("postcode").enter("01067")
        await seen.waits(lambda: "CUS002" not in dialog.row("postcode").said)


async def test_the_cursor_goes_to_the_first_field_with_a_finding(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode="1067"))
    async with console(office) as seen:
        dialog = await editor(seen)
        await seen.waits(lambda: seen.console.focused is dialog.row("postcode").entry)


async def test_hidden_characters_are_spelt_out_beside_the_field(office: GivenOffice) -> None:
    office.has(customer("K-1", town="Dres\u200bden"))
    async with console(office) as seen:
        dialog = await editor(seen)
        await seen.waits(lambda: seen.console.focused is dialog.row("town").entry)
        await seen.sees("Dres‹U+200B›den")


async def test_whatever_is_marked_the_record_under_the_cursor_is_edited(office: GivenOffice) -> None:
    office.has(customer("K-1"), customer("K-2"))
    async with console(office, view="") as seen:
        await seen.lists(2)
        await seen.presses("space", "e")
        dialog = await seen.shows(Editor)
        assert dialog.record.number == "K-2"


async def test_up_and_down_lead_from_field_to_field_where_not_all_fit_the_screen(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    async with console(office, view="") as seen:
        dialog = await editor(seen)
        await seen.presses("down", "down")
        assert seen.console.focused is dialog.row("vema_number").entry
        await seen.presses("up")
        assert seen.console.focused is dialog.row("old_number").entry


async def test_one_key_takes_what_the_rules_propose(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode="1067"))
    async with console(office) as seen:
        dialog = await editor(seen)
        await seen.waits(lambda: dialog.row("postcode").fix == "01067")
        await seen.waits(lambda: seen.console.focused is dialog.row("postcode").entry)
        await seen.presses("f4")
        assert dialog.row("postcode").entry.value == "01067"


@pytest.mark.parametrize("key", ["f2", "ctrl+s"])
async def test_saving_changes_only_what_was_typed(office: GivenOffice, key: str) -> None:
    office.has(customer("K-1"))
    async with console(office, view="") as seen:
        dialog = await editor(seen)
        dialog.row("town").enter("Zittau")
        await seen.presses(key)
        await seen.closes()
        await seen.sees("u takes it back")
    assert office.customer("K-1").town == "Zittau"
    assert office.customer("K-1").revision == 2


async def test_escape_saves_nothing_and_what_was_typed_can_be_taken_up_again(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    async with console(office, view="") as seen:
        dialog = await editor(seen)
        dialog.row("town").enter("Zittau")
        await seen.presses("escape")
        await seen.closes()
        again = await editor(seen)
        assert again.row("town").entry.value == "Dresden"
        await seen.presses("f6")
        assert again.row("town").entry.value == "Zittau"
    assert office.customer("K-1").town == "Dresden"


async def test_whoever_was_slower_sees_both_and_chooses_field_by_field(office: GivenOffice) -> None:
    office.has(customer("K-1", town="Dresden", street="Lindenweg", phone=""))
    async with console(office, view="") as seen:
        dialog = await editor(seen)
        dialog.row("town").enter("Zittau")
        dialog.row("phone").enter("0351 4960123")
        office.edit("K-1", town="Görlitz", street="Fährgasse")
        await seen.presses("f2")
        merge = await seen.shows(ThreeWay)
        assert merge.chosen == {"town": "", "street": "theirs", "phone": "mine"}
        assert "Görlitz" in seen.screen
        assert "Dresden" in seen.screen
        await seen.presses("f2")
        await seen.sees("Choose with")
        await seen.presses("left", "f2")
        await seen.closes()
    now = office.customer("K-1")
    assert (now.town, now.street, now.phone) == ("Zittau", "Fährgasse", "0351 4960123")


async def test_who_does_not_choose_loses_nothing_that_was_typed(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    async with console(office, view="") as seen:
        dialog = await editor(seen)
        dialog.row("town").enter("Zittau")
        office.edit("K-1", town="Görlitz")
        await seen.presses("f2")
        await seen.shows(ThreeWay)
        await seen.presses("escape")
        await seen.waits(lambda: seen.dialog is dialog)
        assert dialog.row("town").entry.value == "Zittau"
        assert "Not saved" in dialog.told
    assert office.customer("K-1").town == "Görlitz"


async def test_a_database_out_of_reach_is_said_and_what_was_typed_stays(
    office: GivenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.errors import DatabaseUnavailable
    from core.locale import Message

    office.has(customer("K-1"))
    async with console(office, view="") as seen:
        dialog = await editor(seen)
        dialog.row("town").enter("Zittau")
        with monkeypatch.context() as broken:

            def away(_self: Store) -> None:
                raise DatabaseUnavailable(Message("the database is away"))

            broken.setattr(Store, "write", away)
            await seen.presses("f2")
            await seen.sees("the database is away")
        assert dialog.row("town").entry.value == "Zittau"
        await seen.presses("f2")
        await seen.closes()
    assert office.customer("K-1").town == "Zittau"


async def test_a_viewer_is_told_so_before_typing_anything(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    viewer = office.acting_as(Operator("gast", Role.VIEWER))
    async with console(viewer, view="") as seen:
        await seen.waits(lambda: seen.pane.list.current_row is not None)
        await seen.presses("e")
        await seen.sees("may not do this")
        assert not seen.has_dialog


async def test_hostile_text_stays_text_and_is_saved_as_it_was(office: GivenOffice) -> None:
    office.has(customer("K-1", street=HOSTILE))
    async with console(office, view="", size=(120, 40)) as seen:
        dialog = await editor(seen)
        await seen.sees("[red]x[/]")
        assert seen.is_harmless()
        dialog.row("town").enter("Zittau")
        await seen.presses("f2")
        await seen.closes()
    with office.store.read() as session:
        assert session.exec(select(Customer.street)).one() == HOSTILE
