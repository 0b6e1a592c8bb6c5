"""Customers as a worklist: what lists show of them, by what they sort, and how their findings group them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from core.customers.customer import Customer
from core.customers.listing import views_of
from core.customers.standing import AREA
from core.customers.vocabulary import CustomerView, customer_vocabulary
from core.rulebook.condition import Vocabulary
from core.rulebook.record import FindingRow
from core.rulebook.worklist import Group, begins_or_holds
from core.store.statements import execute, table_of


class CustomerWorklist:
    """The customers of the office."""

    model = Customer

    @property
    def vocabulary(self) -> Vocabulary:
        """What conditions can say of customers."""
        return customer_vocabulary()

    @property
    def sorts(self) -> Mapping[str, sa.ColumnElement[Any]]:
        """By number, name, postcode, town, adviser, last change, and how many findings there are."""
        customer, finding = table_of(Customer).c, table_of(FindingRow).c
        found = (
            sa.select(sa.func.count())
            .where(finding.record == customer.id, finding.area == AREA, finding.suppressed.is_(False))
            .scalar_subquery()
        )
        return {
            "number": customer.number_folded,
            # whichever of the two a customer has: a company's name, else the last name
            "name": sa.func.coalesce(sa.func.nullif(customer.company_folded, ""), customer.last_name_folded),
            "postcode": customer.postcode_folded,
            "town": customer.town_folded,
            "adviser": customer.adviser_folded,
            "findings": found,
            "changed": customer.updated_at,
        }

    def quick(self, text: str) -> str:
        """Whose number begins so, or whose name holds it."""
        return begins_or_holds(text, "number", "last_name", "company")

    def judged(self, session: Session, ids: Sequence[int]) -> Iterable[tuple[int, CustomerView]]:
        """The customers with their findings and how they stand."""
        return self.rows(session, ids).items()

    def rows(self, session: Session, ids: Sequence[int]) -> Mapping[int, CustomerView]:
        """The same: both are read with a handful of queries."""
        customers = session.exec(select(Customer).where(col(Customer.id).in_(ids))).all()
        return {view.customer.id or 0: view for view in views_of(session, customers)}

    def groups(self, session: Session, ids: Sequence[int]) -> Iterable[Group]:
        """By rule: a customer with two findings is in two groups."""
        finding = table_of(FindingRow).c
        query = (
            sa.select(
                finding.rule,
                sa.func.count(finding.record.distinct()).label("number"),
                sa.func.min(finding.first_seen).label("first"),
                sa.func.max(finding.first_seen).label("last"),
            )
            .where(finding.area == AREA, finding.record.in_(ids), finding.suppressed.is_(False))
            .group_by(finding.rule)
        )
        for row in execute(session, query):
            yield Group(row.rule, row.number, row.first, row.last, f"rule:{row.rule}")
