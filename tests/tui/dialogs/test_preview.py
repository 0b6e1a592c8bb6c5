from __future__ import annotations

import pytest

from tests.support.customers import customer
from tests.support.offices import GivenOffice
from tests.tui.dialogs.seeing import HOSTILE, Seen, console
from tui.dialogs.preview import Preview

pytestmark = pytest.mark.anyio


async def preview_of_all(seen: Seen, count: int) -> Preview:
    await seen.lists(count)
    await seen.presses("asterisk", "f")
    preview = await seen.shows(Preview)
    await seen.waits(lambda: preview.found is not None)
    return preview


async def test_what_would_change_is_shown_before_it_does(office: GivenOffice) -> None:
    office.has(customer("K-1", town=" Dresden"), customer("K-2", town="Dresden\u00a0"))
    async with console(office) as seen:
        await preview_of_all(seen, 2)
        await seen.sees("- ␣Dresden")
        assert "- Dresden‹U+00A0›" in seen.screen
        assert "+ Dresden" in seen.screen
    assert office.customer("K-1").town == " Dresden"


async def test_f2_makes_the_changes_that_are_shown(office: GivenOffice) -> None:
    office.has(customer("K-1", town=" Dresden"), customer("K-2", town="Dresden "))
    async with console(office) as seen:
        await preview_of_all(seen, 2)
        await seen.presses("f2")
        await seen.waits(lambda: office.customer("K-2").town == "Dresden")
        assert office.customer("K-1").town == "Dresden"


async def test_escape_changes_nothing(office: GivenOffice) -> None:
    office.has(customer("K-1", town=" Dresden"))
    async with console(office) as seen:
        await preview_of_all(seen, 1)
        await seen.presses("escape")
        await seen.closes()
        await seen.idles()
    assert office.customer("K-1").town == " Dresden"


async def test_mere_proposals_are_made_only_where_somebody_asked_for_them(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode="1067"))
    async with console(office) as seen:
        preview = await preview_of_all(seen, 1)
        assert preview.found is not None
        assert preview.found.ids == ()
        await seen.presses("f2")
        assert seen.has_dialog
        await seen.presses("u")
        await seen.sees("+ 01067")
        await seen.presses("f2")
        await seen.waits(lambda: office.customer("K-1").postcode == "01067")


async def test_marks_that_the_filter_hides_are_counted(office: GivenOffice) -> None:
    office.has(customer("K-1", town=" Dresden"), customer("K-2", town=" Dresden"))
    async with console(office) as seen:
        await seen.lists(2)
        await seen.presses("asterisk")
        seen.pane.filter_by("number:K-1")
        await seen.waits(lambda: seen.pane.hidden_marks == 1)
        await seen.presses("f")
        await seen.shows(Preview)
        await seen.sees("1 of the marked ones is hidden by the filter.")


async def test_hostile_text_stays_text(office: GivenOffice) -> None:
    office.has(customer("K-1", town=f" {HOSTILE}"))
    async with console(office) as seen:
        await preview_of_all(seen, 1)
        await seen.presses("u")
        await seen.sees("[red]x[/]")
        await seen.sees("‹U+001B›")
        assert seen.is_harmless()
