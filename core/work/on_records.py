"""What can be done about a record among colleagues, the same in every area: hand over, take, give back,
have it come up again, write to somebody about it.

`operations_on` makes an area's operations of it; the area adds them to its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from sqlmodel import SQLModel, col, select

from core.errors import Inapplicable, WrongUsage
from core.locale import _
from core.operation import Act, NoParameters, Operation, always, need_day
from core.text import folded
from core.work.colleagues import colleague, may_act_for
from core.work.record import Assignment, Memo, Resubmission

R = TypeVar("R", bound=SQLModel)


@dataclass(frozen=True, slots=True)
class HandingOver:
    """To whom, and what the colleague should know."""

    to: str = field(
        default="",
        metadata={
            "help": _("The operator who is to look after it."),
            "required": True,
            "is_operator": True,
        },
    )
    note: str = field(default="", metadata={"help": _("What the colleague should know.")})


@dataclass(frozen=True, slots=True)
class Taking:
    """Whether to take it from a colleague who has it."""

    anyway: bool = field(default=False, metadata={"help": _("Also what a colleague looks after.")})


@dataclass(frozen=True, slots=True)
class Reminding:
    """On which day it comes up again, for whom (empty: who says so), and why."""

    on: date | None = field(
        default=None, metadata={"help": _("The day on which it comes up again."), "required": True}
    )
    note: str = field(default="", metadata={"help": _("What is to be done then.")})
    to: str = field(
        default="",
        metadata={"help": _("For whom; else for the operator who says so."), "is_operator": True},
    )


@dataclass(frozen=True, slots=True)
class Writing:
    """To whom, and what."""

    to: str = field(
        default="",
        metadata={"help": _("The operator who is to read it."), "required": True, "is_operator": True},
    )
    text: str = field(default="", metadata={"help": _("What to say."), "required": True})


@dataclass(frozen=True)
class _On:
    """The record that something is agreed on, as the tables of this folder name it."""

    kind: str
    id: int
    subject: str


def _holders(kind: str) -> Callable[[Act, Sequence[SQLModel]], dict[int, Assignment]]:
    """Reads who looks after the records of a transaction, and locks that."""

    def read(act: Act, records: Sequence[SQLModel]) -> dict[int, Assignment]:
        ids = [_id_of(record) for record in records]
        query = select(Assignment).where(Assignment.kind == kind, col(Assignment.record).in_(ids))
        locked = query.order_by(col(Assignment.record)).with_for_update()
        return {one.record: one for one in act.session.exec(locked)}

    return read


def _id_of(record: SQLModel) -> int:
    return int(getattr(record, "id"))  # noqa: B009 - every table has one


def _assign(act: Act, on: _On, operator: str, note: str) -> None:
    """Gives a record to an operator, or ("") to nobody."""
    row = _assignment(act, on)
    if row is None:
        row = Assignment(kind=on.kind, record=on.id, subject=on.subject, at=act.now)
        act.create(row, on.subject)
    act.change(
        row,
        on.subject,
        operator=operator,
        operator_folded=folded(operator),
        note=note.strip(),
        by=act.operator.name,
        at=act.now,
    )


def _assignment(act: Act, on: _On) -> Assignment | None:
    found: dict[int, Assignment] = act.prepared
    return found.get(on.id)


def _holder(act: Act, on: _On) -> str:
    row = _assignment(act, on)
    return row.operator if row else ""


def _hand_over(act: Act, on: _On, given: HandingOver) -> None:
    to = colleague(act.session, given.to)
    if _holder(act, on) == to:
        raise Inapplicable(_("{operator} looks after it already.", operator=to))
    _assign(act, on, to, given.note)


def _take(act: Act, on: _On, given: Taking) -> None:
    holder = _holder(act, on)
    if holder == act.operator.name:
        raise Inapplicable(_("{operator} looks after it already.", operator=holder))
    if holder and not given.anyway and not may_act_for(act, holder):
        raise Inapplicable(_("{operator} looks after it; --anyway takes it all the same.", operator=holder))
    _assign(act, on, act.operator.name, "")


def _give_back(act: Act, on: _On, _given: NoParameters) -> None:
    holder = _holder(act, on)
    if not holder:
        raise Inapplicable(_("Nobody looks after it."))
    if not may_act_for(act, holder):
        raise Inapplicable(_("{operator} looks after it.", operator=holder))
    _assign(act, on, "", "")


def _remind(act: Act, on: _On, given: Reminding) -> None:
    due = need_day(given.on, act.office.today)
    who = colleague(act.session, given.to) if given.to.strip() else act.operator.name
    made = Resubmission(
        kind=on.kind,
        record=on.id,
        subject=on.subject,
        operator=who,
        due=due,
        note=given.note.strip(),
        created_by=act.operator.name,
        created_at=act.now,
    )
    act.create(made, on.subject)


def _write(act: Act, on: _On, given: Writing) -> None:
    if not given.text.strip():
        raise WrongUsage(_("There is nothing to be read in it."))
    made = Memo(
        kind=on.kind,
        record=on.id,
        subject=on.subject,
        sender=act.operator.name,
        recipient=colleague(act.session, given.to),
        text=given.text.strip(),
        sent_at=act.now,
    )
    act.create(made, on.subject)


def operations_on(
    area: str, model: type[R], kind: str, describe: Callable[[R], str]
) -> tuple[Operation[R, Any], ...]:
    """The operations HAND_OVER, TAKE, GIVE_BACK, REMIND and MESSAGE for the records of one table."""

    def on(run: Callable[[Act, _On, Any], None]) -> Callable[[Act, R, Any], None]:
        def run_on(act: Act, record: R, given: Any) -> None:
            run(act, _On(kind, _id_of(record), describe(record)), given)

        return run_on

    return (
        Operation(
            area,
            "hand-over",
            _("Hand over"),
            model,
            always,
            on(_hand_over),
            HandingOver,
            describe=describe,
            prepare=_holders(kind),
            help=_("Gives it to a colleague, who finds it in their work."),
        ),
        Operation(
            area,
            "take",
            _("Take"),
            model,
            always,
            on(_take),
            Taking,
            describe=describe,
            prepare=_holders(kind),
            help=_("Looks after it oneself from now on."),
        ),
        Operation(
            area,
            "give-back",
            _("Give back"),
            model,
            always,
            on(_give_back),
            NoParameters,
            describe=describe,
            prepare=_holders(kind),
            help=_("Looks after it no longer; nobody does then."),
        ),
        Operation(
            area,
            "remind",
            _("Resubmit"),
            model,
            always,
            on(_remind),
            Reminding,
            describe=describe,
            help=_("Has it come up again on a day."),
        ),
        Operation(
            area,
            "message",
            _("Message"),
            model,
            always,
            on(_write),
            Writing,
            describe=describe,
            help=_("Writes to a colleague about it."),
        ),
    )
