"""What email-validator and phonenumbers take, with a quick yes for the spellings that almost all have.

The quick ways only ever say yes, and only where the library would (property-tested); everything else is
asked of the library, which is loaded when first asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

_HOME = "DE"
_LONGEST = 320
_plain_mail_address = re.compile(
    r"(?=.{6,254}\Z)[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@"
    r"(?:[A-Za-z0-9](?:-?[A-Za-z0-9]){0,31}\.)+(?!(?:arpa|invalid|local|localhost|onion|test)\Z)[A-Za-z]{2,63}",
    re.ASCII | re.IGNORECASE,
).fullmatch
_german_number = re.compile(
    r"(?:(?:\+|00)49[ -]?(?:\(0\))?|0)[ /-]?\(?([1-9][0-9]*(?:[ /-][0-9]+)*)"
).fullmatch
_SEPARATORS = str.maketrans("", "", " /-")


def is_mail_address(text: str) -> bool:
    """Whether email-validator takes it, without asking the network."""
    if _plain_mail_address(text):
        return True
    return len(text) <= _LONGEST and "@" in text and _asked_of_the_library(text)


def _asked_of_the_library(text: str) -> bool:
    from email_validator import EmailNotValidError, validate_email

    try:
        validate_email(text, check_deliverability=False)
    except (EmailNotValidError, ValueError):
        return False
    return True


def is_phone_number(text: str) -> bool:
    """Whether phonenumbers finds it in a numbering plan; a number without country is read as German."""
    german = _german_number(text)
    if german and _german_plan()(german[1].translate(_SEPARATORS)):
        return True
    return len(text) <= _LONGEST and _dialled(text)


def _dialled(text: str) -> bool:
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, _HOME))
    except phonenumbers.NumberParseException:
        return False


@lru_cache(maxsize=1)
def _german_plan() -> Callable[[str], bool]:
    """The German plan of the library as one question on the national number (digits, without 0 in front)."""
    from phonenumbers import PhoneMetadata

    plan = PhoneMetadata.metadata_for_region(_HOME)
    kinds = (plan.mobile, plan.fixed_line) if plan else ()
    patterns = [
        (frozenset(kind.possible_length), re.compile(kind.national_number_pattern or "(?!)").fullmatch)
        for kind in kinds
        if kind
    ]

    def has(number: str) -> bool:
        return any(len(number) in lengths and fits(number) for lengths, fits in patterns)

    return has
