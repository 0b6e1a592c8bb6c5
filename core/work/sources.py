"""What colleagues gave one to do: resubmissions that are due, records handed over, unread messages."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmodel import Session, col, select

from core.office import Office
from core.work.item import Reason, Whose, WorkItem
from core.work.record import Assignment, Memo, Resubmission


def own_work(session: Session, _office: Office, whose: Whose) -> Iterator[WorkItem]:
    """All that is addressed to these operators by name."""
    yield from _due(session, whose)
    yield from _handed(session, whose)
    yield from _unread(session, whose)


def _due(session: Session, whose: Whose) -> Iterator[WorkItem]:
    query = select(Resubmission).where(
        col(Resubmission.operator).in_(whose.names),
        col(Resubmission.due) <= whose.today,
        col(Resubmission.ended_at).is_(None),
    )
    for one in session.exec(query):
        yield WorkItem(
            Reason.DUE,
            "resubmission",
            one.id or 0,
            one.kind,
            one.record,
            one.subject,
            one.created_at,
            one.due,
            one.operator,
            one.created_by,
            one.note,
        )


def _handed(session: Session, whose: Whose) -> Iterator[WorkItem]:
    query = select(Assignment).where(col(Assignment.operator).in_(whose.names))
    for one in session.exec(query):
        yield WorkItem(
            Reason.HANDED,
            "assignment",
            one.id or 0,
            one.kind,
            one.record,
            one.subject,
            one.at,
            operator=one.operator,
            by=one.by,
            text=one.note,
        )


def _unread(session: Session, whose: Whose) -> Iterator[WorkItem]:
    query = select(Memo).where(
        col(Memo.recipient).in_(whose.names), col(Memo.read_at).is_(None), col(Memo.withdrawn_at).is_(None)
    )
    for one in session.exec(query):
        yield WorkItem(
            Reason.MESSAGE,
            "memo",
            one.id or 0,
            one.kind,
            one.record,
            one.subject,
            one.sent_at,
            operator=one.recipient,
            by=one.sender,
            text=one.text,
        )
