"""Contracts that came before their customers find them later."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col, select

from core.contracts.contract import Contract
from core.contracts.importing import customers_numbered
from core.office import Office
from core.store.paging import PAGE, pages
from core.store.statements import execute, table_of


def link_contracts(office: Office) -> int:
    """Gives contracts without a customer the one that has their customer number by now; how many."""
    orphans = list(pages(office.store, _orphans, lambda one: one[0], 0))
    linked = 0
    for start in range(0, len(orphans), PAGE):
        some = orphans[start : start + PAGE]
        with office.store.read() as session:
            whose = customers_numbered(session, [number for _id, number in some])
        found = [{"b_id": id_, "customer": whose[number]} for id_, number in some if number in whose]
        if found:
            with office.store.write() as session:
                execute(session, _LINK, found)
        linked += len(found)
    return linked


def _orphans(session: Session, last: int) -> Sequence[tuple[int, str]]:
    query = (
        select(Contract.id, Contract.customer_number)
        .where(col(Contract.customer).is_(None), col(Contract.id) > last)
        .order_by(col(Contract.id))
        .limit(PAGE)
    )
    return [(id_ or 0, number) for id_, number in session.exec(query)]


_LINK = (
    sa.update(table_of(Contract))
    .where(table_of(Contract).c.id == sa.bindparam("b_id"), table_of(Contract).c.customer.is_(None))
    .values(customer=sa.bindparam("customer"))
)
