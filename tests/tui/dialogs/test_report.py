from __future__ import annotations

import pytest

from core.locale import Message
from core.operation import Refusal
from tests.support.customers import customer
from tests.support.offices import GivenOffice
from tests.tui.dialogs.seeing import HOSTILE, console
from tui.dialogs.form import Form
from tui.dialogs.report import ReportDialog
from tui.dialogs.rows import RowList

pytestmark = pytest.mark.anyio


async def test_each_record_that_was_left_alone_is_listed_with_the_reason(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode="1067"), customer("K-2"), customer("K-3"))
    async with console(office, view="") as seen:
        await seen.lists(3)
        await seen.presses("asterisk", "m")
        form = await seen.shows(Form)
        form.row("rule").control.value = "CUS002"
        form.row("reason").control.value = "bekannt"
        await seen.presses("f2")
        await seen.shows(ReportDialog)
        assert "1 record done." in seen.screen
        assert "2 records left alone." in seen.screen
        assert seen.screen.count("There is no such finding.") == 2


async def test_a_long_list_can_be_scrolled(office: GivenOffice) -> None:
    refusals = [Refusal(id_, f"K-{id_}", Message("why not")) for id_ in range(300)]
    async with console(office) as seen:
        seen.console.show_dialog(ReportDialog(seen.console.shown, Message("Send"), 0, refusals, refused=500))
        await seen.shows(ReportDialog)
        assert "K-299" not in seen.screen
        await seen.presses("G")
        await seen.sees("K-299")
        await seen.sees("and 200 more")
        await seen.presses("g")
        await seen.sees("0 records done.")


async def test_escape_closes_it(office: GivenOffice) -> None:
    async with console(office) as seen:
        seen.console.show_dialog(ReportDialog(seen.console.shown, Message("Send"), 1, ()))
        await seen.shows(ReportDialog)
        await seen.presses("escape")
        await seen.closes()
        assert seen.console.focused is seen.pane.list


async def test_hostile_text_stays_text(office: GivenOffice) -> None:
    refusal = Refusal(1, HOSTILE, Message("{what}", values={"what": HOSTILE}))
    async with console(office) as seen:
        seen.console.show_dialog(ReportDialog(seen.console.shown, Message("Send"), 0, [refusal]))
        dialog = await seen.shows(ReportDialog)
        await seen.sees("[red]x[/]")
        assert "\x1b" not in dialog.query_one(RowList).text
        assert seen.is_harmless()
