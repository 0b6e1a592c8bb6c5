"""What can be done to inquiries (Rückfragen) that were asked: take note of the answer, withdraw, postpone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.errors import Inapplicable
from core.inquiries.inquiry import Inquiry, InquiryState
from core.inquiries.listing import open_inquiries
from core.locale import Message, _
from core.office import Office
from core.operation import Act, Operation, Owner, Reversible, WithReason, need_day

AREA = "inquiries"


def describe(inquiry: Inquiry) -> str:
    """How an inquiry is called in reports and in the journal."""
    return inquiry.subject


def end(act: Act, inquiry: Inquiry, state: InquiryState) -> None:
    """Ends an inquiry by an operator's decision."""
    act.change(
        inquiry,
        describe(inquiry),
        state=state.value,
        answered_at=act.now if state is InquiryState.ANSWERED else None,
        ended_at=act.now,
        ended_by=act.operator.name,
    )


def _is_open(inquiry: Inquiry) -> Message | None:
    match inquiry.state:
        case InquiryState.OPEN:
            return None
        case InquiryState.ANSWERED:
            return _("It has been answered.")
        case _:
            return _("It has been withdrawn.")


def _answered(act: Act, inquiry: Inquiry, _given: WithReason) -> None:
    end(act, inquiry, InquiryState.ANSWERED)


def _withdraw(act: Act, inquiry: Inquiry, _given: WithReason) -> None:
    end(act, inquiry, InquiryState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Postponing:
    """Until when an answer is waited for."""

    until: date | None = field(
        default=None, metadata={"help": _("The day on which it comes up again."), "required": True}
    )
    reason: str = field(default="", metadata={"help": _("Why; kept in the journal.")})


def _postpone(act: Act, inquiry: Inquiry, given: Postponing) -> None:
    act.change(inquiry, describe(inquiry), due=need_day(given.until, act.office.today))


def _take_back(act: Act, inquiry: Inquiry, _subject: str) -> None:
    if inquiry.state == InquiryState.ANSWERED:
        raise Inapplicable(_("It has been answered."))
    end(act, inquiry, InquiryState.WITHDRAWN)


def _check_only_one(act: Act, inquiry: Inquiry, values: Mapping[str, Any]) -> None:
    """Of one addressee there is one open inquiry about a record at most."""
    if values.get("state") != InquiryState.OPEN:
        return
    for one in open_inquiries(act.session, inquiry.kind, [inquiry.record]).get(inquiry.record, []):
        if one.addressee == inquiry.addressee:
            raise Inapplicable(_("It was asked again since."))


def _of_record(_office: Office, inquiry: Inquiry) -> Owner:
    return Owner(inquiry.kind, inquiry.record)


ANSWERED = Operation(
    AREA,
    "answered",
    _("Answered"),
    Inquiry,
    _is_open,
    _answered,
    WithReason,
    describe=describe,
    help=_("Takes note that an answer came; the customer no longer waits for it."),
)
WITHDRAW = Operation(
    AREA,
    "withdraw",
    _("Withdraw"),
    Inquiry,
    _is_open,
    _withdraw,
    WithReason,
    describe=describe,
    help=_("Takes a question back that nobody needs to answer any more."),
)
POSTPONE = Operation(
    AREA,
    "postpone",
    _("Postpone"),
    Inquiry,
    _is_open,
    _postpone,
    Postponing,
    describe=describe,
    help=_("Waits longer for an answer."),
)
OPERATIONS = (ANSWERED, WITHDRAW, POSTPONE)
REVERSIBLE = (Reversible(Inquiry, _take_back, _check_only_one, owner=_of_record),)
