"""Customers that no rule has anything against, and what a rule finds when something is changed in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from core.customers.fields import CustomerFields
from core.customers.given import Given, Known, Limits
from core.customers.rules import RULES
from core.rulebook.finding import FixKind, Found

TODAY = date(2026, 11, 20)
LIMITS = Limits(
    lengths={"last_name": 30, "company": 100, "street": 30, "town": 25},
    choices={"salutation": ("Herr", "Frau", "Firma", "Herr und Frau")},
    countries=("", "D", "DE", "Deutschland"),
    characters="utf-8",
)
GIVEN = Given(TODAY, LIMITS, Known.ABSENT)

PERSON = {
    "number": "K-10432",
    "kind": "P",
    "salutation": "Frau",
    "title": "Dr.",
    "first_name": "Petra",
    "last_name": "Weiß",
    "street": "Lindenweg",
    "house_number": "4",
    "postcode": "01067",
    "town": "Dresden",
    "country": "D",
    "birthdate": "04.03.1971",
    "iban": "DE89370400440532013000",
    "bic": "COBADEFFXXX",
    "email": "petra.weiss@example.com",
    "phone": "0351 4960123",
    "mobile": "0151 23456789",
}
COMPANY = {
    **PERSON,
    "kind": "F",
    "salutation": "Firma",
    "title": "",
    "first_name": "",
    "last_name": "",
    "company": "Müller Bau",
    "birthdate": "",
}


def person(**fields: str) -> CustomerFields:
    """A private customer, with these fields changed."""
    return CustomerFields(**{**PERSON, **fields})


def company(**fields: str) -> CustomerFields:
    """A company, with these fields changed."""
    return CustomerFields(**{**COMPANY, **fields})


def found_by(rule: str, customer: CustomerFields, given: Given = GIVEN) -> list[Found]:
    """What one rule finds."""
    return list(RULES[rule].check(customer, given))


def fixes(rule: str, customer: CustomerFields, given: Given = GIVEN) -> list[tuple[str, FixKind, str]]:
    """Field, kind and text of the fixes that a rule proposes; without a fix the text is empty."""
    return [
        (one.field, one.fix.kind if one.fix else FixKind.NONE, one.fix.text if one.fix else "")
        for one in found_by(rule, customer, given)
    ]


def only_fix(rule: str, customer: CustomerFields, given: Given = GIVEN) -> tuple[FixKind, str]:
    """Kind and text of the fix of the one finding that there has to be."""
    ((_field, kind, text),) = fixes(rule, customer, given)
    return kind, text


def without(*fields: str) -> Given:
    """What is given where an operator has left these fields out."""
    return replace(GIVEN, withheld=frozenset(fields))


def with_limits(**limits: object) -> Given:
    """What is given at a partner with other limits."""
    return replace(GIVEN, limits=replace(LIMITS, **limits))  # pyright: ignore[reportArgumentType]
