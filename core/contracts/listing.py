"""Contracts as lists and conditions see them, read in pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from core.contracts.contract import Contract, number_key
from core.contracts.vocabulary import ContractView
from core.customers.customer import Customer
from core.errors import NotFound
from core.locale import _
from core.office import Office
from core.store.paging import PAGE, in_chunks, pages

if TYPE_CHECKING:
    from core.rulebook.condition import Condition

LONGEST_ID = 17


def select_contracts(office: Office, condition: Condition | None = None) -> Iterator[ContractView]:
    """The contracts that fit, by id. Raises ConditionTooSlow."""
    query = select(Contract)
    if condition is None:

        def fits(_view: ContractView) -> bool:
            return True
    else:
        from core.rulebook.condition import ConditionContext

        context, matches = ConditionContext(office.now, office.today), condition.matches
        clause = condition.prefilter(context)
        query = query if clause is None else query.where(clause)

        def fits(_view: ContractView) -> bool:
            return matches(_view, context)

    def read(session: Session, last: int) -> list[ContractView]:
        page = query.where(col(Contract.id) > last).order_by(col(Contract.id)).limit(PAGE)
        return views_of(session, session.exec(page).all())

    return filter(fits, pages(office.store, read, lambda view: view.contract.id or 0, 0))


def views_of(session: Session, contracts: Sequence[Contract]) -> list[ContractView]:
    """Contracts with the names of their customers."""
    ids = sorted({one.customer for one in contracts if one.customer is not None})
    customers = {one.id: one for one in session.exec(select(Customer).where(col(Customer.id).in_(ids)))}
    return [
        ContractView(one, customers[one.customer].display_name if one.customer in customers else "")
        for one in contracts
    ]


def find_contracts(office: Office, names: Sequence[str]) -> list[int]:
    """The ids of contracts by number, however it is written, or by `#id`. Raises NotFound."""
    found: list[int] = []
    with office.store.read() as session:
        for chunk in in_chunks(list(names)):
            for name in chunk:
                ids = _ids_of(session, name)
                if not ids:
                    raise NotFound(_("There is no contract {number}.", number=name))
                found += ids
    return found


def _ids_of(session: Session, name: str) -> list[int]:
    query = select(Contract.id)
    digits = name.removeprefix("#")
    if digits != name:
        known = digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_ID
        query = query.where(Contract.id == (int(digits) if known else 0))
    else:
        query = query.where(Contract.number_key == number_key(name))
    return [id_ or 0 for id_ in session.exec(query.order_by(col(Contract.id)))]


def open_contract(office: Office, id_: int) -> ContractView:
    """A contract with the name of its customer."""
    with office.store.read() as session:
        return views_of(session, [session.get_one(Contract, id_)])[0]
