"""The journal (Journal): who did what, when, before, after, why; hash-chained, and what makes undo possible.

A bulk action is one entry. It is opened, its transactions add their changes, and when it is closed it
becomes the next link of the chain; the head of the chain is locked last and briefly. An entry that was
left open because its process died is closed by the job `tidy` with what had been done until then.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, select

from core.locale import Message, _
from core.operation import Change
from core.store.columns import identity, json_value, long_text, moment, row_id
from core.store.statements import execute, insert_into, table_of

GENESIS = "0" * 64
CHUNK = 500
"""Rows that are in memory at once while the journal is verified."""


class JournalEntry(SQLModel, table=True):
    """One deed of an operator. `sequence` and `hash` are set when it is closed.

    `changes_sha256` grows with its changes, each continuing the one before, so that closing it has nothing
    left to add up.
    """

    __tablename__ = "journal_entry"  # pyright: ignore[reportAssignmentType]

    id: int | None = identity()
    sequence: int | None = Field(default=None, unique=True)
    at: datetime = moment()
    operator: str
    area: str = Field(index=True)
    action: str
    subject: str = ""
    count: int = 0
    refused: int = 0
    ids_sha256: str = ""
    parameters: dict[str, Any] = json_value()
    reason: str = long_text()
    changes_sha256: str = GENESIS
    undo_of: int | None = row_id()
    undone_by: int | None = row_id()
    previous_hash: str = ""
    hash: str = ""


class JournalChange(SQLModel, table=True):
    """What a deed did to one row of one table."""

    __tablename__ = "journal_change"  # pyright: ignore[reportAssignmentType]

    id: int | None = identity()
    entry: int = row_id(index=True, nullable=False)
    table_name: str
    record: int = row_id(nullable=False)
    subject: str = Field(default="", index=True)
    before: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON(none_as_null=True))  # pyright: ignore
    after: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON(none_as_null=True))  # pyright: ignore


class JournalHead(SQLModel, table=True):
    """The end of the chain: one row, locked while a link is added."""

    __tablename__ = "journal_head"  # pyright: ignore[reportAssignmentType]

    id: int = Field(default=1, primary_key=True)
    sequence: int = 0
    hash: str = GENESIS


def open_entry(
    session: Session,
    *,
    at: datetime,
    operator: str,
    area: str,
    action: str,
    parameters: Mapping[str, Any] | None = None,
    reason: str = "",
    undo_of: int | None = None,
) -> JournalEntry:
    """Begins an entry; it is not in the chain before it is closed."""
    entry = JournalEntry(
        at=at,
        operator=operator,
        area=area,
        action=action,
        parameters=plain(parameters or {}),
        reason=reason,
        undo_of=undo_of,
    )
    session.add(entry)
    session.flush()
    return entry


def add_changes(session: Session, entry: JournalEntry, changes: Iterable[Change]) -> None:
    """Writes down what was done to rows, in the caller's transaction, which holds the open entry locked."""
    rows = [
        {
            "entry": entry.id,
            "table_name": change.table,
            "record": change.record,
            "subject": change.subject,
            "before": None if change.before is None else plain(change.before),
            "after": None if change.after is None else plain(change.after),
        }
        for change in changes
    ]
    if not rows:
        return
    for id_, row in zip(_insert_changes(session, rows), rows, strict=True):
        entry.changes_sha256 = _next_digest(entry.changes_sha256, [id_, *(row[name] for name in _DIGESTED)])
    session.add(entry)


def _insert_changes(session: Session, rows: Sequence[Mapping[str, Any]]) -> Sequence[int]:
    """The ids of new changes, in their order."""
    table = table_of(JournalChange)
    if session.get_bind().dialect.name == "postgresql":
        insert = sa.insert(table).returning(table.c.id, sort_by_parameter_order=True)
        return execute(session, insert, rows).scalars().all()
    # SQLite would take one statement each; nobody else writes, so all that is new is ours.
    last = execute(session, sa.select(sa.func.max(table.c.id))).scalar() or 0
    execute(session, sa.insert(table), rows)
    return (
        execute(session, sa.select(table.c.id).where(table.c.id > last).order_by(table.c.id)).scalars().all()
    )


