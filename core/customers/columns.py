"""Which column of a customer file is which field: recognised by its heading, or said by a mapping file."""

from __future__ import annotations

from core.customers.fields import FIELDS
from core.importing.columns import IGNORED, ColumnMap, Headings, Mapping, plain

_FURTHER_HEADINGS = {
    "number": ("Kundennr", "Kunden-Nr.", "Kd-Nr.", "KdNr", "Customer no", "Customer ID"),
    "old_number": ("Alte Kundennummer", "Altkundennr", "Alt-Kundennr.", "Previous customer number"),
    "vema_number": ("VEMA-Kundennr.", "VEMA-Nummer", "VEMA-Nr.", "VEMA number"),
    "adviser": ("Berater", "Betreuerkürzel", "Advisor"),
    "kind": ("Kundenart (P/F)", "Customer kind", "Customer type"),
    "first_name": ("Vornamen", "Given name", "Forename"),
    "last_name": ("Familienname", "Zuname", "Surname", "Family name"),
    "company": ("Firmenname", "Unternehmen", "Company name"),
    "street": ("Straßenname", "Str."),
    "house_number": ("Hausnr.", "Haus-Nr.", "HNr.", "House no"),
    "postcode": ("Postleitzahl", "Postal code", "Zip", "Zip code"),
    "town": ("Wohnort", "Stadt", "City"),
    "birthdate": ("Geburtstag", "Geb.-Datum", "geb. am", "Date of birth"),
    "bic": ("BIC/SWIFT", "SWIFT"),
    "email": ("E-Mail-Adresse", "Mail", "Mailadresse", "E-mail address"),
    "phone": ("Telefonnummer", "Tel.", "Festnetz", "Telephone", "Phone number"),
    "mobile": ("Mobiltelefon", "Mobilnummer", "Handy", "Handynummer", "Mobile phone", "Mobile number"),
}

HEADINGS = Headings(FIELDS, ("number",), _FURTHER_HEADINGS)
recognise = HEADINGS.recognise
parse_mapping = HEADINGS.parse_mapping
attribute_of = HEADINGS.attribute_of

__all__ = (
    "HEADINGS",
    "IGNORED",
    "ColumnMap",
    "Mapping",
    "attribute_of",
    "parse_mapping",
    "plain",
    "recognise",
)
