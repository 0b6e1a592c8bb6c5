"""`leitstand contracts`: list, show, and what can be done to contracts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from core.errors import WrongUsage
from core.locale import Message, _
from core.text import visible
from jobs.commands.frame import Frame
from jobs.commands.grammar import Group, Whole, argument, option
from jobs.commands.layout import Yields
from jobs.commands.printing import Column, Listing
from jobs.commands.selecting import contract_condition

if TYPE_CHECKING:
    from core.contracts.vocabulary import ContractView
    from core.office import Office


def as_json(view: ContractView) -> Mapping[str, object]:
    """For machines: every field as it stands, and whose it is."""
    one = view.contract
    return {
        "id": one.id,
        "number": one.number,
        "insurer": one.insurer,
        "insurer_name": one.insurer_name,
        "customer_number": one.customer_number,
        "customer": one.customer,
        "customer_name": view.customer_name,
        "line": one.line,
        "conflicts": one.conflicts,
        "revision": one.revision,
        "batch": one.batch,
        "row": one.seen_at_row or None,
        "updated_at": one.updated_at,
    }


CONTRACTS: Listing[ContractView] = Listing(
    (
        Column(_("Id"), lambda one: one.contract.id),
        Column(_("Contract number"), lambda one: visible(one.contract.number), Yields.LAST),
        Column(_("Insurer"), lambda one: visible(one.contract.insurer_name or one.contract.insurer)),
        Column(_("Line of business"), lambda one: visible(one.contract.line)),
        Column(_("Customer number"), lambda one: visible(one.contract.customer_number), Yields.LAST),
        Column(_("Name"), lambda one: visible(one.customer_name)),
    ),
    as_json,
)


def _more() -> Iterable[click.Command]:
    from core.contracts.listing import find_contracts
    from jobs.commands.verbs import Face, verbs

    return verbs(Face("contracts", "NUMBER", find_contracts, _choose, attribute=_attribute_named))


def _choose(where: str | None) -> Any:
    from core.contracts.listing import select_contracts

    condition = contract_condition(where)

    def chosen(office: Office) -> Iterator[int]:
        return (view.contract.id or 0 for view in select_contracts(office, condition))

    return chosen


def _attribute_named(name: str) -> str:
    from core.contracts.fields import HEADINGS

    attribute = HEADINGS.attribute_of(name)
    if attribute is None:
        raise WrongUsage(_("There is no field {field}.", field=visible(name)))
    return attribute


contracts_group = Group(
    "contracts", _("Contracts, by which post finds its customer; NUMBER or #ID says which."), _more
)


@contracts_group.sub("list", _("Lists contracts."))
@option("--where", metavar="CONDITION", help=_("Only those that fit this condition."))
@option("--limit", type=Whole(), help=_("At most so many."))
def list_contracts(frame: Frame, where: str | None, limit: int | None) -> None:
    """Lists contracts in the order in which they came."""
    from core.contracts.listing import select_contracts

    condition = contract_condition(where)
    with frame.office() as office:
        frame.list(CONTRACTS, select_contracts(office, condition), limit)


@contracts_group.sub("show", _("Shows contracts with this number."), ("table", "json"))
@argument("number", metavar="NUMBER")
def show_contract(frame: Frame, number: str) -> None:
    """Shows a contract; of several insurers' contracts with one number, all."""
    from core.contracts.listing import find_contracts, open_contract

    with frame.office() as office:
        views = [open_contract(office, id_) for id_ in find_contracts(office, [number])]
    if frame.format == "json":
        frame.json([as_json(view) for view in views] if len(views) > 1 else as_json(views[0]))
        return
    for position, view in enumerate(views):
        if position:
            frame.heading(_("Another insurer"))
        frame.facts(_facts(view))


def _facts(view: ContractView) -> list[tuple[Message, object]]:
    from core.contracts.contract import text_of
    from core.contracts.fields import FIELDS

    text = text_of(view.contract)
    facts: list[tuple[Message, object]] = [(one.label, visible(text[one.attribute])) for one in FIELDS]
    for name, one in view.contract.conflicts.items():
        said = _("here “{ours}”, source “{theirs}”", ours=visible(one["ours"]), theirs=visible(one["theirs"]))
        label = next(field.label for field in FIELDS if field.attribute == name)
        facts.append((_("Conflict: {field}", field=label), said))
    return [
        *facts,
        (_("Name"), visible(view.customer_name)),
        (_("Revision"), view.contract.revision),
        (_("Changed"), view.contract.updated_at),
    ]
