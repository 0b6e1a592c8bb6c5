"""Undo (rückgängig): what an operation changed is set back, row by row, unless it has moved on since.

Nothing is erased: what was made is taken back (a transfer is discarded, a suppression ends), and the undo is
a journal entry of its own, which can be undone in turn. What one operation did to one customer, its transfers
and all, is taken back together or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from core.checkpoint import Checkpoint, Keeper, Unkept
from core.errors import Inapplicable, LeitstandError, NotFound
from core.journal import Deed, JournalChange, JournalEntry
from core.locale import _
from core.office import Office, Progress, load
from core.operation import Act, Operation, Owner, Refusal, Report, Reversible
from core.registry import operation_of, reversibles
from core.store.columns import Moment
from core.store.paging import in_chunks
from core.store.statements import table_of

UNDO = "undo"
DERIVED = {"updated_at"}
NEWEST = 50
"""Entries that are in memory at once while they are looked for."""


def undo(
    office: Office, entry_id: int, *, progress: Progress | None = None, keeper: Keeper | None = None
) -> Report:
    """Takes an operation back, in transactions of at most 200 records; what has moved on is left alone.

    Raises NotFound, Inapplicable (undone already, cannot be undone) or NotAllowed.
    """
    kept = keeper or Unkept()
    with office.store.read() as session:
        entry = undoable_entry(session, office, entry_id, going_on=kept.since.entry)
        owned = _changes_by_owner(session, office, entry_id)
    return _Undoing(office, entry, owned, progress, kept).carry_out()


def undoable_entry(
    session: Session, office: Office, entry_id: int, *, going_on: int | None = None
) -> JournalEntry:
    """An entry that may be undone, as by the entry `going_on`, which has begun to. Raises as `undo` does."""
    entry = session.get(JournalEntry, entry_id)
    if entry is None or entry.sequence is None:
        raise NotFound(_("There is no journal entry {id}.", id=entry_id))
    office.require(_operation_behind(entry).role)
    if not _can_be_undone(entry):
        raise Inapplicable(_("This cannot be undone."))
    if entry.undone_by not in (None, going_on):
        _require_something_left(session, office, entry)
    return entry


@dataclass(frozen=True, slots=True)
class LastDeed:
    """The newest entry of somebody that can be undone, if any, and newer ones that cannot, newest first."""

    entry: JournalEntry | None
    passed_over: tuple[JournalEntry, ...] = ()


def last_undoable(session: Session, operator: str) -> LastDeed:
    """What *undo* takes back where no entry is named: the newest deed of this operator that can be undone."""
    passed_over: list[JournalEntry] = []
    for entry in _deeds_of(session, operator):
        if _can_be_undone(entry):
            return LastDeed(entry, tuple(passed_over))
        passed_over.append(entry)
    return LastDeed(None, tuple(passed_over))


def undoable_by(session: Session, operator: str) -> Iterator[JournalEntry]:
    """What this operator did and can still be undone, the newest first."""
    return (entry for entry in _deeds_of(session, operator) if _can_be_undone(entry))


def _deeds_of(session: Session, operator: str) -> Iterator[JournalEntry]:
    """What this operator did and nobody has undone, the newest first."""
    query = select(JournalEntry).where(
        JournalEntry.operator == operator,
        col(JournalEntry.undone_by).is_(None),
        col(JournalEntry.undo_of).is_(None),
        col(JournalEntry.sequence).is_not(None),
    )
    newest = query.order_by(col(JournalEntry.id).desc())
    yield from session.exec(newest.execution_options(yield_per=NEWEST))


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


def _require_something_left(session: Session, office: Office, entry: JournalEntry) -> None:
    undoing = session.get(JournalEntry, entry.undone_by)
    if undoing is None or undoing.sequence is None:
        raise Inapplicable(_("It is being undone just now."))
    # One that was cancelled, or whose process died, may be gone on with.
    if undoing.count + undoing.refused >= len(_changes_by_owner(session, office, entry.id or 0)):
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
    kept = _reversible(table)
    for chunk in in_chunks(ids):
        for record in session.exec(select(kept.model).where(col(kept.model.id).in_(chunk))):
            found[record.id] = kept.owner(office, record) if kept.owner else Owner(table, record.id)
    return found


def _reversible(table: str) -> Reversible[Any]:
    """How rows of a table are taken back. Raises Inapplicable where nobody says."""
    kept = reversibles().get(table)
    if kept is None:
        raise Inapplicable(_("This cannot be undone."))
    return kept


class _Undoing:
    """One entry being undone; that it is undone is noted with the first record that could be set back."""

    def __init__(
        self,
        office: Office,
        entry: JournalEntry,
        owned: Mapping[Owner, list[int]],
        progress: Progress | None,
        keeper: Keeper,
    ) -> None:
        self.office, self.entry, self.owned, self.progress = office, entry, owned, progress
        self.keeper = keeper
        self.action = f"{UNDO} {entry.action}"
        self.deed = Deed(office.operator.name, entry.area, self.action, entry.parameters, undo_of=entry.id)
        self.deed.go_on(keeper.since.entry, keeper.since.done)
        self.done = list(keeper.since.done)
        self.refused: list[Refusal] = []
        self.refused_before = keeper.since.refused

    def carry_out(self) -> Report:
        owners = list(self.owned)
        cancelled = False
        reached, total = self.keeper.since.reached, len(owners)
        while reached < total:
            chunk = owners[reached : reached + self.keeper.next_size()]
            reached += len(chunk)
            self._transaction(chunk, reached, total)
            if self.progress and not self.progress(reached, total) and reached < total:
                cancelled = True
                with self.office.store.write() as session:
                    self._close(session)
                break
        if not self.done:
            reason = self.refused[0].reason if self.refused else _("It changed nothing.")
            raise Inapplicable(_("Nothing could be undone: {reason}", reason=reason))
        return Report(self.action, tuple(self.done), tuple(self.refused), self.deed.id, cancelled)

    def _transaction(self, owners: Sequence[Owner], reached: int, total: int) -> None:
        with self.office.store.write() as session:
            act = Act(self.office, session, self.office.operator, self.office.now)
            _lock(act, owners)
            set_back: list[Owner] = []
            ids: list[int] = []
            refused: list[Refusal] = []
            for owner in owners:
                changes = self._changes(session, owner)
                refusal = _take_back(act, changes)
                if refusal is None:
                    set_back.append(owner)
                    ids.append(changes[-1].record)
                else:
                    refused.append(refusal)
            if ids:
                _bring_up_to_date(act, set_back)
                self.deed.add(session, self.office.now, act.changes, ids)
                self._note(session)
            self.done += ids
            self.refused += refused
            self.keeper.keep(session, self._so_far(reached, total), ids, refused)
            if reached == total:
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

    def _so_far(self, reached: int, total: int) -> Checkpoint:
        refused = self.refused_before + len(self.refused)
        return Checkpoint(reached, total, self.done, refused, self.deed.id, self.entry.subject)

    def _close(self, session: Session) -> None:
        self.deed.close(session, self.entry.subject, self.refused_before + len(self.refused))


def _lock(act: Act, owners: Sequence[Owner]) -> None:
    """The records before what belongs to them, as everybody locks them."""
    by_kind: dict[str, list[int]] = {}
    for owner in owners:
        by_kind.setdefault(owner.kind, []).append(owner.id)
    for kind, ids in by_kind.items():
        if kind in act.office.subjects:
            act.office.subject(kind).lock(act.session, ids)
        elif kind in reversibles():
            load(act.session, reversibles()[kind].model, ids)


def _bring_up_to_date(act: Act, owners: Sequence[Owner]) -> None:
    act.session.flush()
    for kind in act.office.subjects:
        ids = [owner.id for owner in owners if owner.kind == kind]
        if ids:
            act.office.subject(kind).review(act.session, act.office, ids, act)


def _take_back(act: Act, changes: Sequence[JournalChange]) -> Refusal | None:
    """Everything, or, where what followed has gone out, the record itself: the review does the rest."""
    refusal = _revert_all(act, changes)
    own = [change for change in changes if not _reversible(change.table_name).follows]
    if refusal is None or not own or len(own) == len(changes):
        return refusal
    return refusal if _revert_all(act, own) is not None else None


def _revert_all(act: Act, changes: Sequence[JournalChange]) -> Refusal | None:
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
    kept = _reversible(change.table_name)
    record = act.session.get(kept.model, change.record, with_for_update=True)
    if record is None:
        raise Inapplicable(_("It is no longer there."))
    for name, value in (change.after or {}).items():
        if name not in DERIVED and getattr(record, name) != _typed(kept.model, name, value):
            raise Inapplicable(_("It has changed since."))
    if change.before is None:
        if kept.unmake is None:
            raise Inapplicable(_("This cannot be undone."))
        kept.unmake(act, record, change.subject)
        return
    values = {name: _typed(kept.model, name, value) for name, value in change.before.items()}
    if kept.check:
        kept.check(act, record, values)
    if act.change(record, change.subject, tuple(change.after or ()), **values) and kept.moved:
        kept.moved(record)


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
