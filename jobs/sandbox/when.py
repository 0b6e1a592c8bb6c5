"""Conditions on what is handed over, in the product's one language: `plz:80* AND NOT iban:missing`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING

from core.errors import WrongUsage
from core.locale import _

if TYPE_CHECKING:
    from core.rulebook.condition import Vocabulary
    from jobs.sandbox.reading import Customer

_log = logging.getLogger(__name__)
_TEXTS = {
    "number": ("kundennummer", "nummer"),
    "vema_number": ("vemanummer",),
    "salutation": ("anrede",),
    "title": ("titel",),
    "first_name": ("vorname",),
    "last_name": ("nachname", "name"),
    "company": ("firma", "firmenname"),
    "street": ("straße", "strasse"),
    "house_number": ("hausnummer",),
    "postcode": ("plz", "postleitzahl"),
    "town": ("ort", "city", "stadt"),
    "country": ("land",),
    "iban": ("iban",),
    "bic": ("bic",),
    "email": ("e-mail", "mail"),
    "phone": ("telefon",),
    "mobile": ("mobil",),
}


def parse_when(text: str, where: str) -> Callable[[Customer], bool]:
    """What decides whether a customer is meant. Raises WrongUsage saying where in the file, and why."""
    from core.rulebook.condition import ConditionContext, ConditionTooSlow, parse

    try:
        condition = parse(text, _vocabulary())
    except WrongUsage as error:
        raise WrongUsage(_("{where}: {reason}", where=where, reason=error.message)) from error

    def fits(customer: Customer) -> bool:
        now = datetime.now().astimezone()
        try:
            return condition.matches(customer, ConditionContext(now, now.date()))
        except ConditionTooSlow as error:
            _log.warning("%s", error)
            return False

    return fits


def _vocabulary() -> Vocabulary:
    from core.rulebook.condition import Choice, ChoiceField, DateField, TextField, Vocabulary

    fields = [
        TextField(name, words[0], attrgetter(name), aliases=words[1:]) for name, words in _TEXTS.items()
    ]
    kinds = (Choice("P", "private", "privat", ("p",)), Choice("F", "company", "firma", ("f",)))
    kind = ChoiceField("kind", "kundenart", attrgetter("kind"), aliases=("art",), choices=kinds)
    born = DateField("birthdate", "geburtsdatum", attrgetter("birthdate"), aliases=("born", "geboren"))
    return Vocabulary([*fields, kind, born])