def close_entry(
    session: Session, entry: JournalEntry, ids: Iterable[int], refused: int = 0, count: int | None = None
) -> None:
    """Makes the entry the next link of the chain. The caller's transaction ends soon after.

    `count` is how many records it tells of where it does not name them.
    """
    frozen = list(ids)
    entry.count = len(frozen) if count is None else count
    entry.refused = refused
    entry.ids_sha256 = hashlib.sha256(",".join(map(str, frozen)).encode()).hexdigest()
    session.flush()
    head = _locked_head(session)
    entry.sequence = head.sequence + 1
    entry.previous_hash = head.hash
    entry.hash = _hash(entry)
    head.sequence, head.hash = entry.sequence, entry.hash
    session.add(head)
    session.add(entry)


class Deed:
    """One entry written over several transactions: opened with the first change, closed at the end.

    The job `tidy` takes an entry that stands open for long for one whose process died, and closes it; what is
    done after that goes into a further entry.
    """

    def __init__(
        self,
        operator: str,
        area: str,
        action: str,
        parameters: Mapping[str, Any] | None = None,
        reason: str = "",
        undo_of: int | None = None,
    ) -> None:
        self.said: dict[str, Any] = {
            "operator": operator,
            "area": area,
            "action": action,
            "parameters": parameters,
            "reason": reason,
            "undo_of": undo_of,
        }
        self.id: int | None = None
        self.ids: list[int] = []

    def go_on(self, entry: int | None, ids: Iterable[int]) -> None:
        """Goes on with an entry that was opened before, if any was; so far it tells of these records."""
        self.id, self.ids = entry, list(ids)

    def add(self, session: Session, at: datetime, changes: Iterable[Change], ids: Iterable[int]) -> None:
        """Writes down what was done to these records in this transaction."""
        add_changes(session, self._opened(session, at), changes)
        self.ids += ids

    def tell(self, session: Session, at: datetime, parameters: Mapping[str, Any]) -> None:
        """Writes down what has come of it so far, in place of what was said before."""
        self.said["parameters"] = parameters
        entry = self._opened(session, at)
        entry.parameters = plain(parameters)
        session.add(entry)

    def close(self, session: Session, subject: str, refused: int, count: int | None = None) -> None:
        """Makes it a link of the chain, if anything was done at all."""
        entry = self._open_one(session)
        if entry is not None:
            entry.subject = subject
            close_entry(session, entry, self.ids, refused, count)

    def _opened(self, session: Session, at: datetime) -> JournalEntry:
        entry = self._open_one(session)
        if entry is None:
            entry = open_entry(session, at=at, **self.said)
            self.id, self.ids = entry.id, []
        return entry

    def _open_one(self, session: Session) -> JournalEntry | None:
        if self.id is None:
            return None
        entry = session.get_one(JournalEntry, self.id, with_for_update=True)
        return entry if entry.sequence is None else None


def _locked_head(session: Session) -> JournalHead:
    query = select(JournalHead).with_for_update()
    head = session.exec(query).one_or_none()
    if head is None:
        execute(session, _first_head(session.get_bind().dialect.name))
        head = session.exec(query).one()
    return head


def _first_head(dialect: str) -> sa.Insert[Any]:
    """Two processes may both be the first: whoever comes second waits, and then finds the other's."""
    return insert_into(dialect, JournalHead).values(id=1, sequence=0, hash=GENESIS).on_conflict_do_nothing()


