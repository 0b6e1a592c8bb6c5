"""Transfers in somebody's work: stuck, looked after by nobody, and no answer is waited for."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlmodel import Session, col, select

from core.inquiries.standing import is_asked
from core.locale import Message
from core.office import Office
from core.outbox.transfer import STUCK, Transfer
from core.work.item import Reason, Whose, WorkItem
from core.work.record import Assignment

KIND = "transfer"


def stuck_transfers(session: Session, _office: Office, whose: Whose) -> Iterator[WorkItem]:
    """The stuck transfers of nobody, the one that has been so for longest first."""
    has_somebody = col(Assignment.operator) != ""
    itself = sa.exists().where(
        has_somebody, col(Assignment.kind) == KIND, col(Assignment.record) == col(Transfer.id)
    )
    its_record = sa.exists().where(
        has_somebody,
        col(Assignment.kind) == col(Transfer.kind),
        col(Assignment.record) == col(Transfer.subject_id),
    )
    asked = is_asked(Transfer.kind, Transfer.subject_id)
    query = (
        select(Transfer.id, Transfer.subject, Transfer.updated_at, Transfer.cause)
        .where(col(Transfer.state).in_(STUCK), sa.not_(itself), sa.not_(its_record), sa.not_(asked))
        .order_by(col(Transfer.updated_at), col(Transfer.id))
        .limit(whose.unassigned)
    )
    for id_, subject, since, cause in session.exec(query):
        said = Message.load(cause) if cause else None
        yield WorkItem(Reason.UNASSIGNED, "transfer", id_ or 0, KIND, id_ or 0, subject, since, message=said)
