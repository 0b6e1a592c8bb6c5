"""Long selections are read in pieces: every row once, in order, however many there are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from core.errors import NotFound
from core.locale import _
from core.operators import OperatorRow, Role
from core.rulebook.record import Suppression
from core.store import paging
from core.store.engine import Store
from core.store.paging import by_id, find_ids, in_chunks, pages
from tests.support.clock import MONDAY_MORNING

SOME_PAGES = (0, 1, 2, 3, 4, 7)


@pytest.fixture
def store(fresh_sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A database whose pages have two rows."""
    monkeypatch.setattr(paging, "PAGE", 2)
    opened = Store(fresh_sqlite_url)
    yield opened
    opened.close()


def add(store: Store, count: int) -> list[int]:
    with store.write() as session:
        rows = [
            Suppression(area="customers", record=number, rule="CUS001", at=MONDAY_MORNING)
            for number in range(count)
        ]
        session.add_all(rows)
        session.flush()
        return [row.id or 0 for row in rows]


@pytest.mark.parametrize("count", SOME_PAGES)
def test_every_row_is_read_once_in_the_order_of_ids(store: Store, count: int) -> None:
    ids = add(store, count)
    assert [one.id for one in by_id(store, Suppression, select(Suppression))] == ids


def test_only_what_the_query_finds(store: Store) -> None:
    add(store, 7)
    late = select(Suppression).where(col(Suppression.record) > 3)
    assert [one.record for one in by_id(store, Suppression, late)] == [4, 5, 6]


@pytest.mark.parametrize("count", SOME_PAGES)
def test_any_key_will_do(store: Store, count: int) -> None:
    with store.write() as session:
        session.add_all(
            OperatorRow(name=f"o{number}", role=Role.CLERK, added_at=MONDAY_MORNING)
            for number in range(count)
        )
    query = select(OperatorRow).order_by(col(OperatorRow.name)).limit(2)
    found = pages(
        store,
        lambda session, last: session.exec(query.where(col(OperatorRow.name) > last)).all(),
        lambda row: row.name,
        "",
    )
    assert [one.name for one in found] == [f"o{number}" for number in range(count)]


def test_ids_are_found_as_they_are_written(store: Store) -> None:
    ids = add(store, 5)
    names = [str(id_) for id_ in reversed(ids)]
    assert find_ids(store, Suppression, names, lambda name: _("no {name}", name=name)) == ids[::-1]


@pytest.mark.parametrize("name", ["0", "-1", "1.0", "²", "x", "", "9" * 30, "6"])
def test_what_is_no_id_or_nobodys_is_named(store: Store, name: str) -> None:
    add(store, 5)
    with pytest.raises(NotFound, match="no "):
        find_ids(store, Suppression, ["1", name], lambda name: _("no {name}", name=name))


@given(st.lists(st.integers()), st.integers(1, 5))
def test_pieces_are_the_whole(ids: list[int], size: int) -> None:
    chunks = list(in_chunks(ids, size))
    assert [one for chunk in chunks for one in chunk] == ids
    assert all(1 <= len(chunk) <= size for chunk in chunks)
