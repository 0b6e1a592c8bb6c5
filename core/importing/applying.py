"""Applying an arrival: its table becomes records of an area, by three-way comparison.

The file is read row by row in constant memory; each transaction takes 500 rows and notes how far it came, so
that an import that was killed goes on where it was. What differs between areas is their `Intake`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from itertools import islice
from typing import Any

from sqlmodel import Session, col, select

from core.errors import DatabaseUnavailable, UnreadableInput
from core.importing.columns import ColumnMap
from core.importing.intake import Counts, Intake, Taking
from core.inbox.arrival import Arrival, ArrivalState
from core.inbox.receive import put_back_where_it_fails, settle_rows
from core.journal import Deed
from core.locale import Message, n_
from core.office import Office
from core.tables import BadRow, Row

IMPORT = "import"
"""What the journal calls it."""
CHUNK = 500
Progress = Callable[[int, int], None]
"""Told bytes read and bytes in all."""


def apply(
    office: Office,
    intake: Intake[Any],
    arrival: Arrival,
    progress: Progress | None = None,
    tell: Callable[[Message], None] | None = None,
    *,
    journalled: bool = False,
) -> Counts:
    """Applies a stored arrival, to its end or to where it cannot be: then it is put back, and this raises.

    `tell` is told what an operator should know of how the file was read; `journalled` says that an operator
    has it applied. Raises UnreadableInput, or DatabaseUnavailable, after which it may be gone on with.
    """
    deed = Deed(office.operator.name, intake.kind, IMPORT) if journalled else None
    try:
        return _apply(office, intake, arrival, progress, tell, deed)
    except UnreadableInput:
        with office.store.write() as session:
            _close(session, session.get_one(Arrival, arrival.id), deed)
        raise


def _apply(
    office: Office,
    intake: Intake[Any],
    arrival: Arrival,
    progress: Progress | None,
    tell: Callable[[Message], None] | None,
    deed: Deed | None,
) -> Counts:
    with put_back_where_it_fails(office, arrival):
        table, columns = intake.open_arrival(office, arrival)
    if tell is not None:
        for note in (*table.notes, *columns.notes()):
            tell(note)
    reached = Counts.of(arrival.counts).reached
    rows = (row for row in table.rows() if row.number > reached)
    while True:
        with put_back_where_it_fails(office, arrival), _saying_what_stands(arrival, reached):
            chunk = list(islice(rows, CHUNK))
            counts = _take(office, intake, arrival, columns, chunk, deed) if chunk else None
            if counts is None:
                return _finish(office, arrival, deed)
        if counts.reached < chunk[-1].number:
            # Meanwhile it is to be read anew, perhaps with another mapping: that begins at its first row.
            return counts
        reached = counts.reached
        if progress:
            progress(table.position, table.size)


def _take(
    office: Office,
    intake: Intake[Any],
    arrival: Arrival,
    columns: ColumnMap,
    chunk: Sequence[Row | BadRow],
    deed: Deed | None,
) -> Counts | None:
    """One transaction; answers how far the arrival has come, None where somebody else has finished it."""
    with office.store.write() as session:
        present = _take_turns(session, arrival)
        if present is None:
            return None
        # Somebody else may be applying the same arrival: whoever comes second skips what is done.
        counts = Counts.of(present.counts)
        if present.options != arrival.options or counts.reached < chunk[0].number - 1:
            return replace(counts, reached=0)
        todo = [row for row in chunk if row.number > counts.reached]
        refused = Taking(session, office, intake, present, columns, counts).take(todo)
        settled = [row.number for row in todo if row.number not in refused]
        settle_rows(session, office, present, settled)
        counts.reached = max(counts.reached, chunk[-1].number)
        present.counts = asdict(counts)
        session.add(present)
        if deed is not None:
            deed.tell(session, office.now, _told_of(present))
    return counts


@contextmanager
def _saying_what_stands(arrival: Arrival, reached: int) -> Generator[None]:
    try:
        yield
    except DatabaseUnavailable as error:
        if not reached:
            raise
        message = n_(
            "{what} {count} row of {file} is imported and stands; importing it again goes on there.",
            "{what} {count} rows of {file} are imported and stand; importing it again goes on there.",
            reached,
            what=error.what,
            file=arrival.name,
        )
        raise DatabaseUnavailable(message, error.what) from error


def _told_of(arrival: Arrival) -> dict[str, Any]:
    """What the journal is told of an import."""
    counts = {name: number for name, number in arrival.counts.items() if name != "reached"}
    return {"file": arrival.name, "arrival": arrival.id, **counts}


def _close(session: Session, arrival: Arrival, deed: Deed | None) -> None:
    if deed is not None:
        counts = Counts.of(arrival.counts)
        deed.close(session, arrival.name, counts.quarantined, counts.rows - counts.quarantined)


def _take_turns(session: Session, arrival: Arrival) -> Arrival | None:
    """Locks every file of its kind that is to be applied, so that two of them cannot both bring the same
    new record; answers ours, None where somebody else has finished it.
    """
    query = select(Arrival).where(Arrival.kind == arrival.kind, Arrival.state == ArrivalState.STORED)
    waiting = session.exec(query.order_by(col(Arrival.id)).with_for_update())
    return next((one for one in waiting if one.id == arrival.id), None)


def _finish(office: Office, arrival: Arrival, deed: Deed | None) -> Counts:
    with office.store.write() as session:
        present = session.get_one(Arrival, arrival.id, with_for_update=True)
        counts = Counts.of(present.counts)
        if present.state == ArrivalState.STORED:
            present.state, present.settled_at = ArrivalState.APPLIED, office.now
            present.counts = asdict(counts)
            session.add(present)
            if deed is not None:
                deed.tell(session, office.now, _told_of(present))
        _close(session, present, deed)
    return counts
