"""How what operations did to customers and their import conflicts is taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from core.customers.conflicts import open_conflicts
from core.customers.customer import NUMBER_LENGTH, Customer, ImportConflict
from core.customers.names import KIND
from core.errors import Inapplicable
from core.locale import _
from core.office import Office
from core.operation import Act, Owner, Reversible
from core.text import folded


def check_number(session: Session, customer: Customer, number: str) -> None:
    """No two customers with one number: a partner would take them for the same. Raises Inapplicable."""
    if number == customer.number:
        return
    if not number.strip() or len(number) > NUMBER_LENGTH:
        raise Inapplicable(_("A customer number has 1 to {limit} characters.", limit=NUMBER_LENGTH))
    query = select(Customer.id).where(
        Customer.number_folded == folded(number), Customer.number == number, col(Customer.id) != customer.id
    )
    if session.exec(query.limit(1)).first() is not None:
        raise Inapplicable(_("Another customer has the number {number} already.", number=number))


def _check_customer(act: Act, customer: Customer, values: Mapping[str, Any]) -> None:
    check_number(act.session, customer, values.get("number", customer.number))


def _count_up(customer: Customer) -> None:
    # Revisions only ever rise: whoever saw the undone state must notice that it moved again.
    customer.revision += 1


def _check_conflict(act: Act, conflict: ImportConflict, values: Mapping[str, Any]) -> None:
    """A field has one open conflict at most."""
    opens = values.get("resolution") == ""
    if opens and any(one.field == conflict.field for one in open_conflicts(act.session, conflict.customer)):
        raise Inapplicable(_("It has changed since."))


def _customer_of(_office: Office, conflict: ImportConflict) -> Owner:
    return Owner(KIND, conflict.customer)


CUSTOMERS = Reversible(Customer, check=_check_customer, moved=_count_up)
CONFLICTS = Reversible(ImportConflict, check=_check_conflict, owner=_customer_of)
