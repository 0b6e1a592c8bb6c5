"""How what colleagues agreed on is taken back: nothing is erased, it ends."""

from __future__ import annotations

from core.errors import Inapplicable
from core.locale import _
from core.office import Office
from core.operation import Act, Owner, Reversible
from core.work.record import Assignment, Memo, Resubmission, StandIn


def _of_record(_office: Office, row: Assignment | Memo | Resubmission) -> Owner:
    return Owner(row.kind, row.record)


def _nobodys(act: Act, row: Assignment, subject: str) -> None:
    act.change(row, subject, operator="", operator_folded="")


def _end(act: Act, row: Resubmission, subject: str) -> None:
    act.change(row, subject, ended_at=act.now, ended_by=act.operator.name)


def _withdraw(act: Act, memo: Memo, subject: str) -> None:
    if memo.read_at is not None:
        raise Inapplicable(_("It has been read already."))
    act.change(memo, subject, withdrawn_at=act.now)


def _return(act: Act, row: StandIn, subject: str) -> None:
    act.change(row, subject, ended_at=act.now)


ASSIGNMENTS = Reversible(Assignment, _nobodys, owner=_of_record)
RESUBMISSIONS = Reversible(Resubmission, _end, owner=_of_record)
MEMOS = Reversible(Memo, _withdraw, owner=_of_record)
STAND_INS = Reversible(StandIn, _return)
