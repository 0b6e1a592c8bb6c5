"""What conditions can say of contracts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from core.contracts.contract import Contract
from core.rulebook.condition import AgeField, Flag, FlagField, NumberField, TextField, Vocabulary


@dataclass(frozen=True)
class ContractView:
    """A contract with the name of its customer."""

    contract: Contract
    customer_name: str = ""

    def __getattr__(self, name: str) -> Any:
        """The contract's own."""
        return getattr(self.contract, name)


def _is_orphan() -> sa.ColumnElement[bool]:
    return col(Contract.customer).is_(None)


@lru_cache(maxsize=1)
def contract_vocabulary() -> Vocabulary:
    """The fields of contracts, by their English and German names."""
    return Vocabulary(
        [
            NumberField("id", "id", lambda one: one.id, col(Contract.id)),
            TextField(
                "number", "nummer", lambda one: one.number, aliases=("vsnr", "versicherungsscheinnummer")
            ),
            TextField("insurer-number", "gesellschaftsnummer", lambda one: one.insurer),
            TextField("insurer", "gesellschaft", lambda one: one.insurer_name, aliases=("versicherer",)),
            TextField("customer", "kunde", lambda one: one.customer_number, aliases=("kundennummer",)),
            TextField("name", "name", lambda one: one.customer_name),
            TextField("line", "sparte", lambda one: one.line),
            NumberField("batch", "import", lambda one: one.batch, col(Contract.batch)),
            AgeField("changed", "geändert", lambda one: one.updated_at),
            FlagField(
                flags=(
                    Flag("orphan", "verwaist", lambda one: one.customer is None, clause=_is_orphan),
                    Flag("conflict", "konflikt", lambda one: bool(one.conflicts)),
                )
            ),
        ]
    )
