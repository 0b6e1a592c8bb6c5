"""How bulk actions stand: what is told of them while they run, and when they have ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from core.bulk.action import UNFINISHED, BulkAction, BulkSelection, BulkStep
from core.bulk.packing import unpack
from core.errors import NotFound
from core.locale import Message, _
from core.operation import Operation, Refusal
from core.registry import operation_of
from core.store.statements import execute
from core.undo import UNDO

NEWEST = 50
MOST_REFUSALS = 1000
"""Refused records that are kept with subject and reason; all of them are counted."""


def status_of(session: Session, action: int) -> BulkAction:
    """One bulk action: state, how far it is, its journal entry. Raises NotFound."""
    one = session.get(BulkAction, action)
    if one is None:
        raise NotFound(_("There is no bulk action {id}.", id=action))
    return one


def running_for(session: Session, operator: str) -> list[BulkAction]:
    """What this operator submitted and a worker has not yet brought to its end, in that order."""
    query = select(BulkAction).where(BulkAction.operator == operator, col(BulkAction.state).in_(UNFINISHED))
    return list(session.exec(query.order_by(col(BulkAction.id))))


def newest(session: Session, limit: int = NEWEST) -> list[BulkAction]:
    """Everybody's bulk actions, the newest first."""
    return list(session.exec(select(BulkAction).order_by(col(BulkAction.id).desc()).limit(limit)))


def refusals_of(session: Session, action: int) -> list[Refusal]:
    """The records that it left alone, and why: the first thousand."""
    query = select(BulkStep).where(BulkStep.action == action).order_by(col(BulkStep.reached))
    told = (one for step in session.exec(query) for one in step.refusals)
    return [Refusal(one["id"], one["subject"], Message.load(one["reason"])) for one in told]


def done_of(session: Session, action: int) -> list[int]:
    """The ids of the records that it changed, in the order in which it did."""
    query = select(BulkStep.done).where(BulkStep.action == action).order_by(col(BulkStep.reached))
    return [id_ for packed in session.exec(query) for id_ in unpack(packed)]


def selection_of(session: Session, action: int) -> Sequence[int]:
    """The ids that it was submitted for; none for an undo, which finds them itself."""
    selection = session.get(BulkSelection, action)
    return unpack(selection.ids) if selection is not None else ()


def forget_ended(session: Session, before: datetime) -> int:
    """Removes what ended before that moment; what was done stands in the journal. How many."""
    ended = sa.select(col(BulkAction.id)).where(col(BulkAction.ended_at) < before)
    execute(session, sa.delete(BulkStep).where(col(BulkStep.action).in_(ended)))
    execute(session, sa.delete(BulkSelection).where(col(BulkSelection.action).in_(ended)))
    return execute(session, sa.delete(BulkAction).where(col(BulkAction.ended_at) < before)).rowcount


def label_of(one: BulkAction) -> Message:
    """What it does, as operators call it."""
    if one.operation == UNDO:
        return _("Take back entry {entry}", entry=one.parameters["entry"])
    operation = _operation_of(one)
    return operation.label if operation else Message("{name}", values={"name": one.operation})


def failure_of(one: BulkAction) -> Message | None:
    """Why it came to a bad end."""
    return Message.load(one.failure) if one.failure else None


def notes_of(one: BulkAction) -> tuple[Message, ...]:
    """What there is to say of what was done, as `Report.notes`."""
    operation = _operation_of(one)
    if operation is None or operation.summary is None or not one.done:
        return ()
    return (operation.summary(Counter(one.tally)),)


def _operation_of(one: BulkAction) -> Operation[Any, Any] | None:
    try:
        return operation_of(one.area, one.operation)
    except NotFound:
        return None
