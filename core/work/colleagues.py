"""Colleagues: who there is, who stands in for whom on a day, and so whose work somebody may do."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session, col, select

from core.errors import WrongUsage
from core.locale import _
from core.operation import Act
from core.operators import OperatorRow, Role
from core.work.record import StandIn


def colleague(session: Session, name: str) -> str:
    """The name of an operator who has been added. Raises WrongUsage."""
    wanted = name.strip()
    if not wanted:
        raise WrongUsage(_("Say which operator."))
    if session.get(OperatorRow, wanted) is None:
        raise WrongUsage(_("There is no operator {name}; `leitstand operators add` adds one.", name=wanted))
    return wanted


def stood_in_for(session: Session, operator: str, day: date) -> list[str]:
    """For whom an operator stands in on a day, by name."""
    query = select(StandIn.absent).where(
        StandIn.operator == operator,
        col(StandIn.since) <= day,
        col(StandIn.until) >= day,
        col(StandIn.ended_at).is_(None),
    )
    return sorted(set(session.exec(query)) - {operator})


def acts_for(session: Session, operator: str, day: date) -> frozenset[str]:
    """Whose work an operator may do on a day: the own, and that of absent colleagues."""
    return frozenset({operator, *stood_in_for(session, operator, day)})


def may_act_for(act: Act, name: str) -> bool:
    """Whether the operator who acts may do somebody's work; an admin may do everybody's."""
    if act.operator.role is Role.ADMIN:
        return True
    return name in acts_for(act.session, act.operator.name, act.office.today)


def stand_ins(session: Session, since: date) -> list[StandIn]:
    """Who stands in for whom now or later, by day."""
    query = select(StandIn).where(col(StandIn.until) >= since, col(StandIn.ended_at).is_(None))
    return list(session.exec(query.order_by(col(StandIn.since), col(StandIn.id))))
