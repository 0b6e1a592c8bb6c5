from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import select

from core.operators import OperatorRow, Role
from core.work.record import StandIn
from tests.support.offices import GivenOffice
from tests.tui.dialogs.seeing import HOSTILE, Seen, console
from tui.dialogs.choice import Choice
from tui.dialogs.entry import Entry
from tui.dialogs.form import Form
from tui.dialogs.picking import Picking
from tui.dialogs.standing_in import end_stand_in, have_somebody_stand_in

pytestmark = pytest.mark.anyio

LAST_DAY = date(2026, 12, 1)


@pytest.fixture
def office(office: GivenOffice) -> GivenOffice:
    """With a colleague."""
    with office.store.write() as session:
        session.add(OperatorRow(name="jo", role=Role.CLERK, added_at=office.now))
    return office


def stand_ins(office: GivenOffice) -> list[StandIn]:
    with office.store.read() as session:
        return list(session.exec(select(StandIn)))


def away(office: GivenOffice, note: str = "") -> None:
    with office.store.write() as session:
        until = date(2026, 12, 1)
        made = StandIn(
            absent="mk", operator="jo", since=office.today, until=until, note=note, created_at=office.now
        )
        session.add(made)


async def asked(seen: Seen) -> Form:
    have_somebody_stand_in(seen.console, seen.pane)
    form: Form = await seen.shows(Form)
    await seen.sees("Who stands in")
    return form


async def answers(seen: Seen, by: str) -> None:
    """Fills the form and sends it off."""
    form = await asked(seen)
    form.row("by").query_one(Choice).choose(by)
    form.row("until").query_one(Entry).value = f"{LAST_DAY:%d.%m.%Y}"
    await seen.presses("f2")


async def test_a_colleague_stands_in_until_a_day(office: GivenOffice) -> None:
    async with console(office) as seen:
        await answers(seen, "jo")
        await seen.closes()
    [one] = stand_ins(office)
    assert (one.absent, one.operator, one.until) == ("mk", "jo", LAST_DAY)


async def test_nobody_stands_in_for_themselves(office: GivenOffice) -> None:
    async with console(office) as seen:
        await answers(seen, "mk")
        await seen.sees("Nobody stands in for themselves.")
    assert stand_ins(office) == []


async def test_a_stand_in_ends_when_it_is_chosen(office: GivenOffice) -> None:
    away(office)
    async with console(office) as seen:
        end_stand_in(seen.console, seen.pane)
        await seen.shows(Picking)
        await seen.sees("jo for mk")
        await seen.presses("enter")
        await seen.waits(lambda: stand_ins(office)[0].ended_at is not None)


async def test_hostile_text_stays_text(office: GivenOffice) -> None:
    away(office, HOSTILE)
    async with console(office) as seen:
        end_stand_in(seen.console, seen.pane)
        await seen.shows(Picking)
        await seen.sees("[red]x[/]")
        assert seen.is_harmless()
