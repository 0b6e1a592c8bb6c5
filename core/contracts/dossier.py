"""Contracts in a customer's dossier."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmodel import Session, col, select

from core.contracts.contract import KIND, Contract
from core.dossier.entry import About, Entry
from core.locale import _
from core.office import Office
from core.text import visible

CUSTOMER = "customer"


def contracts_of(session: Session, _office: Office, about: About) -> Iterator[Entry]:
    """A customer's contracts, as they came."""
    if about.kind != CUSTOMER:
        return
    query = select(Contract).where(Contract.customer == about.id).order_by(col(Contract.id))
    for one in session.exec(query):
        title = _("Contract {number}", number=visible(one.number))
        lines = (
            (_("Insurer"), visible(one.insurer_name or one.insurer)),
            (_("Line of business"), visible(one.line)),
        )
        yield Entry(title, one.created_at, lines, KIND, one.id)
