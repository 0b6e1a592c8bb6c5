"""Arrivals in somebody's work: what was put back."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmodel import Session, col, select

from core.inbox.arrival import Arrival, ArrivalState
from core.office import Office
from core.work.item import Reason, Whose, WorkItem
from core.work.record import Assignment

KIND = "arrival"


def arrivals_put_back(session: Session, _office: Office, whose: Whose) -> Iterator[WorkItem]:
    """What could not be applied and nobody looks after, the oldest first."""
    taken = select(Assignment.record).where(Assignment.kind == KIND, Assignment.operator != "")
    query = (
        select(Arrival)
        .where(Arrival.state == ArrivalState.QUARANTINED, col(Arrival.id).not_in(taken))
        .order_by(col(Arrival.id))
        .limit(whose.unassigned)
    )
    for one in session.exec(query):
        yield WorkItem(
            Reason.UNASSIGNED,
            "arrival",
            one.id or 0,
            KIND,
            one.id or 0,
            one.name if one.position is None else f"{one.name}:{one.position}",
            one.received_at,
            message=one.reason_message(),
        )
