from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import col, select

from core.customers.asking import ASK, Asking
from core.inquiries.inquiry import Inquiry
from tests.support.customers import customer
from tests.support.offices import GivenOffice
from tests.tui.dialogs.seeing import HOSTILE, VEMA, Seen, console
from tui.dialogs.entry import Entry
from tui.dialogs.inquiry import AdviserLetter, InquiryDialog

pytestmark = pytest.mark.anyio

ALL_OF_THEM = ""


def inquiries(office: GivenOffice) -> list[Inquiry]:
    with office.store.read() as session:
        return list(session.exec(select(Inquiry).order_by(col(Inquiry.id))))


def wrong(number: str, adviser: str = "Okafor") -> dict[str, str]:
    """A customer of whom only the birthdate has to be asked for."""
    return customer(number, birthdate="31.02.1968", adviser=adviser)


async def drafted(seen: Seen, rows: int = 1) -> InquiryDialog:
    await seen.lists(rows)
    await seen.presses("w")
    return await seen.shows(InquiryDialog)


async def test_one_key_drafts_what_is_missing_in_german(office: GivenOffice) -> None:
    office.has(wrong("K-1"))
    async with console(office, view=ALL_OF_THEM) as seen:
        await drafted(seen)
        await seen.sees("Geburtsdatum: Bei uns steht „31.02.1968“")


async def test_it_is_asked_with_another_key_and_the_list_says_so(office: GivenOffice) -> None:
    office.has(wrong("K-1"))
    async with console(office, view=ALL_OF_THEM) as seen:
        await drafted(seen)
        await seen.presses("f2")
        await seen.closes()
        await seen.sees("asked until 12-07")
    [one] = inquiries(office)
    assert (one.addressee, one.due, one.state) == ("customer", date(2026, 12, 7), "open")


async def test_escape_asks_nobody(office: GivenOffice) -> None:
    office.has(wrong("K-1"))
    async with console(office, view=ALL_OF_THEM) as seen:
        await drafted(seen)
        await seen.presses("escape")
        await seen.closes()
        await seen.idles()
    assert inquiries(office) == []


async def test_what_was_asked_is_taken_back_by_undo(office: GivenOffice) -> None:
    office.has(wrong("K-1"))
    async with console(office, view=ALL_OF_THEM) as seen:
        await drafted(seen)
        await seen.presses("f2")
        await seen.sees("asked until")
        await seen.presses("u")
        await seen.waits(lambda: inquiries(office)[0].state == "withdrawn")


async def test_the_adviser_has_a_letter_of_its_own(office: GivenOffice) -> None:
    office.has(wrong("K-1"))
    async with console(office, view=ALL_OF_THEM) as seen:
        await drafted(seen)
        await seen.presses("right")
        await seen.sees("Guten Tag Okafor")
        await seen.presses("f2")
        await seen.closes()
    assert [one.addressee for one in inquiries(office)] == ["adviser"]


async def test_what_was_typed_is_what_is_kept(office: GivenOffice) -> None:
    office.has(wrong("K-1"))
    async with console(office, view=ALL_OF_THEM) as seen:
        dialog = await drafted(seen)
        dialog.letter_text.focus()
        await seen.types("PS ")
        await seen.presses("f2")
        await seen.closes()
    assert inquiries(office)[0].text.startswith("PS ")


async def test_what_was_typed_is_there_again_after_a_look_at_the_other_letter(office: GivenOffice) -> None:
    office.has(wrong("K-1"))
    async with console(office, view=ALL_OF_THEM) as seen:
        dialog = await drafted(seen)
        dialog.letter_text.focus()
        await seen.types("PS ")
        dialog.query_one("#to").focus()
        await seen.presses("right")
        await seen.sees("Guten Tag Okafor")
        await seen.presses("left")
        await seen.sees("PS Sehr geehrte")


async def test_the_day_can_be_chosen_and_a_day_that_is_over_cannot(office: GivenOffice) -> None:
    office.has(wrong("K-1"))
    async with console(office, view=ALL_OF_THEM) as seen:
        dialog = await drafted(seen)
        dialog.query_one("#until", Entry).value = "01.01.2020"
        await seen.presses("f2")
        await seen.sees("is over already")
        dialog.query_one("#until", Entry).value = "24.12.2026"
        await seen.presses("f2")
        await seen.closes()
    assert inquiries(office)[0].due == date(2026, 12, 24)


