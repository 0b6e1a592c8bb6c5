"""What can be done to customers: edit, fix, send, leave a field out; each refuses what makes no sense."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from core.customers.customer import NUMBER_LENGTH
from core.customers.fields import ATTRIBUTES
from core.customers.fixing import diff, fixed_fields
from core.customers.operations import (
    ALWAYS_SENT,
    EDIT,
    FIX,
    MUTE,
    OPERATIONS,
    SEND,
    WITHHOLD,
    Editing,
    Fixing,
    Muting,
    Withholding,
)
from core.customers.sending import customer_limits, payload_of
from core.errors import WrongUsage
from core.journal import JournalEntry
from core.operation import Report
from core.outbox.transfer import State
from jobs.sandbox.client import VemaSandbox
from tests.support.broker import BrokerSoftware, customers_of, findings_of
from tests.support.customers import company, customer
from tests.support.examples import fewer
from tests.support.offices import GivenOffice, OpenAnOffice

LONG_NAME = "Elfenbeinküste Handels GmbH"


def on(office: GivenOffice, operation: Any, given: Any, *numbers: str) -> Report:
    ids = [office.customer(number).id or 0 for number in numbers or ("K-1",)]
    return office.perform(operation, ids, given)


def why_not(report: Report) -> str:
    return " / ".join(str(one.reason) for one in report.refused)


def test_every_operation_says_what_it_is_called() -> None:
    assert [one.name for one in OPERATIONS][:6] == ["edit", "fix", "send", "withhold", "resolve", "mute"]
    assert all(one.area == "customers" and one.undoable for one in OPERATIONS)


# --- edit


def test_an_edit_makes_a_new_revision_and_moves_what_is_compared(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    assert office.edit("K-1", town="ZITTAU", last_name="Weiß").done
    one = office.customer("K-1")
    assert (one.town, one.town_folded, one.last_name_folded, one.revision, one.updated_at) == (
        "ZITTAU", "zittau", "weiss", 2, office.now,
    )  # fmt: skip


def test_an_edit_that_changes_nothing_makes_none(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    office.edit("K-1", town="Dresden")
    assert office.customer("K-1").revision == 1


def test_who_saw_an_older_revision_is_told_so(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    seen = office.customer("K-1").revision
    assert on(office, EDIT, Editing({"town": "Zittau"}, seen)).done
    report = on(office, EDIT, Editing({"town": "Plauen"}, seen))
    assert why_not(report) == "K-1 was changed by somebody else meanwhile."
    assert office.customer("K-1").town == "Zittau"


def test_what_is_no_field_cannot_be_edited(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    for field in ("colour", "id", "source_key", "revision", "town_folded", "withheld", ""):
        assert "There is no field" in why_not(on(office, EDIT, Editing({field: "x"}))), field


def test_every_field_can_be_edited(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    office.edit("K-1", **{name: f"{name[:7]} x" for name in ATTRIBUTES if name != "number"})
    one = office.customer("K-1")
    assert all(getattr(one, name) == f"{name[:7]} x" for name in ATTRIBUTES if name != "number")


def test_a_number_is_nobody_elses(office: GivenOffice) -> None:
    office.has(customer("K-1"), customer("K-2"))
    for number, reason in (
        ("K-2", "Another customer has the number K-2 already"),
        ("", f"A customer number has 1 to {NUMBER_LENGTH} characters"),
        (" ", "A customer number has"),
        ("9" * (NUMBER_LENGTH + 1), "A customer number has"),
    ):
        assert reason in why_not(on(office, EDIT, Editing({"number": number})))
    assert office.customer("K-1").revision == 1


def test_a_number_that_nobody_has_is_free(office: GivenOffice) -> None:
    office.has(customer("K-1"), customer("K-2"))
    before = "K-2"
    for number in ("k-1", "K-1 ", "K-3", "9" * NUMBER_LENGTH):
        assert on(office, EDIT, Editing({"number": number}), before).done
        assert office.customer(number).source_key == "K-2"
        before = number


def test_two_that_want_one_number_at_once_do_not_both_get_it(office: GivenOffice) -> None:
    office.has(customer("K-1"), customer("K-2"))
    report = on(office, EDIT, Editing({"number": "K-9"}), "K-1", "K-2")
    assert (len(report.done), why_not(report)) == (1, "Another customer has the number K-9 already.")


def test_the_reason_is_kept(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    entry = on(office, EDIT, Editing({"town": "Zittau"}, reason="Anruf am 3.")).entry
    with office.store.read() as session:
        assert session.get_one(JournalEntry, entry).reason == "Anruf am 3."


def test_what_no_database_can_keep_is_refused(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    for text in ("half \ud800", "NUL\0", "x" * 1_000_001):
        with pytest.raises(WrongUsage, match="cannot be stored"):
            office.edit("K-1", town=text)


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@given(fields=st.dictionaries(st.sampled_from([name for name in ATTRIBUTES if name != "number"]), TEXTS))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=fewer(3))
def test_whatever_is_typed_is_kept_checked_and_shown(office: GivenOffice, fields: dict[str, str]) -> None:
    with office.store.read() as session:
        from core.customers.customer import Customer

        if session.exec(select(Customer)).first() is None:
            office.has(customer("K-1"))
    assert office.edit("K-1", **fields).done
    one = office.customer("K-1")
    assert {name: getattr(one, name) for name in fields} == fields
    assert all(str(row.finding().message).isprintable() for row in findings_of(office, "K-1"))


# --- the short name of a company


def test_a_short_name_of_ones_own_goes_out_first(open_an_office: OpenAnOffice, vema: VemaSandbox) -> None:
    office = open_an_office(send="all")
    office.has(company("K-1", LONG_NAME))
    office.edit("K-1", short_name="Elfe")
    office.run("deliver-transfers")
    assert [one.company for one in vema.taken("K-1")] == ["Elfe", LONG_NAME]


def test_a_short_name_that_is_taken_away_is_computed_again(office: GivenOffice) -> None:
    office.has(company("K-1", LONG_NAME))
    office.edit("K-1", short_name="Elfe")
    assert "“Elfe”" in str(findings_of(office)[0].finding().message)
    office.edit("K-1", short_name="")
    assert "“Elfenbeink”" in str(findings_of(office)[0].finding().message)


def test_a_short_name_passes_every_rule_itself(office: GivenOffice) -> None:
    office.has(company("K-1", LONG_NAME))
    assert "at most 10 characters" in why_not(on(office, EDIT, Editing({"short_name": "Elfenbeinkü"})))
    for short in (" Elfe", "Elfe ", "El  fe", "El\u200bfe", "\u202eefl", "  ", "Elfe\x07", "El\ue000fe"):
        why = why_not(on(office, EDIT, Editing({"short_name": short})))
        assert "The short name cannot be sent" in why, short
    assert office.customer("K-1").short_name == ""


# --- fix


def test_safe_fixes_change_the_record_and_say_so(office: GivenOffice) -> None:
    office.has(customer("K-1", town=" Dresden", postcode="D-01067", iban="de02 1203 0000 0000 2020 51"))
    assert on(office, FIX, Fixing()).done
    one = office.customer("K-1")
    assert (one.town, one.postcode, one.iban) == ("Dresden", "01067", "DE02120300000000202051")
    assert findings_of(office) == []


def test_unsafe_ones_only_when_they_are_asked_for(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode="1067"))
    assert "nothing that could be fixed" in why_not(on(office, FIX, Fixing()))
    assert on(office, FIX, Fixing(unsafe=True)).done
    assert office.customer("K-1").postcode == "01067"


def test_what_somebody_lives_with_is_not_fixed(office: GivenOffice) -> None:
    office.has(customer("K-1", town="Dresden ", street="Lindenweg "))
    on(office, MUTE, Muting("CUS001", "heißt so", field="town"))
    on(office, FIX, Fixing())
    one = office.customer("K-1")
    assert (one.town, one.street) == ("Dresden ", "Lindenweg")


@given(
    fields=st.dictionaries(
        st.sampled_from(ATTRIBUTES),
        st.text(st.sampled_from(" \u00a0\u200bD-E0123456789.abß\x1b[31m"), max_size=25),
    ),
    unsafe=st.booleans(),
)
def test_what_was_fixed_needs_no_further_fix(fields: Mapping[str, str], unsafe: bool) -> None:
    from datetime import date

    from core.customers.fields import customer_from
    from core.customers.given import Limits

    before = customer_from(fields)
    changed = fixed_fields(before, Limits(), date(2026, 11, 23), unsafe=unsafe)
    after = customer_from({**fields, **changed})
    assert fixed_fields(after, Limits(), date(2026, 11, 23), unsafe=unsafe) == {}
    lines = diff(before, changed)
    assert {one.field: one.after for one in lines} == changed
    assert all(one.before != one.after for one in lines)


# --- send


def test_send_makes_a_transfer_for_each_that_needs_one(office: GivenOffice) -> None:
    office.has(customer("K-1"), customer("K-2", postcode="1067"), customer("K-3"))
    report = office.send("K-1", "K-2")
    assert {one.subject: one.state for one in office.transfers()} == {"K-1": "pending", "K-2": "held"}
    assert [str(one) for one in report.notes] == [
        "2 transfers made, 1 customers held by findings, 0 need none."
    ]
    again = office.send("K-1", "K-3")
    assert len(office.transfers()) == 3
    assert "1 transfers made" in str(again.notes[0])


def test_whoever_the_partner_has_like_this_needs_none(open_an_office: OpenAnOffice) -> None:
    office = open_an_office(send="chosen")
    office.has(customer("K-1"))
    office.send("K-1")
    office.deliver()
    office.recheck()
    assert "0 transfers made, 0 customers held by findings, 1 need none" in str(office.send("K-1").notes[0])
    assert office.states("K-1") == ["delivered"]


def test_a_changed_field_of_one_delivered_goes_out_by_itself_and_an_untransmitted_one_does_not(
    open_an_office: OpenAnOffice, vema: VemaSandbox
) -> None:
    office = open_an_office(send="chosen")
    office.has(customer("K-1"), customer("K-2"))
    office.send("K-1")
    office.deliver()
    office.recheck()
    office.edit("K-1", adviser="kb", old_number="7")
    assert office.states("K-1") == ["delivered"]
    office.edit("K-1", town="Zittau")
    office.edit("K-2", town="Zittau")
    assert (office.states("K-1"), office.states("K-2")) == (["delivered", "pending"], [])
    office.deliver()
    assert [one.customer.town for one in vema.taken("K-1")] == ["Dresden", "Zittau"]


def test_changed_and_changed_back_before_it_went_out_is_nothing(open_an_office: OpenAnOffice) -> None:
    office = open_an_office(send="chosen")
    office.has(customer("K-1"))
    office.send("K-1")
    office.deliver()
    office.recheck()
    office.edit("K-1", town="Zittau")
    office.edit("K-1", town="Dresden")
    assert office.states("K-1") == [State.DELIVERED, State.DISCARDED]
    assert office.transfer("K-1").cause_code == "obsolete"


def test_many_can_be_sent_at_once(office: GivenOffice) -> None:
    numbers = [f"K-{number}" for number in range(450)]
    office.has(*(customer(number) for number in numbers))
    report = office.perform(SEND, [one.id or 0 for one in customers_of(office).values()])
    assert len(report.done) == 450
    assert [str(one) for one in report.notes] == [
        "450 transfers made, 0 customers held by findings, 0 need none."
    ]


def test_the_setting_who_goes_out_speaks_of_the_customers_own_fields(open_an_office: OpenAnOffice) -> None:
    for wanted in ("state:failed", "is:stuck", "rule:CUS001"):
        office = open_an_office(send=wanted, account=False)
        with pytest.raises(WrongUsage, match="own fields only"):
            office.has(customer("K-1"))


def test_a_condition_that_is_none_is_shown_where_it_is_wrong(open_an_office: OpenAnOffice) -> None:
    office = open_an_office(send="town:", account=False)
    with pytest.raises(WrongUsage):
        office.has(customer("K-1"))


# --- leave a field out


def test_a_field_that_is_left_out_is_not_sent_and_the_record_keeps_it(
    open_an_office: OpenAnOffice, vema: VemaSandbox
) -> None:
    office = open_an_office(send="all")
    office.has(customer("K-1", iban="AT611904300234573201"))
    assert office.states("K-1") == ["held"]
    on(office, WITHHOLD, Withholding())
    office.deliver()
    (taken,) = vema.taken("K-1")
    assert (taken.customer.iban, office.customer("K-1").iban) == ("", "AT611904300234573201")


def test_some_fields_cannot_be_left_out(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    for field, reason in (
        *((name, "is always sent") for name in ALWAYS_SENT),
        ("adviser", "is not sent anyway"),
        ("colour", "There is no field colour"),
    ):
        assert reason in why_not(on(office, WITHHOLD, Withholding(field))), field


def test_left_out_twice_is_refused(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    assert "It is so already" in why_not(on(office, WITHHOLD, Withholding("iban", again=True)))
    on(office, WITHHOLD, Withholding("iban"))
    assert "It is so already" in why_not(on(office, WITHHOLD, Withholding("iban")))


@given(
    st.dictionaries(st.sampled_from(ATTRIBUTES), st.text("aF", max_size=2)),
    st.sets(st.sampled_from(ATTRIBUTES)),
)
def test_a_payload_holds_what_is_transmitted_and_nothing_empty(
    fields: dict[str, str], withheld: set[str]
) -> None:
    from core.customers.fields import customer_from
    from core.customers.given import Limits

    payload = payload_of(customer_from(fields), Limits(), frozenset(withheld))
    kind = payload.pop("kind")
    assert kind in ("P", "F")
    expected = {
        name: value
        for name, value in fields.items()
        if value and name in Limits().transmitted and name not in withheld and name != "kind"
    }
    assert payload == expected


def test_the_limits_are_those_of_the_partners_profile(office: GivenOffice) -> None:
    assert customer_limits(office).first_company_name == 10


def test_what_came_with_the_import_and_what_was_corrected_can_be_told_apart(
    office: GivenOffice, broker: BrokerSoftware
) -> None:
    broker.brings(customer("K-1"))
    office.edit("K-1", town="Zittau")
    one = customers_of(office)["K-1"]
    assert (one.town, one.source["town"]) == ("Zittau", "Dresden")
