"""CUS002 and CUS016: postcode and country."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from core.customers.fields import CustomerFields
from core.customers.given import Given
from core.customers.rules.book import PROFILE, RULES, VEMA_HELP
from core.customers.rules.evidence import shown
from core.customers.rules.sent import is_sent
from core.locale import Message, _, n_
from core.rulebook.finding import Fix, FixKind, Found, Severity, found, safe, unsafe
from core.rulebook.rule import Need
from core.text import compacted, folded, is_blank, tidied

GERMANY = frozenset({"d", "de", "deu", "ger", "deutschland", "germany", "brd", "bundesrepublik deutschland"})
"""How Germany is written in address books, folded."""

_LONGEST_WORTH_A_PROPOSAL = 40
_is_postcode = re.compile(r"[0-9]{5}").fullmatch
_with_prefix = re.compile(r"(?:D|DE)[-\u2010-\u2013]?([0-9]{5})", re.IGNORECASE).fullmatch
_without_zero = re.compile(r"[1-46-9][0-9]{3}").fullmatch
_has_letter = re.compile(r"[^\W\d_]").search


@RULES.rule(
    "CUS002", "postcode-format", Severity.ERROR, source=VEMA_HELP, fix=FixKind.SAFE, fields=("postcode",)
)
def postcode_format(customer: CustomerFields, given: Given) -> Iterator[Found]:
    """A postcode has exactly five digits, 0 to 9, and nothing else.

    Why: the partner refuses any other postcode without saying so; a foreign one cannot be transmitted.
    Remedy: take out blanks and a leading “D-”; where a spreadsheet ate the leading zero, put it back. A
    foreign postcode is right as it is: the customer cannot be transmitted, the record stays.
    """
    text = customer.postcode
    if _is_postcode(text) or not is_sent(given, "postcode"):
        return
    compact = compacted(text)
    if not compact:
        yield found("postcode", text, _("The postcode is missing; five digits are needed."))
    elif _is_postcode(compact):
        yield _postcode(
            text,
            _("Postcode “{value}” is not written as five digits only.", value=shown(text)),
            safe(compact),
        )
    elif is_abroad(customer):
        yield _postcode(
            text, _("Postcode “{value}” is a foreign one; only five digits are taken.", value=shown(text))
        )
    else:
        yield _misspelt_postcode(customer, given, compact)


def _postcode(text: str, message: Message, fix: Fix | None = None) -> Found:
    return found("postcode", text, message, fix)


def _misspelt_postcode(customer: CustomerFields, given: Given, compact: str) -> Found:
    text, value = customer.postcode, shown(customer.postcode)
    prefixed = _with_prefix(compact)
    if prefixed:
        return _postcode(
            text, _("Postcode “{value}” has a country code in front.", value=value), safe(prefixed[1])
        )
    plain = unicodedata.normalize("NFKC", compact[:_LONGEST_WORTH_A_PROPOSAL])
    if _is_postcode(plain):
        return _postcode(
            text, _("Postcode “{value}” is not written in digits 0 to 9.", value=value), unsafe(plain)
        )
    if _without_zero(plain) and _zero_may_be_lost(customer, given, f"0{plain}"):
        message = _("Postcode “{value}” has four digits; a leading zero seems to be lost.", value=value)
        return _postcode(text, message, unsafe(f"0{plain}"))
    if _has_letter(plain):
        return _postcode(
            text, _("Postcode “{value}” is no German one; only five digits are taken.", value=value)
        )
    return _postcode(
        text,
        n_(
            "Postcode “{value}” has {count} character; exactly five digits are needed.",
            "Postcode “{value}” has {count} characters; exactly five digits are needed.",
            len(text),
            value=value,
        ),
    )


def _zero_may_be_lost(customer: CustomerFields, given: Given, restored: str) -> bool:
    """In Austria and Switzerland four digits are all there is: nothing else may speak of abroad."""
    if _bank_or_phone_abroad(customer):
        return False
    towns = given.towns_of(restored) if given.towns_of else frozenset[str]()
    return not towns or folded(tidied(customer.town)) in towns


def _bank_or_phone_abroad(customer: CustomerFields) -> bool:
    bank = compacted(customer.iban)[:2].upper()
    if bank.isalpha() and bank != "DE":
        return True
    numbers = (compacted(customer.phone), compacted(customer.mobile))
    return any(re.match(r"(?:\+|00)(?!49)[1-9]", number) for number in numbers)


def is_abroad(customer: CustomerFields) -> bool:
    """Whether a country is given that is not Germany, however it is written."""
    return bool(customer.country) and not is_blank(customer.country) and not _means_germany(customer.country)


def _means_germany(country: str) -> bool:
    return folded(tidied(country)).rstrip(".") in GERMANY


@RULES.rule(
    "CUS016",
    "country-not-transferable",
    Severity.ERROR,
    source=PROFILE,
    needs={Need.PROFILE},
    fix=FixKind.SAFE,
    fields=("country",),
)
def country_not_transferable(customer: CustomerFields, given: Given) -> Iterator[Found]:
    """The country is one that the partner takes, spelt as the partner spells it.

    Why: customers abroad are refused whatever else is right with them; their postcode and IBAN do not fit.
    Remedy: the record is right, it only cannot be transmitted: keep the customer here and tell the partner
    in another way. A country that is only spelt differently is a warning, and corrected.
    """
    countries = given.limits.countries
    country = customer.country
    if not countries or country in countries or not is_sent(given, "country"):
        return
    if is_blank(country):
        if "" not in countries:
            yield found("country", country, _("The country is missing."))
        return
    spelling = _spelling(country, countries)
    if spelling is None:
        message = _(
            "Customers in “{value}” cannot be transmitted; the partner takes {countries}.",
            value=shown(country),
            countries=tuple(name for name in countries if name),
        )
        yield found("country", country, message)
    elif tidied(country) not in countries:
        message = _(
            "Country “{value}” is written “{spelling}” by the partner.",
            value=shown(country),
            spelling=spelling,
        )
        yield found("country", country, message, safe(spelling), Severity.WARNING)


def _spelling(country: str, countries: tuple[str, ...]) -> str | None:
    meant = folded(tidied(country))
    for known in countries:
        if known and folded(known) == meant:
            return known
    if not _means_germany(country):
        return None
    return next((known for known in countries if known and _means_germany(known)), None)