def note(
    session: Session,
    *,
    at: datetime,
    operator: str,
    area: str,
    action: str,
    subject: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> JournalEntry:
    """One entry about a setting, an account, a rule or an operator, closed at once."""
    entry = open_entry(
        session,
        at=at,
        operator=operator,
        area=area,
        action=action,
        reason=reason,
        parameters={"before": before or {}, "after": after or {}},
    )
    entry.subject = subject
    close_entry(session, entry, ())
    return entry


def changes_of(session: Session, entry: int) -> list[JournalChange]:
    """What an entry did, in the order in which it did it."""
    query = select(JournalChange).where(col(JournalChange.entry) == entry).order_by(col(JournalChange.id))
    return list(session.exec(query))


def verify(session: Session) -> Iterator[Message]:
    """Walks the chain and says what does not fit; nothing when all is well."""
    previous, expected = GENESIS, 1
    query = select(JournalEntry).where(col(JournalEntry.sequence).is_not(None))
    for entry in session.exec(query.order_by(col(JournalEntry.sequence)).execution_options(yield_per=CHUNK)):
        if entry.sequence != expected:
            yield _(
                "Entry {expected} is missing before entry {found}.", expected=expected, found=entry.sequence
            )
        if entry.previous_hash != previous:
            yield _("Entry {sequence} does not continue the one before it.", sequence=entry.sequence)
        if entry.changes_sha256 != _digest_of_changes(session, entry):
            yield _("The changes of entry {sequence} were altered.", sequence=entry.sequence)
        if entry.hash != _hash(entry):
            yield _("Entry {sequence} was altered.", sequence=entry.sequence)
        previous, expected = entry.hash, (entry.sequence or 0) + 1
    head = session.get(JournalHead, 1) or JournalHead()
    if (head.hash, head.sequence + 1) != (previous, expected):
        yield _("Entries are missing at the end of the journal.")
    yield from _wrong_undos(session)


def _wrong_undos(session: Session) -> Iterator[Message]:
    """Which entries are undone is noted after they were closed, but what undid them is in the chain."""
    table = table_of(JournalEntry)
    undone, undo = table.alias("undone"), table.alias("undo")
    unfounded = (
        sa.select(undone.c.id, undone.c.sequence)
        .outerjoin(undo, undo.c.id == undone.c.undone_by)
        .where(undone.c.undone_by.is_not(None), undo.c.undo_of.is_distinct_from(undone.c.id))
    )
    forgotten = (
        sa.select(undo.c.undo_of, undone.c.sequence)
        .outerjoin(undone, undone.c.id == undo.c.undo_of)
        .where(undo.c.undo_of.is_not(None), undone.c.undone_by.is_(None))
    )
    wrong = sa.union(unfounded, forgotten).subquery()
    query = sa.select(wrong.c.id, wrong.c.sequence).order_by(wrong.c.id)
    for row in execute(session, query.execution_options(yield_per=CHUNK)):
        sequence = row.id if row.sequence is None else row.sequence
        yield _("Whether entry {sequence} is undone was altered.", sequence=sequence)


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON can hold them: moments and days in ISO form, everything unknown as its text."""
    return {str(name): _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Message):
        return json.loads(value.dump())
    if isinstance(value, Mapping):
        return plain(value)  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(value, tuple | list | set | frozenset):
        return [_plain(part) for part in value]  # pyright: ignore[reportUnknownVariableType]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


_DIGESTED = ("table_name", "record", "subject", "before", "after")


def _next_digest(digest: str, change: Sequence[Any]) -> str:
    return hashlib.sha256(digest.encode() + _canonical(change)).hexdigest()


def _digest_of_changes(session: Session, entry: JournalEntry) -> str:
    digest = GENESIS
    changes = table_of(JournalChange).c
    query = sa.select(changes.id, *(changes[name] for name in _DIGESTED)).where(changes.entry == entry.id)
    for row in execute(session, query.order_by(changes.id).execution_options(yield_per=CHUNK)):
        digest = _next_digest(digest, list(row))
    return digest


def _hash(entry: JournalEntry) -> str:
    # undone_by is set later, by the undo's own entry, and therefore no part of the link.
    body = entry.model_dump(exclude={"hash", "undone_by"})
    return hashlib.sha256(_canonical(plain(body))).hexdigest()


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
