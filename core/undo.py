"""Undo (rückgängig): what an operation changed is set back, row by row, unless it has moved on since.

Nothing is erased: what was made is taken back (a transfer is discarded, a suppression ends), and the undo is
a journal entry of its own, which can be undone in turn. What one operation did to one customer, its transfers
and all, is taken back together or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, func, select

from core.customers.conflicts import open_conflicts
from core.customers.customer import Customer, ImportConflict
from core.customers.operations import check_number
from core.errors import Inapplicable, LeitstandError, NotFound
from core.inbox.arrival import Arrival
from core.journal import Deed, JournalChange, JournalEntry
from core.locale import _
from core.office import Office, Progress, in_chunks, load
from core.operation import Act, Operation, Refusal, Report
from core.outbox.transfer import CauseCode, PartnerCopy, State, Transfer
from core.registry import operation_of
from core.rulebook.record import Suppression
from core.store.columns import Moment
from core.store.statements import name_of, table_of

UNDO = "undo"
DERIVED = {"updated_at"}
NEWEST = 50


class Owner(NamedTuple):
    """Whose rows are taken back together: the kind of record, as transfers call it, and its id."""

    kind: str
    id: int


def undo(office: Office, entry_id: int, *, progress: Progress | None = None) -> Report:
    """Takes an operation back, in transactions of at most 200 records; what has moved on is left alone.

    Raises NotFound, Inapplicable (undone already, cannot be undone) or NotAllowed.
    """
    with office.store.read() as session:
        entry = session.get(JournalEntry, entry_id)
        if entry is None or entry.sequence is None:
            raise NotFound(_("There is no journal entry {id}.", id=entry_id))
        office.require(_operation_behind(entry).role)
        owned = _changes_by_owner(session, office, entry_id)
        _require_undoable(session, entry, len(owned))
    return _Undoing(office, entry, owned, progress).carry_out()


def last_undoable(session: Session, operator: str) -> JournalEntry | None:
    """The newest entry of this operator that can still be undone."""
    query = select(JournalEntry).where(
        JournalEntry.operator == operator,
        col(JournalEntry.undone_by).is_(None),
        col(JournalEntry.undo_of).is_(None),
        col(JournalEntry.sequence).is_not(None),
    )
    newest = session.exec(query.order_by(col(JournalEntry.id).desc()).limit(NEWEST))
    return next((entry for entry in newest if _can_be_undone(entry)), None)


def _can_be_undone(entry: JournalEntry) -> bool:
    try:
        return entry.count > 0 and _operation_behind(entry).undoable
    except Inapplicable:
        return False


def _operation_behind(entry: JournalEntry) -> Operation[Any, Any]:
    """The operation that the entry is of, or that it undid (or that it undid the undoing of …)."""
    name = entry.action
    while name.startswith(f"{UNDO} "):
        name = name.removeprefix(f"{UNDO} ")
    try:
        return operation_of(entry.area, name)
    except NotFound as error:
        raise Inapplicable(_("This cannot be undone.")) from error


def _require_undoable(session: Session, entry: JournalEntry, owners: int) -> None:
    if not _can_be_undone(entry):
        raise Inapplicable(_("This cannot be undone."))
    if entry.undone_by is None:
        return
    undoing = session.get(JournalEntry, entry.undone_by)
    if undoing is None or undoing.sequence is None:
        raise Inapplicable(_("It is being undone just now."))
    # One that was cancelled, or whose process died, may be gone on with.
    if undoing.count + undoing.refused >= owners:
        raise Inapplicable(_("It is undone already."))


def _changes_by_owner(session: Session, office: Office, entry: int) -> dict[Owner, list[int]]:
    """The ids of an entry's changes, newest first, by whom they concern, in the order of locking."""
    change = table_of(JournalChange).c
    query = sa.select(change.id, change.table_name, change.record).where(change.entry == entry)
    rows = session.connection().execute(query.order_by(change.id.desc())).all()
    records: dict[str, set[int]] = {}
    for row in rows:
        records.setdefault(row.table_name, set()).add(row.record)
    owners = {table: _owners(session, office, table, sorted(ids)) for table, ids in records.items()}
    owned: dict[Owner, list[int]] = {}
    for row in rows:
        owner = owners[row.table_name].get(row.record, Owner(row.table_name, row.record))
        owned.setdefault(owner, []).append(row.id)
    return dict(sorted(owned.items()))


