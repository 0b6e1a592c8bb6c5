"""Reading and checking, for anything that may come."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from jobs.sandbox.checks import has_hidden_blank, is_birthdate, is_iban, is_postcode, why_refused
from jobs.sandbox.reading import FIELDS, Customer, Unreadable, read_customer
from tests.jobs.sandbox.member import body

# what XML 1.0 can carry and does not normalise
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))
PETRA = Customer(
    number="K-1", kind="P", last_name="Weiß", street="Lindenweg", postcode="01067", town="Dresden"
)


@given(number=TEXT, name=TEXT, town=TEXT)
def test_every_field_arrives_character_by_character(number: str, name: str, town: str) -> None:
    customer = read_customer(body(number, "", "P", {"Nachname": name, "Ort": town}))
    assert (customer.number, customer.last_name, customer.town) == (number, name, town)


@given(st.binary())
@example(b"\xff\xfe<")
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with suppress(Unreadable):
        assert isinstance(read_customer(content), Customer)


@given(st.text())
def test_what_is_taken_has_nothing_hidden_in_it(text: str) -> None:
    if not why_refused(replace(PETRA, last_name=text), is_known=False):
        assert text == " ".join(text.split())
        assert not has_hidden_blank(text)


@given(st.text(max_size=12))
def test_a_postcode_that_is_taken_is_five_ascii_digits(text: str) -> None:
    assert is_postcode(text) == (len(text) == 5 and set(text) <= set("0123456789"))


@given(st.dates())
def test_every_day_of_the_calendar_is_a_birth_date(day: object) -> None:
    assert is_birthdate(f"{day:%d.%m.}" + f"{day:%Y}".zfill(4))


@given(st.text("0123456789. ", max_size=12))
def test_a_birth_date_has_ten_characters(text: str) -> None:
    assert not is_birthdate(text) or (len(text) == 10 and text[2] == text[5] == ".")


def test_only_german_ibans_of_22_characters_are_taken() -> None:
    assert is_iban("DE02120300000000202051")
    for text in ("DE0212030000000020205", "FR1420041010050500013M02606", "de02120300000000202051", ""):
        assert not is_iban(text)


def test_every_field_is_checked_for_hidden_blanks() -> None:
    for field in FIELDS:
        customer = replace(PETRA, **{field: getattr(PETRA, field) + "\u200b"})
        assert why_refused(customer, is_known=True)
