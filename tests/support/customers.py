"""Invented customers without a single finding; a test names only what it is about."""

from __future__ import annotations

from datetime import date, timedelta
from zlib import crc32

from core.customers.fields import ATTRIBUTES

Fields = dict[str, str]

# invented; no account of anybody
GOOD_IBAN = "DE02120300000000202051"
_FIRST = ("Petra", "Ayşe", "Jörg", "Käthe", "Till", "Mechthild", "Björn", "Zoë")
_LAST = ("Weiß", "Yılmaz", "Śliwa", "Öztürk", "Strauß", "Kühn", "Lindgrün", "Ahrens", "Vogt", "Ebel", "Rabe")
_STREETS = ("Lindenweg", "Am Bühl", "Straße der Einheit", "Fährgasse")


def customer(number: str, **fields: str) -> Fields:
    """A private customer; no two numbers are the same person."""
    count = crc32(number.encode())
    born = date(1940, 1, 1) + timedelta(days=count % 23_000)
    return _checked(
        {
            "number": number,
            "kind": "P",
            "salutation": "Frau",
            "first_name": _FIRST[count % len(_FIRST)],
            "last_name": f"{_LAST[count % len(_LAST)]}-{_name_of(count)}",
            "street": _STREETS[count % len(_STREETS)],
            "house_number": str(1 + count % 997),
            "postcode": "01067",
            "town": "Dresden",
            "birthdate": f"{born:%d.%m.%Y}",
        }
        | fields
    )


def company(number: str, name: str = "Mutig GmbH", **fields: str) -> Fields:
    """A company; no two numbers have the same address."""
    count = crc32(number.encode())
    return _checked(
        {
            "number": number,
            "kind": "F",
            "salutation": "Firma",
            "company": name,
            "street": f"Am {_name_of(count)}",
            "house_number": str(1 + count % 997),
            "postcode": "20457",
            "town": "Hamburg",
        }
        | fields
    )


def _name_of(count: int) -> str:
    """A word of its own for every number."""
    letters = ""
    while count:
        count, letter = divmod(count, 26)
        letters += chr(ord("a") + letter)
    return letters.capitalize()


def _checked(fields: Fields) -> Fields:
    unknown = fields.keys() - set(ATTRIBUTES)
    assert not unknown, f"a customer has no {sorted(unknown)}"
    return fields
