"""`leitstand inquiries`: what was asked of customers and advisers, what could be asked, what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from core.errors import Inapplicable, WrongUsage
from core.inquiries.words import ADDRESSEES, STATES
from core.locale import Message, _
from core.text import printable, visible
from jobs.commands.frame import Frame
from jobs.commands.grammar import Group, OneOf, Whole, argument, option
from jobs.commands.printing import Column, Listing
from jobs.commands.words import word

if TYPE_CHECKING:
    from core.inquiries.inquiry import Inquiry
    from core.inquiries.letter import Draft
    from core.office import Office


def as_json(one: Inquiry) -> Mapping[str, object]:
    """For machines."""
    return {
        "id": one.id,
        "kind": one.kind,
        "subject": one.subject,
        "name": one.subject_name,
        "to": one.addressee,
        "adviser": one.adviser,
        "address": one.address,
        "title": one.title,
        "asked": one.asked,
        "state": one.state,
        "due": one.due,
        "created_by": one.created_by,
        "created_at": one.created_at,
        "answered_at": one.answered_at,
        "ended_at": one.ended_at,
        "ended_by": one.ended_by,
    }


def _asked_for(one: Inquiry) -> tuple[Message, ...]:
    from jobs.commands.findings import field_label

    return tuple(field_label(name) for name in one.asked)


LISTING: Listing[Inquiry] = Listing(
    (
        Column(_("Id"), lambda one: one.id),
        Column(_("Customer number"), lambda one: visible(one.subject)),
        Column(_("Name"), lambda one: visible(one.subject_name)),
        Column(_("Adviser"), lambda one: visible(one.adviser)),
        Column(_("To"), lambda one: word(ADDRESSEES, one.addressee)),
        Column(_("State"), lambda one: word(STATES, one.state)),
        Column(_("Resubmission"), lambda one: one.due if one.is_open else ""),
        Column(_("Asked for"), _asked_for),
    ),
    as_json,
)


def _more() -> Iterable[click.Command]:
    from core.inquiries.listing import find_inquiries
    from jobs.commands.verbs import Face, verbs

    return verbs(Face("inquiries", "ID", find_inquiries, _choose))


def _choose(where: str | None) -> Any:
    from core.inquiries.listing import select_inquiries

    if where is not None:
        raise WrongUsage(_("Inquiries have no conditions; name them, or take --all that are open."))

    def chosen(office: Office) -> Iterator[int]:
        return (one.id or 0 for one in select_inquiries(office))

    return chosen


inquiries_group = Group(
    "inquiries", _("What was asked of customers and advisers: list, show, draft, answered …"), _more
)
_TO = OneOf(("customer", "adviser"))


@inquiries_group.sub("list", _("Lists the inquiries that wait for an answer."))
@option("--adviser", metavar="NAME", help=_("Only those about this adviser's customers."))
@option("--due", is_flag=True, help=_("Only those that have come up again."))
@option("--ended", is_flag=True, help=_("Also those that were answered or withdrawn."))
@option("--limit", type=Whole(), help=_("At most so many."))
def list_inquiries(frame: Frame, adviser: str | None, due: bool, ended: bool, limit: int | None) -> None:
    """Lists inquiries, the oldest first."""
    from core.inquiries.listing import select_inquiries

    with frame.office() as office:
        frame.list(LISTING, select_inquiries(office, adviser=adviser, due=due, ended=ended), limit)


@inquiries_group.sub("show", _("Shows an inquiry with its letter."), ("table", "json"))
@argument("inquiry", metavar="ID")
def show_inquiry(frame: Frame, inquiry: str) -> None:
    """Shows what was asked, as it was asked."""
    from core.inquiries.listing import find_inquiries, find_inquiry

    with frame.office() as office, office.store.read() as session:
        one = find_inquiry(session, find_inquiries(office, [inquiry])[0])
    if frame.format == "json":
        frame.json({**as_json(one), "text": one.text})
        return
    facts: list[tuple[Message, object]] = [
        (_("Inquiry"), one.id),
        (_("Customer number"), visible(one.subject)),
        (_("Name"), visible(one.subject_name)),
        (_("Adviser"), visible(one.adviser)),
        (_("To"), word(ADDRESSEES, one.addressee)),
        (_("Address"), visible(one.address)),
        (_("State"), word(STATES, one.state)),
        (_("Asked for"), _asked_for(one)),
        (_("Asked"), one.created_at),
        (_("By"), one.created_by),
        (_("Resubmission"), one.due if one.is_open else None),
        (_("Answered"), one.answered_at),
        (_("Ended"), one.ended_at),
        (_("Subject line"), one.title),
    ]
    frame.facts(facts)
    frame.heading(_("Letter"))
    _print_lines(one.text)


@inquiries_group.sub("draft", _("Prints the letter that would ask about a customer."), ("table", "json"))
@argument("number", metavar="NUMBER")
@option("--to", type=_TO, default="customer", help=_("Who is asked: customer or adviser."))
def draft_inquiry(frame: Frame, number: str, to: str) -> None:
    """Prints a letter; nothing is asked by that. Raises Inapplicable where there is nothing to ask."""
    from core.customers.asking import draft
    from core.customers.customer import Customer
    from core.customers.listing import find_customers
    from core.inquiries.inquiry import Addressee

    with frame.office() as office:
        id_ = find_customers(office, [number])[0]
        with office.store.read() as session:
            made = draft(office, session, session.get_one(Customer, id_), Addressee(to))
    if not made.questions:
        raise Inapplicable(_("Nothing is missing that could be asked for."))
    _print_draft(frame, made)


@inquiries_group.sub("letter", _("Prints one letter about all customers of an adviser."), ("table", "json"))
@argument("adviser", metavar="ADVISER")
def letter_to_adviser(frame: Frame, adviser: str) -> None:
    """Prints a letter to an adviser; `customers ask --to adviser --where …` notes that it was asked."""
    from core.customers.asking import draft_for_adviser

    with frame.office() as office:
        made = draft_for_adviser(office, adviser)
    _print_draft(frame, made)


def _print_draft(frame: Frame, made: Draft) -> None:
    if frame.format == "json":
        questions = [
            {"field": one.field, "rule": one.rule, "label": one.label, "text": one.text}
            for one in made.questions
        ]
        frame.json(
            {
                "to": made.addressee.value,
                "name": made.name,
                "address": made.address,
                "title": made.title,
                "text": made.text,
                "due": made.due,
                "questions": questions,
            }
        )
        return
    if made.address:
        frame.tell(_("To {address}", address=made.address))
    frame.tell(_("Subject line: {title}", title=made.title))
    _print_lines(made.text)


def _print_lines(text: str) -> None:
    for line in text.splitlines():
        click.echo(printable(line))
