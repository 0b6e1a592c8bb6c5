"""Arrivals as lists see them, read in chunks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlmodel import col, select

from core.inbox.arrival import Arrival, ArrivalState
from core.locale import _
from core.office import Office
from core.store.paging import by_id, find_ids, in_chunks

EXCERPT = 4096
"""Bytes of a file of which its beginning is shown."""


def select_arrivals(office: Office, state: str | None = None) -> Iterator[Arrival]:
    """Arrivals by id, in one state or in any; each chunk is read in a short transaction of its own."""
    query = select(Arrival)
    return by_id(office.store, Arrival, query if state is None else query.where(Arrival.state == state))


def find_arrivals(office: Office, names: Sequence[str]) -> list[int]:
    """The ids of arrivals, as they are written. Raises NotFound for the first unknown one."""
    return find_ids(office.store, Arrival, names, lambda name: _("There is no arrival {id}.", id=name))


def files_of(office: Office, ids: Sequence[int]) -> list[Arrival]:
    """The files that these arrivals are, or came in, where they wait to be applied; the oldest first."""
    files: set[int] = set()
    with office.store.read() as session:
        for chunk in in_chunks(ids):
            chosen = select(Arrival.id, Arrival.parent).where(col(Arrival.id).in_(chunk))
            files |= {parent or id_ or 0 for id_, parent in session.exec(chosen)}
        waiting: list[Arrival] = []
        for chunk in in_chunks(sorted(files)):
            query = select(Arrival).where(col(Arrival.id).in_(chunk), Arrival.state == ArrivalState.STORED)
            waiting += session.exec(query.order_by(col(Arrival.id)))
    return waiting


def waiting_of(office: Office, kind: str) -> list[Arrival]:
    """The files of a kind that wait to be applied, the oldest first."""
    with office.store.read() as session:
        query = select(Arrival).where(
            Arrival.state == ArrivalState.STORED, Arrival.kind == kind, col(Arrival.parent).is_(None)
        )
        return list(session.exec(query.order_by(col(Arrival.id))))


def beginning_of(office: Office, arrival: Arrival) -> str:
    """What came, or its beginning, as text; nothing where it is no text or is no longer there.

    Bytes that are no UTF-8 are read as CP1252, as files of old programs are. It is not fit to be shown yet.
    """
    raw = arrival.raw
    if raw is None:
        raw = _first_bytes(office, arrival.sha256)
        if b"\0" in raw:
            return ""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        # a letter may be cut at the end of the excerpt
        if error.start >= len(raw) - 3:
            return raw[: error.start].decode("utf-8")
        return raw.decode("cp1252", "replace")


def _first_bytes(office: Office, sha256: str) -> bytes:
    try:
        with office.archive.path(sha256).open("rb") as file:
            return file.read(EXCERPT)
    except OSError:
        return b""
