"""What the fixes would change in the office's customers: shown before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from sqlmodel import col, select

from core.customers.fixing import FieldChange, diff, fixed_fields
from core.customers.listing import select_customers
from core.customers.names import AREA
from core.customers.review import Desk, suppressions_of
from core.office import Office
from core.rulebook.finding import FixKind
from core.rulebook.record import FindingRow
from core.store.paging import PAGE

if TYPE_CHECKING:
    from core.rulebook.condition import Condition


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would change in one customer."""

    id: int
    number: str
    changes: tuple[FieldChange, ...]


def proposals(
    office: Office, condition: Condition | None = None, ids: list[int] | None = None, *, unsafe: bool
) -> Iterator[Proposal]:
    """The customers that fixes would change, with how; nothing is written."""
    desk = Desk.of(office)
    views = select_customers(office, condition, fixable(office, ids, unsafe=unsafe))
    while chunk := list(islice(views, PAGE)):
        with office.store.read() as session:
            muted = suppressions_of(session, [view.customer.id or 0 for view in chunk])
        for customer in (view.customer for view in chunk):
            id_ = customer.id or 0
            fixed = fixed_fields(customer, desk.limits, desk.today, unsafe=unsafe, muted=muted.get(id_, []))
            if fixed:
                yield Proposal(id_, customer.number, tuple(diff(customer, fixed)))


def fixable(office: Office, ids: list[int] | None, *, unsafe: bool) -> list[int]:
    """The customers with a finding that has such a fix; of `ids`, where they are given."""
    kinds = [FixKind.SAFE, FixKind.UNSAFE] if unsafe else [FixKind.SAFE]
    with office.store.read() as session:
        query = (
            select(FindingRow.record)
            .where(
                FindingRow.area == AREA, col(FindingRow.fix).in_(kinds), col(FindingRow.suppressed).is_(False)
            )
            .distinct()
            .order_by(col(FindingRow.record))
        )
        found = list(session.exec(query))
    wanted = None if ids is None else set(ids)
    return found if wanted is None else [one for one in found if one in wanted]
