"""CUS007 and CUS008: the birth date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from core.customers.birthdate_forms import Reading, read_other_form
from core.customers.fields import CustomerFields, read_birthdate
from core.customers.given import Given
from core.customers.rules.book import OWN, RULES, VEMA_HELP
from core.customers.rules.evidence import shown
from core.customers.rules.sent import is_sent
from core.locale import Message, _
from core.rulebook.finding import Fix, FixKind, Found, Severity, found, safe, unsafe
from core.rulebook.rule import Need
from core.text import is_blank

EARLIEST = date(1900, 1, 1)
_has_the_form = re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{4}").fullmatch


@RULES.rule(
    "CUS007",
    "birthdate-format",
    Severity.ERROR,
    source=VEMA_HELP,
    needs={Need.TODAY},
    fix=FixKind.SAFE,
    fields=("birthdate",),
)
def birthdate_format(customer: CustomerFields, given: Given) -> Iterator[Found]:
    """A birth date reads TT.MM.JJJJ, two digits, two digits, four digits, and is a day of the calendar.

    Why: the partner refuses a private customer with any other form without saying so.
    Remedy: a date in one other unmistakable form is rewritten; where day and month, or the century, may be
    mistaken there is a proposal to look at; a day that the calendar does not have must be asked for. With a
    company it is a warning only, since nobody asks for its birth date.
    """
    text = customer.birthdate
    if not text or read_birthdate(text) or not is_sent(given, "birthdate") or is_blank(text):
        return
    severity = Severity.WARNING if customer.is_company else None
    reading = read_other_form(text, given.today)
    yield found("birthdate", text, _form_sentence(text, reading), _rewritten(reading), severity)


def _form_sentence(text: str, reading: Reading | None) -> Message:
    if reading is None and _has_the_form(text):
        return _("Birth date “{value}” is no day of the calendar.", value=text)
    if reading is not None and not reading.is_certain:
        return _(
            "Birth date “{value}” does not read TT.MM.JJJJ; perhaps {reading} is meant.",
            value=shown(text),
            reading=reading.text,
        )
    return _("Birth date “{value}” does not read TT.MM.JJJJ.", value=shown(text))


def _rewritten(reading: Reading | None) -> Fix | None:
    if reading is None:
        return None
    return safe(reading.text) if reading.is_certain else unsafe(reading.text)


@RULES.rule(
    "CUS008", "birthdate-implausible", Severity.ERROR, source=OWN, needs={Need.TODAY}, fields=("birthdate",)
)
def birthdate_implausible(customer: CustomerFields, given: Given) -> Iterator[Found]:
    """A private customer has a birth date, and it lies between 1900 and today.

    Why: a date before 1900 or in the future is a slip or a filler that some program put in; a missing one is
    only a warning, because it can be right not to know it.
    Remedy: ask the customer, or correct it in the broker software.
    """
    if not is_sent(given, "birthdate") or customer.is_company:
        return
    text = customer.birthdate
    born = read_birthdate(text)
    if born is None:
        if is_blank(text):
            message = _("The birth date of a private customer is missing.")
            yield found("birthdate", text, message, severity=Severity.WARNING)
    elif born > given.today:
        yield found("birthdate", text, _("Birth date {value} lies in the future.", value=text))
    elif born < EARLIEST:
        yield found("birthdate", text, _("Birth date {value} lies before 1900.", value=text))
