"""Checking one customer: which rules, what they are given, which findings hold its transfer. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from core.customers.fields import CustomerFields
from core.customers.given import Given, Limits
from core.customers.names import AREA
from core.customers.rules import RULES
from core.rulebook.finding import Finding, Severity
from core.rulebook.record import Suppression, kept_value
from core.rulebook.rule import Rule, apply_rule

RULE_MODULES = "core/customers/rules"
HELPING_MODULES = (
    "core/customers/birthdate_forms.py",
    "core/customers/company_name.py",
    "core/customers/fields.py",
    "core/customers/sending.py",
    "core/text.py",
)
LIBRARIES = ("email-validator", "kontocheck", "phonenumberslite", "schwifty")


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding with what it means for the record's transfer."""

    finding: Finding
    blocks: bool
    suppressed: bool


def check(
    customer: CustomerFields, given: Given, rules: Sequence[Rule[CustomerFields, Given]]
) -> list[Finding]:
    """The findings of some rules on one customer; severities as the partner's profile sets them."""
    findings: list[Finding] = []
    severities = given.limits.severities
    for rule in rules:
        for finding in apply_rule(rule, customer, given, AREA, customer.number):
            override = severities.get(rule.id)
            findings.append(replace(finding, severity=override) if override else finding)
    return findings


def judge(findings: Iterable[Finding], given: Given, suppressions: Sequence[Suppression]) -> list[Judged]:
    """Which findings hold the transfer: errors of fields that are transmitted, unless suppressed."""
    judged: list[Judged] = []
    for finding in findings:
        suppressed = any(is_suppressed(finding, one, given.today) for one in suppressions)
        transmitted = finding.field in given.limits.transmitted and finding.field not in given.withheld
        blocks = finding.severity is Severity.ERROR and transmitted and not suppressed
        judged.append(Judged(finding, blocks, suppressed))
    return judged


def is_suppressed(finding: Finding, suppression: Suppression, today: date) -> bool:
    """Whether somebody decided to live with exactly this finding, and still does today."""
    return (
        suppression.rule == finding.rule
        and suppression.field == finding.field
        and kept_value(suppression.value) == kept_value(finding.value)
        and suppression.ended_at is None
        and (suppression.until is None or suppression.until >= today)
    )


def all_rules() -> list[Rule[CustomerFields, Given]]:
    """Every customer rule, by id."""
    return list(RULES)


def daily_rules() -> list[Rule[CustomerFields, Given]]:
    """The rules whose answer may change from one day to the next."""
    return [rule for rule in RULES if rule.changes_daily]


def fingerprint(limits: Limits) -> str:
    """Changes whenever a rule, its code or the partner's limits change: then everything is checked again."""
    digest = hashlib.sha256(_code().encode())
    for rule in RULES:
        parts = (rule.id, rule.severity.value, sorted(need.value for need in rule.needs))
        digest.update(repr(parts).encode())
    for name in ("transmitted", "lengths", "choices", "severities"):
        value = getattr(limits, name)
        digest.update(repr(sorted(value.items() if hasattr(value, "items") else value)).encode())
    digest.update(repr((limits.first_company_name, limits.countries, limits.characters)).encode())
    return digest.hexdigest()[:32]


@cache
def _code() -> str:
    """Everything that rules are made of: their modules, those that help them, the libraries that they ask."""
    from importlib.metadata import version

    root = Path(__file__).parents[2]
    files = [*sorted(root.glob(f"{RULE_MODULES}/*.py")), *(root / name for name in HELPING_MODULES)]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + file.read_bytes())
    for library in LIBRARIES:
        digest.update(f"{library} {version(library)} ".encode())
    return digest.hexdigest()
