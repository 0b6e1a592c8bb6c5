"""The rule catalogue as a page of the handbook, made of the registry; the same rules make the same page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from core.locale import Message, Say, _
from core.rulebook.finding import FixKind, Severity
from core.rulebook.rule import Need, Rule, Rulebook

AREAS = {
    "customers": _("Customers"),
    "accounts": _("Partner accounts"),
    "postbox": _("Postbox"),
}
SEVERITIES = {
    Severity.ERROR: _("error"),
    Severity.WARNING: _("warning"),
    Severity.INFO: _("hint"),
}
FIXES = {
    FixKind.NONE: _("none"),
    FixKind.SAFE: _("safe"),
    FixKind.UNSAFE: _("unsafe"),
}
NEEDS = {
    Need.TODAY: _("today's date"),
    Need.PROFILE: _("the partner's profile"),
    Need.PARTNER: _("what the partner already has"),
    Need.NEIGHBOURS: _("other records"),
}


def rules_page(rulebooks: Iterable[Rulebook[Any, Any]], say: Say) -> str:
    """All rules of these books in Markdown, in the language of `say`, areas and rules in order."""
    blocks = [f"# {say(_('Rule catalogue'))}", say(_introduction())]
    for book in sorted(rulebooks, key=lambda book: book.area):
        rules = list(book)
        blocks.append(f"## {say(AREAS.get(book.area, Message(book.area)))}")
        blocks.append("\n".join(_table(rules, say)))
        blocks.extend("\n\n".join(_chapter(rule, say)) for rule in rules)
    return "\n\n".join(blocks) + "\n"


def _introduction() -> Message:
    return _(
        "This page is made from the rules themselves (`make rules`). An error in a transmitted field holds "
        "the transfer. A safe fix may be applied to many records at once, an unsafe one has to be looked at. "
        "A partner's profile can change severities. `leitstand explain` says the same on the command line."
    )


def _table(rules: list[Rule[Any, Any]], say: Say) -> Iterator[str]:
    heads = (_("Rule"), _("Name"), _("Severity"), _("Fix"), _("What is required"))
    yield _row(say(head) for head in heads)
    yield _row("---" for _head in heads)
    for rule in rules:
        sentence = say(rule.documentation.sentence)
        yield _row(
            (rule.id, f"`{rule.name}`", say(SEVERITIES[rule.severity]), say(FIXES[rule.fix]), sentence)
        )


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _chapter(rule: Rule[Any, Any], say: Say) -> Iterator[str]:
    documentation = rule.documentation
    yield f"### {rule.id} {rule.name}"
    yield say(documentation.sentence)
    yield "\n".join(
        (
            f"- **{say(_('Severity'))}:** {say(SEVERITIES[rule.severity])}",
            f"- **{say(_('Why'))}:** {say(documentation.why)}",
            f"- **{say(_('Remedy'))}:** {say(documentation.remedy)}",
            f"- **{say(_('Fix'))}:** {say(FIXES[rule.fix])}",
            f"- **{say(_('Needs'))}:** {_needs(rule, say)}",
            f"- **{say(_('Source'))}:** {say(Message(rule.source))}",
        )
    )


def _needs(rule: Rule[Any, Any], say: Say) -> str:
    needed = [say(text) for need, text in NEEDS.items() if need in rule.needs]
    return ", ".join(needed) or say(_("only the record"))
