"""Arrivals as lists see them, read in chunks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlmodel import col, select

from core.errors import NotFound
from core.inbox.arrival import Arrival, ArrivalState
from core.locale import _
from core.office import Office, in_chunks

CHUNK = 500


def select_arrivals(office: Office, state: str | None = None) -> Iterator[Arrival]:
    """Arrivals by id, in one state or in any; each chunk is read in a short transaction of its own."""
    last = 0
    while True:
        query = select(Arrival).where(col(Arrival.id) > last)
        if state is not None:
            query = query.where(Arrival.state == state)
        with office.store.read() as session:
            arrivals = list(session.exec(query.order_by(col(Arrival.id)).limit(CHUNK)))
        yield from arrivals
        if len(arrivals) < CHUNK:
            return
        last = arrivals[-1].id or 0


def find_arrivals(office: Office, names: Sequence[str]) -> list[int]:
    """The ids of arrivals, as they are written. Raises NotFound for the first unknown one."""
    ids: list[int] = []
    with office.store.read() as session:
        for name in names:
            id_ = int(name) if name.isascii() and name.isdigit() and len(name) < 18 else 0
            if session.get(Arrival, id_) is None:
                raise NotFound(_("There is no arrival {id}.", id=name))
            ids.append(id_)
    return ids


def files_of(office: Office, ids: Sequence[int]) -> list[Arrival]:
    """The files that these arrivals are, or came in, where they wait to be applied; the oldest first."""
    files: set[int] = set()
    with office.store.read() as session:
        for chunk in in_chunks(ids, CHUNK):
            chosen = select(Arrival.id, Arrival.parent).where(col(Arrival.id).in_(chunk))
            files |= {parent or id_ or 0 for id_, parent in session.exec(chosen)}
        waiting: list[Arrival] = []
        for chunk in in_chunks(sorted(files), CHUNK):
            query = select(Arrival).where(col(Arrival.id).in_(chunk), Arrival.state == ArrivalState.STORED)
            waiting += session.exec(query.order_by(col(Arrival.id)))
    return waiting
