"""Long selections in pieces: rows a page at a time, ids in as many as one statement takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from core.errors import NotFound
from core.locale import Message
from core.store.engine import Store

T = TypeVar("T")
K = TypeVar("K")
R = TypeVar("R", bound=SQLModel)
PAGE = 500
"""Rows of a page, and ids that one statement is asked for."""
LONGEST_ID = 17
"""Digits of an id that every database can hold."""


def pages(
    store: Store, read: Callable[[Session, K], Sequence[T]], key: Callable[[T], K], start: K
) -> Iterator[T]:
    """All rows in the order of a key, each page read in a short transaction of its own.

    `read` answers the next PAGE rows behind a key, `key` says which one a row has; `start` is before all.
    """
    last = start
    while True:
        with store.read() as session:
            rows = read(session, last)
        yield from rows
        if len(rows) < PAGE:
            return
        last = key(rows[-1])


def by_id(store: Store, model: type[R], query: SelectOfScalar[R]) -> Iterator[R]:
    """All that a query on one table finds, by id, page by page."""
    id_: Any = col(getattr(model, "id"))  # noqa: B009 - every table has one

    def read(session: Session, last: int) -> Sequence[R]:
        return session.exec(query.where(id_ > last).order_by(id_).limit(PAGE)).all()

    return pages(store, read, lambda row: getattr(row, "id"), 0)  # noqa: B009


def in_chunks(ids: Sequence[T], size: int = PAGE) -> Iterator[Sequence[T]]:
    """A long selection in pieces."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def find_ids(
    store: Store, model: type[SQLModel], names: Sequence[str], unknown: Callable[[str], Message]
) -> list[int]:
    """The ids of rows as they are written, in the order given.

    Raises NotFound for the first that is none; `unknown` says so.
    """
    id_: Any = col(getattr(model, "id"))  # noqa: B009 - every table has one
    wanted = [_id_in(name) for name in names]
    there: set[int] = set()
    with store.read() as session:
        for chunk in in_chunks(wanted):
            there |= set(session.exec(select(id_).where(id_.in_(chunk))))
    for name, number in zip(names, wanted, strict=True):
        if number not in there:
            raise NotFound(unknown(name))
    return wanted


def _id_in(name: str) -> int:
    return int(name) if name.isascii() and name.isdigit() and len(name) <= LONGEST_ID else 0
