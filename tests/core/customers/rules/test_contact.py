from __future__ import annotations

import phonenumbers
import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example
from hypothesis import given as for_all
from hypothesis import strategies as st

from core.customers.rules.reachability import is_mail_address, is_phone_number
from core.rulebook.finding import FixKind
from tests.core.customers.rules.samples import found_by, only_fix, person, without

GOOD_ADDRESSES = [
    "petra.weiss@example.com",
    "a@b.de",
    "petra+post@mail.example.co.uk",
    "PETRA@EXAMPLE.COM",
    "jörg@müller-bau.example",
    "o'neill@example.com",
    "a" * 64 + "@example.com",
]
BAD_ADDRESSES = [
    "petra",
    "petra@",
    "@example.com",
    "petra@example",
    "petra@localhost",
    "petra@office.test",
    "petra..weiss@example.com",
    ".petra@example.com",
    "petra@-example.com",
    "petra@example.com\r\nBcc: all@example.com",
    "petra@exa--mple..com",
    "petra@" + "a" * 64 + ".com",
    "petra@" + "a." * 130 + "com",
    "unbekannt",
    "petra@ab--cd.com",
    "x" * 100_000,
]
GOOD_NUMBERS = [
    "0351 4960123",
    "0351/4960123",
    "(0351) 4960123",
    "+49 (0)351 4960123",
    "0049-351-4960123",
    "+493514960123",
    "030 123456",
    "0151 23456789",
    "+43 1 5123456",
]
BAD_NUMBERS = [
    "112",
    "0",
    "keine",
    "0351",
    "+49",
    "+999 123456789",
    "01",
    "0351 4960123 oder 0151 23456789",
    "9" * 400,
]


@pytest.mark.parametrize("email", ["", *GOOD_ADDRESSES])
def test_addresses_that_can_be_are_left_alone(email: str) -> None:
    assert found_by("CUS014", person(email=email)) == []


@pytest.mark.parametrize("email", BAD_ADDRESSES)
def test_addresses_that_cannot_be_are_found(email: str) -> None:
    assert [one.field for one in found_by("CUS014", person(email=email))] == ["email"]


@pytest.mark.parametrize(
    "email",
    ["mailto:p@example.com", "Petra Weiß <p@example.com>", "p @example.com", "<mailto:p@example.com>"],
)
def test_an_address_with_trimmings_is_a_proposal(email: str) -> None:
    assert only_fix("CUS014", person(email=email)) == (FixKind.UNSAFE, "p@example.com")


@pytest.mark.parametrize(
    "email", ["a@example.com; b@example.com", "a@example.com, b@example.com", "a@b.de c@d.de"]
)
def test_two_addresses_are_told_as_two(email: str) -> None:
    (finding,) = found_by("CUS014", person(email=email))

    assert "more than one address" in str(finding.message)
    assert finding.fix is None


@pytest.mark.parametrize("email", ["petra@example.com ", "petra@example.com\u200b", "  "])
def test_hidden_blanks_around_an_address_are_another_rules_business(email: str) -> None:
    assert found_by("CUS014", person(email=email)) == []


@pytest.mark.parametrize("phone", ["", *GOOD_NUMBERS])
def test_numbers_of_a_numbering_plan_are_left_alone(phone: str) -> None:
    assert found_by("CUS015", person(phone=phone)) == []


@pytest.mark.parametrize("phone", BAD_NUMBERS)
def test_numbers_that_no_plan_has_are_found(phone: str) -> None:
    assert [one.field for one in found_by("CUS015", person(phone=phone))] == ["phone"]


def test_both_numbers_are_looked_at_and_only_if_they_are_sent() -> None:
    customer = person(phone="112", mobile="110")

    assert [one.field for one in found_by("CUS015", customer)] == ["phone", "mobile"]
    assert [one.field for one in found_by("CUS015", customer, without("phone"))] == ["mobile"]
    assert found_by("CUS014", person(email="x"), without("email")) == []


def test_hidden_blanks_around_a_number_are_another_rules_business() -> None:
    assert found_by("CUS015", person(phone=" 0351 4960123\u00a0", mobile="\u200b")) == []


def _email_validator_takes(text: str) -> bool:
    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def _phonenumbers_takes(text: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, "DE"))
    except phonenumbers.NumberParseException:
        return False


LABEL = st.from_regex(r"[A-Za-z0-9-]{1,8}|xn--[a-z0-9]{1,6}|[A-Za-z0-9]{60,66}", fullmatch=True)
ADDRESS = st.builds(
    "{}@{}.{}".format,
    st.from_regex(r"[A-Za-z0-9_+.-]{1,20}|[a-z.]{60,70}", fullmatch=True),
    st.lists(LABEL, min_size=1, max_size=5).map(".".join),
    st.sampled_from(["de", "com", "test", "local", "onion", "ARPA", "d", "museum", "c0m", "xn--p1ai"]),
)


@for_all(ADDRESS | st.emails() | st.sampled_from(GOOD_ADDRESSES + BAD_ADDRESSES))
@example("a@" + "b." * 125 + "de")
@example("a" * 64 + "@" + "b" * 63 + ".de")
def test_addresses_are_judged_as_email_validator_does(text: str) -> None:
    assert is_mail_address(text) == _email_validator_takes(text)


NUMBER = st.from_regex(
    r"(?:\+49|0049|0|\+|)[ ]?(?:\(0\)|\(0?)?[0-9]{1,5}\)?[ /-]{0,2}[0-9 /-]{0,12}", fullmatch=True
)


@for_all(NUMBER | st.sampled_from(GOOD_NUMBERS + BAD_NUMBERS))
def test_numbers_are_judged_as_phonenumbers_does(text: str) -> None:
    assert is_phone_number(text) == _phonenumbers_takes(text)
