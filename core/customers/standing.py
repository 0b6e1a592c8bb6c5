"""How a customer stands, as the database can say it of many at once: what conditions narrow down by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlmodel import SQLModel, col

from core.customers.customer import Customer, ImportConflict
from core.customers.names import AREA, KIND, PARTNER
from core.outbox.transfer import ENDED, STUCK, CauseCode, PartnerCopy, State, Transfer
from core.rulebook.record import FindingRow

Clause = sa.ColumnElement[bool]
SUCCEEDED = (CauseCode.REPLACED, CauseCode.OBSOLETE)
"""Why a discarded transfer says nothing of its customer: another took its place, or it was needless."""


def _exists(model: type[SQLModel], *conditions: Clause) -> Clause:
    return sa.exists(sa.select(sa.literal(1)).select_from(model).where(*conditions))


def finding_among(holds: Callable[[SQLCoreOperations[Any]], Clause]) -> Clause:
    """Whether something is found of a customer, by the folded id of its rule, that nobody lives with."""
    return _exists(
        FindingRow,
        col(FindingRow.record) == col(Customer.id),
        col(FindingRow.area) == AREA,
        col(FindingRow.suppressed).is_(False),
        holds(sa.func.lower(FindingRow.rule)),
    )


def is_clean() -> Clause:
    """Whether nothing is found."""
    return sa.not_(finding_among(lambda _rule: sa.true()))


def is_blocked() -> Clause:
    """Whether a finding holds its transfer."""
    return finding_among(lambda _rule: col(FindingRow.blocks).is_(True))


def has_conflict() -> Clause:
    """Whether an import conflict is open."""
    return _exists(
        ImportConflict,
        col(ImportConflict.customer) == col(Customer.id),
        col(ImportConflict.resolution) == "",
    )


def has_short_name_only() -> Clause:
    """Whether the partner has the company under its short name only."""
    return _exists(
        PartnerCopy,
        col(PartnerCopy.subject_id) == col(Customer.id),
        col(PartnerCopy.kind) == KIND,
        col(PartnerCopy.partner) == PARTNER,
        col(PartnerCopy.short_name_only).is_(True),
    )


def _has_transfer(*conditions: Clause) -> Clause:
    return _exists(
        Transfer,
        col(Transfer.subject_id) == col(Customer.id),
        col(Transfer.kind) == KIND,
        col(Transfer.partner) == PARTNER,
        *conditions,
    )


def is_stuck() -> Clause:
    """Whether the worst of its open transfers is held, failed or uncertain."""
    # those three are worse than the other open ones; `not_in` lets the index of the open ones serve
    return _has_transfer(col(Transfer.state).not_in(ENDED), col(Transfer.state).in_(STUCK))


def is_new() -> Clause:
    """Whether there never was a transfer that says anything of it."""
    discarded = sa.and_(col(Transfer.state) == State.DISCARDED, col(Transfer.cause_code).in_(SUCCEEDED))
    return sa.not_(_has_transfer(sa.not_(discarded)))
