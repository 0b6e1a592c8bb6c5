"""`leitstand explain` and `leitstand rules`: what is checked, why, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import click

from core.errors import NotFound
from core.locale import Message, _
from core.rulebook.rule import Rule, Rulebook
from jobs.commands.findings import FIXES, SEVERITIES
from jobs.commands.frame import Frame
from jobs.commands.grammar import Group, argument, command
from jobs.commands.layout import Yields
from jobs.commands.printing import Column, Listing

rules_group = Group("rules", _("The rules by which records are checked."))


@dataclass(frozen=True, slots=True)
class Shown:
    """A rule and the area it belongs to."""

    area: str
    rule: Rule[Any, Any]

    def as_json(self) -> Mapping[str, object]:
        """For machines; texts are in the caller's language."""
        rule, said = self.rule, self.rule.documentation
        return {
            "id": rule.id,
            "name": rule.name,
            "severity": rule.severity.value,
            "area": self.area,
            "fix": rule.fix.value,
            "sentence": said.sentence,
            "why": said.why,
            "remedy": said.remedy,
            "source": Message(rule.source),
            "needs": sorted(need.value for need in rule.needs),
            "fields": list(rule.fields),
        }


RULES: Listing[Shown] = Listing(
    (
        Column(_("Rule"), lambda one: one.rule.id, Yields.LAST),
        Column(_("Name"), lambda one: one.rule.name),
        Column(_("Severity"), lambda one: SEVERITIES[one.rule.severity]),
        Column(_("Fix"), lambda one: FIXES[one.rule.fix.value]),
        Column(_("What is required"), lambda one: one.rule.documentation.sentence, sentence=True),
    ),
    Shown.as_json,
)


def rulebooks() -> list[Rulebook[Any, Any]]:
    """Every book of rules, area by area."""
    from core.accounts.rules import RULES as ACCOUNTS
    from core.customers.rules import RULES as CUSTOMERS
    from core.postbox.rules import RULES as POSTBOX

    return [ACCOUNTS, CUSTOMERS, POSTBOX]


def _all_rules() -> Iterator[Shown]:
    return (Shown(book.area, rule) for book in rulebooks() for rule in book)


@rules_group.sub("list", _("Lists the rules."))
def list_rules(frame: Frame) -> None:
    """Lists every rule by its id."""
    frame.list(RULES, _all_rules())


@rules_group.sub("page", _("Prints the rule catalogue for the handbook, in Markdown."), ("table",))
def page(frame: Frame) -> None:
    """Prints docs/rules.md."""
    from core.rulebook.page import rules_page

    click.echo(rules_page(rulebooks(), frame.say), nl=False)


@command(
    "explain",
    _("Explains a rule: what is required, why, what to do, and whether it can be fixed."),
    ("table", "json"),
)
@argument("rule", metavar="RULE")
def explain(frame: Frame, rule: str) -> None:
    """Explains a rule by its id or its name."""
    shown = find_rule(rule)
    if frame.format == "json":
        frame.json(shown.as_json())
        return
    found, said = shown.rule, shown.rule.documentation
    click.echo(f"{found.id} {found.name} ({frame.text(SEVERITIES[found.severity])})\n")
    click.echo(click.wrap_text(frame.text(said.sentence), 78))
    for label, text in ((_("Why"), said.why), (_("Remedy"), said.remedy)):
        click.echo("\n" + click.wrap_text(f"{frame.text(label)}: {frame.text(text)}", 78))
    fix = FIXES[found.fix.value] if found.fix.value != "none" else _("none")
    click.echo()
    frame.facts(
        [
            (_("Fix"), fix),
            (_("Needs"), tuple(NEEDS[need.value] for need in sorted(found.needs)) or _("only the record")),
            (_("Source"), Message(found.source)),
        ]
    )


NEEDS = {
    "today": _("today's date"),
    "profile": _("the partner's profile"),
    "partner": _("what the partner already has"),
    "neighbours": _("other records"),
}


def find_rule(name: str) -> Shown:
    """A rule of any area by id or name. Raises NotFound."""
    for book in rulebooks():
        try:
            return Shown(book.area, book[name])
        except NotFound:
            continue
    raise NotFound(_("There is no rule {rule}; `leitstand rules list` lists them.", rule=name))
