"""Which column of a customer file is which field: recognised by its heading, or said by a mapping file."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import cast

from core.customers.fields import FIELD_BY_ATTRIBUTE, FIELDS
from core.errors import UnreadableInput
from core.locale import Message, _, n_
from core.text import folded, shortened, visible

IGNORED = ""
"""What a mapping file says of a column that is left out on purpose."""

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_NEAR = 0.6
_SHOWN_AT_MOST = 40
_FURTHER_HEADINGS = {
    "number": ("Kundennr", "Kunden-Nr.", "Kd-Nr.", "KdNr", "Customer no", "Customer ID"),
    "old_number": ("Alte Kundennummer", "Altkundennr", "Alt-Kundennr.", "Previous customer number"),
    "vema_number": ("VEMA-Kundennr.", "VEMA-Nummer", "VEMA-Nr.", "VEMA number"),
    "adviser": ("Berater", "Betreuerkürzel", "Advisor"),
    "kind": ("Kundenart (P/F)", "Art", "Customer kind", "Customer type"),
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


@dataclass(frozen=True, slots=True)
class Mapping_:
    """placeholder"""
