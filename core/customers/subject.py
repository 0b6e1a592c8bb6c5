"""Customers as the outbox knows them: what their transfers are about."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session

from core.customers.customer import Customer
from core.customers.review import review
from core.office import Office, load
from core.operation import Act


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


CUSTOMERS = CustomerSubject()
