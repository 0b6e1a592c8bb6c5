"""Reviewing: only what moved is checked again, and after that nothing is left to be checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import col, select

from core.customers import review
from core.customers.customer import Customer
from core.customers.fields import CustomerFields
from core.customers.given import Given
from core.customers.operations import WITHHOLD, Withholding
from core.customers.review import review_stale
from core.customers.rules import RULES
from core.operation import Report
from core.outbox.operations import FIRST_TRANSFER, FirstTransfer
from core.rulebook.finding import Found, Severity, found
from core.rulebook.record import LONGEST_VALUE, FindingRow, kept_value
from core.rulebook.rule import Need
from jobs.sandbox.client import VemaSandbox
from tests.support.broker import BrokerSoftware, customers_of, findings_of, recheck
from tests.support.clock import TravelClock
from tests.support.customers import company, customer
from tests.support.offices import GivenOffice, OpenAnOffice

TOMORROW = timedelta(days=1)
SAME = "Sächsische Bau GmbH"
ALSO_THE_SAME = "Sächsische Bank AG"


def rules(office: GivenOffice, number: str | None = None) -> list[str]:
    return sorted(one.rule for one in findings_of(office, number))


def on(office: GivenOffice, operation: Any, number: str, given: Any) -> Report:
    return office.perform(operation, [office.customer(number).id or 0], given)


@contextmanager
def watched(office: GivenOffice) -> Iterator[list[str]]:
    """What the writing connection is told to do meanwhile."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(office.store.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(office.store.engine, "before_cursor_execute", note)


@pytest.fixture
def a_rule() -> Iterator[Callable[..., None]]:
    """Adds a rule; it is gone after the test."""
    added: list[str] = []

    def add(
        check: Callable[[CustomerFields, Given], Iterator[Found]],
        id_: str = "CUS900",
        needs: Sequence[Need] = (),
    ) -> None:
        RULES.rule(id_, f"invented-{id_.lower()}", Severity.ERROR, source="invented", needs=needs)(check)
        added.append(id_)

    yield add
    for one in added:
        del RULES.rules[one]


# --- once, and then no more


def test_what_was_imported_is_reviewed_once(office: GivenOffice, broker: BrokerSoftware) -> None:
    broker.brings(*(customer(f"K-{number}", postcode="1067") for number in range(7)))
    assert findings_of(office) == []
    assert recheck(office) == 7
    assert rules(office) == ["CUS002"] * 7
    assert recheck(office) == 0


def test_a_review_of_what_stands_still_touches_nothing(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode="1067"), company("K-2", SAME), company("K-3", ALSO_THE_SAME))
    recheck(office)
    with watched(office) as said:
        assert recheck(office) == 0
    assert not [one for one in said if not one.startswith("SELECT")]


def test_reviewing_it_all_the_same_writes_no_row(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode="1067", town="Dresden "), company("K-2", SAME))
    office.send("K-1", "K-2")
    ids = [one.id or 0 for one in customers_of(office).values()]
    with watched(office) as said, office.store.write() as session:
        review.review(session, office, ids)
    assert not [one for one in said if one.startswith(("INSERT", "UPDATE", "DELETE"))]


def test_it_goes_in_pieces_and_says_how_far_it_is(
    office: GivenOffice, broker: BrokerSoftware, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review, "CHUNK", 2)
    broker.brings(*(customer(f"K-{number}") for number in range(5)))
    assert list(review_stale(office)) == [(2, 5), (4, 5), (5, 5)]


def test_one_that_was_stopped_goes_on_where_it_was(
    office: GivenOffice, broker: BrokerSoftware, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review, "CHUNK", 2)
    broker.brings(*(customer(f"K-{number}", postcode="1067") for number in range(5)))
    assert next(review_stale(office)) == (2, 5)
    assert rules(office) == ["CUS002"] * 2
    assert recheck(office) == 3
    assert rules(office) == ["CUS002"] * 5


# --- what makes a customer be looked at again


def test_a_changed_field_and_nobody_else(office: GivenOffice, broker: BrokerSoftware) -> None:
    broker.brings(customer("K-1"), customer("K-2"))
    recheck(office)
    broker.brings(customer("K-1"), customer("K-2", postcode="1067"))
    assert recheck(office) == 1
    assert rules(office, "K-2") == ["CUS002"]


