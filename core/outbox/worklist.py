"""The queue as a worklist: what lists show of transfers, by what they sort and group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from core.outbox.standing import TransferView, views_of
from core.outbox.transfer import Transfer
from core.rulebook.condition import Vocabulary
from core.rulebook.worklist import Group, begins_or_holds
from core.store.statements import execute, table_of


@dataclass(frozen=True)
class TransferWorklist:
    """The transfers of the queue, with the fields of what they carry in their vocabulary."""

    vocabulary: Vocabulary

    model = Transfer

    @property
    def sorts(self) -> Mapping[str, sa.ColumnElement[Any]]:
        """By customer, name, state, cause, attempts, age, last change."""
        transfer = table_of(Transfer).c
        return {
            "subject": transfer.subject,
            "name": sa.func.lower(transfer.subject_name),
            "state": transfer.state,
            "cause": transfer.cause_code,
            "attempts": transfer.attempts,
            "age": transfer.created_at,
            "changed": transfer.updated_at,
        }

    def quick(self, text: str) -> str:
        """Whose number begins so, or whose name holds it."""
        return begins_or_holds(text, "subject", "name")

    def judged(self, session: Session, ids: Sequence[int]) -> Iterable[tuple[int, TransferView]]:
        """The whole transfers: conditions may ask for what is carried."""
        found = session.exec(select(Transfer).where(col(Transfer.id).in_(ids))).all()
        for view in views_of(session, found):
            yield view.transfer.id or 0, view

    def rows(self, session: Session, ids: Sequence[int]) -> Mapping[int, Transfer]:
        """The transfers without their payload."""
        query = select(Transfer).where(col(Transfer.id).in_(ids))
        slim = query.options(
            defer(Transfer.body, raiseload=True),  # pyright: ignore[reportArgumentType]
            defer(Transfer.fields, raiseload=True),  # pyright: ignore[reportArgumentType]
        )
        return {one.id or 0: one for one in session.exec(slim)}

    def groups(self, session: Session, ids: Sequence[int]) -> Iterable[Group]:
        """By state and cause, as operators meet them; first and last seen is when they came to be so."""
        transfer = table_of(Transfer).c
        query = (
            sa.select(
                transfer.state,
                transfer.cause_code,
                sa.func.count().label("number"),
                sa.func.min(transfer.updated_at).label("first"),
                sa.func.max(transfer.updated_at).label("last"),
            )
            .where(transfer.id.in_(ids))
            .group_by(transfer.state, transfer.cause_code)
        )
        for row in execute(session, query):
            said = f"cause:{row.cause_code}" if row.cause_code else "cause:missing"
            condition = f"state:{row.state} {said}"
            yield Group(f"{row.state}/{row.cause_code}", row.number, row.first, row.last, condition)
