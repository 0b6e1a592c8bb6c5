"""Inquiries in somebody's work: those that have come up again without an answer."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmodel import Session, col, select

from core.inquiries.inquiry import Inquiry, InquiryState
from core.locale import _
from core.office import Office
from core.work.item import Reason, Whose, WorkItem


def due_inquiries(session: Session, _office: Office, whose: Whose) -> Iterator[WorkItem]:
    """What these operators have asked and nobody has answered in time."""
    query = select(Inquiry).where(
        Inquiry.state == InquiryState.OPEN,
        col(Inquiry.due) <= whose.today,
        col(Inquiry.created_by).in_(whose.names),
    )
    for one in session.exec(query):
        yield WorkItem(
            Reason.DUE,
            "inquiry",
            one.id or 0,
            one.kind,
            one.record,
            one.subject,
            one.created_at,
            one.due,
            one.created_by,
            message=_("No answer to the inquiry yet."),
        )
