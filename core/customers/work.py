"""Customers in somebody's work: import conflicts that somebody must decide."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlmodel import Session, col, select

from core.customers.customer import Customer, ImportConflict
from core.customers.fields import FIELD_BY_ATTRIBUTE
from core.customers.names import KIND
from core.locale import _
from core.office import Office
from core.work.item import Reason, Whose, WorkItem
from core.work.record import Assignment


def open_conflicts(session: Session, _office: Office, whose: Whose) -> Iterator[WorkItem]:
    """The open conflicts of customers whom nobody looks after, the oldest first."""
    taken = sa.exists().where(
        col(Assignment.kind) == KIND,
        col(Assignment.operator) != "",
        col(Assignment.record) == col(Customer.id),
    )
    query = (
        select(ImportConflict, Customer.number)
        .join(Customer, col(Customer.id) == col(ImportConflict.customer))
        .where(ImportConflict.resolution == "", sa.not_(taken))
        .order_by(col(ImportConflict.id))
        .limit(whose.unassigned)
    )
    for one, number in session.exec(query):
        label = FIELD_BY_ATTRIBUTE[one.field].label
        yield WorkItem(
            Reason.UNASSIGNED,
            "conflict",
            one.id or 0,
            KIND,
            one.customer,
            number,
            one.found_at,
            message=_("{field} was changed here and in the source.", field=label),
        )
