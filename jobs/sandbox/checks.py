"""What the simulated VEMA refuses. The reasons are for the sandbox's own books: a member never hears them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date

from jobs.sandbox.reading import FIELDS, Customer

FIRST_COMPANY_NAME = 10
IBAN_LENGTH = 22

_HIDDEN = {"Cc", "Cf", "Zl", "Zp", "Zs"}


def why_refused(customer: Customer, is_known: bool) -> str:
    """The first reason to refuse, "" where the customer is taken; `is_known` lifts the limit of the name."""
    return next(_reasons(customer, is_known), "")


def _reasons(customer: Customer, is_known: bool) -> Iterator[str]:
    if not customer.number:
        yield "no customer number"
    if customer.kind not in ("P", "F"):
        yield "kind is neither P nor F"
    yield from (f"hidden blank in {field}" for field in FIELDS if has_hidden_blank(getattr(customer, field)))
    name = customer.company if customer.kind == "F" else customer.last_name
    required = (("name", name), ("street", customer.street), ("town", customer.town))
    yield from (f"no {what}" for what, text in required if not text)
    if not is_postcode(customer.postcode):
        yield "postcode"
    if customer.iban and not is_iban(customer.iban):
        yield "IBAN"
    if customer.kind == "P" and customer.birthdate and not is_birthdate(customer.birthdate):
        yield "birth date"
    if customer.kind == "F" and not is_known and len(customer.company) > FIRST_COMPANY_NAME:
        yield "company name too long for the first time"


def has_hidden_blank(text: str) -> bool:
    """Blanks at an edge or doubled, and whatever else takes room, or none, without being seen."""
    if not text:
        return False
    if text[0] == " " or text[-1] == " " or "  " in text:
        return True
    if text.isprintable():
        return False
    return any(sign != " " and unicodedata.category(sign) in _HIDDEN for sign in text)


def is_postcode(text: str) -> bool:
    """Exactly five ASCII digits."""
    return len(text) == 5 and text.isascii() and text.isdigit()


def is_iban(text: str) -> bool:
    """The form only: German, 22 ASCII letters and digits."""
    return len(text) == IBAN_LENGTH and text.startswith("DE") and text.isascii() and text.isalnum()


def is_birthdate(text: str) -> bool:
    """TT.MM.JJJJ, and a day of the calendar."""
    parts = text.split(".")
    if [len(part) for part in parts] != [2, 2, 4] or not all(p.isascii() and p.isdigit() for p in parts):
        return False
    try:
        date(int(parts[2]), int(parts[1]), int(parts[0]))
    except ValueError:
        return False
    return True
