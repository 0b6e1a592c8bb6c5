from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlmodel import SQLModel, select

from core.customers.asking import ASK, Asking
from core.inquiries.inquiry import Inquiry
from core.operators import Operator, OperatorRow, Role
from core.registry import operation_of
from core.work.record import Assignment, Memo, Resubmission
from tests.support.customers import customer
from tests.support.offices import GivenOffice
from tests.tui.dialogs.seeing import CUSTOMERS, HOSTILE, VEMA, Seen, console
from tui.areas import area_of
from tui.areas.overview import KINDS
from tui.dialogs.choice import Choice
from tui.dialogs.form import Form

pytestmark = pytest.mark.anyio

OVERVIEW = 1
EVERYBODY, MY_WORK = "", "text:work*"


@pytest.fixture
def office(office: GivenOffice) -> GivenOffice:
    """With a colleague and a customer."""
    with office.store.write() as session:
        session.add(OperatorRow(name="jo", role=Role.CLERK, added_at=office.now))
    office.has(customer("K-1"))
    return office


def jo(office: GivenOffice, verb: str, number: str = "K-1", **given: Any) -> None:
    """The colleague does something about a customer."""
    operation = operation_of("customers", verb)
    acting = office.acting_as(Operator("jo", Role.CLERK))
    acting.perform(operation, [office.customer(number).id or 0], operation.parameters(**given))


def only(office: GivenOffice, model: type[SQLModel]) -> Any:
    with office.store.read() as session:
        return session.exec(select(model)).one_or_none()


def reminded(office: GivenOffice, note: str = "nachfragen") -> None:
    jo(office, "remind", on=office.today, note=note, to="mk")


async def filled(seen: Seen, key: str, **texts: str) -> None:
    """Presses a verb and fills its form."""
    await seen.waits(lambda: bool(seen.console.counted.operators), "who there is")
    await seen.presses(key)
    form = await seen.shows(Form)
    await seen.waits(lambda: all(row.query("*") for row in form.rows) and form.rows, "the form")
    for name, text in texts.items():
        control = form.row(name).control
        if isinstance(control, Choice):
            control.choose(text)
        else:
            control.value = text
    await seen.presses("f2")
    await seen.closes()


@pytest.mark.parametrize("area", [CUSTOMERS, VEMA])
async def test_a_record_is_handed_over(office: GivenOffice, area: int) -> None:
    office.send("K-1")
    async with console(office, area, view=EVERYBODY) as seen:
        await seen.lists(1)
        await filled(seen, "H", to="jo", note="bitte ansehen")
        await seen.waits(lambda: only(office, Assignment) is not None)
    one = only(office, Assignment)
    assert (one.operator, one.note, one.by) == ("jo", "bitte ansehen", "mk")


async def test_nothing_is_handed_over_before_it_is_said_to_whom(office: GivenOffice) -> None:
    async with console(office, view=EVERYBODY) as seen:
        await seen.lists(1)
        await seen.waits(lambda: bool(seen.console.counted.operators), "who there is")
        await seen.presses("H")
        await seen.shows(Form)
        await seen.sees("jo")
        await seen.presses("f2")
        await seen.sees("Choose one.")
    assert only(office, Assignment) is None


async def test_a_record_is_taken_and_given_back(office: GivenOffice) -> None:
    async with console(office, view=EVERYBODY) as seen:
        await seen.lists(1)
        await seen.presses("P")
        await seen.waits(lambda: only(office, Assignment) is not None)
        await seen.idles()
        await seen.presses("B")
        await seen.waits(lambda: only(office, Assignment).operator == "")


async def test_a_record_comes_up_again_on_a_day(office: GivenOffice) -> None:
    async with console(office, view=EVERYBODY) as seen:
        await seen.lists(1)
        await filled(seen, "W", on="24.12.2026", note="Geburtstag")
        await seen.waits(lambda: only(office, Resubmission) is not None)
    assert only(office, Resubmission).due == date(2026, 12, 24)


