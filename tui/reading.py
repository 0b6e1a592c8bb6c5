"""What a pane reads from the database, in threads: the ids of a view, rows by id, groups, a tab's blocks."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import Inapplicable
from core.locale import _
from core.office import Office
from core.rulebook.condition import Condition, ConditionContext
from core.rulebook.worklist import Group, Sort, grouped, stream_ids
from core.store.paging import in_chunks
from tui.area import Tab
from tui.background import Cancelled
from tui.blocks import Block
from tui.listed import AnyWorklist, ListedWorklist

READ = 500
"""Rows that one query reads."""


@dataclass(frozen=True)
class Asked:
    """Which view is wanted."""

    condition: Condition | None
    sort: Sort


def pieces_of(
    office: Office, worklist: AnyWorklist, asked: Asked, cancelled: Cancelled
) -> Iterator[array[int]]:
    """The ids of a view in pieces, as they are read; ends early where nobody waits any more."""
    context = ConditionContext(office.now, office.today)
    with office.store.read() as session:
        if isinstance(worklist, ListedWorklist):
            yield array("q", worklist.fitting(session, asked.condition, context))
            return
        for piece in stream_ids(session, worklist, asked.condition, context, asked.sort):
            if cancelled():
                return
            yield piece


def read_view(office: Office, worklist: AnyWorklist, asked: Asked, cancelled: Cancelled) -> array[int]:
    """All ids of a view."""
    ids: array[int] = array("q")
    for piece in pieces_of(office, worklist, asked, cancelled):
        ids.extend(piece)
    return ids


def read_rows(office: Office, worklist: AnyWorklist, ids: Sequence[int]) -> Mapping[int, Any]:
    """Rows by id."""
    rows: dict[int, Any] = {}
    for chunk in in_chunks(ids, READ):
        with office.store.read() as session:
            rows |= worklist.rows(session, chunk)
    return rows


def read_groups(office: Office, worklist: AnyWorklist, ids: Sequence[int]) -> list[Group]:
    """The view by cause."""
    if isinstance(worklist, ListedWorklist):
        return []
    with office.store.read() as session:
        return grouped(session, worklist, ids)


def read_tab(office: Office, tab: Tab, id_: int) -> list[Block]:
    """What a tab says of a record."""
    with office.store.read() as session:
        return list(tab.load(session, office, id_))


def customers_of(
    office: Office, lookup: Callable[[Any, Sequence[int]], dict[int, int]], ids: Sequence[int]
) -> list[int]:
    """The customers that records are about, each once. Raises Inapplicable where there is none."""
    found: list[int] = []
    with office.store.read() as session:
        for chunk in in_chunks(ids, READ):
            by_record = lookup(session, chunk)
            found += [by_record[id_] for id_ in chunk if id_ in by_record]
    if not found:
        raise Inapplicable(_("There is no customer behind it."))
    return list(dict.fromkeys(found))
