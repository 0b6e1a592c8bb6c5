"""Undo (rückgängig): what an operation changed is set back, row by row, unless it has moved on since.

Nothing is erased: what was made is taken back (a transfer is discarded, a suppression ends), and the undo is
a journal entry of its own, which can be undone in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from core import journal
from core.customers.customer import Customer
from core.errors import Inapplicable, LeitstandError, NotFound
from core.inbox.arrival import Arrival
from core.journal import JournalChange, JournalEntry
from core.locale import _
from core.office import Office
from core.operation import Act, Refusal, Report
from core.outbox.transfer import CauseCode, PartnerCopy, State, Transfer
from core.registry import operation_of
from core.rulebook.record import Suppression
from core.store.columns import Moment
from core.store.statements import name_of, table_of

UNDO = "undo"
DERIVED = {"updated_at"}


def undo(office: Office, entry_id: int) -> Report:
    """Takes an operation back; a record that has moved on since is left alone and reported.

    Raises NotFound, Inapplicable (undone already, cannot be undone) or NotAllowed.
    """
    with office.store.write() as session:
        entry = session.get(JournalEntry, entry_id, with_for_update=True)
        if entry is None or entry.sequence is None:
            raise NotFound(_("There is no journal entry {id}.", id=entry_id))
        _require_undoable(office, entry)
        act = Act(office, session, office.operator, office.now)
        done, refused = _take_back(act, journal.changes_of(session, entry_id))
        if not done:
            reason = refused[0].reason if refused else _("It changed nothing.")
            raise Inapplicable(_("Nothing could be undone: {reason}", reason=reason))
        undoing = journal.open_entry(
            session,
            at=office.now,
            operator=office.operator.name,
            area=entry.area,
            action=f"{UNDO} {entry.action}",
            parameters=entry.parameters,
            undo_of=entry.id,
        )
        undoing.subject = entry.subject
        entry.undone_by = undoing.id
        session.add(entry)
        _bring_up_to_date(act, act.changes)
        journal.add_changes(session, undoing.id or 0, act.changes)
        journal.close_entry(session, undoing, done, len(refused))
    return Report(f"{UNDO} {entry.action}", tuple(done), tuple(refused), undoing.id)


def last_undoable(session: Session, operator: str) -> JournalEntry | None:
    """The newest entry of this operator that can still be undone."""
    query = select(JournalEntry).where(
        JournalEntry.operator == operator,
        col(JournalEntry.undone_by).is_(None),
        col(JournalEntry.undo_of).is_(None),
        col(JournalEntry.sequence).is_not(None),
    )
    newest = session.exec(query.order_by(col(JournalEntry.id).desc()).limit(50))
    return next((entry for entry in newest if _is_undoable(entry)), None)


def _is_undoable(entry: JournalEntry) -> bool:
    if entry.count == 0:
        return False
    try:
        return operation_of(entry.area, entry.action.removeprefix(f"{UNDO} ")).undoable
    except NotFound:
        return False


def _require_undoable(office: Office, entry: JournalEntry) -> None:
    if entry.undone_by is not None:
        raise Inapplicable(_("It is undone already."))
    if not _is_undoable(entry):
        raise Inapplicable(_("This cannot be undone."))
    name = entry.action
    while name.startswith(f"{UNDO} "):
        name = name.removeprefix(f"{UNDO} ")
    office.require(operation_of(entry.area, name).role)


def _take_back(act: Act, changes: list[JournalChange]) -> tuple[list[int], list[Refusal]]:
    done: list[int] = []
    refused: list[Refusal] = []
    by_subject = sorted(changes, key=lambda change: (change.subject, -(change.id or 0)))
    for subject, group in groupby(by_subject, key=lambda change: change.subject):
        rows = list(group)
        before = len(act.changes)
        try:
            with act.session.begin_nested():
                for change in rows:
                    _revert(act, change)
        except LeitstandError as error:
            del act.changes[before:]
            refused.append(Refusal(rows[-1].record, subject, error.message))
        else:
            done.append(rows[-1].record)
    return done, refused


def _revert(act: Act, change: JournalChange) -> None:
    model = _model(change.table_name)
    record = act.session.get(model, change.record, with_for_update=True)
    if record is None:
        raise Inapplicable(_("It is no longer there."))
    if change.before is None:
        _UNMAKE[change.table_name](act, record, change.subject)
        return
    expected, values = change.after or {}, change.before
    for name, value in expected.items():
        if name not in DERIVED and getattr(record, name) != _typed(model, name, value):
            raise Inapplicable(_("It has changed since."))
    act.change(record, change.subject, **{name: _typed(model, name, value) for name, value in values.items()})
    # Revisions only ever rise: whoever saw the undone state must notice that it moved again.
    if isinstance(record, Customer | PartnerCopy):
        record.revision += 1


def _discard(act: Act, record: Any, subject: str) -> None:
    if record.state not in (State.HELD, State.PENDING, State.DISCARDED) or record.attempts:
        raise Inapplicable(_("What was made by it has been sent already."))
    if record.state == State.DISCARDED:
        return
    cause = _("Taken back by {operator}.", operator=act.operator.name)
    act.change(
        record,
        subject,
        state=State.DISCARDED,
        cause_code=CauseCode.TAKEN_BACK,
        cause=cause.dump(),
        done_at=act.now,
        updated_at=act.now,
    )


def _end(act: Act, record: Any, subject: str) -> None:
    act.change(record, subject, ended_at=act.now)


def _forget(act: Act, record: Any, subject: str) -> None:
    act.change(record, subject, known="unasked", asked_at=None)
    record.revision += 1


_UNMAKE: dict[str, Callable[[Act, Any, str], None]] = {
    "transfer": _discard,
    "suppression": _end,
    "partner_copy": _forget,
}


def _bring_up_to_date(act: Act, changes: Iterable[Any]) -> None:
    subjects: dict[str, set[int]] = {}
    for change in list(changes):
        if change.table == "customer":
            subjects.setdefault("customer", set()).add(change.record)
        elif change.table == "suppression":
            record = act.session.get_one(Suppression, change.record)
            subjects.setdefault("customer", set()).add(record.record)
        elif change.table in ("transfer", "partner_copy"):
            carried = act.session.get_one(_model(change.table), change.record)
            subjects.setdefault(carried.kind, set()).add(carried.subject_id)  # pyright: ignore
    act.session.flush()
    for kind, ids in subjects.items():
        act.office.subject(kind).review(act.session, act.office, sorted(ids), act)


_MODELS: dict[str, type[SQLModel]] = {}


def _model(table: str) -> type[Any]:
    if not _MODELS:
        from core.customers.customer import ImportConflict

        for model in (Arrival, Customer, ImportConflict, Transfer, PartnerCopy, Suppression):
            _MODELS[name_of(model)] = model
    return _MODELS[table]


def _typed(model: type[Any], name: str, value: Any) -> Any:
    """A value as the column holds it, from how JSON held it."""
    column = table_of(model).c[name].type
    if value is None:
        return None
    if isinstance(column, Moment):
        return datetime.fromisoformat(value)
    if isinstance(column, sa.Date):
        return date.fromisoformat(value)
    return value
