"""Carries a plan out: transfers are made, held, let go and discarded, in the caller's transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from sqlmodel import Session, col, select

from core.errors import Inapplicable
from core.locale import Message, _
from core.office import Office
from core.operation import Act
from core.outbox.outcome import Partner
from core.outbox.planning import Hold, Plan, Wanted
from core.outbox.transfer import ENDED, CauseCode, State, Transfer


@dataclass(frozen=True)
class Addressed:
    """Whose transfer it is and where it goes: what every transfer of one plan shares."""

    partner: Partner
    account: str
    kind: str
    subject: str
    subject_id: int
    subject_name: str
    record_revision: int
    last_revision: int
    """The revision of the subject's newest transfer; 0 where there is none."""


def open_transfers(
    session: Session, partner: str, kind: str, subjects: Sequence[int]
) -> dict[int, list[Transfer]]:
    """What has not ended yet, by subject, in the order in which it goes out; locked."""
    query = select(Transfer).where(
        Transfer.partner == partner,
        Transfer.kind == kind,
        col(Transfer.subject_id).in_(subjects),
        col(Transfer.state).not_in(ENDED),
    )
    grouped: dict[int, list[Transfer]] = {}
    for one in session.exec(query.order_by(col(Transfer.id)).with_for_update()):
        grouped.setdefault(one.subject_id, []).append(one)
    return grouped


def carry_out(
    session: Session, office: Office, plans: Sequence[tuple[Plan, Addressed]], act: Act | None
) -> list[Transfer]:
    """Does what the plans say, each of another subject; answers the transfers that were made.

    All of them together, so that the database is asked as often for many as for one.
    """
    hand = _Hand(session, office, act)
    for plan, _to in plans:
        _move(hand, plan)
    made = _make(office, plans, hand)
    for (plan, _to), steps in zip(plans, made, strict=True):
        for one, code in plan.discard:
            if steps and code is CauseCode.REPLACED:
                hand.change(one, replaced_by=steps[-1].id)
    return [one for steps in made for one in steps]


def _move(hand: _Hand, plan: Plan) -> None:
    now = hand.office.now
    for one, code in plan.discard:
        hand.change(one, state=State.DISCARDED, cause_code=code, cause=_CAUSES[code].dump(), done_at=now)
    if plan.hold is not None:
        for one in plan.hold_these:
            hand.change(one, state=State.HELD, cause_code=plan.hold.code, cause=plan.hold.cause.dump())
    for one in plan.let_go:
        hand.change(one, state=State.PENDING, cause_code="", cause="", due_at=now)


_CAUSES = {
    CauseCode.REPLACED: _("The record has changed; a successor takes its place."),
    CauseCode.OBSOLETE: _("The partner has exactly this already."),
}


class _Hand:
    """Changes transfers, and tells the act under way, if any, so that it can be undone."""

    def __init__(self, session: Session, office: Office, act: Act | None) -> None:
        self.session, self.office, self.act = session, office, act

    def change(self, one: Transfer, **values: Any) -> None:
        values["updated_at"] = self.office.now
        if self.act is not None:
            self.act.change(one, one.subject, **values)
            return
        for name, value in values.items():
            setattr(one, name, value)
        self.session.add(one)

    def create(self, transfers: Sequence[Transfer]) -> None:
        if self.act is not None:
            self.act.create_all([(one, one.subject) for one in transfers])
        else:
            self.session.add_all(transfers)
            self.session.flush()


def _make(office: Office, plans: Sequence[tuple[Plan, Addressed]], hand: _Hand) -> list[list[Transfer]]:
    """The transfers of each plan: first everybody's first step, then the steps that go after these."""
    made: list[list[Transfer]] = [[] for _plan in plans]
    for step in range(max((len(plan.make) for plan, _to in plans), default=0)):
        new: list[Transfer] = []
        for (plan, to), steps in zip(plans, made, strict=True):
            if step < len(plan.make):
                new.append(_next_step(office, plan, to, steps))
                steps.append(new[-1])
        hand.create(new)
    return made


def _next_step(office: Office, plan: Plan, to: Addressed, steps: Sequence[Transfer]) -> Transfer:
    number = len(steps)
    one, unsendable = _transfer(office, to, plan.make[number], to.last_revision + 1 + number)
    one.after = steps[-1].id if steps else None
    hold = unsendable or plan.hold
    if hold is not None:
        one.state, one.cause_code, one.cause = State.HELD, hold.code, hold.cause.dump()
    return one


def _transfer(office: Office, to: Addressed, wanted: Wanted, revision: int) -> tuple[Transfer, Hold | None]:
    """A transfer, and why it can never go out as it is: its text may not fit into the partner's format."""
    hold = None
    try:
        body = to.partner.compose(to.kind, wanted.fields)
    except Inapplicable as error:
        body, hold = b"", Hold(CauseCode.UNSENDABLE, error.message)
    one = Transfer(
        partner=to.partner.name,
        account=to.account,
        kind=to.kind,
        subject=to.subject,
        subject_id=to.subject_id,
        subject_name=to.subject_name,
        step=wanted.step,
        state=State.PENDING,
        due_at=office.now,
        key=key_of(office.id, to, revision),
        revision=revision,
        record_revision=to.record_revision,
        fields=wanted.text,
        body=body,
        body_sha256=hashlib.sha256(body).hexdigest(),
        created_by=office.operator.name,
        created_at=office.now,
        updated_at=office.now,
    )
    return one, hold


def key_of(office: UUID, to: Addressed, revision: int) -> str:
    """The key under which the partner can recognise a repeated transfer: the same for the same revision."""
    return str(uuid5(office, f"{to.partner.name}:{to.kind}:{to.subject_id}:{revision}"))


def cause_of(rules: Iterable[str]) -> Message:
    """The cause of a transfer that findings hold."""
    return _("Held by {rules}.", rules=tuple(sorted(set(rules))))
