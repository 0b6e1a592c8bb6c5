"""Meine Arbeit: what is due, handed over, written and nobody's, of every area, in that order."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlmodel import select

from core.customers.asking import ASK, Asking
from core.customers.operations import SEND
from core.outbox.transfer import Transfer
from core.work.my_work import my_work
from core.work.operations import StandingIn, stand_in
from tests.core.work.conftest import Colleague
from tests.support.broker import BrokerSoftware
from tests.support.clock import TravelClock
from tests.support.customers import customer
from tests.support.offices import GivenOffice


def listed(who: Colleague, unassigned: int = 100) -> list[tuple[str, str, str]]:
    items = my_work(who.office, unassigned=unassigned)
    return [(one.reason.value, one.source, one.subject) for one in items]


def test_who_has_nothing_to_do_sees_nothing(office: GivenOffice, jo: Colleague) -> None:
    office.has(customer("K-1"))
    assert my_work(jo.office) == []


def test_work_comes_by_reason_and_then_by_day(
    office: GivenOffice, jo: Colleague, li: Colleague, clock: TravelClock
) -> None:
    office.has(*(customer(f"K-{number}") for number in range(1, 7)))
    li.on_customer("message", "K-5", to="jo", text="Bitte ansehen")
    li.on_customer("hand-over", "K-4", to="jo", note="kennt sie")
    jo.on_customer("remind", "K-3", on=date(2026, 12, 1))
    jo.on_customer("remind", "K-2", on=date(2026, 11, 30))
    jo.on_customer("remind", "K-1", on=date(2026, 12, 24))
    clock.travel(days=10)
    assert listed(jo) == [
        ("due", "resubmission", "K-2"),
        ("due", "resubmission", "K-3"),
        ("handed", "assignment", "K-4"),
        ("message", "memo", "K-5"),
    ]
    assert listed(li) == []


def test_an_item_says_what_it_is_about_and_who_wants_what(
    office: GivenOffice, jo: Colleague, li: Colleague
) -> None:
    office.has(customer("K-1"))
    li.on_customer("hand-over", "K-1", to="jo", note="kennt sie")
    [one] = my_work(jo.office)
    assert (one.kind, one.record, one.operator, one.by, one.text) == (
        "customer",
        office.customer("K-1").id,
        "jo",
        "li",
        "kennt sie",
    )


def test_what_is_done_read_or_given_back_is_gone(office: GivenOffice, jo: Colleague, li: Colleague) -> None:
    office.has(customer("K-1"))
    li.on_customer("message", "K-1", to="jo", text="x")
    jo.on_customer("take", "K-1")
    jo.on_customer("remind", "K-1", on=office.today)
    assert len(my_work(jo.office)) == 3
    jo.perform("work", "done", 1)
    jo.perform("work", "read", 1)
    jo.on_customer("give-back", "K-1")
    assert my_work(jo.office) == []


def test_the_work_of_whom_one_stands_in_for_is_ones_own_on_those_days(
    office: GivenOffice, jo: Colleague, li: Colleague, clock: TravelClock
) -> None:
    office.has(customer("K-1"))
    li.on_customer("take", "K-1")
    stand_in(li.office, StandingIn("li", "jo", since=date(2026, 11, 24), until=date(2026, 11, 25)))
    assert listed(jo) == []
    clock.travel(days=1)
    assert [(one.operator, one.subject) for one in my_work(jo.office)] == [("li", "K-1")]
    clock.travel(days=1)
    assert len(listed(jo)) == 1
    clock.travel(days=1)
    assert listed(jo) == []
    assert listed(li) == [("handed", "assignment", "K-1")]


def test_an_inquiry_without_an_answer_comes_up_again(
    office: GivenOffice, jo: Colleague, li: Colleague, clock: TravelClock
) -> None:
    office.has(customer("K-1", postcode=""))
    jo.office.perform(ASK, [office.customer("K-1").id or 0], Asking())
    assert listed(jo) == []
    clock.travel(days=14)
    assert listed(jo) == [("due", "inquiry", "K-1")]
    assert listed(li) == []


def test_a_stuck_transfer_is_everybodys_until_somebody_has_it(
    office: GivenOffice, jo: Colleague, li: Colleague
) -> None:
    office.has(customer("K-1", postcode="1067"), customer("K-2", postcode="1067"), customer("K-3"))
    jo.office.perform(SEND, [office.customer(f"K-{number}").id or 0 for number in (1, 2, 3)])
    stuck = [("unassigned", "transfer", "K-1"), ("unassigned", "transfer", "K-2")]
    assert listed(jo) == listed(li) == stuck
    assert listed(jo, unassigned=1) == stuck[:1]
    assert my_work(jo.office)[0].message is not None
    jo.on_customer("take", "K-1")
    with office.store.read() as session:
        other = session.exec(select(Transfer.id).where(Transfer.subject == "K-2")).one()
    jo.perform("transfers", "hand-over", other or 0, to="jo")
    assert listed(li) == []
    assert [source for _reason, source, _subject in listed(jo)] == ["assignment", "assignment"]


def test_a_transfer_whose_customer_was_asked_waits_for_the_answer(office: GivenOffice, jo: Colleague) -> None:
    office.has(customer("K-1", postcode=""))
    ids = [office.customer("K-1").id or 0]
    jo.office.perform(SEND, ids)
    assert len(listed(jo)) == 1
    jo.office.perform(ASK, ids, Asking())
    assert listed(jo) == []


def test_rows_put_back_and_conflicts_are_somebodys_too(
    office: GivenOffice, jo: Colleague, tmp_path: Path
) -> None:
    broker = BrokerSoftware(office, tmp_path)
    broker.brings(customer("K-1", town="Dresden"))
    office.edit("K-1", town="Zittau")
    broker.brings(customer("K-1", town="Plauen"))
    broker.imports(broker.writes(b"Kundennummer;Nachname\r\nK-2;Wei\xc3\x9f\r\nK-3\r\n"))
    assert [source for _reason, source, _subject in listed(jo)] == ["arrival", "conflict"]
    jo.on_customer("take", "K-1")
    [row] = [one for one in my_work(jo.office) if one.source == "arrival"]
    jo.perform("arrivals", "take", row.record)
    assert [source for _reason, source, _subject in listed(jo)] == ["assignment", "assignment"]


def test_somebody_elses_work_can_be_looked_at(office: GivenOffice, jo: Colleague, li: Colleague) -> None:
    office.has(customer("K-1"))
    li.on_customer("take", "K-1")
    assert [one.subject for one in my_work(jo.office, "li")] == ["K-1"]
