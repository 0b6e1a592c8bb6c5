"""What somebody lives with: a finding of this value, for a reason, perhaps until a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlmodel import select

from core.customers.operations import MUTE, Muting
from core.operation import Report
from core.rulebook.record import Suppression
from tests.support.broker import findings_of, recheck
from tests.support.clock import TravelClock
from tests.support.customers import company, customer
from tests.support.offices import GivenOffice

TOMORROW = timedelta(days=1)


def on(office: GivenOffice, operation: Any, number: str, given: Any) -> Report:
    return office.perform(operation, [office.customer(number).id or 0], given)


def mute(office: GivenOffice, rule: str = "CUS002", **more: Any) -> Report:
    return on(office, MUTE, "K-1", Muting(rule, "ist so", **more))


def test_a_muted_finding_holds_nothing(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode="1067"))
    office.send("K-1")
    mute(office)
    (row,) = findings_of(office)
    assert (row.suppressed, row.blocks, office.states("K-1")) == (True, False, ["pending"])


def test_it_is_muted_for_this_value_only(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode="1067"))
    mute(office)
    office.edit("K-1", postcode="1068")
    assert [one.suppressed for one in findings_of(office)] == [False]
    office.edit("K-1", postcode="1067")
    assert [one.suppressed for one in findings_of(office)] == [True]


def test_a_huge_value_is_muted_as_a_whole(office: GivenOffice, clock: TravelClock) -> None:
    huge = "Bau  " * 1000
    office.has(company("K-1", huge))
    office.send("K-1")
    mute(office, "CUS001")
    clock.travel(TOMORROW)
    recheck(office)
    assert [one.suppressed for one in findings_of(office) if one.rule == "CUS001"] == [True]
    office.edit("K-1", company=huge + "x")
    assert [one.suppressed for one in findings_of(office) if one.rule == "CUS001"] == [False]


def test_after_its_last_day_it_holds_again(office: GivenOffice, clock: TravelClock) -> None:
    office.has(customer("K-1", postcode="1067"), customer("K-2"))
    office.send("K-1")
    mute(office, until=office.today + TOMORROW)
    for states in (["pending"], ["held"], ["held"]):
        clock.travel(TOMORROW)
        recheck(office)
        assert office.states("K-1") == states
        assert recheck(office) == 0


def test_it_cannot_be_muted_until_yesterday_without_a_finding_or_by_another_rule(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode="1067"))
    for given, reason in (
        (Muting("CUS002", "so", until=office.today - TOMORROW), "22.11.2026 is over already"),
        (Muting("CUS004", "so"), "There is no such finding"),
        (Muting("CUS002", "so", field="town"), "There is no such finding"),
        (Muting("CUS999", "so"), "There is no rule CUS999"),
    ):
        assert reason in str(on(office, MUTE, "K-1", given).refused[0].reason)
    mute(office)
    assert "There is no such finding" in str(mute(office).refused[0].reason)


def test_what_was_muted_keeps_its_reason(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode="1067"))
    mute(office, "postcode-format")
    with office.store.read() as session:
        one = session.exec(select(Suppression)).one()
    assert (one.rule, one.field, one.value, one.reason, one.by, one.at) == (
        "CUS002", "postcode", "1067", "ist so", "mk", office.now,
    )  # fmt: skip
