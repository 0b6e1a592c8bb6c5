"""What customers and advisers are asked: a question for each rule that only they can answer."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.customers import checking
from core.customers.fields import ATTRIBUTES, CustomerFields, customer_from
from core.customers.given import Given
from core.customers.questions import MISSING, OUR_OWN_AFFAIR, QUESTIONS, questions_of
from core.customers.rules import RULES
from core.inquiries.inquiry import Addressee
from core.inquiries.letter import Question
from core.locale import Message
from core.rulebook.finding import Finding, Severity, safe, unsafe
from tests.core.customers.rules.samples import GIVEN, PERSON

CUSTOMER, ADVISER = Addressee.CUSTOMER, Addressee.ADVISER


def asked(addressee: Addressee = CUSTOMER, what: Given = GIVEN, /, **fields: str) -> dict[str, str]:
    """What is asked, by field, of a person without a finding but for these fields."""
    one = customer_from({**PERSON, **fields})
    findings = checking.check(one, what, checking.all_rules())
    return {question.field: question.text for question in questions_of(one, findings, addressee)}


def finding(rule: str, field: str, value: str, **more: object) -> Finding:
    return Finding(rule, "a-rule", Severity.ERROR, "customers", "K-1", field, value, Message("x"), **more)  # pyright: ignore


def test_every_rule_has_a_question_or_is_the_offices_own_affair() -> None:
    assert {rule.id for rule in RULES} <= QUESTIONS.keys() | OUR_OWN_AFFAIR
    assert not QUESTIONS.keys() & OUR_OWN_AFFAIR


def test_a_customer_without_findings_is_asked_nothing() -> None:
    assert asked() == {}


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("postcode", "", MISSING),
        ("postcode", "1067A", "Bei uns steht „1067A“; eine deutsche Postleitzahl hat fünf Ziffern."),
        ("street", "", MISSING),
        ("birthdate", "", MISSING),
        ("birthdate", "31.02.1970", "Bei uns steht „31.02.1970“; das ist kein Tag im Kalender."),
        ("birthdate", "04.03.1871", "Bei uns steht „04.03.1871“; das kann nicht stimmen."),
        ("email", "petra", "Bei uns steht „petra“; das ist keine vollständige Adresse."),
        ("phone", "12", "Bei uns steht „12“; das ist keine vollständige Rufnummer."),
        ("last_name", "M\ufffdller", "Bei uns steht „M?ller“; wie schreibt es sich richtig?"),
    ],
)
def test_a_customer_is_asked_in_plain_words(field: str, value: str, text: str) -> None:
    assert asked(**{field: value}) == {field: text}


@pytest.mark.parametrize(
    "iban", ["DE893704004405320130001", "DE88370400440532013000", "DE8937040044053201300"]
)
def test_an_iban_is_asked_for_without_being_written_out(iban: str) -> None:
    [text] = asked(iban=iban).values()
    assert f"{iban[:4]} … {iban[-4:]}" in text
    assert iban not in text


def test_nobody_is_asked_to_give_up_a_foreign_account() -> None:
    assert asked(iban="AT611904300234573201") == {}


@pytest.mark.parametrize(
    "fields",
    [
        {"town": "Dresden "},  # hidden characters
        {"last_name": "We\u200biß"},
        {"postcode": "D-01067"},  # a safe fix
        {"birthdate": "4.3.1971"},
        {"iban": "DE89 3704 0044 0532 0130 00"},
        {"country": "Österreich"},  # a limit of the partner
        {"last_name": "W" * 31},
    ],
    ids=str,
)
def test_what_the_office_can_put_right_itself_is_not_asked(fields: dict[str, str]) -> None:
    assert asked(**fields) == {}


def test_a_guess_is_put_forward() -> None:
    one = customer_from({**PERSON, "birthdate": "x"})
    [question] = questions_of(
        one, [finding("CUS007", "birthdate", "4/3/71", fix=unsafe("04.03.1971"))], CUSTOMER
    )
    assert question.text.endswith(" Ist „04.03.1971“ gemeint?")


def test_only_an_adviser_is_asked_whether_it_is_a_company() -> None:
    fields = {"kind": "F", "company": ""}
    assert "kind" not in asked(CUSTOMER, GIVEN, **fields)
    assert (
        asked(ADVISER, GIVEN, **fields)["kind"] == "Handelt es sich um eine Privatperson oder um eine Firma?"
    )


def test_nobody_is_asked_for_the_birthdate_of_a_company() -> None:
    one = customer_from({**PERSON, "kind": "F", "company": "Mutig GmbH", "birthdate": "31.02.1970"})
    assert questions_of(one, [finding("CUS007", "birthdate", "31.02.1970")], ADVISER) == ()


def test_each_field_is_asked_for_once() -> None:
    twice = [finding("CUS010", "town", ""), finding("CUS008", "town", "")]
    assert len(questions_of(customer_from(PERSON), twice, CUSTOMER)) == 1


def test_an_own_rule_of_the_office_asks_whether_the_value_is_right() -> None:
    one = customer_from(PERSON)
    [question] = questions_of(one, [finding("LOC001", "town", "Dresden")], CUSTOMER)
    assert question == Question("town", "LOC001", "Ort", "Bei uns steht „Dresden“; ist das richtig?")
    assert questions_of(one, [finding("LOC001", "town", "Dresden", fix=safe("Pirna"))], CUSTOMER) == ()


@given(st.dictionaries(st.sampled_from(ATTRIBUTES), st.text(max_size=60)))
def test_whatever_a_customer_says_each_question_is_one_legible_line(fields: dict[str, str]) -> None:
    one = customer_from({**PERSON, **fields})
    findings = checking.check(one, GIVEN, checking.all_rules())
    for question in questions_of(one, findings, ADVISER):
        assert question.line().isprintable()
        assert len(question.line()) < 400


def test_no_question_names_a_rule() -> None:
    one: CustomerFields = customer_from(
        {**PERSON, "postcode": "1", "iban": "DE1", "birthdate": "", "email": "x"}
    )
    findings = checking.check(one, GIVEN, checking.all_rules())
    lines = [question.line() for question in questions_of(one, findings, ADVISER)]
    assert len(lines) == 4
    assert not [line for line in lines if re.search(r"[A-Z]{3}\d{3}", line)]
