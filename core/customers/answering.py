"""Inquiries that close themselves: a review finds that nothing of what was asked for is open any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlmodel import Session

from core.customers.checking import Judged
from core.customers.fields import CustomerFields
from core.customers.names import KIND
from core.customers.questions import question_of
from core.inquiries.inquiry import Inquiry, InquiryState
from core.inquiries.listing import open_inquiries
from core.office import Office
from core.operation import Act


def close_answered(
    session: Session,
    office: Office,
    reviewed: Mapping[int, tuple[CustomerFields, Sequence[Judged]]],
    act: Act | None,
) -> None:
    """Closes inquiries about customers of whom nothing that was asked for is missing or wrong any more.

    `reviewed` has, by id, customers with all that is found of them.
    """
    for record, inquiries in open_inquiries(session, KIND, reviewed.keys(), lock=True).items():
        doubtful = _fields_in_doubt(*reviewed[record])
        for inquiry in inquiries:
            if inquiry.asked and not inquiry.fields & doubtful:
                _note_answer(session, office, inquiry, act)


def _fields_in_doubt(customer: CustomerFields, judged: Sequence[Judged]) -> set[str]:
    questions = (question_of(customer, one.finding) for one in judged if not one.suppressed)
    return {one.field for one in questions if one is not None}


def _note_answer(session: Session, office: Office, inquiry: Inquiry, act: Act | None) -> None:
    values = {"state": InquiryState.ANSWERED.value, "answered_at": office.now, "ended_at": office.now}
    if act is not None:
        act.change(inquiry, inquiry.subject, **values)
        return
    for name, value in values.items():
        setattr(inquiry, name, value)
    session.add(inquiry)
