from __future__ import annotations

import pytest

from core.bulk.submitting import submit
from core.customers.operations import FIX, MUTE, Fixing, Muting
from tests.support.bulk import move, status, with_customers, work
from tests.support.customers import customer
from tests.support.offices import GivenOffice
from tests.tui.dialogs.seeing import HOSTILE, console
from tui import pressing
from tui.dialogs.progress import Progress

pytestmark = pytest.mark.anyio


async def test_many_records_are_handed_to_the_worker_and_its_end_is_said(
    office: GivenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pressing, "AT_ONCE", 2)
    with_customers(office, 3)
    async with console(office, view="") as seen:
        await seen.lists(3)
        await seen.presses("asterisk", "r")
        await seen.sees("the worker does it to 3 records")
        assert seen.pane.list.marks == set()
        work(office)
        await seen.sees("3 done")
    assert len(office.transfers()) == 3


async def test_how_far_it_is_stands_in_the_header(office: GivenOffice) -> None:
    ids = with_customers(office, 40)
    action = move(office, ids)
    work(office, steps=1)
    assert 0 < status(office, action).reached < 40
    async with console(office, view="") as seen:
        await seen.sees("50 %")


async def test_the_dialog_shows_it_and_can_have_it_stopped(office: GivenOffice) -> None:
    ids = with_customers(office, 40)
    action = move(office, ids)
    work(office, steps=1)
    async with console(office, view="") as seen:
        await seen.presses("p")
        dialog = await seen.shows(Progress)
        await seen.sees("20/40")
        await seen.presses("x")
        await seen.waits(lambda: "It stops" in dialog.told)
        work(office)
        await seen.sees("cancelled")
    assert status(office, action).done == 20


async def test_closing_the_dialog_stops_nothing(office: GivenOffice) -> None:
    action = move(office, with_customers(office, 3))
    async with console(office, view="") as seen:
        await seen.presses("p")
        await seen.shows(Progress)
        await seen.presses("escape")
        await seen.closes()
    assert not status(office, action).cancelled_by
    work(office)
    assert status(office, action).done == 3


async def test_what_was_left_alone_is_listed_with_the_reason(office: GivenOffice) -> None:
    ids = with_customers(office, 2)
    submit(office, FIX, ids, Fixing())
    work(office)
    async with console(office, view="") as seen:
        await seen.presses("p")
        dialog = await seen.shows(Progress)
        await seen.sees("There is nothing that could be fixed by itself.")
        assert "K-0" in dialog.query_one("#left-alone").text


async def test_where_nothing_is_under_way_it_says_so(office: GivenOffice) -> None:
    async with console(office) as seen:
        await seen.presses("p")
        await seen.shows(Progress)
        await seen.sees("Nothing is under way.")


async def test_hostile_text_stays_text(office: GivenOffice) -> None:
    office.has(customer(HOSTILE))
    submit(office, MUTE, [office.customer(HOSTILE).id or 0], Muting("CUS002", "bekannt"))
    work(office)
    async with console(office, view="") as seen:
        await seen.presses("p")
        await seen.shows(Progress)
        await seen.sees("There is no such finding.")
        assert "[red]x[/]" in seen.screen
        assert seen.is_harmless()