async def test_the_letter_is_copied_to_the_clipboard(office: GivenOffice) -> None:
    office.has(wrong("K-1"))
    async with console(office, view=ALL_OF_THEM) as seen:
        await drafted(seen)
        await seen.presses("y")
        await seen.sees("Copied")
        assert "31.02.1968" in seen.console.clipboard


async def test_where_an_answer_is_waited_for_it_is_answered_here(office: GivenOffice) -> None:
    office.has(wrong("K-1"))
    office.perform(ASK, [office.customer("K-1").id or 0], Asking())
    async with console(office, view="is:asked") as seen:
        await drafted(seen)
        await seen.sees("no answer yet")
        await seen.presses("r")
        await seen.sees("Answered: 1 done")
    assert inquiries(office)[0].state == "answered"


async def test_where_an_answer_is_waited_for_longer_it_is_postponed(office: GivenOffice) -> None:
    from tui.dialogs.form import Form

    office.has(wrong("K-1"))
    office.perform(ASK, [office.customer("K-1").id or 0], Asking())
    async with console(office, view="is:asked") as seen:
        await drafted(seen)
        await seen.presses("W")
        await seen.shows(Form)
        await seen.types("31.12.2026")
        await seen.presses("f2")
        await seen.sees("Postpone: 1 done")
    assert inquiries(office)[0].due == date(2026, 12, 31)


async def test_several_are_asked_in_letters_of_their_own(office: GivenOffice) -> None:
    office.has(wrong("K-1"), wrong("K-2"))
    async with console(office, view=ALL_OF_THEM) as seen:
        await seen.lists(2)
        await seen.presses("asterisk")
        await drafted(seen, 2)
        await seen.sees("1 of 2")
        await seen.presses("n")
        await seen.sees("Kundennummer K-2")
        await seen.presses("f2")
        await seen.waits(lambda: len(inquiries(office)) == 2)
    assert ["K-1" in inquiries(office)[0].text, "K-2" in inquiries(office)[1].text] == [True, True]


async def test_marks_that_the_filter_hides_are_not_asked_unseen(office: GivenOffice) -> None:
    from tui.dialogs.question import Question

    office.has(wrong("K-1"), wrong("K-2"))
    async with console(office, view=ALL_OF_THEM) as seen:
        await seen.lists(2)
        await seen.presses("asterisk")
        seen.pane.filter_by("number:K-1")
        await drafted(seen, 1)
        await seen.presses("f2")
        await seen.shows(Question)
        assert inquiries(office) == []


async def test_an_adviser_is_asked_about_all_customers_in_one_letter(office: GivenOffice) -> None:
    office.has(wrong("K-1"), wrong("K-2"), wrong("K-3", adviser="Wiedemann"))
    async with console(office, view=ALL_OF_THEM) as seen:
        await drafted(seen, 3)
        await seen.presses("l")
        letter = await seen.shows(AdviserLetter)
        text = letter.letter_text.text
        assert ["K-1" in text, "K-2" in text, "K-3" in text] == [True, True, False]
        await seen.presses("f2")
        await seen.waits(lambda: len(inquiries(office)) == 2)
    assert {one.subject for one in inquiries(office)} == {"K-1", "K-2"}


async def test_from_a_transfer_its_customer_is_asked(office: GivenOffice) -> None:
    office.has(wrong("K-1"))
    office.send("K-1")
    async with console(office, VEMA, view=ALL_OF_THEM) as seen:
        await drafted(seen)
        await seen.presses("f2")
        await seen.waits(lambda: len(inquiries(office)) == 1)


async def test_hostile_text_stays_text(office: GivenOffice) -> None:
    office.has(customer("K-1", last_name=HOSTILE, birthdate="31.02.1968", adviser=HOSTILE))
    async with console(office, view=ALL_OF_THEM) as seen:
        await drafted(seen)
        await seen.sees("[red]x[/]")
        await seen.presses("right")
        await seen.sees("Guten Tag [red]x[/]")
        assert seen.is_harmless()
