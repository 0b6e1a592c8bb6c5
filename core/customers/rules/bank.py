"""CUS004, CUS005 and CUS006: the IBAN."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from core.customers.fields import CustomerFields
from core.customers.given import Given
from core.customers.rules.banks import Verdict, bank_name, table_valid_until, verdict
from core.customers.rules.book import BANK_LISTS, IBAN_STANDARD, RULES, VEMA_HELP
from core.customers.rules.evidence import shown
from core.customers.rules.sent import is_sent
from core.locale import Message, _, n_
from core.rulebook.finding import Fix, FixKind, Found, Severity, found, safe, unsafe
from core.rulebook.rule import Need
from core.text import compacted

_LONGEST_WORTH_A_PROPOSAL = 60
_has_german_form = re.compile(r"DE[0-9A-Z]{20}").fullmatch
_is_german = re.compile(r"DE[0-9]{20}").fullmatch
_is_foreign = re.compile(r"(?!DE)[A-Z]{2}[0-9]{2}[0-9A-Z]{8,30}").fullmatch
_SEPARATORS = re.compile(r"^IBAN:?|[-./\u2010-\u2015]", re.IGNORECASE)


@RULES.rule("CUS004", "iban-length", Severity.ERROR, source=VEMA_HELP, fix=FixKind.SAFE, fields=("iban",))
def iban_length(customer: CustomerFields, given: Given) -> Iterator[Found]:
    """An IBAN is a German one: DE and twenty more characters, in capitals and without blanks.

    Why: the partner takes exactly 22 characters and refuses longer, shorter and foreign ones without
    saying so.
    Remedy: take the blanks out. A foreign account is right as it is: send the customer without IBAN, the
    record keeps it.
    """
    text = customer.iban
    if not text or _has_german_form(text) or not is_sent(given, "iban"):
        return
    compact = compacted(text)
    capitals = compact.upper() if compact.isascii() else compact
    if not compact:
        return
    if _has_german_form(capitals):
        yield found(
            "iban",
            text,
            _("IBAN “{value}” is not written in capitals without blanks.", value=shown(text)),
            safe(capitals),
        )
    elif _is_foreign(capitals):
        message = _(
            "IBAN “{value}” is one of {country}; the partner takes German ones only. "
            "Send the customer without IBAN.",
            value=shown(text),
            country=capitals[:2],
        )
        yield found("iban", text, message)
    else:
        message = n_(
            "IBAN “{value}” has {count} character; DE and twenty digits are needed.",
            "IBAN “{value}” has {count} characters; DE and twenty digits are needed.",
            len(compact),
            value=shown(text),
        )
        yield found("iban", text, message, _without_separators(compact))


def _without_separators(compact: str) -> Fix | None:
    if len(compact) > _LONGEST_WORTH_A_PROPOSAL:
        return None
    plain = _SEPARATORS.sub("", unicodedata.normalize("NFKC", compact)).upper()
    return unsafe(plain) if is_sound(plain) else None


@RULES.rule("CUS005", "iban-checksum", Severity.ERROR, source=IBAN_STANDARD, fields=("iban",))
def iban_checksum(customer: CustomerFields, given: Given) -> Iterator[Found]:
    """The two check digits of a German IBAN fit the bank code and the account number after them.

    Why: with wrong check digits at least one character is wrong, and a debit or a payment would fail.
    Remedy: ask the customer for the IBAN, or read it again from the mandate; it cannot be computed.
    """
    text = customer.iban
    if not text or is_sound(text) or not _has_german_form(text) or not is_sent(given, "iban"):
        return
    if _is_german(text):
        yield found("iban", text, _("The check digits of IBAN “{value}” are wrong.", value=text))
    else:
        yield found(
            "iban", text, _("IBAN “{value}” has letters after DE; a German one has digits only.", value=text)
        )


@RULES.rule(
    "CUS006", "iban-bank-unknown", Severity.WARNING, source=BANK_LISTS, needs={Need.TODAY}, fields=("iban",)
)
def iban_bank_unknown(customer: CustomerFields, given: Given) -> Iterator[Found]:
    """The bank code of an IBAN is in use, and the account number fits the check digit method of the bank.

    Why: the check digits are right in 1 of 97 mistyped IBANs too; the bank's own method finds most of those.
    Remedy: compare with the mandate. The lists change every quarter, so a very new bank may be right although
    it is not found; therefore this never holds a customer.
    """
    text = customer.iban
    if not text or not is_sound(text) or not is_sent(given, "iban"):
        return
    judgement = verdict(text)
    if judgement is not Verdict.FITS:
        yield found("iban", text, _bank_sentence(judgement, text, given.today))


def _bank_sentence(judgement: Verdict, iban: str, today: date) -> Message:
    code, account = iban[4:12], iban[12:]
    if judgement is Verdict.UNKNOWN_BANK:
        claim = _("Bank code {code} of IBAN “{value}” is unknown", code=code, value=iban)
    elif judgement is Verdict.CLOSED_BANK:
        claim = _("Bank code {code} of IBAN “{value}” was given up", code=code, value=iban)
    else:
        claim = _(
            "Account number {account} of IBAN “{value}” cannot exist at {bank}",
            account=account,
            value=iban,
            bank=bank_name(code) or code,
        )
    until = table_valid_until()
    written = f"{until:%d.%m.%Y}" if until else "?"
    if until and today > until:
        return _(
            "{claim} (says kontocheck; its list ran out on {date}, so this may be out of date).",
            claim=claim,
            date=written,
        )
    return _("{claim} (says kontocheck; its list is valid until {date}).", claim=claim, date=written)


def is_sound(iban: str) -> bool:
    """Whether this is a German IBAN with right check digits (ISO 7064, 02 to 98 as schwifty wants them)."""
    return bool(_is_german(iban)) and 98 - int(f"{iban[4:]}131400") % 97 == int(iban[2:4])