async def test_a_colleague_is_written_to(office: GivenOffice) -> None:
    async with console(office, view=EVERYBODY) as seen:
        await seen.lists(1)
        await filled(seen, "M", to="jo", text="Stimmt die IBAN?")
        await seen.waits(lambda: only(office, Memo) is not None)
    assert only(office, Memo).recipient == "jo"


async def test_my_work_comes_first_and_leads_to_the_record(office: GivenOffice) -> None:
    office.has(customer("K-2", postcode="1067"))
    reminded(office)
    async with console(office, OVERVIEW) as seen:
        await seen.sees("K-1: due nachfragen")
        assert seen.pane.list.current_row.work is not None
        await seen.presses("enter")
        await seen.waits(lambda: seen.console.area_number == CUSTOMERS)
        assert seen.pane.condition == f"id:{office.customer('K-1').id}"


@pytest.mark.parametrize(
    ("gives", "settled"),
    [
        (reminded, lambda office: only(office, Resubmission).ended_at is not None),
        (
            lambda office: jo(office, "message", to="mk", text="gelesen?"),
            lambda office: only(office, Memo).read_at is not None,
        ),
        (
            lambda office: jo(office, "hand-over", to="mk"),
            lambda office: only(office, Assignment).operator == "",
        ),
    ],
)
async def test_what_is_done_is_no_longer_there(
    office: GivenOffice,
    gives: Callable[[GivenOffice], None],
    settled: Callable[[GivenOffice], bool],
) -> None:
    gives(office)
    async with console(office, OVERVIEW, view=MY_WORK) as seen:
        await seen.lists(1)
        await seen.presses("r")
        await seen.waits(lambda: settled(office))
        await seen.sees("u takes it back")
        await seen.presses("u")
        await seen.waits(lambda: not settled(office))


async def test_an_answer_that_is_overdue_is_noted(office: GivenOffice) -> None:
    office.has(customer("K-2", birthdate="31.02.1968"))
    office.perform(ASK, [office.customer("K-2").id or 0], Asking(until=office.today))
    async with console(office, OVERVIEW, view="text:*K-2*") as seen:
        await seen.lists(1)
        await seen.presses("r")
        await seen.waits(lambda: only(office, Inquiry).state == "answered")


async def test_it_is_put_off(office: GivenOffice) -> None:
    reminded(office)
    async with console(office, OVERVIEW, view=MY_WORK) as seen:
        await seen.lists(1)
        await filled(seen, "W", until="24.12.2026")
        await seen.waits(lambda: only(office, Resubmission).due == date(2026, 12, 24))


async def test_what_has_no_day_cannot_be_put_off(office: GivenOffice) -> None:
    jo(office, "message", to="mk", text="gelesen?")
    async with console(office, OVERVIEW, view=MY_WORK) as seen:
        await seen.lists(1)
        await seen.presses("W")
        await seen.sees("Only what comes up on a day can be put off.")
        assert not seen.has_dialog


async def test_what_nobody_looks_after_is_counted_and_leads_there(office: GivenOffice) -> None:
    office.has(customer("K-2", postcode="1067"))
    office.send("K-2")
    async with console(office, OVERVIEW, view=MY_WORK) as seen:
        await seen.lists(1)
        await seen.sees("Stuck transfers that nobody looks after")
        await seen.presses("enter")
        await seen.waits(lambda: seen.console.area_number == VEMA)
        await seen.lists(1)
        await seen.presses("P")
        await seen.waits(lambda: only(office, Assignment) is not None)


def test_every_record_that_work_is_about_has_an_area() -> None:
    assert {kind: area_of(number).name for kind, number in KINDS.items()} == {
        "customer": "customers",
        "transfer": "vema",
        "arrival": "arrivals",
    }


async def test_hostile_text_stays_text(office: GivenOffice) -> None:
    reminded(office, HOSTILE)
    async with console(office, OVERVIEW, view=MY_WORK, size=(160, 50)) as seen:
        await seen.sees("[red]x[/]")
        assert seen.is_harmless()
