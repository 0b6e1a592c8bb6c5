"""What can be done to transfers (Übertragungen): send again, hold, release, discard, decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from sqlmodel import col, select

from core.errors import Inapplicable
from core.locale import Message, _
from core.operation import Act, NoParameters, Operation, WithReason
from core.outbox.copies import settle_as_delivered
from core.outbox.first_transfer import (
    FirstTransfer,
    answer,
    answer_for_all_of_the_import,
    said_of_the_import,
)
from core.outbox.transfer import CauseCode, State, Transfer
from core.outbox.undoing import COPIES, TRANSFERS
from core.rulebook.record import FindingRow
from core.rulebook.suppressing import SUPPRESSIONS, suppress
from core.work.on_records import operations_on

AREA = "transfers"


def _review(act: Act, transfers: Sequence[Transfer]) -> None:
    """A record that changed meanwhile gets its successor; one that may go now goes."""
    by_kind: dict[str, set[int]] = {}
    for one in transfers:
        by_kind.setdefault(one.kind, set()).add(one.subject_id)
    for kind, ids in by_kind.items():
        act.office.subject(kind).review(act.session, act.office, sorted(ids), act)


def _lock_subjects(act: Act, ids: Sequence[int]) -> None:
    """The records before their transfers: a review of the same record takes them in this order, too."""
    query = select(Transfer.kind, Transfer.subject_id).where(col(Transfer.id).in_(ids)).distinct()
    by_kind: dict[str, set[int]] = {}
    for kind, subject in act.session.exec(query):
        by_kind.setdefault(kind, set()).add(subject)
    for kind, subjects in sorted(by_kind.items()):
        act.office.subject(kind).lock(act.session, subjects)


def _lock_followers(act: Act, ids: Sequence[int]) -> None:
    """Also what goes out after them, which they take with them."""
    _lock_subjects(act, ids)
    of_them = sa.or_(col(Transfer.id).in_(ids), col(Transfer.after).in_(ids))
    act.session.exec(select(Transfer).where(of_them).order_by(col(Transfer.id)).with_for_update()).all()


def how_it_ended(one: Transfer) -> Message | None:
    """What became of a transfer that has ended, perhaps since somebody looked at it; None of an open one."""
    if one.state == State.DELIVERED:
        return _("It has been delivered already.")
    if one.state != State.DISCARDED:
        return None
    if one.replaced_by is not None:
        return _("The record has changed: transfer {id} has taken its place.", id=one.replaced_by)
    return _("It was discarded. {cause}", cause=one.cause_message())


def _can_retry(one: Transfer) -> Message | None:
    if one.state == State.HELD:
        return _("It is held; release it instead.")
    if one.state == State.SENDING:
        return _("It is being sent just now.")
    return how_it_ended(one)


def _retry(act: Act, one: Transfer, _given: NoParameters) -> None:
    # What is uncertain stays so: the partner is asked again at once, nothing is blindly re-sent.
    if one.state == State.UNCERTAIN:
        if not act.office.partner(one.partner).can_look_up_keys:
            raise Inapplicable(
                _("The partner cannot be asked what became of it; find out and say so (operation decide).")
            )
        act.change(one, one.subject, ("state",), due_at=act.now, updated_at=act.now)
        return
    act.change(
        one,
        one.subject,
        ("state",),
        state=State.PENDING,
        due_at=act.now,
        attempts=0,
        cause_code="",
        cause="",
        updated_at=act.now,
    )


def _can_hold(one: Transfer) -> Message | None:
    if one.state in (State.PENDING, State.FAILED):
        return None
    return how_it_ended(one) or _("Only what waits or has failed can be held.")


def _hold(act: Act, one: Transfer, given: WithReason) -> None:
    cause = _("Held by {operator}: {reason}", operator=act.operator.name, reason=given.reason or "–")
    act.change(
        one,
        one.subject,
        state=State.HELD,
        cause_code=CauseCode.OPERATOR,
        cause=cause.dump(),
        updated_at=act.now,
    )


@dataclass(frozen=True, slots=True)
class Releasing:
    """Why a held transfer may go out; for blocking findings this becomes a suppression."""

    reason: str = field(default="", metadata={"help": _("Why it may go out although something was found.")})
    until: date | None = field(
        default=None, metadata={"help": _("Until which day the findings are suppressed.")}
    )


def _can_release(one: Transfer) -> Message | None:
    if one.state != State.HELD:
        return how_it_ended(one) or _("It is not held.")
    if one.cause_code == CauseCode.FIRST_UNKNOWN:
        return _("First say whether the partner knows this company (operation first-transfer).")
    if one.cause_code == CauseCode.UNSENDABLE:
        return _("The partner's format cannot hold one of its characters; the record must be mended.")
    return None


def _release(act: Act, one: Transfer, given: Releasing) -> None:
    if one.cause_code == CauseCode.FINDINGS:
        _suppress_blocking(act, one, given.reason, given.until)
        return
    act.change(
        one,
        one.subject,
        state=State.PENDING,
        cause_code="",
        cause="",
        rescues=0,
        due_at=act.now,
        updated_at=act.now,
    )


def _suppress_blocking(act: Act, one: Transfer, reason: str, until: date | None) -> None:
    area = act.office.subject(one.kind).area
    query = select(FindingRow).where(
        FindingRow.area == area, FindingRow.record == one.subject_id, col(FindingRow.blocks).is_(True)
    )
    suppress(act, act.session.exec(query).all(), one.subject, reason, until)


def _can_discard(one: Transfer) -> Message | None:
    if one.state == State.SENDING:
        return _("It is being sent just now.")
    return how_it_ended(one)


def _discard(act: Act, one: Transfer, given: WithReason) -> None:
    reason = given.reason or "–"
    cause = _("Discarded by {operator}: {reason}", operator=act.operator.name, reason=reason)
    after_it = select(Transfer).where(Transfer.after == one.id).order_by(col(Transfer.id))
    followers = act.session.exec(after_it.with_for_update()).all()
    for each in (*followers, one):
        if each.state == State.SENDING:
            raise Inapplicable(_("What follows it is being sent just now."))
        if each.is_open:
            act.change(
                each,
                each.subject,
                state=State.DISCARDED,
                cause_code=CauseCode.OPERATOR,
                cause=cause.dump(),
                done_at=act.now,
                updated_at=act.now,
            )


def _can_answer(one: Transfer) -> Message | None:
    if one.state == State.SENDING:
        return _("It is being sent just now.")
    if one.state == State.UNCERTAIN:
        return _("What became of it is not known yet.")
    return how_it_ended(one)


def _answered(act: Act, transfers: Sequence[Transfer]) -> None:
    _review(act, transfers)
    given: FirstTransfer = act.given
    answer_for_all_of_the_import(act, transfers, given)


@dataclass(frozen=True, slots=True)
class Decision:
    """What an operator found out about a transfer whose end is unknown."""

    arrived: bool = field(
        default=False,
        metadata={
            "help": _("The partner has it; otherwise it is sent again."),
            "required": True,
            "yes": _("The partner has it"),
            "no": _("It is not there"),
        },
    )
    reference: str = field(default="", metadata={"help": _("The partner's number for it, if known.")})
    reason: str = field(default="", metadata={"help": _("How this was found out.")})


def _can_decide(one: Transfer) -> Message | None:
    if one.state == State.UNCERTAIN:
        return None
    return how_it_ended(one) or _("What became of it is known.")


def _decide(act: Act, one: Transfer, given: Decision) -> None:
    if not given.arrived:
        act.change(
            one,
            one.subject,
            state=State.PENDING,
            due_at=act.now,
            cause_code="",
            cause="",
            updated_at=act.now,
        )
        return
    settle_as_delivered(act, one, given.reference)


def _describe(one: Transfer) -> str:
    return one.subject


RETRY = Operation(
    AREA,
    "retry",
    _("Send again"),
    Transfer,
    _can_retry,
    _retry,
    finish=_review,
    describe=_describe,
    help=_("Tries what has failed once more; what is uncertain is asked about first."),
    lock_first=_lock_subjects,
)
HOLD = Operation(
    AREA,
    "hold",
    _("Hold"),
    Transfer,
    _can_hold,
    _hold,
    WithReason,
    describe=_describe,
    help=_("Keeps transfers back until they are released."),
    lock_first=_lock_subjects,
)
RELEASE = Operation(
    AREA,
    "release",
    _("Release"),
    Transfer,
    _can_release,
    _release,
    Releasing,
    _review,
    describe=_describe,
    help=_("Lets held transfers go; in spite of findings it takes a reason and mutes them."),
    lock_first=_lock_subjects,
)
DISCARD = Operation(
    AREA,
    "discard",
    _("Discard"),
    Transfer,
    _can_discard,
    _discard,
    WithReason,
    describe=_describe,
    help=_("Ends transfers without sending them; the record stays as it is."),
    lock_first=_lock_followers,
)
FIRST_TRANSFER = Operation(
    AREA,
    "first-transfer",
    _("Say whether the partner knows the company"),
    Transfer,
    _can_answer,
    answer,
    FirstTransfer,
    _answered,
    describe=_describe,
    summary=said_of_the_import,
    help=_("Says whether the partner has these companies already: else a short name goes first."),
    lock_first=_lock_subjects,
)
DECIDE = Operation(
    AREA,
    "decide",
    _("Decide what became of it"),
    Transfer,
    _can_decide,
    _decide,
    Decision,
    _review,
    undoable=False,
    describe=_describe,
    help=_("Says what became of transfers whose end is unknown and cannot be asked."),
    needs_reason=True,
    lock_first=_lock_subjects,
)
AMONG_COLLEAGUES = operations_on(AREA, Transfer, "transfer", _describe)
OPERATIONS = (RETRY, HOLD, RELEASE, DISCARD, FIRST_TRANSFER, DECIDE, *AMONG_COLLEAGUES)
REVERSIBLE = (TRANSFERS, COPIES, SUPPRESSIONS)
