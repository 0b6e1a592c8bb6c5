"""`leitstand operators`: who works here and what they may do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from core.locale import _
from jobs.commands.frame import Frame
from jobs.commands.grammar import Group, OneOf, argument, option
from jobs.commands.printing import Column, Listing
from jobs.commands.words import ROLES, word

if TYPE_CHECKING:
    from core.operators import OperatorRow

operators_group = Group("operators", _("Who works here: viewer, clerk or admin."))
ROLE = OneOf(("viewer", "clerk", "admin"))


def as_json(one: OperatorRow) -> Mapping[str, object]:
    """For machines."""
    return {"name": one.name, "role": one.role, "full_name": one.full_name, "added_at": one.added_at}


OPERATORS: Listing[OperatorRow] = Listing(
    (
        Column(_("Operator"), lambda one: one.name),
        Column(_("Role"), lambda one: word(ROLES, one.role)),
        Column(_("Name"), lambda one: one.full_name),
        Column(_("Added"), lambda one: one.added_at),
    ),
    as_json,
)


@operators_group.sub("list", _("Lists operators; who is not among them has the role that the settings say."))
def list_operators(frame: Frame) -> None:
    """Lists operators by name."""
    from core.staff import operators

    with frame.office() as office, office.store.read() as session:
        found = operators(session)
    frame.list(OPERATORS, found)


@operators_group.sub("add", _("Adds an operator; an admin does it."))
@argument("name", metavar="NAME")
@option("--role", type=ROLE, default="clerk", help=_("viewer, clerk or admin; clerk unless said otherwise."))
@option("--full-name", default="", help=_("The name in full."))
def add(frame: Frame, name: str, role: str, full_name: str) -> None:
    """Adds an operator."""
    from core.operators import Role
    from core.staff import add_operator

    with frame.office() as office:
        made = add_operator(office, name, Role(role), full_name)
    _tell(frame, made)


@operators_group.sub("role", _("Changes what an operator may do; an admin does it."))
@argument("name", metavar="NAME")
@argument("role", type=ROLE, metavar="viewer|clerk|admin")
@option("--reason", default="", help=_("Why; kept in the journal."))
def change_role(frame: Frame, name: str, role: str, reason: str) -> None:
    """Gives an operator another role."""
    from core.operators import Role
    from core.staff import set_role

    with frame.office() as office:
        changed = set_role(office, name, Role(role), reason)
    _tell(frame, changed)


@operators_group.sub("scope", _("Lets an operator see what only some may see; an admin does it."))
@argument("name", metavar="NAME")
@argument("scope", type=OneOf(("commission",)), metavar="commission")
@option("--take", is_flag=True, help=_("Takes it instead."))
def change_scope(frame: Frame, name: str, scope: str, take: bool) -> None:
    """Gives an operator a scope, or takes it."""
    from core.operators import Scope
    from core.staff import give_scope

    with frame.office() as office:
        give_scope(office, name, Scope(scope), take=take)
    if take:
        frame.tell(_("{name} no longer sees commission statements.", name=name))
    else:
        frame.tell(_("{name} sees commission statements.", name=name))


def _tell(frame: Frame, one: OperatorRow) -> None:
    if frame.format == "json":
        frame.json(as_json(one))
    else:
        frame.tell(_("{name} is {role}.", name=one.name, role=word(ROLES, one.role)))
