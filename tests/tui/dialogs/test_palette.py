from __future__ import annotations

import pytest

from core.outbox.transfer import State
from tests.support.customers import customer
from tests.support.offices import GivenOffice
from tests.tui.dialogs.seeing import CUSTOMERS, HOSTILE, VEMA, Seen, console
from tui.dialogs.help import Help
from tui.dialogs.palette import Palette, score
from tui.dialogs.rows import RowList

pytestmark = pytest.mark.anyio

EVERYBODY = ""


async def opened(seen: Seen, typed: str = "") -> Palette:
    await seen.presses("colon")
    palette = await seen.shows(Palette)
    await seen.types(typed)
    await seen.waits(lambda: palette.typed == typed and not palette.is_looking, "what answers")
    return palette


def answers(palette: Palette) -> str:
    return palette.query_one(RowList).text


async def test_verbs_that_fit_stand_there_with_their_keys(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    async with console(office, view=EVERYBODY) as seen:
        await seen.lists(1)
        rows = [row.text.split() for row in (await opened(seen)).query_one(RowList).rows]
        assert ["r", "Customers", "Send"] in rows
        assert ["u", "Console", "Undo"] in rows


async def test_verbs_that_do_not_fit_the_row_are_not_offered(office: GivenOffice) -> None:
    office.has(customer("K-1", last_name="Ebel "))
    office.send("K-1")
    async with console(office, VEMA, view=EVERYBODY) as seen:
        await seen.lists(1)
        text = answers(await opened(seen))
        assert "Release" in text
        assert "Hold" not in text


async def test_enter_does_what_the_cursor_stands_on(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    office.send("K-1")
    async with console(office, VEMA, view=EVERYBODY) as seen:
        await seen.lists(1)
        await opened(seen, "discard")
        await seen.presses("enter")
        await seen.sees("Reason")
        await seen.types("hinfällig")
        await seen.presses("f2")
        await seen.waits(lambda: office.transfer("K-1").state == State.DISCARDED)


async def test_it_leads_to_every_area(office: GivenOffice) -> None:
    async with console(office) as seen:
        await opened(seen, "go jobs")
        await seen.presses("enter")
        await seen.waits(lambda: seen.console.area_number == 9)


async def test_what_belongs_to_the_console_is_done_too(office: GivenOffice) -> None:
    async with console(office) as seen:
        await opened(seen, "help")
        await seen.presses("enter")
        await seen.shows(Help)


@pytest.mark.parametrize("typed", ["K-17", "kühn"])
async def test_a_record_is_found_by_number_or_name(office: GivenOffice, typed: str) -> None:
    office.has(customer("K-17", last_name="Kühn"), customer("K-2", last_name="Vogt"))
    async with console(office, VEMA) as seen:
        palette = await opened(seen, typed)
        assert "K-2" not in answers(palette)
        await seen.presses("enter")
        await seen.waits(lambda: seen.console.area_number == CUSTOMERS)
        assert seen.pane.condition == f"id:{office.customer('K-17').id}"


async def test_at_most_twenty_records_are_listed(office: GivenOffice) -> None:
    office.has(*(customer(f"Q-{number}") for number in range(25)))
    async with console(office) as seen:
        assert len((await opened(seen, "Q-")).found) == 20


async def test_the_arrows_choose_while_something_can_be_typed(office: GivenOffice) -> None:
    office.has(customer("Q-1"), customer("Q-2"))
    async with console(office) as seen:
        await opened(seen, "Q-")
        await seen.presses("down", "enter")
        await seen.waits(lambda: seen.pane.condition == f"id:{office.customer('Q-2').id}")


async def test_what_nobody_means_is_said(office: GivenOffice) -> None:
    async with console(office) as seen:
        palette = await opened(seen, "qqq")
        assert "“qqq” in Customers" in answers(palette)


async def test_escape_does_nothing(office: GivenOffice) -> None:
    async with console(office) as seen:
        await opened(seen, "quit")
        await seen.presses("escape")
        await seen.closes()
        assert seen.console.is_running


async def test_hostile_text_stays_text(office: GivenOffice) -> None:
    office.has(customer("K-1", last_name=HOSTILE))
    async with console(office) as seen:
        await opened(seen, "K-1")
        await seen.sees("[red]x[/]")
        assert seen.is_harmless()


@pytest.mark.parametrize(
    ("better", "worse"),
    [("go to jobs", "bjobs"), ("discard", "did scarf around"), ("send again", "resend")],
)
def test_words_that_begin_so_answer_before_letters_that_are_somewhere(better: str, worse: str) -> None:
    wanted = {"go to jobs": "jobs", "discard": "discard", "send again": "send"}[better]
    first, second = score(wanted, better), score(wanted, worse)
    assert first is not None
    assert second is None or first < second


def test_every_word_has_to_be_found() -> None:
    assert score("send xyz", "send again") is None
    assert score("sa", "send again") is not None
