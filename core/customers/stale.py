"""Which customers have to be reviewed: only those for which something moved."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col

from core.customers.checking import AREA
from core.customers.customer import Customer
from core.customers.sending import KIND, PARTNER
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
        sa.and_(another_day, expired),
    )
    ordered = sa.select(customer.c.id).select_from(joined).order_by(customer.c.id)
    whole = list(execute(session, ordered.where(moved)).scalars())
    by_day = list(execute(session, ordered.where(sa.not_(moved), another_day)).scalars())
    return whole, by_day


def forget_checks(session: Session, keys: set[str], but: set[int]) -> None:
    """Companies that share a short name with one that moved are to be reviewed again."""
    execute(
        session,
        sa.update(Customer)
        .where(col(Customer.short_key).in_(keys), col(Customer.id).not_in(but))
        .values(checked_by="")
        .execution_options(synchronize_session=False),
    )
