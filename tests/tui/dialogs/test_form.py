from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import select

from core.customers.operations import MUTE, RESOLVE, WITHHOLD
from core.errors import LeitstandError
from core.outbox.operations import DECIDE, DISCARD, FIRST_TRANSFER, RELEASE
from core.rulebook.record import Suppression
from tests.support.customers import company, customer
from tests.support.offices import GivenOffice, OpenAnOffice
from tests.tui.dialogs.seeing import HOSTILE, VEMA, Seen, console
from tui.dialogs.choice import UNDECIDED, Choice
from tui.dialogs.entry import Entry
from tui.dialogs.fields import read_day, read_whole
from tui.dialogs.form import Form
from tui.dialogs.operation_form import fields_of

pytestmark = pytest.mark.anyio


def test_every_parameter_that_can_be_given_by_hand_has_a_field() -> None:
    assert [one.name for one in fields_of(MUTE, {}, "")] == ["rule", "reason", "field", "until"]
    assert [one.name for one in fields_of(RELEASE, {}, "")] == ["reason", "until"]


def test_what_has_to_be_decided_has_no_answer_until_somebody_gives_one() -> None:
    known = next(iter(fields_of(FIRST_TRANSFER, {}, "")))
    assert [value for value, _label in known.options] == [True, False]
    assert known.value is None
    arrived = next(iter(fields_of(DECIDE, {}, "")))
    assert str(arrived.options[0][1]) == "The partner has it"


def test_a_switch_begins_as_it_is_declared() -> None:
    again = next(one for one in fields_of(WITHHOLD, {}, "") if one.name == "again")
    assert again.value is False


def test_a_field_of_a_customer_is_chosen_from_all_of_them() -> None:
    field = next(one for one in fields_of(RESOLVE, {}, "") if one.name == "field")
    assert "iban" in [value for value, _label in field.options]
    assert field.options[0][0] == ""


def test_what_the_verb_knows_is_filled_in() -> None:
    rule = next(iter(fields_of(MUTE, {"rule": "CUS002"}, "")))
    assert rule.value == "CUS002"


def test_the_last_reason_is_proposed_and_not_filled_in() -> None:
    reason = next(iter(fields_of(DISCARD, {}, "doppelt")))
    assert (reason.value, reason.proposal) == ("", "doppelt")


@pytest.mark.parametrize("text", ["24.12.2026", "2026-12-24", " 24.12.2026 "])
def test_a_day_is_read_as_people_write_it(text: str) -> None:
    assert read_day(text) == date(2026, 12, 24)


def test_nothing_is_no_day_and_no_number() -> None:
    assert read_day(" ") is None
    assert read_whole("") is None


@pytest.mark.parametrize("text", ["31.02.2026", "bald", "12/24/2026"])
def test_what_is_no_day_is_said_to_be_none(text: str) -> None:
    with pytest.raises(LeitstandError, match="no day"):
        read_day(text)


async def held_form(seen: Seen) -> Form:
    await seen.lists(1)
    await seen.presses("h")
    return await seen.shows(Form)


@pytest.fixture
def waiting(open_an_office: OpenAnOffice) -> GivenOffice:
    """An office with one transfer that waits."""
    office = open_an_office(send="all")
    office.has(customer("K-1"))
    return office


async def test_a_transfer_is_held_with_the_reason_that_was_typed(waiting: GivenOffice) -> None:
    async with console(waiting, VEMA, view="") as seen:
        await held_form(seen)
        await seen.types("zu klären")
        await seen.presses("f2")
        await seen.waits(lambda: waiting.states() == ["held"])
        assert waiting.transfer("K-1").cause_message().values["reason"] == "zu klären"


async def test_escape_does_nothing(waiting: GivenOffice) -> None:
    async with console(waiting, VEMA, view="") as seen:
        await held_form(seen)
        await seen.types("doch nicht")
        await seen.presses("escape")
        await seen.closes()
        await seen.idles()
    assert waiting.states() == ["pending"]


async def test_enter_on_the_last_field_is_enough(waiting: GivenOffice) -> None:
    async with console(waiting, VEMA, view="") as seen:
        await held_form(seen)
        await seen.types("so")
        await seen.presses("enter")
        await seen.waits(lambda: waiting.states() == ["held"])


async def test_the_reason_of_last_time_comes_with_one_key(waiting: GivenOffice) -> None:
    async with console(waiting, VEMA, view="") as seen:
        seen.console.last_reason = "wie besprochen"
        form = await held_form(seen)
        await seen.sees("wie besprochen")
        assert form.row("reason").typed == ""
        await seen.presses("up")
        assert form.row("reason").typed == "wie besprochen"


async def test_what_is_missing_is_said_at_its_field_and_nothing_typed_goes(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode="1067"))
    async with console(office) as seen:
        await seen.lists(1)
        await seen.presses("m")
        form = await seen.shows(Form)
        form.row("rule").control.value = ""
        form.row("reason").control.value = "bekannt"
        await seen.presses("f2")
        await seen.sees("This is needed.")
        assert form.row("reason").typed == "bekannt"
        assert seen.console.focused is form.row("rule").control


async def test_a_day_that_is_none_is_said_at_its_field(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode="1067"))
    async with console(office) as seen:
        await seen.lists(1)
        await seen.presses("m")
        form = await seen.shows(Form)
        for name, text in {"rule": "CUS002", "reason": "so ist es", "until": "31.02.2027"}.items():
            form.row(name).control.value = text
        await seen.presses("f2")
        await seen.sees("is no day")
        form.row("until").control.value = "28.02.2027"
        await seen.presses("f2")
        await seen.closes()
        await seen.sees("done")
    with office.store.read() as session:
        assert session.exec(select(Suppression)).one().until == date(2027, 2, 28)


async def test_a_choice_of_two_has_to_be_made(open_an_office: OpenAnOffice) -> None:
    office = open_an_office(send="all", without=("look_up_subject",))
    office.has(company("K-1", "Elfenbeinküste Handels GmbH"))
    async with console(office, VEMA, view="") as seen:
        await seen.waits(lambda: seen.pane.list.current_row is not None)
        await seen.presses("b")
        form = await seen.shows(Form)
        choice = form.query(Choice).first()
        assert choice.value is UNDECIDED
        await seen.presses("f2")
        await seen.sees("Choose one.")
        await seen.presses("right")
        assert choice.value is True
        await seen.presses("right")
        assert choice.value is False


async def test_hostile_text_that_is_typed_or_proposed_stays_text(waiting: GivenOffice) -> None:
    async with console(waiting, VEMA, view="") as seen:
        seen.console.last_reason = HOSTILE
        form = await held_form(seen)
        await seen.sees("[red]x[/]")
        form.query_one(Entry).value = HOSTILE
        await seen.sees("‹U+202E›")
        assert seen.is_harmless()
