"""Post in somebody's work: what nobody has read, and what has to be done before a day."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlmodel import Session, col, select

from core.locale import Message, _
from core.office import Office
from core.postbox.categories import category_name
from core.postbox.listing import slim
from core.postbox.permission import visible_to
from core.postbox.record import Document, DocumentState
from core.postbox.vocabulary import KIND
from core.text import shortened, visible
from core.work.item import Reason, Whose, WorkItem
from core.work.record import Assignment


def open_documents(session: Session, office: Office, whose: Whose) -> Iterator[WorkItem]:
    """Unread documents, and filed ones with a deadline, that nobody looks after; the most pressing first."""
    taken = select(Assignment.record).where(Assignment.kind == KIND, Assignment.operator != "")
    waits = sa.or_(
        col(Document.state) == DocumentState.UNREAD,
        sa.and_(col(Document.state) == DocumentState.FILED, col(Document.deadline).is_not(None)),
    )
    query = slim().where(waits, col(Document.id).not_in(taken), visible_to(session, office.operator))
    pressing = sa.case((col(Document.deadline).is_(None), 1), else_=0)
    ordered = query.order_by(pressing, col(Document.deadline), col(Document.id))
    for one in session.exec(ordered.limit(whose.unassigned)):
        yield WorkItem(
            Reason.UNASSIGNED,
            KIND,
            one.id or 0,
            KIND,
            one.id or 0,
            subject_of(one),
            one.stored_at,
            one.deadline,
            message=_message(one),
        )


def subject_of(document: Document) -> str:
    """How a document is called in lists and in the journal."""
    return shortened(visible(document.title or document.file_name), 80) or f"#{document.id}"


def _message(document: Document) -> Message:
    name = category_name(document.category)
    if document.deadline is None:
        return _("{category}: nobody has read it.", category=name)
    day = f"{document.deadline:%d.%m.%Y}"
    if document.deadline_estimated:
        return _("{category}: to be done by {day} (estimated).", category=name, day=day)
    return _("{category}: to be done by {day}.", category=name, day=day)
