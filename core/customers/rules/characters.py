"""CUS018 and CUS019: characters and lengths that the partner takes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from core.customers.fields import CustomerFields
from core.customers.given import Given
from core.customers.rules.book import PROFILE, RULES, UNICODE
from core.customers.rules.evidence import label, shown
from core.customers.rules.sent import sent_names, sent_values
from core.locale import Message, _
from core.rulebook.finding import Fix, FixKind, Found, Severity, found, safe, unsafe
from core.rulebook.rule import Need
from core.text import damage_undone, tidied

_LONGEST_WORTH_A_PROPOSAL = 1000
_is_of_no_set = re.compile(
    "[\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffd-\uffff\U0001fffe\U0001ffff\U000f0000-\U0010ffff]"
).search
"""Surrogates, private and never assigned characters, and the sign for one that was lost on the way."""
_PLAIN_SIGNS = str.maketrans({
    **dict.fromkeys("“”„‟«»", '"'),
    **dict.fromkeys("‘’‚‛´`", "'"),
    **dict.fromkeys("‐‑‒–—―", "-"),
    "…": "...", "€": "EUR", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "œ": "oe", "Œ": "OE", "ẞ": "SS",
})  # fmt: skip


@RULES.rule(
    "CUS018",
    "character-not-transferable",
    Severity.ERROR,
    source=UNICODE,
    needs={Need.PROFILE},
    fix=FixKind.SAFE,
)
def character_not_transferable(customer: CustomerFields, given: Given) -> Iterator[Found]:
    """Every character is in the partner's character set, and accents are composed with their letters.

    Why: what the set lacks arrives as a question mark or is refused; an accent apart from its letter makes
    two names of one, which is only a warning.
    Remedy: have the accents composed; replace what the partner cannot take, a spelling is proposed where one
    is known; where a character got lost earlier, ask for the right name.
    """
    values = sent_values(customer, given)
    together = "|".join(values)
    if together.isascii() or not _needs_a_look(together, given.limits.characters):
        return
    for name, text in zip(sent_names(given), values, strict=True):
        yield from _look_at(name, text, given.limits.characters)


def _needs_a_look(text: str, characters: str) -> bool:
    if not text.isprintable() or "\ufffd" in text or not unicodedata.is_normalized("NFC", text):
        return True
    return characters != "utf-8" and not _can_be_written(text, characters)


def _look_at(field: str, text: str, characters: str) -> Iterator[Found]:
    composed = unicodedata.normalize("NFC", text)
    at = _first_outside(composed, characters)
    if at is not None:
        yield found(
            field, text, _outside_sentence(field, composed, at), _spelt_otherwise(composed, characters)
        )
    elif composed != text:
        message = _(
            "{field} “{value}” has accents apart from their letters.", field=label(field), value=shown(text)
        )
        fixed = composed if damage_undone(text) else unicodedata.normalize("NFC", tidied(text))
        yield found(field, text, message, safe(fixed), Severity.WARNING)


def _first_outside(text: str, characters: str) -> int | None:
    lost = _is_of_no_set(text)
    if lost:
        return lost.start()
    try:
        text.encode(characters)
    except UnicodeEncodeError as refused:
        return refused.start
    return None


def _can_be_written(text: str, characters: str) -> bool:
    return _first_outside(text, characters) is None


def _outside_sentence(field: str, text: str, at: int) -> Message:
    character = text[at]
    values = {"field": label(field), "value": shown(text, at), "code": f"U+{ord(character):04X}"}
    if character == "\ufffd":
        return _("{field} “{value}” has lost a character on its way here ({code}).", **values)
    return _("{field} “{value}” has a character that the partner does not take ({code}).", **values)


def _spelt_otherwise(text: str, characters: str) -> Fix | None:
    if len(text) > _LONGEST_WORTH_A_PROPOSAL:
        return None
    spelt = "".join(
        character if _can_be_written(character, characters) else _without_accent(character)
        for character in text
    )
    return unsafe(spelt) if spelt != text and _can_be_written(spelt, characters) else None


def _without_accent(character: str) -> str:
    plain = character.translate(_PLAIN_SIGNS)
    return "".join(part for part in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(part))


@RULES.rule("CUS019", "field-too-long", Severity.ERROR, source=PROFILE, needs={Need.PROFILE})
def field_too_long(customer: CustomerFields, given: Given) -> Iterator[Found]:
    """No field is longer than the partner takes.

    Why: a longer text is refused or cut off at any place.
    Remedy: shorten it so that it still says the same; nothing is cut off by itself.
    """
    lengths = given.limits.lengths
    if not lengths:
        return
    for name, text in zip(sent_names(given), sent_values(customer, given), strict=True):
        longest = lengths.get(name)
        if longest is not None and len(text) > longest:
            message = _(
                "{field} “{value}” has {length} characters, the partner takes {longest}.",
                field=label(name),
                value=shown(text),
                length=len(text),
                longest=longest,
            )
            yield found(name, text, message)
