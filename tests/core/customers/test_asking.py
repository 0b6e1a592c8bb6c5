"""Asking customers and advisers: a letter is kept, the customer waits, and what is mended closes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from core.customers.asking import ASK, Asking, draft, draft_for_adviser
from core.customers.operations import MUTE, Muting
from core.errors import Inapplicable, NotFound, UnreadableInput, WrongUsage
from core.inquiries.inquiry import Addressee, Inquiry, InquiryState
from core.inquiries.listing import select_inquiries
from core.inquiries.operations import ANSWERED, POSTPONE, WITHDRAW, Postponing
from core.operation import Operation, Report, WithReason
from core.operators import OperatorRow
from core.undo import undo
from tests.support.broker import BrokerSoftware
from tests.support.clock import TravelClock
from tests.support.customers import company, customer
from tests.support.offices import WHO, GivenOffice, OpenAnOffice

IN_TWO_WEEKS = date(2026, 12, 7)


def ask(office: GivenOffice, *numbers: str, **given: Any) -> Report:
    return office.perform(ASK, [office.customer(number).id or 0 for number in numbers], Asking(**given))


def on(office: GivenOffice, operation: Operation[Inquiry, Any], given: Any = None) -> Report:
    return office.perform(operation, [one.id or 0 for one in inquiries(office)], given)


def inquiries(office: GivenOffice) -> list[Inquiry]:
    with office.store.read() as session:
        return list(session.exec(select(Inquiry).order_by(col(Inquiry.id))))


def states(office: GivenOffice) -> list[str]:
    return [one.state for one in inquiries(office)]


def refusals(report: Report) -> Sequence[str]:
    return [str(one.reason) for one in report.refused]


def test_what_is_missing_is_asked_for_and_waited_for_two_weeks(office: GivenOffice) -> None:
    office.has(customer("K-1", last_name="Weiß", postcode="", adviser="Jana Kern", email="p@example.com"))
    assert ask(office, "K-1").refused == ()
    [one] = inquiries(office)
    assert (one.kind, one.subject, one.addressee, one.state) == ("customer", "K-1", "customer", "open")
    assert (one.asked, one.due, one.created_by) == ({"postcode": ["CUS002"]}, IN_TWO_WEEKS, WHO)
    assert (one.address, one.adviser) == ("p@example.com", "Jana Kern")
    assert one.title == "Ihre Angaben bei uns, Kundennummer K-1"
    assert one.text.startswith("Sehr geehrte Frau Weiß,\n")
    assert "- Postleitzahl: Diese Angabe fehlt uns noch.\n" in one.text


def test_the_office_sets_how_long_is_waited_and_how_letters_are_signed(open_an_office: OpenAnOffice) -> None:
    office = open_an_office(send="chosen", account=False, inquiry_days=5, office_name="Maklerbüro Nord")
    with office.store.write() as session:
        session.get_one(OperatorRow, WHO).full_name = "Mira Kern"
    office.has(customer("K-1", postcode=""))
    ask(office, "K-1")
    [one] = inquiries(office)
    assert one.due == date(2026, 11, 30)  # the 28th is a Saturday
    assert one.text.endswith("Mit freundlichen Grüßen\nMira Kern\nMaklerbüro Nord\n")


def test_an_office_cannot_wait_for_less_than_no_days(open_an_office: OpenAnOffice) -> None:
    with pytest.raises(UnreadableInput, match="inquiry_days"):
        open_an_office(inquiry_days=-1)


def test_a_doubtful_mail_address_is_not_written_to(office: GivenOffice) -> None:
    office.has(customer("K-1", email="petra@@example"))
    ask(office, "K-1")
    assert inquiries(office)[0].address == ""


def test_an_adviser_is_asked_about_the_customer(office: GivenOffice) -> None:
    office.has(company("K-2", street="", adviser="Jana Kern"))
    assert ask(office, "K-2", to="adviser").refused == ()
    [one] = inquiries(office)
    assert one.text.startswith("Guten Tag Jana Kern,\n\nbei diesem Kunden")
    assert "K-2 Mutig GmbH, 20457 Hamburg\n- Straße: Diese Angabe fehlt uns noch." in one.text


def test_who_has_no_adviser_cannot_be_asked_about(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode="", adviser=" "))
    assert refusals(ask(office, "K-1", to="adviser")) == ["It has no adviser."]


def test_where_nothing_is_missing_nothing_is_asked(office: GivenOffice) -> None:
    office.has(customer("K-1"), customer("K-2", town="Dresden "))
    assert refusals(ask(office, "K-1", "K-2")) == ["Nothing is missing that could be asked for."] * 2


def test_what_somebody_lives_with_is_not_asked(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode="1067"))
    office.perform(MUTE, [office.customer("K-1").id or 0], Muting("CUS002", "ist so"))
    assert refusals(ask(office, "K-1")) == ["Nothing is missing that could be asked for."]


def test_a_question_of_ones_own_is_asked_as_it_is_written(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    ask(office, "K-1", text="Guten Tag, wie heißt Ihr Hund?")
    [one] = inquiries(office)
    assert (one.text, one.asked) == ("Guten Tag, wie heißt Ihr Hund?", {})
    office.edit("K-1", town="Zittau")
    assert states(office) == ["open"]


def test_nobody_is_asked_twice_at_once(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode="", adviser="Jana Kern"))
    ask(office, "K-1")
    assert refusals(ask(office, "K-1")) == [f"It was asked already, by {WHO}."]
    assert ask(office, "K-1", to="adviser").refused == ()
    on(office, WITHDRAW)
    assert ask(office, "K-1").refused == ()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"to": "nobody"}, "Say customer or adviser."),
        ({"until": date(2026, 11, 22)}, "22.11.2026 is over already."),
    ],
)
def test_a_wrong_request_is_refused_with_its_reason(
    office: GivenOffice, given: dict[str, Any], sentence: str
) -> None:
    office.has(customer("K-1", postcode=""))
    assert refusals(ask(office, "K-1", **given)) == [sentence]
    assert inquiries(office) == []


def test_it_closes_itself_when_all_that_was_asked_for_is_mended(
    office: GivenOffice, clock: TravelClock
) -> None:
    office.has(customer("K-1", postcode="", birthdate=""))
    ask(office, "K-1")
    office.edit("K-1", postcode="01069")
    assert states(office) == ["open"]
    clock.travel(days=1)
    office.edit("K-1", birthdate="04.03.1971")
    [one] = inquiries(office)
    assert (one.state, one.answered_at, one.ended_by) == ("answered", clock(), "")


def test_another_wrong_value_of_the_same_field_is_no_answer(office: GivenOffice) -> None:
    office.has(customer("K-1", iban="DE02120300000000202052"))
    ask(office, "K-1")
    office.edit("K-1", iban="DE0212030000000020205")
    assert states(office) == ["open"]


def test_an_import_that_brings_the_answer_closes_it(office: GivenOffice, broker: BrokerSoftware) -> None:
    broker.brings(customer("K-1", postcode=""))
    office.recheck()
    ask(office, "K-1")
    broker.brings(customer("K-1", postcode="01069"))
    office.recheck()
    assert states(office) == ["answered"]


def test_undoing_the_mending_opens_it_again(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode=""))
    ask(office, "K-1")
    edited = office.edit("K-1", postcode="01069")
    assert states(office) == ["answered"]
    undone = undo(office, edited.entry or 0)
    assert states(office) == ["open"]
    undo(office, undone.entry or 0)
    assert states(office) == ["answered"]


def test_an_answer_that_came_is_noted_though_the_record_is_as_it_was(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode=""))
    ask(office, "K-1")
    on(office, ANSWERED, WithReason("ruft zurück"))
    [one] = inquiries(office)
    assert (one.state, one.answered_at, one.ended_by) == ("answered", office.now, WHO)
    assert refusals(on(office, WITHDRAW)) == ["It has been answered."]


def test_waiting_is_prolonged_but_not_into_the_past(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode=""))
    ask(office, "K-1")
    assert on(office, POSTPONE, Postponing(date(2027, 1, 4))).refused == ()
    assert inquiries(office)[0].due == date(2027, 1, 4)
    for given, sentence in (
        (Postponing(), "Say until when."),
        (Postponing(date(2026, 1, 1)), "is over already"),
    ):
        assert sentence in refusals(on(office, POSTPONE, given))[0]


def test_lists_are_by_adviser_and_by_what_is_due(office: GivenOffice, clock: TravelClock) -> None:
    office.has(
        customer("K-1", postcode="", adviser="Jana Kern"),
        customer("K-2", postcode="", adviser="JANA KERN"),
        customer("K-3", postcode="", adviser="Till Ohm"),
    )
    ask(office, "K-1", "K-3")
    ask(office, "K-2", until=date(2026, 12, 24))
    assert [one.subject for one in select_inquiries(office, adviser="jana kern")] == ["K-1", "K-2"]
    assert list(select_inquiries(office, due=True)) == []
    clock.travel(timedelta(days=14))
    assert [one.subject for one in select_inquiries(office, due=True)] == ["K-1", "K-3"]
    office.edit("K-3", postcode="01069")
    assert [one.subject for one in select_inquiries(office)] == ["K-1", "K-2"]
    assert [one.subject for one in select_inquiries(office, ended=True)] == ["K-1", "K-3", "K-2"]


def test_an_adviser_gets_one_letter_on_all_customers(office: GivenOffice) -> None:
    office.has(
        customer("K-1", postcode="", adviser="Jana Kern"),
        customer("K-2", adviser="Jana Kern"),
        company("K-3", street="", adviser="Jana Kern"),
        customer("K-4", postcode="", adviser="Till Ohm"),
    )
    letter = draft_for_adviser(office, "jana kern")
    assert letter.title == "Rückfrage zu 2 Kunden"
    assert [number for number in ("K-1", "K-2", "K-3", "K-4") if number in letter.text] == ["K-1", "K-3"]
    assert letter.text.startswith("Guten Tag Jana Kern,")
    with pytest.raises(NotFound):
        draft_for_adviser(office, "Wer")
    office.edit("K-4", postcode="01069")
    with pytest.raises(Inapplicable, match="nothing to ask Till Ohm"):
        draft_for_adviser(office, "Till Ohm")


def test_a_draft_asks_nothing_by_itself(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode=""))
    with office.store.read() as session:
        made = draft(office, session, office.customer("K-1"), Addressee.CUSTOMER)
    assert made.asked == {"postcode": ["CUS002"]}
    assert inquiries(office) == []


def test_hostile_text_of_a_customer_is_inert_in_the_letter(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode="\x1b[31m1\u202e", last_name="Evil\nBcc: x@example.com"))
    ask(office, "K-1")
    [one] = inquiries(office)
    assert one.text.splitlines()[0] == "Sehr geehrte Frau Evil Bcc: x@example.com,"
    assert not set("\x1b\u202e") & set(one.text + one.title)


def test_a_letter_that_cannot_be_stored_is_refused(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode=""))
    with pytest.raises(WrongUsage, match="cannot be stored"):
        ask(office, "K-1", text="a\x00b")


@pytest.mark.parametrize("operation", [ANSWERED, WITHDRAW, POSTPONE], ids=lambda one: one.name)
def test_every_end_of_an_inquiry_can_be_undone_and_done_again(
    office: GivenOffice, operation: Operation[Inquiry, Any]
) -> None:
    office.has(customer("K-1", postcode=""))
    ask(office, "K-1")
    before = inquiries(office)[0].model_dump()
    done = on(office, operation, Postponing(date(2027, 1, 4)) if operation is POSTPONE else None)
    after = inquiries(office)[0].model_dump()
    undone = undo(office, done.entry or 0)
    assert inquiries(office)[0].model_dump() == before != after
    undo(office, undone.entry or 0)
    assert inquiries(office)[0].model_dump() == after


def test_undoing_the_asking_withdraws_it_and_redoing_asks_again(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode=""))
    asked = ask(office, "K-1")
    undone = undo(office, asked.entry or 0)
    assert states(office) == [InquiryState.WITHDRAWN]
    ask(office, "K-1")
    with pytest.raises(Inapplicable, match="asked again since"):
        undo(office, undone.entry or 0)
    assert states(office) == [InquiryState.WITHDRAWN, InquiryState.OPEN]


def test_an_answered_inquiry_stays_answered_when_the_asking_is_undone(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode=""))
    asked = ask(office, "K-1")
    on(office, ANSWERED)
    with pytest.raises(Inapplicable, match="has been answered"):
        undo(office, asked.entry or 0)
