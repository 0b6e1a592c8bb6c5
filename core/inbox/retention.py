"""How long what came in is kept: its content goes, that it came stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from core.inbox.arrival import Arrival, ArrivalState
from core.office import Office
from core.store.paging import PAGE, pages
from core.store.statements import execute

_SETTLED = (ArrivalState.APPLIED, ArrivalState.IGNORED)


def remove_old_content(
    office: Office, before: datetime, is_needed: Callable[[str], bool] = lambda _sha256: False
) -> int:
    """Removes the bytes of files and rows that were settled before a moment; answers how many lost theirs.

    A file stays as long as anything needs it: another arrival of the same bytes, a row of it that is still
    put back and could be read again, or (`is_needed`, asked with its hash) a record that was made of it.
    """
    removed = sum(
        office.archive.remove(sha256, before)
        for sha256 in _expired_files(office, before)
        if not is_needed(sha256)
    )
    rows = sa.update(Arrival).where(
        col(Arrival.parent).is_not(None),
        col(Arrival.raw).is_not(None),
        col(Arrival.state).in_(_SETTLED),
        col(Arrival.settled_at) < before,
    )
    with office.store.write() as session:
        return removed + execute(session, rows.values(raw=None)).rowcount


def _expired_files(office: Office, before: datetime) -> Iterator[str]:
    same, row = aliased(Arrival), aliased(Arrival)
    still_needed = sa.or_(
        col(same.state).not_in(_SETTLED), col(same.settled_at).is_(None), col(same.settled_at) >= before
    )
    query = select(Arrival.id, Arrival.sha256).where(
        col(Arrival.parent).is_(None),
        col(Arrival.state).in_(_SETTLED),
        col(Arrival.settled_at) < before,
        ~sa.exists().where(col(same.sha256) == Arrival.sha256, col(same.parent).is_(None), still_needed),
        ~sa.exists().where(col(row.parent) == Arrival.id, col(row.state) == ArrivalState.QUARANTINED),
    )

    def read(session: Session, last: int) -> list[tuple[int, str]]:
        page = query.where(col(Arrival.id) > last).order_by(col(Arrival.id)).limit(PAGE)
        return [(id_ or 0, sha256) for id_, sha256 in session.exec(page)]

    return (sha256 for _id, sha256 in pages(office.store, read, lambda one: one[0], 0))
