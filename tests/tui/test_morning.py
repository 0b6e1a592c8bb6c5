"""An operator's morning: what failed, why, repair, send, undo; on one row, on many, on hidden marks."""

from __future__ import annotations

import pytest

from core.outbox.transfer import State
from jobs.sandbox.client import VemaSandbox
from tests.support.customers import customer
from tests.support.offices import GivenOffice
from tests.tui.story import LARGE, telling

pytestmark = pytest.mark.anyio


@pytest.fixture
def morning(office: GivenOffice, vema: VemaSandbox) -> GivenOffice:
    """Three customers were sent: one held by a finding, one refused without a word, one delivered."""
    office.has_account(vema)
    vema.set_faults("""[[vema.refuse]]\nwhen = 'title:"Dr. habil."'\n""")
    office.has(
        customer("K-1", last_name="Śliwa "),
        customer("K-2", title="Dr. habil."),
        customer("K-3", last_name="Ebel"),
    )
    office.send("K-1", "K-2", "K-3")
    office.deliver()
    return office


async def test_what_is_stuck_is_seen_with_its_cause(morning: GivenOffice) -> None:
    async with telling(morning, opening=3) as story:
        screen = await story.sees("K-1", "K-2")
        assert "K-3" not in screen
        assert "Befunde" in screen
        assert "Daten" in screen


async def test_the_detail_says_why_with_the_hidden_character_made_visible(morning: GivenOffice) -> None:
    async with telling(morning, LARGE, opening=3) as story:
        await story.sees("CUS001", "Śliwa␣")


async def test_retry_puts_one_row_into_the_queue_again(morning: GivenOffice) -> None:
    async with telling(morning, opening=3) as story:
        story.goes_to(morning.transfer("K-2").id or 0)
        await story.presses("r")
        await story.sees("erledigt")
    assert morning.transfer("K-2").state == State.PENDING


async def test_a_verb_that_does_not_fit_says_why_and_does_nothing(morning: GivenOffice) -> None:
    async with telling(morning, opening=3) as story:
        story.goes_to(morning.transfer("K-1").id or 0)
        await story.rests()
        await story.presses("r")
        await story.sees("angehalten; stattdessen")
    assert morning.transfer("K-1").state == State.HELD


async def test_what_was_done_is_undone_with_one_key(morning: GivenOffice) -> None:
    async with telling(morning, opening=3) as story:
        story.goes_to(morning.transfer("K-2").id or 0)
        await story.presses("r")
        await story.waits(lambda: morning.transfer("K-2").state == State.PENDING)
        await story.rests()
        await story.presses("u")
        await story.waits(lambda: morning.transfer("K-2").state == State.FAILED)


async def test_marks_survive_filter_and_are_counted_where_they_cannot_be_seen(morning: GivenOffice) -> None:
    async with telling(morning, opening=3) as story:
        await story.presses("*")
        await story.waits(lambda: "2 markiert" in story.status)
        await story.presses("/")
        await story.types(" kunde:K-1")
        await story.presses("enter")
        await story.waits(lambda: "1 verborgen" in story.status or "1 ausgeblendet" in story.status)
        await story.presses("-")
        await story.waits(lambda: "markiert" not in story.status)


async def test_a_mistake_in_a_condition_is_shown_and_the_list_stays(morning: GivenOffice) -> None:
    async with telling(morning, opening=3) as story:
        await story.presses("/")
        await story.types("nonsense:1 ")
        await story.sees("▲")
        await story.sees("K-1", "K-2")


async def test_grouped_by_cause_a_group_leads_to_its_rows(morning: GivenOffice) -> None:
    async with telling(morning, opening=3) as story:
        await story.presses("o")
        await story.sees("Anzahl")
        await story.presses("enter")
        await story.waits(lambda: len(story.pane.list.view) == 1)


async def test_what_a_colleague_does_appears_and_the_cursor_stays(morning: GivenOffice) -> None:
    async with telling(morning, opening=3) as story:
        story.goes_to(morning.transfer("K-2").id or 0)
        before = story.current
        morning.edit("K-1", last_name="Śliwa")
        await story.waits(lambda: story.pane.follower.news is not None, "news")
        assert story.current == before
        assert "R" in story.status


async def test_a_database_that_cannot_be_read_is_a_message(morning: GivenOffice) -> None:
    async with telling(morning, opening=3) as story:
        with morning.store.write() as session:
            from sqlalchemy import text

            session.connection().execute(text("ALTER TABLE transfer RENAME TO transfer_elsewhere"))
        await story.presses("R")
        await story.sees("Datenbank")
        await story.presses("j", "k")
        assert story.console.is_running
        with morning.store.write() as session:
            session.connection().execute(text("ALTER TABLE transfer_elsewhere RENAME TO transfer"))


async def test_hostile_text_of_a_partner_stays_text_in_list_and_detail(
    office: GivenOffice, vema: VemaSandbox
) -> None:
    office.has_account(vema)
    hostile = "[red]x[/] [/2024] \x1b[31m株式会社 a\u0301\u0301\u0301\u0301 \u202eabc"
    office.has(customer("K-9", last_name=hostile))
    office.send("K-9")
    async with telling(office, LARGE, opening=3) as story:
        screen = await story.sees("[red]x[/]", "[/2024]", "株式会社")
        assert "\x1b" not in screen
        assert "\u202e" not in screen
