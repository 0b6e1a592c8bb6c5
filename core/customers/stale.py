"""Which customers have to be reviewed: only those for which something moved."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col

from core.customers.customer import Customer
from core.customers.names import AREA, KIND, PARTNER
from core.outbox.transfer import PartnerCopy
from core.rulebook.record import Suppression
from core.store.statements import execute, table_of


def stale(session: Session, fingerprint: str, today: date) -> tuple[list[int], list[int]]:
    """Ids of customers to be reviewed wholly, and of those for which only the day has changed."""
    copy = table_of(PartnerCopy)
    customer = table_of(Customer)
    joined = customer.outerjoin(
        copy, (copy.c.subject_id == customer.c.id) & (copy.c.kind == KIND) & (copy.c.partner == PARTNER)
    )
    same = _sharing_a_short_name()
    joined = joined.outerjoin(same, same.c.short_key == customer.c.short_key)
    another_day = customer.c.checked_on < today
    expired = sa.exists().where(
        col(Suppression.area) == AREA,
        col(Suppression.record) == customer.c.id,
        col(Suppression.ended_at).is_(None),
        col(Suppression.until) < today,
    )
    moved = sa.or_(
        customer.c.checked_by != fingerprint,
        customer.c.checked_on.is_(None),
        customer.c.checked_revision != customer.c.revision,
        customer.c.checked_copy != sa.func.coalesce(copy.c.revision, 0),
        customer.c.checked_neighbours != sa.func.coalesce(same.c.number - 1, 0),
        sa.and_(another_day, expired),
    )
    ordered = sa.select(customer.c.id).select_from(joined).order_by(customer.c.id)
    whole = list(execute(session, ordered.where(moved)).scalars())
    by_day = list(execute(session, ordered.where(sa.not_(moved), another_day)).scalars())
    return whole, by_day


def _sharing_a_short_name() -> sa.Subquery:
    customer = table_of(Customer)
    query = sa.select(customer.c.short_key, sa.func.count().label("number"))
    return query.where(customer.c.short_key > "").group_by(customer.c.short_key).subquery()
