"""How findings are printed, in the shape that design.md gives them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from core.locale import Message, _, n_
from core.rulebook.finding import Finding, Severity
from core.text import visible
from jobs.commands.layout import Yields
from jobs.commands.printing import Column, Listing


def as_json(finding: Finding) -> Mapping[str, object]:
    """For machines; the message is in the caller's language."""
    return {
        "rule": finding.rule,
        "name": finding.name,
        "severity": finding.severity.value,
        "area": finding.area,
        "subject": finding.subject,
        "row": finding.row,
        "field": finding.field,
        "value": finding.value,
        "message": finding.message,
        "fix": finding.fix_kind.value,
    }


SEVERITIES = {
    Severity.ERROR: _("error"),
    Severity.WARNING: _("warning"),
    Severity.INFO: _("hint"),
}


def field_label(attribute: str) -> Message:
    """What a field is called on screen."""
    from core.customers.fields import FIELD_BY_ATTRIBUTE

    known = FIELD_BY_ATTRIBUTE.get(attribute)
    return known.label if known else _OTHER_FIELDS.get(attribute, Message(attribute))


_OTHER_FIELDS = {
    "short_name": _("Short name"),
    "credentials": _("Credentials"),
    "expires_on": _("Valid until"),
    "application_password": _("Application password"),
}

FINDINGS: Listing[Finding] = Listing(
    (
        Column(_("Rule"), lambda one: one.rule, Yields.LAST),
        Column(_("Severity"), lambda one: SEVERITIES[one.severity], Yields.LAST),
        Column(_("Subject"), lambda one: visible(one.subject)),
        Column(_("Row"), lambda one: one.row),
        Column(_("Field"), lambda one: field_label(one.field)),
        Column(_("Fix"), lambda one: FIXES[one.fix_kind.value], Yields.LAST),
        Column(_("What is wrong"), lambda one: one.message, sentence=True),
    ),
    as_json,
)
FIXES = {"none": Message(""), "safe": _("safe"), "unsafe": _("unsafe")}
WHOLE_FINDINGS: Listing[Finding] = Listing(
    (
        Column(_("Rule"), lambda one: one.rule),
        Column(_("Name"), lambda one: one.name),
        Column(_("Severity"), lambda one: SEVERITIES[one.severity]),
        Column(_("Area"), lambda one: one.area),
        Column(_("Subject"), lambda one: visible(one.subject)),
        Column(_("Row"), lambda one: one.row),
        Column(_("Field"), lambda one: field_label(one.field)),
        Column(_("Value"), lambda one: visible(one.value)),
        Column(_("What is wrong"), lambda one: one.message),
        Column(_("Fix"), lambda one: FIXES[one.fix_kind.value]),
    ),
    as_json,
)
"""All that JSON says of a finding, for CSV: in words, as every other listing."""


@dataclass
class Tally:
    """Counts findings as they pass by."""

    counts: dict[Severity, int] = field(default_factory=lambda: dict.fromkeys(Severity, 0))

    def passing(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """The same findings, counted."""
        for finding in findings:
            self.counts[finding.severity] += 1
            yield finding

    @property
    def has_errors(self) -> bool:
        """Whether there was an error among them."""
        return self.counts[Severity.ERROR] > 0

    def message(self) -> Message:
        """How many of each."""
        errors, warnings = self.counts[Severity.ERROR], self.counts[Severity.WARNING]
        return _(
            "{errors}, {warnings}, {hints}.",
            errors=n_("{count} error", "{count} errors", errors),
            warnings=n_("{count} warning", "{count} warnings", warnings),
            hints=n_("{count} hint", "{count} hints", self.counts[Severity.INFO]),
        )
