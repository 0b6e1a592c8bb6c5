"""`leitstand inquiries` and `customers ask`: draft, ask, list by adviser and by day, answered, withdrawn."""

from __future__ import annotations

from tests.jobs.commands.conftest import ON_SQLITE, CallLeitstand
from tests.support.customers import company, customer
from tests.support.offices import WHO, GivenOffice

pytestmark = ON_SQLITE


def test_a_draft_is_printed_and_asks_nothing(desk: GivenOffice, call: CallLeitstand) -> None:
    desk.has(customer("K-1", last_name="Weiß", postcode="", email="petra@example.com"))
    said = call("inquiries", "draft", "K-1")
    assert said.code == 0
    assert said.out.startswith("Sehr geehrte Frau Weiß,\n\nin Ihren Angaben bei uns (Kundennummer K-1)")
    assert said.err == "To petra@example.com\nSubject line: Ihre Angaben bei uns, Kundennummer K-1\n"
    [question] = call("inquiries", "draft", "K-1", "--format", "json").json["questions"]
    assert (question["field"], question["label"]) == ("postcode", "Postleitzahl")
    assert call("inquiries", "list", "--format", "json").json == []


def test_where_nothing_is_to_be_asked_the_draft_says_so(desk: GivenOffice, call: CallLeitstand) -> None:
    desk.has(customer("K-1"))
    said = call("inquiries", "draft", "K-1")
    assert (said.code, said.out, said.err) == (1, "", "Nothing is missing that could be asked for.\n")


def test_customers_are_asked_and_listed_by_adviser(desk: GivenOffice, call: CallLeitstand) -> None:
    desk.has(
        customer("K-1", postcode="", adviser="Jana Kern"),
        company("K-2", street="", adviser="Till Ohm"),
        customer("K-3", adviser="Till Ohm"),
    )
    said = call("customers", "ask", "K-1", "K-2", "K-3")
    assert said.code == 1
    assert "K-3: left alone. Nothing is missing that could be asked for.\n2 records done.\n" in said.err
    [one] = call("inquiries", "list", "--adviser", "till ohm", "--format", "json").json
    assert (one["subject"], one["to"], one["state"], one["created_by"]) == ("K-2", "customer", "open", WHO)
    assert one["asked"] == {"street": ["CUS010"]}
    assert call("inquiries", "list", "--due", "--format", "json").json == []
    table = call("inquiries", "list").out
    assert "K-1" in table
    assert "the customer" in table


def test_a_letter_to_an_adviser_names_all_customers(desk: GivenOffice, call: CallLeitstand) -> None:
    desk.has(
        customer("K-1", postcode="", adviser="Jana Kern"), company("K-2", street="", adviser="Jana Kern")
    )
    said = call("inquiries", "letter", "jana kern")
    assert said.code == 0
    assert said.out.startswith("Guten Tag Jana Kern,\n\nbei diesen 2 Kunden")
    assert call("inquiries", "letter", "Wer").code == 2
    asked = call("customers", "ask", "--to", "adviser", "--where", 'adviser:"jana kern"')
    assert asked.code == 0
    assert {one["to"] for one in call("inquiries", "list", "--format", "json").json} == {"adviser"}


def test_an_inquiry_is_shown_as_it_was_asked_then_postponed_and_answered(
    desk: GivenOffice, call: CallLeitstand
) -> None:
    desk.has(customer("K-1", postcode=""))
    call("customers", "ask", "K-1")
    shown = call("inquiries", "show", 1)
    assert "- Postleitzahl: Diese Angabe fehlt uns noch.\n" in shown.out
    assert call("inquiries", "postpone", 1, "--until", "31.12.2099").code == 0
    assert call("inquiries", "show", 1, "--format", "json").json["due"] == "2099-12-31"
    assert call("inquiries", "answered", 1).code == 0
    assert call("inquiries", "list", "--format", "json").json == []
    [one] = call("inquiries", "list", "--ended", "--format", "json").json
    assert (one["state"], one["ended_by"]) == ("answered", WHO)
    assert "It has been answered." in call("inquiries", "withdraw", 1).err


def test_an_inquiry_that_is_not_there_is_not_found(desk: GivenOffice, call: CallLeitstand) -> None:
    for command in ("show", "answered"):
        said = call("inquiries", command, "7")
        assert (said.code, said.err) == (2, "There is no inquiry 7.\n")


def test_a_customers_whole_file_is_printed(desk: GivenOffice, call: CallLeitstand) -> None:
    desk.has(customer("K-1", postcode="", town="Dresden\x1b[31m"))
    call("customers", "ask", "K-1")
    said = call("customers", "show", "K-1", "--everything")
    assert said.code == 0
    assert "Fields and findings" in said.out
    assert "Inquiry to the customer" in said.out
    assert "Sehr geehrte Frau" in said.out
    assert "Town: Dresden‹U+001B›[31m" in said.out
    assert "\x1b" not in said.out
    found = call("customers", "show", "K-1", "--everything", "--format", "json").json
    assert [one["key"] for one in found["sections"]] == ["record", "inquiries", "journal"]
    assert found["number"] == "K-1"
