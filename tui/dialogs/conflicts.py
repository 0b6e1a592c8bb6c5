"""Import conflicts of a customer: as it was, as corrected here, as the source says now; which holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import Inapplicable
from core.locale import _
from core.operation import Report
from tui.dialogs.three_way import Difference, Side, ThreeWay
from tui.shown import Shown

if TYPE_CHECKING:
    from core.office import Office

BEFORE, OURS, THEIRS = "before", "ours", "theirs"
SIDES = (
    Side(BEFORE, _("as it was"), can_be_chosen=False),
    Side(OURS, _("here")),
    Side(THEIRS, _("in the source")),
)


@dataclass(frozen=True)
class Conflicts:
    """The open conflicts of one customer."""

    customer: int
    number: str
    differences: Sequence[Difference]


def read_conflicts(office: Office, id_: int) -> Conflicts:
    """What is to be decided about a customer. Raises Inapplicable where it is nothing."""
    from core.customers.conflicts import open_conflicts
    from core.customers.customer import Customer

    with office.store.read() as session:
        customer = session.get_one(Customer, id_)
        found = open_conflicts(session, id_)
    if not found:
        raise Inapplicable(_("There is no open conflict."))
    return Conflicts(
        id_,
        customer.number,
        [Difference(one.field, {BEFORE: one.before, OURS: one.ours, THEIRS: one.theirs}) for one in found],
    )


def resolving(shown: Shown, conflicts: Conflicts) -> ThreeWay:
    """The dialog; it ends with ours or theirs by field."""
    title = _("{customer}: changed here and in the source", customer=conflicts.number)
    return ThreeWay(shown, title, SIDES, conflicts.differences, _("Resolve"))


def resolve(office: Office, customer: int, chosen: Mapping[str, str]) -> Report:
    """Settles exactly these conflicts as chosen: a deed for what stays, one for what the source says.

    What is told is the last of them; each is an entry of its own and can be undone alone.
    """
    from core.customers.operations import RESOLVE, Resolving

    reports: list[Report] = []
    for side in (OURS, THEIRS):
        fields = " ".join(field for field, its in chosen.items() if its == side)
        if fields:
            reports.append(office.perform(RESOLVE, [customer], Resolving(side, fields)))
    return next((one for one in reports if one.refused), reports[-1])
