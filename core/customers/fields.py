"""What a customer is made of: text, exactly as it came; typed values are computed from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from sqlmodel import SQLModel

from core.importing.field import FieldName
from core.locale import _
from core.text import squeezed


class Kind(StrEnum):
    """Private customer or company (Privat-/Firmenkunde)."""

    PRIVATE = "P"
    COMPANY = "F"


class CustomerFields(SQLModel):
    """The text fields of a customer; an empty string means that there is no value.

    Rules, conditions and payloads read these; the table `Customer` adds identity and bookkeeping.
    """

    number: str = ""
    old_number: str = ""
    vema_number: str = ""
    adviser: str = ""
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
    def is_company(self) -> bool:
        """Said by the kind; where that says nothing known, a company name without a last name says it."""
        said = self.kind
        if said not in ("F", "P", ""):
            said = squeezed(said).upper()
        if said in ("F", "P"):
            return said == Kind.COMPANY
        return bool(self.company and not self.last_name)

    @property
    def born(self) -> date | None:
        """The birth date where it reads TT.MM.JJJJ and is a day of the calendar."""
        return read_birthdate(self.birthdate)

    @property
    def display_name(self) -> str:
        """How the customer is called in lists: the company, or title, first and last name."""
        if self.is_company:
            return self.company
        return " ".join(part for part in (self.title, self.first_name, self.last_name) if part)


def read_birthdate(text: str) -> date | None:
    """A date from exactly TT.MM.JJJJ in ASCII digits; None for anything else."""
    if len(text) != 10 or text[2] != "." or text[5] != "." or not text.isascii():
        return None
    day, month, year = text[:2], text[3:5], text[6:]
    if not (day.isdigit() and month.isdigit() and year.isdigit()):
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


FIELDS: tuple[FieldName, ...] = (
    FieldName("number", "Kundennummer", "Customer number", _("Customer number")),
    FieldName("old_number", "Altkundennummer", "Old customer number", _("Old customer number")),
    FieldName("vema_number", "VEMA-Kundennummer", "VEMA customer number", _("VEMA customer number")),
    FieldName("adviser", "Betreuer", "Adviser", _("Adviser")),
    FieldName("kind", "Kundenart", "Kind", _("Kind of customer")),
    FieldName("salutation", "Anrede", "Salutation", _("Salutation")),
    FieldName("title", "Titel", "Title", _("Title")),
    FieldName("first_name", "Vorname", "First name", _("First name")),
    FieldName("last_name", "Nachname", "Last name", _("Last name")),
    FieldName("company", "Firma", "Company", _("Company")),
    FieldName("street", "Straße", "Street", _("Street")),
    FieldName("house_number", "Hausnummer", "House number", _("House number")),
    FieldName("postcode", "PLZ", "Postcode", _("Postcode")),
    FieldName("town", "Ort", "Town", _("Town")),
    FieldName("country", "Land", "Country", _("Country")),
    FieldName("birthdate", "Geburtsdatum", "Birth date", _("Birth date")),
    FieldName("iban", "IBAN", "IBAN", _("IBAN")),
    FieldName("bic", "BIC", "BIC", _("BIC")),
    FieldName("email", "E-Mail", "E-mail", _("E-mail")),
    FieldName("phone", "Telefon", "Phone", _("Phone")),
    FieldName("mobile", "Mobil", "Mobile", _("Mobile phone")),
)
ATTRIBUTES: tuple[str, ...] = tuple(field.attribute for field in FIELDS)
_NOTHING = dict.fromkeys(ATTRIBUTES, "")


def customer_from(text: Mapping[str, str]) -> CustomerFields:
    """A customer that says this, by attribute; what is not named is empty."""
    values: dict[str, Any] = {**_NOTHING, **text}
    return CustomerFields.model_construct(**values)


FIELD_BY_ATTRIBUTE = {field.attribute: field for field in FIELDS}
