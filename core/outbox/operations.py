"""What can be done to transfers (Übertragungen): send again, hold, release, discard, decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlmodel import col, select

from core.errors import Inapplicable
from core.locale import Message, _
from core.operation import Act, NoParameters, Operation, WithReason
from core.outbox.transfer import CauseCode, PartnerCopy, State, Transfer, fields_as_text
from core.rulebook.record import FindingRow
from core.rulebook.suppressing import suppress

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


def _can_retry(one: Transfer) -> Message | None:
    match one.state:
        case State.FAILED | State.PENDING | State.UNCERTAIN:
            return None
        case State.HELD:
            return _("It is held; release it instead.")
        case State.SENDING:
            return _("It is being sent just now.")
        case _:
            return _("It has ended already.")


def _retry(act: Act, one: Transfer, _given: NoParameters) -> None:
    # What is uncertain stays so: the partner is asked again at once, nothing is blindly re-sent.
    if one.state == State.UNCERTAIN:
        act.change(one, one.subject, due_at=act.now, updated_at=act.now)
        return
    act.change(
        one,
        one.subject,
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
    return _("Only what waits or has failed can be held.")


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
        return _("It is not held.")
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
    if not one.is_open:
        return _("It has ended already.")
    return None


def _discard(act: Act, one: Transfer, given: WithReason) -> None:
    reason = given.reason or "–"
    cause = _("Discarded by {operator}: {reason}", operator=act.operator.name, reason=reason)
    followers = act.session.exec(select(Transfer).where(Transfer.after == one.id)).all()
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


@dataclass(frozen=True, slots=True)
class FirstTransfer:
    """Whether the partner has these companies already, under a number that we do not know."""

    known: bool = field(
        default=False,
        metadata={"help": _("The partner has them already: send the full name."), "required": True},
    )


def _can_answer(one: Transfer) -> Message | None:
    if one.state == State.HELD and one.cause_code == CauseCode.FIRST_UNKNOWN:
        return None
    return _("It does not wait for this answer.")


def _answer(act: Act, one: Transfer, given: FirstTransfer) -> None:
    known = "known" if given.known else "absent"
    copy = copy_of(act, one)
    if copy is None:
        act.create(
            PartnerCopy(
                partner=one.partner, kind=one.kind, subject_id=one.subject_id, known=known, asked_at=act.now
            ),
            one.subject,
        )
    else:
        act.change(copy, one.subject, known=known, asked_at=act.now)
        copy.revision += 1


@dataclass(frozen=True, slots=True)
class Decision:
    """What an operator found out about a transfer whose end is unknown."""

    arrived: bool = field(
        default=False,
        metadata={"help": _("The partner has it; otherwise it is sent again."), "required": True},
    )
    reference: str = field(default="", metadata={"help": _("The partner's number for it, if known.")})
    reason: str = field(default="", metadata={"help": _("How this was found out.")})


def _can_decide(one: Transfer) -> Message | None:
    return None if one.state == State.UNCERTAIN else _("What became of it is known.")


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


def settle_as_delivered(act: Act, one: Transfer, reference: str) -> None:
    """The partner has it: the transfer ends, and what the partner has is remembered."""
    act.change(
        one,
        one.subject,
        state=State.DELIVERED,
        reference=reference,
        outcome="delivered",
        cause_code="",
        cause="",
        done_at=act.now,
        updated_at=act.now,
    )
    copy = copy_of(act, one) or PartnerCopy(
        partner=one.partner, kind=one.kind, subject_id=one.subject_id, revision=0
    )
    copy.revision += 1
    copy.known, copy.reference = "known", reference or copy.reference
    copy.accepted, copy.accepted_sha256 = fields_as_text(one.payload), one.body_sha256
    copy.accepted_at, copy.accepted_transfer = act.now, one.id
    copy.short_name_only = one.step == "short"
    act.session.add(copy)


def copy_of(act: Act, one: Transfer) -> PartnerCopy | None:
    """What the partner has of the transfer's subject."""
    query = select(PartnerCopy).where(
        PartnerCopy.partner == one.partner,
        PartnerCopy.kind == one.kind,
        PartnerCopy.subject_id == one.subject_id,
    )
    return act.session.exec(query.with_for_update()).one_or_none()


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
)
FIRST_TRANSFER = Operation(
    AREA,
    "first-transfer",
    _("Say whether the partner knows the company"),
    Transfer,
    _can_answer,
    _answer,
    FirstTransfer,
    _review,
    describe=_describe,
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
OPERATIONS = (RETRY, HOLD, RELEASE, DISCARD, FIRST_TRANSFER, DECIDE)
