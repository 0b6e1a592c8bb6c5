from __future__ import annotations

from dataclasses import replace

import pytest

from core.locale import Message
from tests.support.offices import GivenOffice, OpenAnOffice
from tests.tui.dialogs.seeing import HOSTILE, VEMA, console
from tui.areas import MODULES, area_of
from tui.dialogs.help import Help, groups_of
from tui.dialogs.rows import RowList
from tui.keys import CONSOLE_VERBS, LIST_VERBS

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("number", MODULES)
def test_every_key_that_is_valid_here_is_listed(number: int) -> None:
    area = area_of(number)
    listed = [label for group in groups_of(area.label, area.verbs, {}) for _key, label, _help in group.keys]
    for verb in (*area.verbs, *LIST_VERBS, *CONSOLE_VERBS):
        assert verb.label in listed


def test_operations_are_explained_in_their_own_words() -> None:
    area = area_of(VEMA)
    (group, *_others) = groups_of(area.label, area.verbs, {})
    texts = {str(label): str(help_) for _key, label, help_ in group.keys}
    assert texts["Discard"] == "Ends transfers without sending them; the record stays as it is."


async def test_an_office_s_own_keys_are_shown(open_an_office: OpenAnOffice) -> None:
    office = open_an_office(keys={"transfers.discard": "D"})
    async with console(office, VEMA) as seen:
        await seen.presses("question_mark")
        dialog = await seen.shows(Help)
        assert "  D  " in next(row.text for row in dialog.query_one(RowList).rows if "Discard" in row.text)


async def test_typing_looks_for_a_key(office: GivenOffice) -> None:
    async with console(office, VEMA) as seen:
        await seen.presses("question_mark")
        dialog = await seen.shows(Help)
        await seen.types("disc")
        await seen.waits(lambda: "Send again" not in dialog.query_one(RowList).text)
        assert "Discard" in seen.screen


async def test_it_can_be_scrolled_while_something_can_be_typed(office: GivenOffice) -> None:
    async with console(office, VEMA) as seen:
        await seen.presses("question_mark")
        await seen.shows(Help)
        await seen.presses("pagedown", "pagedown", "pagedown")
        await seen.sees("Moving")


async def test_hostile_text_stays_text(office: GivenOffice) -> None:
    area = area_of(VEMA)
    verb = replace(area.verbs[0], label=Message("{name}", values={"name": HOSTILE}))
    async with console(office) as seen:
        seen.console.show_dialog(Help(seen.console.shown, groups_of(area.label, [verb], {})))
        await seen.shows(Help)
        await seen.sees("[red]x[/]")
        assert seen.is_harmless()
