"""Reads what a member hands over: XML to a customer, as docs/partners/vema.md has it.

Expat directly, on purpose another reader than the product's own: two readings check each other.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from xml.parsers import expat

NAMESPACE = "urn:leitstand:vema-kunde:1"
BODY_LIMIT = 256 * 1024

_ATTRIBUTES = {"kundennummer": "number", "vemanummer": "vema_number", "art": "kind"}
_ELEMENTS = {
    "Anrede": "salutation",
    "Titel": "title",
    "Vorname": "first_name",
    "Nachname": "last_name",
    "Firma": "company",
    "Strasse": "street",
    "Hausnummer": "house_number",
    "PLZ": "postcode",
    "Ort": "town",
    "Land": "country",
    "Geburtsdatum": "birthdate",
    "IBAN": "iban",
    "BIC": "bic",
    "EMail": "email",
    "Telefon": "phone",
    "Mobil": "mobile",
}
_QUALIFIED = {f"{NAMESPACE} {element}": field for element, field in _ELEMENTS.items()}
_ROOT = f"{NAMESPACE} Kunde"


class Unreadable(Exception):
    """The body is no customer; says why, for the sandbox's own books only."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as handed over: every field as text, empty where it was left out."""

    number: str = ""
    vema_number: str = ""
    kind: str = ""
    salutation: str = ""
    title: str = ""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    street: str = ""
    house_number: str = ""
    postcode: str = ""
    town: str = ""
    country: str = ""
    birthdate: str = ""
    iban: str = ""
    bic: str = ""
    email: str = ""
    phone: str = ""
    mobile: str = ""

    @property
    def name(self) -> str:
        """The company's name, or first and last name."""
        return self.company if self.kind == "F" else f"{self.first_name} {self.last_name}".strip()


FIELDS: tuple[str, ...] = tuple(field.name for field in fields(Customer))
GERMAN_NAMES = {**_ATTRIBUTES, **_ELEMENTS}


def read_customer(body: bytes) -> Customer:
    """The customer in a body; raises Unreadable for anything but exactly one well-formed `Kunde`."""
    reader = _Reader()
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.doctype
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise Unreadable(f"not well-formed: {error}") from error
    return Customer(**reader.values)


class _Reader:
    """Collects the fields while expat reads."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self._field = ""
        self._depth = 0
        self._texts: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1:
            self._root(name, attributes)
        elif self._depth > 2 or attributes:
            raise Unreadable(f"{name} is not plain text")
        else:
            self._field = _QUALIFIED.get(name, "")
            if not self._field or self._field in self.values:
                raise Unreadable(f"{name} is unknown or comes twice")
            self._texts.clear()

    def end(self, name: str) -> None:
        self._depth -= 1
        if self._depth == 1:
            self.values[self._field] = "".join(self._texts)
        self._texts.clear()

    def text(self, text: str) -> None:
        if self._depth == 2:
            self._texts.append(text)
        elif text.strip(" \t\r\n"):
            raise Unreadable("text between the elements")

    def doctype(self, *_declaration: object) -> None:
        raise Unreadable("a document type is not taken")

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        if name != _ROOT:
            raise Unreadable(f"{name} is no Kunde")
        for attribute, value in attributes.items():
            if attribute not in _ATTRIBUTES:
                raise Unreadable(f"{attribute} is no attribute of Kunde")
            self.values[_ATTRIBUTES[attribute]] = value
