"""Which records are meant: by number, by a condition, or all."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.rulebook.condition import Condition


def customer_condition(where: str | None) -> Condition | None:
    """A condition on customers. Raises ConditionError, which shows the place."""
    if where is None:
        return None
    from core.customers.vocabulary import customer_vocabulary
    from core.rulebook.condition import parse

    return parse(where, customer_vocabulary())


def transfer_condition(where: str | None) -> Condition | None:
    """A condition on transfers and what they carry. Raises ConditionError."""
    if where is None:
        return None
    from core.customers.vocabulary import customer_transfer_vocabulary
    from core.rulebook.condition import parse

    return parse(where, customer_transfer_vocabulary())


def document_condition(where: str | None) -> Condition | None:
    """A condition on documents. Raises ConditionError."""
    if where is None:
        return None
    from core.postbox.vocabulary import document_vocabulary
    from core.rulebook.condition import parse

    return parse(where, document_vocabulary())


def contract_condition(where: str | None) -> Condition | None:
    """A condition on contracts. Raises ConditionError."""
    if where is None:
        return None
    from core.contracts.vocabulary import contract_vocabulary
    from core.rulebook.condition import parse

    return parse(where, contract_vocabulary())
