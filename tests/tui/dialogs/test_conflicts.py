from __future__ import annotations

import pytest

from core.customers.conflicts import open_conflicts
from core.customers.customer import ImportConflict
from tests.support.customers import customer
from tests.support.offices import GivenOffice
from tests.tui.dialogs.seeing import HOSTILE, Seen, console
from tui.dialogs.three_way import ThreeWay

pytestmark = pytest.mark.anyio


def with_conflicts(office: GivenOffice, **theirs: str) -> None:
    """A customer who was corrected here, and whose source says something else again."""
    office.has(customer("K-1", town="Dresden", street="Lindenweg"))
    one = office.customer("K-1")
    with office.store.write() as session:
        for field, text in theirs.items():
            session.add(
                ImportConflict(
                    customer=one.id or 0,
                    field=field,
                    before="vorher",
                    ours=getattr(one, field),
                    theirs=text,
                    found_at=office.now,
                )
            )


async def conflicts(seen: Seen) -> ThreeWay:
    await seen.lists(1)
    await seen.presses("c")
    return await seen.shows(ThreeWay)


async def test_each_field_is_shown_as_it_was_as_it_is_here_and_in_the_source(office: GivenOffice) -> None:
    with_conflicts(office, town="Zittau")
    async with console(office, view="") as seen:
        await conflicts(seen)
        assert all(text in seen.screen for text in ("vorher", "Dresden", "Zittau"))


async def test_the_chosen_side_of_each_field_holds(office: GivenOffice) -> None:
    with_conflicts(office, town="Zittau", street="Fährgasse")
    async with console(office, view="") as seen:
        await conflicts(seen)
        await seen.presses("right", "down", "left", "f2")
        await seen.closes()
        await seen.waits(lambda: office.customer("K-1").town == "Zittau")
        await seen.idles()
    now = office.customer("K-1")
    assert (now.town, now.street) == ("Zittau", "Lindenweg")
    with office.store.read() as session:
        assert open_conflicts(session, now.id or 0) == []


async def test_nothing_is_settled_before_every_field_is_decided(office: GivenOffice) -> None:
    with_conflicts(office, town="Zittau", street="Fährgasse")
    async with console(office, view="") as seen:
        await conflicts(seen)
        await seen.presses("right", "f2")
        await seen.sees("Choose with")
        await seen.presses("escape")
        await seen.closes()
        await seen.idles()
    assert office.customer("K-1").town == "Dresden"


async def test_where_nothing_is_to_be_decided_it_says_so(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    async with console(office, view="") as seen:
        await seen.lists(1)
        await seen.presses("c")
        await seen.sees("There is no open conflict.")
        assert not seen.has_dialog


async def test_hostile_text_stays_text(office: GivenOffice) -> None:
    with_conflicts(office, town=HOSTILE)
    async with console(office, view="") as seen:
        await conflicts(seen)
        await seen.sees("[red]x[/]")
        assert seen.is_harmless()
