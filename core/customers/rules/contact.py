"""CUS014 and CUS015: mail address and telephone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.customers.fields import CustomerFields
from core.customers.given import Given
from core.customers.rules.book import MAIL_STANDARDS, NUMBERING_PLANS, RULES
from core.customers.rules.evidence import label, shown
from core.customers.rules.reachability import is_mail_address, is_phone_number
from core.customers.rules.sent import is_sent
from core.locale import Message, _
from core.rulebook.finding import Fix, FixKind, Found, Severity, found, unsafe
from core.text import tidied

_in_angle_brackets = re.compile(r"<\s*(?:mailto:)?([^<>\s]+)\s*>").search
_LONGEST_WORTH_A_PROPOSAL = 500
_several = re.compile(r"@.*[;,\s/].*@").search


@RULES.rule(
    "CUS014", "email-invalid", Severity.WARNING, source=MAIL_STANDARDS, fix=FixKind.UNSAFE, fields=("email",)
)
def email_invalid(customer: CustomerFields, given: Given) -> Iterator[Found]:
    """An e-mail address can be one: a name, @ and a domain; one address in the field.

    Why: mail to it would never arrive. Whether the mailbox exists is not asked.
    Remedy: correct it, or keep one address where there are several.
    """
    text = customer.email
    if not text or is_mail_address(text) or not is_sent(given, "email"):
        return
    address = tidied(text)
    if address and (address == text or not is_mail_address(address)):
        yield found("email", text, _mail_sentence(text), _mail_fix(address))


def _mail_sentence(text: str) -> Message:
    if _several(text[:500]):
        return _("E-mail “{value}” holds more than one address.", value=shown(text))
    if "@" not in text:
        return _("E-mail “{value}” has no @.", value=shown(text))
    return _("E-mail “{value}” is no valid address.", value=shown(text))


def _mail_fix(address: str) -> Fix | None:
    if len(address) > _LONGEST_WORTH_A_PROPOSAL:
        return None
    bracketed = _in_angle_brackets(address)
    proposal = bracketed[1] if bracketed else address.removeprefix("mailto:").replace(" ", "")
    return unsafe(proposal) if proposal != address and is_mail_address(proposal) else None


@RULES.rule("CUS015", "phone-invalid", Severity.WARNING, source=NUMBERING_PLANS, fields=("phone", "mobile"))
def phone_invalid(customer: CustomerFields, given: Given) -> Iterator[Found]:
    """A telephone number can be dialled: the numbering plan of its country has it; without +.. it is German.

    Why: nobody can be called under it, and partners match customers by their numbers.
    Remedy: correct it, or keep one number where there are several.
    """
    for name, text in (("phone", customer.phone), ("mobile", customer.mobile)):
        if not text or is_phone_number(text) or not is_sent(given, name):
            continue
        number = tidied(text)
        if number and (number == text or not is_phone_number(number)):
            message = _("{field} “{value}” is no valid number.", field=label(name), value=shown(text))
            yield found(name, text, message)
