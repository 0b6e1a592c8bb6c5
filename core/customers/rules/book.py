"""The book that the rules for customers are written into, and what they rest on."""

from __future__ import annotations

from core.customers.fields import CustomerFields
from core.customers.given import Given
from core.locale import _
from core.rulebook.rule import Rulebook

RULES: Rulebook[CustomerFields, Given] = Rulebook("customers")

# Sources are said in the operator's language too: `_` makes them known to the catalogue.
VEMA_HELP = _("Public help page on handing customers over to VEMA").text
PROFILE = _("Profile of the partner").text
OWN = _("Own convention").text
IBAN_STANDARD = _("ISO 13616 (IBAN), ISO 7064 (mod 97-10)").text
BANK_LISTS = _(
    "Bank codes and check digit methods of the Deutsche Bundesbank, by schwifty and kontocheck"
).text
MAIL_STANDARDS = _("RFC 5321 and RFC 5322, by email-validator").text
NUMBERING_PLANS = _("Numbering plans of the countries, by phonenumbers").text
UNICODE = _("Unicode normalisation form C (UAX 15), profile of the partner").text