def _owners(session: Session, office: Office, table: str, ids: Sequence[int]) -> dict[int, Owner]:
    found: dict[int, Owner] = {}
    for chunk in in_chunks(ids):
        model = _MODELS[table]
        for record in session.exec(select(model).where(col(model.id).in_(chunk))):
            found[record.id] = _owner_of(office, record)
    return found


def _owner_of(office: Office, record: SQLModel) -> Owner:
    match record:
        case Transfer() | PartnerCopy():
            return Owner(record.kind, record.subject_id)
        case ImportConflict():
            return Owner("customer", record.customer)
        case Suppression():
            kinds = (kind for kind in office.subjects if office.subject(kind).area == record.area)
            return Owner(next(kinds, record.area), record.record)
        case _:
            return Owner(name_of(type(record)), getattr(record, "id", 0))


class _Undoing:
    """One entry being undone; that it is undone is noted with the first record that could be set back."""

    def __init__(
        self,
        office: Office,
        entry: JournalEntry,
        owned: Mapping[Owner, list[int]],
        progress: Progress | None,
    ) -> None:
        self.office, self.entry, self.owned, self.progress = office, entry, owned, progress
        self.action = f"{UNDO} {entry.action}"
        self.deed = Deed(office.operator.name, entry.area, self.action, entry.parameters, undo_of=entry.id)
        self.done: list[int] = []
        self.refused: list[Refusal] = []

    def carry_out(self) -> Report:
        owners = list(self.owned)
        cancelled = False
        for chunk in in_chunks(owners):
            reached = len(self.done) + len(self.refused) + len(chunk)
            last = reached == len(owners)
            self._transaction(chunk, closes=last)
            if self.progress and not self.progress(reached, len(owners)) and not last:
                cancelled = True
                with self.office.store.write() as session:
                    self._close(session)
                break
        if not self.done:
            reason = self.refused[0].reason if self.refused else _("It changed nothing.")
            raise Inapplicable(_("Nothing could be undone: {reason}", reason=reason))
        return Report(self.action, tuple(self.done), tuple(self.refused), self.deed.id, cancelled)

    def _transaction(self, owners: Sequence[Owner], *, closes: bool) -> None:
        with self.office.store.write() as session:
            act = Act(self.office, session, self.office.operator, self.office.now)
            _lock(act, owners)
            set_back: list[Owner] = []
            ids: list[int] = []
            for owner in owners:
                changes = self._changes(session, owner)
                refusal = _take_back(act, changes)
                if refusal is None:
                    set_back.append(owner)
                    ids.append(changes[-1].record)
                else:
                    self.refused.append(refusal)
            if ids:
                _bring_up_to_date(act, set_back)
                self.deed.add(session, self.office.now, act.changes, ids)
                self._note(session)
            self.done += ids
            if closes:
                self._close(session)

    def _changes(self, session: Session, owner: Owner) -> list[JournalChange]:
        ids = self.owned[owner]
        rows: list[JournalChange] = []
        for chunk in in_chunks(ids):
            rows += session.exec(select(JournalChange).where(col(JournalChange.id).in_(chunk)))
        return sorted(rows, key=lambda row: -(row.id or 0))

    def _note(self, session: Session) -> None:
        entry = session.get_one(JournalEntry, self.entry.id, with_for_update=True)
        if entry.undone_by not in (self.entry.undone_by, self.deed.id):
            raise Inapplicable(_("It is being undone just now."))
        entry.undone_by = self.deed.id
        session.add(entry)

    def _close(self, session: Session) -> None:
        self.deed.close(session, self.entry.subject, len(self.refused))