def test_an_edit_is_reviewed_with_it(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    office.edit("K-1", postcode="1067")
    assert rules(office) == ["CUS002"]
    office.edit("K-1", postcode="01067")
    assert rules(office) == []
    assert recheck(office) == 0


def test_a_field_that_is_left_out(office: GivenOffice) -> None:
    office.has(customer("K-1", iban="AT611904300234573201"))
    before = office.customer("K-1").revision
    assert rules(office) == ["CUS004"]
    on(office, WITHHOLD, "K-1", Withholding("iban"))
    assert (rules(office), office.customer("K-1").revision) == ([], before + 1)
    on(office, WITHHOLD, "K-1", Withholding("iban", again=True))
    assert (rules(office), office.customer("K-1").revision) == (["CUS004"], before + 2)
    assert recheck(office) == 0


def test_a_new_rule_and_everybody(office: GivenOffice, a_rule: Callable[..., None]) -> None:
    def no_saxons(one: CustomerFields, _given: Given) -> Iterator[Found]:
        """Nobody lives in Dresden.

        Why: invented.
        Remedy: move.
        """
        if one.town == "Dresden":
            yield found("town", one.town)

    office.has(customer("K-1"), customer("K-2", town="Zittau"))
    a_rule(no_saxons)
    assert recheck(office) == 2
    assert rules(office) == ["CUS900"]
    assert recheck(office) == 0


def test_a_rule_that_is_gone_and_everybody(office: GivenOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    office.has(customer("K-1", postcode="1067"))
    monkeypatch.delitem(RULES.rules, "CUS002")
    assert recheck(office) == 1
    assert rules(office) == []


def test_another_limit_of_the_partner_and_everybody(open_an_office: OpenAnOffice) -> None:
    office = open_an_office(send="chosen", account=False)
    office.has(customer("K-1"), company("K-2", "Mutig GmbH"))
    assert rules(office) == []
    stricter = open_an_office(send="chosen", account=False, profile={"limits": {"first_company_name": 5}})
    assert recheck(stricter) == 2
    assert rules(stricter, "K-2") == ["CUS009"]


def test_another_severity_and_everybody(open_an_office: OpenAnOffice) -> None:
    office = open_an_office(send="chosen", account=False)
    office.has(customer("K-1", postcode="1067"))
    milder = open_an_office(
        send="chosen", account=False, profile={"limits": {"severities": {"CUS002": "warning"}}}
    )
    assert recheck(milder) == 1
    (row,) = findings_of(milder)
    assert (row.severity, row.blocks) == ("warning", False)


def test_another_choice_of_who_goes_out_and_everybody(open_an_office: OpenAnOffice) -> None:
    office = open_an_office(send="chosen", account=False)
    office.has(customer("K-1"), customer("K-2", town="Zittau"))
    assert office.transfers() == []
    for send, going in (("town:Zittau", ["K-2"]), ("all", ["K-2", "K-1"])):
        other = open_an_office(send=send, account=False)
        assert recheck(other) == 2
        assert [one.subject for one in other.transfers()] == going


def test_what_the_partner_has_now(open_an_office: OpenAnOffice, vema: VemaSandbox) -> None:
    office = open_an_office(send="chosen")
    office.has(company("K-1", SAME), customer("K-2"))
    office.send("K-1")
    assert rules(office) == ["CUS009"]
    office.do(FIRST_TRANSFER, "K-1", given=FirstTransfer(known=False))
    office.deliver()
    assert recheck(office) == 1
    assert rules(office) == []
    assert recheck(office) == 0


# --- the day


def test_the_day_and_only_the_rules_that_ask_for_it(
    office: GivenOffice, clock: TravelClock, a_rule: Callable[..., None]
) -> None:
    asked: list[tuple[str, str]] = []

    def by_day(one: CustomerFields, given: Given) -> Iterator[Found]:
        """Nothing.

        Why: invented.
        Remedy: none.
        """
        asked.append((one.number, f"by day {given.today}"))
        yield from ()

    def ever(one: CustomerFields, _given: Given) -> Iterator[Found]:
        """Nothing.

        Why: invented.
        Remedy: none.
        """
        asked.append((one.number, "ever"))
        yield from ()

    a_rule(by_day, "CUS901", [Need.TODAY])
    a_rule(ever, "CUS902")
    office.has(customer("K-1"))
    assert asked == [("K-1", "by day 2026-11-23"), ("K-1", "ever")]
    clock.travel(hours=12)
    assert recheck(office) == 0
    clock.travel(TOMORROW)
    assert recheck(office) == 1
    assert asked[2:] == [("K-1", "by day 2026-11-24")]
    assert recheck(office) == 0


def test_what_the_day_brings_and_takes(office: GivenOffice, clock: TravelClock) -> None:
    office.has(customer("K-1", birthdate="25.11.2026", postcode="1067"))
    assert rules(office) == ["CUS002", "CUS008"]
    clock.travel(2 * TOMORROW)
    recheck(office)
    assert rules(office) == ["CUS002"]
    office.send("K-1")
    assert office.states("K-1") == ["held"]


def test_on_another_day_other_findings_still_hold_a_transfer(office: GivenOffice, clock: TravelClock) -> None:
    office.has(customer("K-1", postcode="1067"))
    office.send("K-1")
    clock.travel(TOMORROW)
    recheck(office)
    assert office.states("K-1") == ["held"]


# --- findings


def test_a_finding_remembers_since_when_it_is_there(office: GivenOffice, clock: TravelClock) -> None:
    office.has(customer("K-1", postcode="1067"))
    since = clock.at
    clock.travel(days=3)
    office.edit("K-1", postcode="1068")
    (row,) = findings_of(office)
    assert (row.first_seen, row.value) == (since, "1068")
    office.edit("K-1", postcode="01067")
    office.edit("K-1", postcode="1067")
    assert findings_of(office)[0].first_seen == clock.at


def test_a_finding_carries_what_lists_show(office: GivenOffice) -> None:
    office.has(customer("K-1", town="Dresden "))
    (row,) = findings_of(office)
    assert (row.area, row.subject, row.rule, row.name, row.severity, row.field) == (
        "customers", "K-1", "CUS001", "hidden-whitespace", "error", "town",
    )  # fmt: skip
    assert (row.value, row.fix, row.fix_text, row.blocks, row.suppressed) == (
        "Dresden ", "safe", "Dresden", True, False,
    )  # fmt: skip
    assert "Dresden␣" in str(row.finding().message)


def test_two_findings_of_one_rule_in_one_field_stay_two(
    office: GivenOffice, a_rule: Callable[..., None]
) -> None:
    def twice(one: CustomerFields, _given: Given) -> Iterator[Found]:
        """Nothing is right.

        Why: invented.
        Remedy: none.
        """
        yield found("town", one.town)
        yield found("town", f"{one.town}!")

    a_rule(twice)
    office.has(customer("K-1"))
    ids = [one.id for one in findings_of(office)]
    for title in ("Dr.", "Prof."):
        office.edit("K-1", title=title)
        assert [(one.id, one.value) for one in findings_of(office)] == [
            (ids[0], "Dresden"), (ids[1], "Dresden!"),
        ]  # fmt: skip


def test_of_a_huge_value_only_the_beginning_is_kept(office: GivenOffice) -> None:
    huge = "Bau " * 50_000
    office.has(company("K-1", huge))
    rows = findings_of(office)
    assert {one.rule for one in rows} >= {"CUS001", "CUS009"}
    assert all(len(one.value) <= LONGEST_VALUE and one.value.startswith("Bau Bau ") for one in rows)
    assert all(len(one.fix_text) <= LONGEST_VALUE and len(one.message) < 3000 for one in rows)


@pytest.mark.parametrize("length", [0, LONGEST_VALUE, LONGEST_VALUE + 1, 10_000])
def test_a_kept_value_is_kept_as_it_is(length: int) -> None:
    value = "ä" * length
    assert len(kept_value(value)) <= LONGEST_VALUE
    assert kept_value(kept_value(value)) == kept_value(value)
    assert (kept_value(value) == value) is (length <= LONGEST_VALUE)
    assert kept_value(value + "x") != kept_value(value)


def test_findings_of_an_area_are_its_own(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    foreign = FindingRow(
        area="cases", record=1, rule="CAS001", severity="error", first_seen=office.now, message="{}"
    )
    with office.store.write() as session:
        session.add(foreign)
        session.connection().execute(sa.update(Customer).values(checked_by=""))
    recheck(office)
    with office.store.read() as session:
        assert session.exec(select(FindingRow.rule).order_by(col(FindingRow.id))).all() == ["CAS001"]
