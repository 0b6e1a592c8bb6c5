"""Which customers a document could be of: found by index, a handful of queries for each document."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlmodel import Session, col, select

from core.contracts.contract import Contract
from core.customers.customer import Customer
from core.postbox.evidence import Letter
from core.store.paging import in_chunks
from core.text import folded

MOST = 200
"""Candidates of one kind of evidence; more than that say nothing."""
MOST_OF_A_TOWN = 5_000
"""Companies of the places that a letter names, whose names are looked for in it."""


@dataclass
class Found:
    """Customers by row, and which of their contracts the document speaks of."""

    customers: dict[int, Customer] = field(default_factory=dict[int, Customer])
    contracts: dict[int, list[Contract]] = field(default_factory=dict[int, list[Contract]])

    def add(self, customers: Iterable[Customer]) -> None:
        """Takes customers in."""
        self.customers |= {one.id or 0: one for one in customers}


def candidates_of(session: Session, letter: Letter) -> Found:
    """Whoever a number, or a name with a place or a birth date, may mean."""
    found = Found()
    _by_contracts(session, letter, found)
    _by_numbers(session, letter, found)
    _by_names(session, letter, found)
    return found


def _by_contracts(session: Session, letter: Letter, found: Found) -> None:
    keys = sorted({letter.contract_key, *letter.numbers} - {""})
    contracts: list[Contract] = []
    for chunk in in_chunks(keys):
        query = select(Contract).where(
            col(Contract.number_key).in_(chunk), col(Contract.customer).is_not(None)
        )
        contracts += session.exec(query.order_by(col(Contract.id)).limit(MOST))
    for one in contracts:
        found.contracts.setdefault(one.customer or 0, []).append(one)
    _load(session, found, [id_ for id_ in found.contracts if id_ not in found.customers])


def _load(session: Session, found: Found, ids: Collection[int]) -> None:
    for chunk in in_chunks(sorted(ids)):
        found.add(session.exec(select(Customer).where(col(Customer.id).in_(chunk))))


def _by_numbers(session: Session, letter: Letter, found: Found) -> None:
    """By customer number as it is written; a number that partners keep of a customer is none we look for."""
    written = {letter.customer_number.strip(), *letter.customer_numbers} - {""}
    keys = {folded(one) for one in written} | letter.customer_keys
    if keys:
        query = select(Customer).where(col(Customer.number_folded).in_(sorted(keys)))
        found.add(session.exec(query.limit(MOST)))


def _by_names(session: Session, letter: Letter, found: Found) -> None:
    """By last name or company, where postcode or birth date agree, too."""
    days = [f"{day:%d.%m.%Y}" for day in letter.days]
    places = sorted(letter.postcodes)
    if not places and not days:
        return
    together = sa.or_(col(Customer.postcode_folded).in_(places), col(Customer.birthdate).in_(days))
    words = sorted(letter.words)
    for chunk in in_chunks(words):
        query = select(Customer).where(col(Customer.last_name_folded).in_(chunk), together)
        found.add(session.exec(query.order_by(col(Customer.id)).limit(MOST)))
    _by_long_names(session, letter, found, places)


def _by_long_names(session: Session, letter: Letter, found: Found, places: Collection[str]) -> None:
    """Companies and last names of several words, which no single word finds: by postcode, then by text."""
    if not places:
        return
    # columns, not records: of a big town there are many
    query = select(Customer.id, Customer.company, Customer.last_name).where(
        col(Customer.postcode_folded).in_(places),
        sa.or_(col(Customer.company_folded) != "", col(Customer.last_name_folded).like("% %")),
    )
    named = [
        id_ or 0
        for id_, company, last_name in session.exec(query.order_by(col(Customer.id)).limit(MOST_OF_A_TOWN))
        if letter.names_company(company) or letter.names_word(last_name)
    ]
    _load(session, found, [id_ for id_ in named if id_ not in found.customers][:MOST])
