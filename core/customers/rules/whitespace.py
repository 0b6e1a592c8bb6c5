"""CUS001: what nobody can see in a text, and what a partner refuses all the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from core.customers.fields import CustomerFields
from core.customers.given import Given
from core.customers.rules.book import RULES, VEMA_HELP
from core.customers.rules.evidence import label, shown
from core.customers.rules.sent import sent_names, sent_values
from core.locale import Message, _
from core.rulebook.finding import Fix, FixKind, Found, Severity, found, safe, unsafe
from core.text import damage_undone, is_tidy, tidied

_NAMES = {
    "\t": _("a tab ({code})"),
    "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029": _("a line break ({code})"),
    "\u00a0\u202f\u2007": _("a no-break space ({code})"),
    "\u00ad": _("a soft hyphen ({code})"),
    "\u200b\u200c\u200d\u2060\ufeff\u180e": _("a character without width ({code})"),
    "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069": _(
        "a mark of writing direction ({code})"
    ),
}
_CONTROL = _("a control character ({code})")
_INVISIBLE = _("an invisible character ({code})")
_HIDDEN = {"Zs", "Zl", "Zp", "Cc", "Cf"}
_MOST_NAMED = 3


@RULES.rule("CUS001", "hidden-whitespace", Severity.ERROR, source=VEMA_HELP, fix=FixKind.SAFE)
def hidden_whitespace(customer: CustomerFields, given: Given) -> Iterator[Found]:
    """A transmitted text has no blank at its edges, no doubled blank and no invisible character.

    Why: the partner refuses such a record without saying so, and on a screen nobody sees what is wrong.
    Remedy: have the invisible characters taken out; letters, digits and accents stay as they are. Only what
    is left of a terminal sequence, or of a wrong character set, has to be looked at.
    """
    values = sent_values(customer, given)
    together = f"|{'|'.join(values)}|"
    if together.isprintable() and "  " not in together and "| " not in together and " |" not in together:
        return
    for name, text in zip(sent_names(given), values, strict=True):
        if text and not is_tidy(text):
            yield found(name, text, _sentence(name, text), _fix(text))


def _sentence(field: str, text: str) -> Message:
    return _(
        "{field} “{value}” has {defects}.",
        field=label(field),
        value=shown(text, _first_defect(text)),
        defects=_defects(text),
    )


def _fix(text: str) -> Fix:
    proposal = damage_undone(text)
    return safe(tidied(text)) if proposal is None else unsafe(proposal)


def _first_defect(text: str) -> int:
    if text[0] == " ":
        return 0
    places = (text.find(sign) for sign in ("  ", *_hidden_in(text)))
    return min((at for at in places if at >= 0), default=len(text) - 1)


def _hidden_in(text: str) -> list[str]:
    return [one for one in dict.fromkeys(text) if one != " " and unicodedata.category(one) in _HIDDEN]


def _defects(text: str) -> tuple[Message, ...]:
    named = [_named(character) for character in _hidden_in(text)[:_MOST_NAMED]]
    if text[0] == " ":
        named.append(_("a blank at the beginning"))
    if text[-1] == " ":
        named.append(_("a blank at the end"))
    if "  " in text.strip(" "):
        named.append(_("doubled blanks"))
    return tuple(named)


def _named(character: str) -> Message:
    fallback = _CONTROL if unicodedata.category(character) == "Cc" else _INVISIBLE
    name = next((name for characters, name in _NAMES.items() if character in characters), fallback)
    return replace(name, values={"code": f"U+{ord(character):04X}"})
