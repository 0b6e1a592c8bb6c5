"""Receiving: what comes in is stored raw and durably before anything is made of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from core.archive import Stored
from core.errors import DatabaseUnavailable, LeitstandError, NotFound, UnreadableInput
from core.inbox.arrival import Arrival, ArrivalState
from core.locale import Message, _, n_
from core.office import Office
from core.text import printable

NAME_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Received:
    """An arrival, and whether exactly this was the last that came of its kind and is applied already."""

    arrival: Arrival
    again: bool


def receive_file(
    office: Office, kind: str, path: Path, *, source: str = "", options: Mapping[str, Any] | None = None
) -> Received:
    """Stores a file; afterwards its original may go away. Raises UnreadableInput or DatabaseUnavailable."""
    if not path.is_file():
        raise UnreadableInput(str(path), _("There is no such file."))
    try:
        stored = office.archive.store_file(path)
    except PermissionError as error:
        raise UnreadableInput(str(path), _("The file may not be read.")) from error
    return receive_stored(office, kind, path, stored, source=source, options=options)


def receive_stored(
    office: Office,
    kind: str,
    path: Path,
    stored: Stored,
    *,
    source: str = "",
    options: Mapping[str, Any] | None = None,
    check: Callable[[], None] = lambda: None,
) -> Received:
    """Makes an arrival of a file that lies in the archive already; `path` is where it came from.

    `check` has the last word before the arrival counts: what it raises takes everything back.
    """
    with office.store.write() as session:
        received = _received(session, office, kind, path, stored, source, dict(options or {}))
        session.flush()
        check()
    return received


def _received(
    session: Session,
    office: Office,
    kind: str,
    path: Path,
    stored: Stored,
    source: str,
    options: dict[str, Any],
) -> Received:
    last = _last_of(session, kind)
    if last is not None and last.sha256 == stored.sha256 and last.options == options:
        last.seen += 1
        session.add(last)
        return Received(last, again=last.state == ArrivalState.APPLIED)
    arrival = Arrival(
        kind=kind,
        state=ArrivalState.STORED,
        name=safe_name(path.name),
        source=printable(source or str(path)),
        sha256=stored.sha256,
        size=stored.size,
        options=options,
        received_by=office.operator.name,
        received_at=office.now,
    )
    session.add(arrival)
    return Received(arrival, again=False)


def _last_of(session: Session, kind: str) -> Arrival | None:
    query = select(Arrival).where(
        Arrival.kind == kind,
        col(Arrival.parent).is_(None),
        col(Arrival.state).in_([ArrivalState.STORED, ArrivalState.APPLIED]),
    )
    return session.exec(query.order_by(col(Arrival.id).desc()).limit(1).with_for_update()).first()


@dataclass(frozen=True, slots=True)
class PutBack:
    """A row that is put back: where it stood, its bytes, why."""

    position: int
    raw: bytes
    reason: Message


def quarantine_rows(session: Session, office: Office, file: Arrival, rows: Sequence[PutBack]) -> int:
    """Keeps rows that could not be applied, known ones only once; answers how many are new."""
    hashes = [hashlib.sha256(row.raw).hexdigest() for row in rows]
    here, before = _known_rows(session, file, hashes)
    new = 0
    for row, sha256 in zip(rows, hashes, strict=True):
        known = here.get((sha256, row.position))
        if known is None and before.get(sha256):
            known = before[sha256].pop()
            known.seen += 1
        if known is None:
            new += 1
            known = Arrival(
                kind=row_kind(file.kind),
                state=ArrivalState.QUARANTINED,
                name=file.name,
                source=file.source,
                sha256=sha256,
                size=len(row.raw),
                raw=row.raw,
                received_by=office.operator.name,
                received_at=office.now,
            )
        known.parent, known.position, known.reason = file.id, row.position, row.reason.dump()
        session.add(known)
    return new


def _known_rows(
    session: Session, file: Arrival, hashes: Sequence[str]
) -> tuple[dict[tuple[str, int | None], Arrival], dict[str, list[Arrival]]]:
    """Rows with these bytes that are put back already: of this file by place, of earlier ones of its name."""
    query = select(Arrival).where(
        Arrival.kind == row_kind(file.kind),
        col(Arrival.sha256).in_(set(hashes)),
        Arrival.name == file.name,
        Arrival.state != ArrivalState.APPLIED,
    )
    here: dict[tuple[str, int | None], Arrival] = {}
    before: dict[str, list[Arrival]] = {}
    for one in session.exec(query.order_by(col(Arrival.id).desc())):
        if one.parent == file.id:
            here[one.sha256, one.position] = one
        else:
            before.setdefault(one.sha256, []).append(one)
    return here, before


def settle_rows(session: Session, office: Office, file: Arrival, positions: Sequence[int]) -> int:
    """Rows that were put back and could now be applied, because their file was read again; how many."""
    if not positions:
        return 0
    query = select(Arrival).where(
        Arrival.parent == file.id,
        Arrival.state == ArrivalState.QUARANTINED,
        col(Arrival.position).between(positions[0], positions[-1]),
    )
    wanted = set(positions)
    applied = [row for row in session.exec(query) if row.position in wanted]
    for row in applied:
        row.state, row.settled_at = ArrivalState.APPLIED, office.now
        session.add(row)
    return len(applied)


def quarantine(session: Session, office: Office, arrival: Arrival, reason: Message) -> None:
    """Puts a whole arrival back: it stays as it came, with the reason."""
    arrival.state, arrival.reason, arrival.settled_at = ArrivalState.QUARANTINED, reason.dump(), office.now
    session.add(arrival)


@contextmanager
def put_back_where_it_fails(office: Office, arrival: Arrival) -> Generator[None]:
    """Puts an arrival that cannot be applied back with the reason, whatever that is; raises UnreadableInput.

    What came after it is not kept waiting. Only a database that is out of reach leaves it stored, for later.
    """
    try:
        yield
    except DatabaseUnavailable:
        raise
    except UnreadableInput as error:
        _put_back(office, arrival, error.reason)
        raise
    except LeitstandError as error:
        _put_back(office, arrival, error.message)
        raise UnreadableInput(arrival.name, error.message) from error
    except Exception as error:
        fault = next(iter(f"{type(error).__name__}: {error}".splitlines()))
        reason = _("This program cannot cope with it, which is a fault of its own: {fault}", fault=fault)
        _put_back(office, arrival, reason)
        raise UnreadableInput(arrival.name, reason) from error


def _put_back(office: Office, arrival: Arrival, reason: Message) -> None:
    with office.store.write() as session:
        present = session.get_one(Arrival, arrival.id, with_for_update=True)
        if present.state == ArrivalState.STORED and present.options == arrival.options:
            quarantine(session, office, present, _with_what_stands(reason, present))


def _with_what_stands(reason: Message, arrival: Arrival) -> Message:
    reached = int(arrival.counts.get("reached", 0))
    if not reached:
        return reason
    return n_(
        "{reason} The {count} row before it is applied.",
        "{reason} The {count} rows before it are applied.",
        reached,
        reason=reason,
    )


def find_arrival(session: Session, id_: int) -> Arrival:
    """An arrival by its number. Raises NotFound."""
    arrival = session.get(Arrival, id_)
    if arrival is None:
        raise NotFound(_("There is no arrival {id}.", id=id_))
    return arrival


def row_kind(kind: str) -> str:
    """The kind of a single row of such a file."""
    return f"{kind}-row"


def safe_name(name: str) -> str:
    """A file name that can be shown and stored: one part, no control characters, not too long."""
    last = printable(name.replace("\\", "/").rsplit("/", 1)[-1]).strip()
    return last[-NAME_LENGTH:] or "?"
