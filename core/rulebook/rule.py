"""A rule (Regel): a pure function from a record, and what is given, to what is wrong with it.

The docstring of the function is its documentation: the first paragraph says what is required, the
paragraph after `Why:` the reason, the one after `Remedy:` what to do. `leitstand explain`, docs/rules.md
and the console read it, translated through the catalogue.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Generic, TypeVar

from core.errors import NotFound
from core.locale import Message, _
from core.rulebook.finding import Finding, FixKind, Found, Severity

R = TypeVar("R")
G = TypeVar("G")


class Need(StrEnum):
    """What a rule must be given beside the record; `check --file` has today and the profile only."""

    TODAY = "today"  # the answer changes with the date: rechecked daily
    PROFILE = "profile"  # limits, choices and character set of the partner
    PARTNER = "partner"  # what the partner already has of this record
    NEIGHBOURS = "neighbours"  # other records of the area


@dataclass(frozen=True, slots=True)
class Documentation:
    """The three parts of a rule's docstring."""

    sentence: Message
    why: Message
    remedy: Message


@dataclass(frozen=True)
class Rule(Generic[R, G]):
    """One check: stable id (never reused), kebab-case name, severity, what it needs, where it comes from."""

    id: str
    name: str
    severity: Severity
    source: str
    check: Callable[[R, G], Iterable[Found]]
    needs: frozenset[Need] = frozenset()
    fix: FixKind = FixKind.NONE
    fields: tuple[str, ...] = ()
    """The fields it may speak of; an empty tuple means any."""

    @cached_property
    def documentation(self) -> Documentation:
        """Sentence, why and remedy, from the function's docstring."""
        return read_documentation(inspect.getdoc(self.check) or "")

    @property
    def changes_daily(self) -> bool:
        """Whether an unchanged record may have to be judged anew tomorrow."""
        return Need.TODAY in self.needs


def read_documentation(docstring: str) -> Documentation:
    """Splits a rule's docstring; a missing part is an error of ours, so it raises ValueError."""
    parts: dict[str, list[str]] = {"sentence": []}
    current = "sentence"
    for line in docstring.splitlines():
        stripped = line.strip()
        for label in ("Why", "Remedy"):
            if stripped.startswith(f"{label}:"):
                current = label
                parts[current] = []
                stripped = stripped.removeprefix(f"{label}:").strip()
        if stripped:
            parts[current].append(stripped)
    if not all(parts.get(name) for name in ("sentence", "Why", "Remedy")):
        raise ValueError("a rule's docstring has a sentence, a `Why:` and a `Remedy:`")
    sentence, why, remedy = (Message(" ".join(parts[name])) for name in ("sentence", "Why", "Remedy"))
    return Documentation(sentence, why, remedy)


@dataclass
class Rulebook(Generic[R, G]):
    """The rules of one area, in the order of their ids."""

    area: str
    rules: dict[str, Rule[R, G]] = field(default_factory=dict[str, "Rule[R, G]"])

    def rule(
        self,
        id: str,
        name: str,
        severity: Severity,
        *,
        source: str,
        needs: Collection[Need] = (),
        fix: FixKind = FixKind.NONE,
        fields: tuple[str, ...] = (),
    ) -> Callable[[Callable[[R, G], Iterator[Found]]], Callable[[R, G], Iterator[Found]]]:
        """Registers the decorated function as a rule of this book."""

        def register(check: Callable[[R, G], Iterator[Found]]) -> Callable[[R, G], Iterator[Found]]:
            if id in self.rules:
                raise ValueError(f"two rules are called {id}")
            self.rules[id] = Rule(id, name, severity, source, check, frozenset(needs), fix, fields)
            return check

        return register

    def __getitem__(self, id_or_name: str) -> Rule[R, G]:
        """The rule with this id or name, in any case; raises NotFound."""
        wanted = id_or_name.casefold()
        for rule in self.rules.values():
            if wanted in (rule.id.casefold(), rule.name):
                return rule
        raise NotFound(_("There is no rule {rule}.", rule=id_or_name))

    def __iter__(self) -> Iterator[Rule[R, G]]:
        return iter(sorted(self.rules.values(), key=lambda rule: rule.id))


def apply_rule(rule: Rule[R, G], record: R, given: G, area: str, subject: str) -> Iterator[Finding]:
    """The findings of one rule on one record, as the rulebook records them."""
    for hit in rule.check(record, given):
        yield Finding(
            rule=rule.id,
            name=rule.name,
            severity=hit.severity or rule.severity,
            area=area,
            subject=subject,
            field=hit.field,
            value=hit.value,
            message=hit.message or rule.documentation.sentence,
            fix=hit.fix,
        )
