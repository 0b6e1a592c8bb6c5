"""What can be done to one's work: be done with a resubmission, put it off, read messages, end a stand-in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from core.errors import Inapplicable, NotAllowed, WrongUsage
from core.journal import Deed
from core.locale import Message, _
from core.office import Office, checked
from core.operation import Act, NoParameters, Operation, Report, need_day
from core.operators import Role
from core.work.colleagues import colleague, may_act_for
from core.work.record import Memo, Resubmission, StandIn
from core.work.undoing import ASSIGNMENTS, MEMOS, RESUBMISSIONS, STAND_INS

AREA = "work"


def _is_open(record: Resubmission | StandIn) -> Message | None:
    return None if record.ended_at is None else _("It has ended already.")


def _require_own(act: Act, name: str) -> None:
    if not may_act_for(act, name):
        raise Inapplicable(_("This is {operator}'s.", operator=name))


def _done(act: Act, one: Resubmission, _given: NoParameters) -> None:
    _require_own(act, one.operator)
    act.change(one, one.subject, ended_at=act.now, ended_by=act.operator.name)


@dataclass(frozen=True, slots=True)
class PuttingOff:
    """To which day."""

    until: date | None = field(
        default=None, metadata={"help": _("The day on which it comes up again."), "required": True}
    )


def _put_off(act: Act, one: Resubmission, given: PuttingOff) -> None:
    _require_own(act, one.operator)
    act.change(one, one.subject, due=need_day(given.until, act.office.today))


def _is_unread(memo: Memo) -> Message | None:
    if memo.withdrawn_at is not None:
        return _("It has been taken back.")
    return None if memo.read_at is None else _("It has been read already.")


def _read(act: Act, memo: Memo, _given: NoParameters) -> None:
    _require_own(act, memo.recipient)
    act.change(memo, memo.subject, read_at=act.now, read_by=act.operator.name)


def _return(act: Act, one: StandIn, _given: NoParameters) -> None:
    if act.operator.name != one.operator:
        _require_own(act, one.absent)
    act.change(one, one.absent, ended_at=act.now)


@dataclass(frozen=True, slots=True)
class StandingIn:
    """Who is away, who stands in, from which day to which."""

    absent: str = ""
    by: str = ""
    since: date | None = None
    until: date | None = None
    note: str = ""


def stand_in(office: Office, given: StandingIn) -> Report:
    """Has somebody stand in for a colleague: for oneself, or as an admin for anybody; undone like all else.

    It is about no record, so it does not pass `office.perform`, but it is written down in the same way.
    Raises NotAllowed, WrongUsage.
    """
    checked(office, STAND_IN, given)
    if given.absent != office.operator.name and office.operator.role is not Role.ADMIN:
        raise NotAllowed(
            _("Who stands in for {operator} is for them to say, or for an admin.", operator=given.absent)
        )
    since = given.since or office.today
    until = need_day(given.until, office.today)
    if until < since:
        raise WrongUsage(_("It would end before it begins."))
    said = {"absent": given.absent, "by": given.by, "since": since, "until": until, "note": given.note}
    with office.store.write() as session:
        act = Act(office, session, office.operator, office.now)
        absent, by = colleague(session, given.absent), colleague(session, given.by)
        if absent == by:
            raise WrongUsage(_("Nobody stands in for themselves."))
        made = StandIn(
            absent=absent,
            operator=by,
            since=since,
            until=until,
            note=given.note.strip(),
            created_by=office.operator.name,
            created_at=office.now,
        )
        act.create(made, absent)
        deed = Deed(office.operator.name, AREA, STAND_IN.name, said)
        deed.add(session, office.now, act.changes, [made.id or 0])
        deed.close(session, absent, 0)
        return Report(STAND_IN.name, (made.id or 0,), entry=deed.id)


DONE = Operation(
    AREA,
    "done",
    _("Done"),
    Resubmission,
    _is_open,
    _done,
    NoParameters,
    describe=lambda one: one.subject,
    help=_("Is done with what came up again."),
)
PUT_OFF = Operation(
    AREA,
    "put-off",
    _("Put off"),
    Resubmission,
    _is_open,
    _put_off,
    PuttingOff,
    describe=lambda one: one.subject,
    help=_("Has it come up on a later day."),
)
READ = Operation(
    AREA,
    "read",
    _("Read"),
    Memo,
    _is_unread,
    _read,
    NoParameters,
    describe=lambda memo: memo.subject,
    help=_("Takes note of messages."),
)
RETURN = Operation(
    AREA,
    "return",
    _("End a stand-in"),
    StandIn,
    _is_open,
    _return,
    NoParameters,
    describe=lambda one: one.absent,
    help=_("The colleague is back, or it is no longer wanted."),
)
STAND_IN = Operation(
    AREA,
    "stand-in",
    _("Stand in"),
    StandIn,
    lambda _one: _("A stand-in is made, it is not carried out on one."),
    lambda _act, _one, _given: None,
    StandingIn,
    describe=lambda one: one.absent,
    help=_("Somebody does a colleague's work for some days."),
)
OPERATIONS = (DONE, PUT_OFF, READ, RETURN, STAND_IN)
REVERSIBLE = (ASSIGNMENTS, RESUBMISSIONS, MEMOS, STAND_INS)