def _lock(act: Act, owners: Sequence[Owner]) -> None:
    """The records before what belongs to them, as everybody locks them."""
    by_kind: dict[str, list[int]] = {}
    for owner in owners:
        by_kind.setdefault(owner.kind, []).append(owner.id)
    for kind, ids in by_kind.items():
        if kind in act.office.subjects:
            act.office.subject(kind).lock(act.session, ids)
        elif kind in _MODELS:
            load(act.session, _MODELS[kind], ids)


def _bring_up_to_date(act: Act, owners: Sequence[Owner]) -> None:
    act.session.flush()
    for kind in act.office.subjects:
        ids = [owner.id for owner in owners if owner.kind == kind]
        if ids:
            act.office.subject(kind).review(act.session, act.office, ids, act)


def _take_back(act: Act, changes: Sequence[JournalChange]) -> Refusal | None:
    before = len(act.changes)
    try:
        with act.session.begin_nested():
            for change in changes:
                _revert(act, change)
    except LeitstandError as error:
        del act.changes[before:]
        return Refusal(changes[-1].record, changes[-1].subject, error.message)
    return None


def _revert(act: Act, change: JournalChange) -> None:
    model = _MODELS[change.table_name]
    record = act.session.get(model, change.record, with_for_update=True)
    if record is None:
        raise Inapplicable(_("It is no longer there."))
    if change.before is None:
        _UNMAKE[change.table_name](act, record, change.subject)
        return
    for name, value in (change.after or {}).items():
        if name not in DERIVED and getattr(record, name) != _typed(model, name, value):
            raise Inapplicable(_("It has changed since."))
    values = {name: _typed(model, name, value) for name, value in change.before.items()}
    _check_restorable(act, record, values)
    act.change(record, change.subject, **values)
    # Revisions only ever rise: whoever saw the undone state must notice that it moved again.
    if isinstance(record, Customer | PartnerCopy):
        record.revision += 1


def _check_restorable(act: Act, record: Any, values: Mapping[str, Any]) -> None:
    if isinstance(record, Customer):
        check_number(act.session, record, values.get("number", record.number))
    if isinstance(record, ImportConflict) and values.get("resolution") == "":
        newer = [one for one in open_conflicts(act.session, record.customer) if one.field == record.field]
        if newer:
            raise Inapplicable(_("It has changed since."))
    if isinstance(record, Transfer) and record.state == State.DISCARDED and "state" in values:
        _check_nothing_newer(act.session, record)


def _check_nothing_newer(session: Session, discarded: Transfer) -> None:
    """Order within a subject: what was given up does not come back beside what took its place since."""
    newer = select(Transfer.id).where(
        Transfer.partner == discarded.partner,
        Transfer.kind == discarded.kind,
        Transfer.subject_id == discarded.subject_id,
        col(Transfer.id) > discarded.id,
        Transfer.state != State.DISCARDED,
        func.coalesce(Transfer.after, 0) != discarded.id,
    )
    if session.exec(newer.limit(1)).first() is not None:
        raise Inapplicable(_("Something newer of it has gone out or is about to."))


def _discard(act: Act, record: Transfer, subject: str) -> None:
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


def _end(act: Act, record: Suppression, subject: str) -> None:
    act.change(record, subject, ended_at=act.now)


def _forget(act: Act, record: PartnerCopy, subject: str) -> None:
    if record.accepted or record.reference:
        raise Inapplicable(_("It has changed since."))
    act.change(record, subject, known="unasked", asked_at=None)
    record.revision += 1


_UNMAKE: Mapping[str, Callable[[Act, Any, str], None]] = {
    "transfer": _discard,
    "suppression": _end,
    "partner_copy": _forget,
}
_MODELS: Mapping[str, type[Any]] = {
    name_of(model): model for model in (Arrival, Customer, ImportConflict, Transfer, PartnerCopy, Suppression)
}


def _typed(model: type[SQLModel], name: str, value: Any) -> Any:
    """A value as the column holds it, from how JSON held it."""
    column = table_of(model).c[name].type
    if value is None:
        return None
    if isinstance(column, Moment):
        return datetime.fromisoformat(value)
    if isinstance(column, sa.Date):
        return date.fromisoformat(value)
    return value
