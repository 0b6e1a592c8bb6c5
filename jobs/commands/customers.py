"""`leitstand customers`: list, show, conflicts, and what can be done to customers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from core.locale import Message, _
from core.text import visible
from jobs.commands.findings import FINDINGS, field_label
from jobs.commands.findings import as_json as finding_as_json
from jobs.commands.frame import Frame
from jobs.commands.grammar import Group, Whole, argument, option
from jobs.commands.layout import Yields
from jobs.commands.printing import Column, Listing
from jobs.commands.selecting import customer_condition
from jobs.commands.words import STATES, word

if TYPE_CHECKING:
    from core.customers.file import CustomerFile
    from core.customers.listing import Conflict
    from core.customers.vocabulary import CustomerView
    from core.office import Office
    from jobs.commands.verbs import Face


def as_json(view: CustomerView) -> Mapping[str, object]:
    """For machines: every field as it stands, and how the customer stands."""
    from core.customers.customer import text_of

    customer = view.customer
    return {
        "id": customer.id,
        **text_of(customer),
        "name": customer.display_name,
        "state": view.state,
        "rules": list(view.rules),
        "blocking": list(view.blocking),
        "conflicts": view.conflicts,
        "short_name": customer.short_name,
        "short_name_only": view.short_name_only,
        "withheld": sorted(customer.withheld_fields),
        "revision": customer.revision,
        "batch": customer.batch,
        "row": customer.seen_at_row or None,
        "asked_until": view.asked_until,
        "assigned": view.assigned,
        "due": view.due,
        "updated_at": customer.updated_at,
    }


CUSTOMERS: Listing[CustomerView] = Listing(
    (
        Column(_("Customer number"), lambda one: visible(one.customer.number), Yields.LAST),
        Column(_("Name"), lambda one: visible(one.customer.display_name)),
        Column(_("Postcode"), lambda one: visible(one.customer.postcode), Yields.LAST),
        Column(_("Town"), lambda one: visible(one.customer.town), Yields.FIRST),
        Column(_("Adviser"), lambda one: visible(one.customer.adviser), Yields.FIRST),
        Column(_("State"), lambda one: word(STATES, one.state)),
        Column(_("Findings"), lambda one: one.rules),
        Column(_("Conflicts"), lambda one: one.conflicts or None),
        Column(_("Answer until"), lambda one: one.asked_until, Yields.FIRST),
    ),
    as_json,
)


def conflict_as_json(one: Conflict) -> Mapping[str, object]:
    """For machines."""
    conflict = one.conflict
    return {
        "id": conflict.id,
        "customer": one.number,
        "field": conflict.field,
        "before": conflict.before,
        "ours": conflict.ours,
        "theirs": conflict.theirs,
        "batch": conflict.batch,
        "found_at": conflict.found_at,
    }


CONFLICTS: Listing[Conflict] = Listing(
    (
        Column(_("Customer number"), lambda one: visible(one.number)),
        Column(_("Field"), lambda one: field_label(one.conflict.field)),
        Column(_("Source before"), lambda one: visible(one.conflict.before)),
        Column(_("Here (ours)"), lambda one: visible(one.conflict.ours)),
        Column(_("Source now (theirs)"), lambda one: visible(one.conflict.theirs)),
        Column(_("Found"), lambda one: one.conflict.found_at),
    ),
    conflict_as_json,
)


def _more() -> Iterable[click.Command]:
    from jobs.commands.verbs import verbs

    return verbs(face_of_customers())


def face_of_customers() -> Face:
    """How customers are named and chosen on the command line."""
    from core.customers.listing import find_customers
    from jobs.commands.verbs import Face

    return Face("customers", "NUMBER", find_customers, _choose, shows={"fix": _show_fixes})


def _choose(where: str | None) -> Any:
    from core.customers.listing import select_customers

    condition = customer_condition(where)

    def chosen(office: Office) -> Iterator[int]:
        return (view.customer.id or 0 for view in select_customers(office, condition))

    return chosen


def _show_fixes(frame: Frame, office: Office, ids: list[int], given: Any) -> list[int]:
    """Brings findings up to date, shows what the fixes would change, answers for which customers."""
    from core.customers.proposals import proposals
    from core.customers.review import review_stale
    from jobs.commands.fixes import show_changes

    told = frame.progress(_("Checking"))
    for done, total in review_stale(office):
        told(done, total)
    found: list[int] = []
    for proposal in proposals(office, ids=ids, unsafe=given.unsafe):
        found.append(proposal.id)
        show_changes(frame, proposal.number, proposal.changes)
    if not found:
        frame.tell(_("There is nothing that could be fixed by itself."))
    return found


customers_group = Group(
    "customers", _("The office's customers: list, show, edit, fix, send; NUMBER or #ID says which."), _more
)


@customers_group.sub("list", _("Lists customers."))
@option("--where", metavar="CONDITION", help=_("Only those that fit this condition."))
@option("--limit", type=Whole(), help=_("At most so many."))
def list_customers(frame: Frame, where: str | None, limit: int | None) -> None:
    """Lists customers in the order in which they came."""
    from core.customers.listing import select_customers

    condition = customer_condition(where)
    with frame.office() as office:
        frame.list(CUSTOMERS, select_customers(office, condition), limit)


@customers_group.sub("conflicts", _("Lists fields that were changed here and in the source."))
@option("--limit", type=Whole(), help=_("At most so many."))
def list_conflicts(frame: Frame, limit: int | None) -> None:
    """Lists open import conflicts."""
    from core.customers.listing import open_conflicts

    with frame.office() as office:
        frame.list(CONFLICTS, open_conflicts(office), limit)


@customers_group.sub(
    "show", _("Shows a customer: fields, findings, transfers, conflicts."), ("table", "json")
)
@argument("number", metavar="NUMBER")
@option("--everything", is_flag=True, help=_("The whole file: also imports, journal, inquiries, colleagues."))
def show_customer(frame: Frame, number: str, everything: bool) -> None:
    """Shows a customer, or everything on one."""
    from core.customers.file import customer_file
    from core.customers.listing import find_customers

    if everything:
        from jobs.commands.dossier import show_dossier

        show_dossier(frame, number)
        return
    with frame.office() as office:
        file = customer_file(office, find_customers(office, [number])[0])
    if frame.format == "json":
        frame.json(_file_as_json(file))
    else:
        _print_file(frame, file)


def _file_as_json(file: CustomerFile) -> Mapping[str, object]:
    from jobs.commands.transfers import as_json as transfer_as_json

    return {
        **as_json(file.view),
        "source": file.view.customer.source,
        "known": file.known,
        "reference": file.reference,
        "findings": [finding_as_json(one) for one in file.findings],
        "transfers": [transfer_as_json(one) for one in file.transfers],
        "conflict_list": [conflict_as_json(one) for one in file.conflicts],
        "muted": [
            {
                "rule": one.rule,
                "field": one.field,
                "value": one.value,
                "reason": one.reason,
                "by": one.by,
                "until": one.until,
            }
            for one in file.muted
        ],
    }


def _print_file(frame: Frame, file: CustomerFile) -> None:
    from core.customers.fields import FIELDS
    from jobs.commands.transfers import TRANSFERS

    customer = file.view.customer
    named = [(one.label, visible(getattr(customer, one.attribute))) for one in FIELDS]
    facts: list[tuple[Message, object]] = [(label, text) for label, text in named if text]
    facts += [
        (_("State"), word(STATES, file.view.state)),
        (_("Reference"), file.reference),
        (_("Short name"), customer.short_name),
        (_("Not transmitted"), tuple(field_label(name) for name in sorted(customer.withheld_fields))),
        (_("Revision"), customer.revision),
        (_("Changed"), customer.updated_at),
    ]
    frame.facts(facts)
    if file.findings:
        frame.heading(_("Findings"))
        frame.table_of(FINDINGS, file.findings)
    if file.muted:
        frame.heading(_("Muted findings"))
        frame.table(
            (_("Rule"), _("Field"), _("By"), _("Until"), _("Reason")),
            [(one.rule, field_label(one.field), one.by, one.until, one.reason) for one in file.muted],
        )
    if file.conflicts:
        frame.heading(_("Import conflicts"))
        frame.table_of(CONFLICTS, file.conflicts)
    if file.transfers:
        frame.heading(_("Transfers"))
        frame.table_of(TRANSFERS, file.transfers)
