"""CUS013: fields whose wording the partner prescribes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from core.customers.fields import CustomerFields
from core.customers.given import Given
from core.customers.rules.book import PROFILE, RULES
from core.customers.rules.evidence import label, shown
from core.customers.rules.sent import is_sent
from core.locale import _
from core.rulebook.finding import FixKind, Found, Severity, found, unsafe
from core.rulebook.rule import Need
from core.text import folded, tidied

_NEAR_ENOUGH = 0.6


@RULES.rule(
    "CUS013", "choice-unknown", Severity.WARNING, source=PROFILE, needs={Need.PROFILE}, fix=FixKind.UNSAFE
)
def choice_unknown(customer: CustomerFields, given: Given) -> Iterator[Found]:
    """A salutation, and every other field with a fixed choice, has exactly the wording of the partner.

    Why: what is worded differently is dropped by the partner or refused.
    Remedy: take the wording that the partner knows; the nearest one is proposed.
    """
    for name, choices in given.limits.choices.items():
        text: str = getattr(customer, name)
        if not text or text in choices or not is_sent(given, name):
            continue
        plain = tidied(text)
        if plain and plain not in choices:
            nearest = _nearest(plain[:100], choices)
            message = _(
                "{field} “{value}” is none of those that the partner knows: {choices}.",
                field=label(name),
                value=shown(text),
                choices=tuple(choice for choice in choices if choice),
            )
            yield found(name, text, message, unsafe(nearest) if nearest else None)


@lru_cache(maxsize=1024)
def _nearest(text: str, choices: tuple[str, ...]) -> str | None:
    """The choice that this most likely means: same but for case, an abbreviation, or spelt much alike."""
    from difflib import get_close_matches

    meant = folded(text).rstrip(".")
    by_folded = {folded(choice): choice for choice in choices if choice}
    if meant in by_folded:
        return by_folded[meant]
    begun = [choice for known, choice in by_folded.items() if meant and known.startswith(meant)]
    if len(begun) == 1:
        return begun[0]
    close = get_close_matches(meant, by_folded, n=1, cutoff=_NEAR_ENOUGH)
    return by_folded[close[0]] if close else None
