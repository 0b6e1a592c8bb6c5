"""What must not be kept of what was sent, answered or logged.

Two degrees. *Attempt records* (`redact`) lose secrets and whole IBANs; names and addresses stay, because an
operator has to see what was refused. *Logs* (`redact_for_log`, `RedactingFilter`) are read by others and
kept elsewhere: there birth dates, e-mail addresses, phone numbers, the contents of XML and of records
printed by mistake go as well. A name inside a free sentence cannot be recognised: log numbers and ids.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Iterable
from html import escape
from urllib.parse import quote

from core.text import printable, shortened

LONGEST = 4096
"""Characters kept of an excerpt."""
GONE = "[…]"

_UNSEEN = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_BLANK = rf"[\s{_UNSEEN}.\-/_]{{0,4}}"
_SAFE_BEFORE_CUT = 4 * LONGEST
_MAYBE_CUT = re.compile(r"[\w\s.\-/\u00ad\u200b-\u2069\ufeff]{1,200}\Z")

# Countries in whose account numbers letters occur; everywhere else two letters and many digits are enough.
_LETTERED = (
    "AD|AL|AZ|BG|BH|BL|BR|BY|CH|CY|DO|FR|GB|GE|GF|GI|GP|GT|IE|IT|JO|KW|KZ|LB|LC|LI|LU|LV|MC|MD|MF|MK|MQ|MT|MU|NC|"
    "NL|PF|PK|PM|PS|QA|RE|RO|SC|SM|SV|TF|TR|UA|VG|WF|YT"
)
_LETTERS = rf"(?:{_LETTERED}|{_LETTERED.lower()})"
_IBAN = re.compile(
    # A key (UUID) comes first so that its hexadecimal groups are never taken for an account.
    r"(?P<key>\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b)"
    # written without blanks, or in groups of four; looking for the digit first is what makes it quick
    rf"|(?=[A-Za-z]{{2}}[{_UNSEEN}]{{0,2}}\d)(?<![^\W_]){_LETTERS}(?:"
    rf"(?:[{_UNSEEN}]{{0,2}}\d){{2}}(?:[{_UNSEEN}]{{0,2}}[A-Za-z0-9]){{11,30}}"
    rf"|\d\d(?:[\s{_UNSEEN}.\-]{{1,4}}[A-Za-z0-9]{{4}}){{2,7}}(?:[\s{_UNSEEN}.\-]{{1,4}}\w{{1,4}})?)(?![^\W_])"
    # Germany's also inside a longer word
    rf"|(?:(?<![^\W_])[^\W\d_]{{2}}|[Dd]{_BLANK}[Ee])(?:{_BLANK}\d){{12,32}}"
)
_SECRET_WORD = r"(?:pass(?:word|wort|phrase)?|pwd|kennwort|[a-zäöü]*passwort|secret|token|api[_-]?key)"  # noqa: S105
_PASSWORD_HINTS = ("pass", "pwd", "kennwort", "secret", "token", "api")
# Each with words of which one must occur before the costly search is worth while.
_SECRETS = (
    (
        ("authorization", "cookie", "x-api-key"),
        re.compile(r"(?i)\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key)(\s*[:=]\s*)[^\r\n]*"),
        rf"\1\2{GONE}",
    ),
    (("basic", "bearer"), re.compile(r"\b([Bb]asic|[Bb]earer)\s+[A-Za-z0-9+/._~-]{8,}=*"), rf"\1 {GONE}"),
    (
        _PASSWORD_HINTS,
        re.compile(rf"(?i)(<(?:[\w.-]+:)?[\w.-]*{_SECRET_WORD}[\w.-]*(?:\s[^<>]*)?>)[^<]*"),
        rf"\1{GONE}",
    ),
    (
        _PASSWORD_HINTS,
        re.compile(rf"(?i)\b({_SECRET_WORD}[\"']?\s*[:=]\s*)(?:\"[^\"]*\"|'[^']*'|[^\s,;&<>)]+)"),
        rf"\1{GONE}",
    ),
    (("://",), re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s/@]*@"), rf"\1{GONE}@"),
)
_PERSONAL_FIELD = (
    r"(?:salutation|title|first_name|last_name|company|street|house_number|postcode|town|birthdate|iban|bic|"
    r"email|phone|mobile|input_value)"
)
_PERSONAL = (
    (re.compile(r"\[parameters: .*", re.DOTALL), f"[parameters: {GONE}]"),
    (re.compile(rf"\b({_PERSONAL_FIELD}[\"']?\s*[:=]\s*)(?:\"[^\"]*\"|'[^']*'|[^\s,;)]+)"), rf"\1{GONE}"),
    (re.compile(r"(<[\w:.-]+)\s[^<>]*?(/?>)"), rf"\1 {GONE}\2"),
    (re.compile(r">[^<>\n]+<"), f">{GONE}<"),
    (re.compile(r"[^\s@<>\"'=:]+@[\w-]+(?:\.[\w-]+)+"), GONE),
    (re.compile(r"\b\d{1,2}\.\d{1,2}\.\d{4}\b"), GONE),
    (re.compile(r"(?<![\w.:-])(?:\+|00?)[1-9]\d{0,3}[\d /()-]{4,}\d"), GONE),
)


class Redactor:
    """Redacts with values known to be secret: these go wherever and however (XML, URL) they are written."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        written = {form for secret in secrets for form in _written(secret)}
        self._known = sorted(written, key=len, reverse=True)

    def redact(self, text: str, longest: int = LONGEST) -> str:
        """As the function `redact`."""
        for secret in self._known:
            text = text.replace(secret, GONE)
        if len(text) > _SAFE_BEFORE_CUT:
            # Whatever the cut went through is given up: half an IBAN is too much of one.
            text = _MAYBE_CUT.sub("", text[:_SAFE_BEFORE_CUT])
        folded = text.casefold()
        for hints, pattern, replacement in _SECRETS:
            if any(hint in folded for hint in hints):
                text = pattern.sub(replacement, text)
        return shortened(_IBAN.sub(_short_iban, text), longest)


_WITHOUT_SECRETS = Redactor()


def redact(text: str, longest: int = LONGEST) -> str:
    """An excerpt for an attempt record: no password, no Authorization; of an IBAN country and last 4."""
    return _WITHOUT_SECRETS.redact(text, longest)


def redact_for_log(text: str, longest: int = LONGEST) -> str:
    """A log line or traceback: as `redact`, and without what else is known to be personal."""
    text = redact(text, longest=longest)
    for pattern, replacement in _PERSONAL:
        text = pattern.sub(replacement, text)
    return text


class RedactingFilter(logging.Filter):
    """Redacts message and traceback. Put it on every *handler*: a logger's filter is not inherited."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always lets the record through, changed in place; one message stays on one line."""
        record.msg = printable(redact_for_log(_said(record)))
        record.args = None
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = redact_for_log(
                "".join(traceback.format_exception(record.exc_info[1])), 4 * LONGEST
            )
            record.exc_info = None
        if record.stack_info:
            record.stack_info = redact_for_log(record.stack_info, 4 * LONGEST)
        return True


def _said(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} {record.args}"


def _written(secret: str) -> set[str]:
    if not secret:
        return set()
    in_xml = escape(secret, quote=False)
    quoted = in_xml.replace('"', "&quot;")
    return {secret, in_xml, quoted, quote(secret, safe=""), quote(secret)}


def _short_iban(found: re.Match[str]) -> str:
    if found["key"]:
        return found[0]
    bare = [character for character in found[0] if character.isalnum()]
    return f"{''.join(bare[:2])}…{''.join(bare[-4:])}"
