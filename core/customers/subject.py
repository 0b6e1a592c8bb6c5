"""Customers as the outbox knows them: what their transfers are about."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from core.customers.customer import Customer
from core.customers.fields import customer_from
from core.customers.review import review
from core.office import Office, load
from core.operation import Act
from core.store.statements import execute, table_of


@dataclass(frozen=True)
class CustomerSubject:
    """See `core.office.Subject`."""

    area: str = "customers"

    def review(
        self, session: Session, office: Office, ids: Collection[int], act: Act | None = None
    ) -> object:
        """Brings findings and transfers of these customers up to date."""
        return review(session, office, ids, act)

    def lock(self, session: Session, ids: Collection[int]) -> None:
        """Locks these customers in the order of their ids."""
        load(session, Customer, list(ids))

    def companions(self, session: Session, ids: Collection[int]) -> dict[int, str]:
        """The companies of the imports that brought these customers or changed them last."""
        imports = select(Customer.batch).where(col(Customer.id).in_(ids), col(Customer.batch).is_not(None))
        customer = table_of(Customer).c
        query = sa.select(customer.id, customer.number, *(customer[name] for name in _SAYS_THE_KIND))
        return {
            row.id: row.number
            for row in execute(session, query.where(customer.batch.in_(imports)))
            if customer_from({name: getattr(row, name) for name in _SAYS_THE_KIND}).is_company
        }


_SAYS_THE_KIND = ("kind", "company", "last_name")

CUSTOMERS = CustomerSubject()
