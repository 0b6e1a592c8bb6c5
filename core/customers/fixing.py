"""What the rules' own fixes would make of a customer. Pure: nothing is written here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.customers import checking
from core.customers.fields import ATTRIBUTES, CustomerFields
from core.customers.given import Given, Limits
from core.rulebook.finding import FixKind
from core.rulebook.record import Suppression

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One line of a diff: a field, what it says now, what it would say."""

    field: str
    before: str
    after: str


def fixed_fields(
    customer: CustomerFields,
    limits: Limits,
    today: date,
    *,
    unsafe: bool,
    muted: Sequence[Suppression] = (),
) -> dict[str, str]:
    """The fields that change when all fixes are applied, again and again until nothing moves any more.

    Without `unsafe` only safe ones; never one that somebody muted. A fix that another rule would turn back
    cannot go in circles: after five rounds what is there counts.
    """
    text = {name: getattr(customer, name) for name in ATTRIBUTES}
    allowed = {FixKind.SAFE, FixKind.UNSAFE} if unsafe else {FixKind.SAFE}
    given = Given(today, limits)
    for _round in range(ROUNDS):
        copy = CustomerFields.model_construct(**text)
        fixes: dict[str, str] = {}
        for finding in checking.check(copy, given, checking.all_rules()):
            lived_with = any(checking.is_suppressed(finding, one, today) for one in muted)
            if finding.fix is not None and finding.fix.kind in allowed and not lived_with:
                fixes.setdefault(finding.field, finding.fix.text)
        if not fixes:
            break
        text |= fixes
    return {name: value for name, value in text.items() if value != getattr(customer, name)}


def diff(customer: CustomerFields, changed: dict[str, str]) -> list[FieldChange]:
    """The changes line by line, in the order of the fields."""
    return [
        FieldChange(name, getattr(customer, name), changed[name]) for name in ATTRIBUTES if name in changed
    ]
