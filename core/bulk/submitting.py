"""Handing a bulk action to the worker, and asking for it to be cancelled."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from core.bulk.action import UNFINISHED, BulkAction, BulkSelection, BulkState
from core.bulk.packing import pack
from core.bulk.parameters import as_json
from core.errors import Inapplicable, NotFound
from core.locale import _
from core.office import Office, checked
from core.operation import Operation
from core.operators import Role
from core.registry import operation_of
from core.undo import UNDO, undoable_entry

P = TypeVar("P")


def submit(
    office: Office, operation: Operation[Any, P], ids: Iterable[int], parameters: P | None = None
) -> int:
    """Has the worker carry out an operation on these records, as this operator; the bulk action's id.

    The selection is frozen now; an id given twice counts once. Raises NotAllowed, Inapplicable or WrongUsage
    as `Office.perform` would, and NotFound for an operation that the worker would not find.
    """
    given = checked(office, operation, parameters)
    operation_of(operation.area, operation.name)
    frozen = dict.fromkeys(ids)
    action = _new(office, operation.area, operation.name, as_json(given), len(frozen))
    packed = pack(frozen)
    with office.store.write() as session:
        session.add(action)
        session.flush()
        session.add(BulkSelection(action=_id_of(action), ids=packed))
    return _id_of(action)


def submit_undo(office: Office, entry: int) -> int:
    """Has the worker take a journal entry back; the bulk action's id.

    Raises NotFound, Inapplicable (undone already or about to be, cannot be undone) or NotAllowed.
    """
    with office.store.read() as session:
        found = undoable_entry(session, office, entry)
    wanted = {"entry": entry}
    action = _new(office, found.area, UNDO, wanted, found.count)
    with office.store.write() as session:
        query = select(BulkAction).where(BulkAction.operation == UNDO, col(BulkAction.state).in_(UNFINISHED))
        if any(one.parameters == wanted for one in session.exec(query)):
            raise Inapplicable(_("It is being undone just now."))
        session.add(action)
    return _id_of(action)


def cancel(office: Office, action: int) -> BulkAction:
    """Asks for a bulk action to stop after the step that it is in; what is done stays done.

    One's own may be cancelled by anybody, somebody else's by admins. Raises NotFound, NotAllowed, or
    Inapplicable where it has ended.
    """
    with office.store.write() as session:
        one = _locked(session, action)
        if one.operator != office.operator.name:
            office.require(Role.ADMIN)
        if not one.is_unfinished:
            raise Inapplicable(_("Bulk action {id} has ended already.", id=action))
        one.cancelled_by = one.cancelled_by or office.operator.name
        if one.state == BulkState.WAITING:
            one.state, one.ended_at = BulkState.CANCELLED, office.now
        session.add(one)
    return one


def _new(office: Office, area: str, operation: str, parameters: dict[str, Any], total: int) -> BulkAction:
    return BulkAction(
        area=area,
        operation=operation,
        parameters=parameters,
        operator=office.operator.name,
        role=office.operator.role,
        total=total,
        created_at=office.now,
    )


def _locked(session: Session, action: int) -> BulkAction:
    one = session.get(BulkAction, action, with_for_update=True)
    if one is None:
        raise NotFound(_("There is no bulk action {id}.", id=action))
    return one


def _id_of(action: BulkAction) -> int:
    return action.id or 0
