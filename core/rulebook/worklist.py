"""A worklist: which records of an area fit a condition, in which order, and what a list shows of each.

The ids of a view come as a stream, so that the first of a million can be shown while the rest is counted. SQL
decides wherever it provably says the same as the condition; only the rows in doubt are read and judged.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from core.store.statements import table_of

if TYPE_CHECKING:
    from core.rulebook.condition import Condition, ConditionContext, Vocabulary

Ids = array  # of signed 64-bit integers: a million of them are 8 MB
FIRST = 1_000
"""Ids in the first piece of a view, which is to be shown at once …"""
PIECE = 20_000
"""… and in the others."""
WINDOW = 20_000
"""Ids at the beginning that are searched before everything that fits is gathered and sorted …"""
SCREENFUL = 60
"""… and how many have to be found there."""
JUDGED = 500
"""Records that are in memory at once while conditions are decided in Python."""
GROUPED = 500
"""Records that are grouped by one query."""
ID = "id"


@dataclass(frozen=True, slots=True)
class Sort:
    """By which of an area's sorts, and which way round; equal ones by id."""

    key: str = ID
    descending: bool = False


UNSORTED = Sort()


@dataclass(frozen=True, slots=True)
class Group:
    """Records of a view with one cause in common; `condition` narrows the view down to them."""

    key: str
    count: int
    first: datetime | None
    last: datetime | None
    condition: str

    def joined(self, other: Group) -> Group:
        """This group and another part of it."""
        firsts = [at for at in (self.first, other.first) if at is not None]
        lasts = [at for at in (self.last, other.last) if at is not None]
        return Group(
            self.key,
            self.count + other.count,
            min(firsts, default=None),
            max(lasts, default=None),
            self.condition,
        )


class Worklist(Protocol):
    """What an area says of itself, so that any list can show it; any thread reads it, shortly."""

    @property
    def model(self) -> type[SQLModel]:
        """The table whose ids the list holds."""
        ...

    @property
    def vocabulary(self) -> Vocabulary:
        """What conditions can say of its records."""
        ...

    @property
    def sorts(self) -> Mapping[str, sa.ColumnElement[Any]]:
        """By what the list can be sorted, beside the id."""
        ...

    def quick(self, text: str) -> str:
        """The condition that somebody means who types a word and no condition."""
        ...

    def judged(self, session: Session, ids: Sequence[int]) -> Iterable[tuple[int, object]]:
        """The records as conditions see them, in any order; those that are gone are left out."""
        ...

    def rows(self, session: Session, ids: Sequence[int]) -> Mapping[int, Any]:
        """What a list shows of these records; those that are gone are left out."""
        ...

    def groups(self, session: Session, ids: Sequence[int]) -> Iterable[Group]:
        """These records by cause; at most `GROUPED` of them at once."""
        ...


def stream_ids(
    session: Session,
    worklist: Worklist,
    condition: Condition | None,
    context: ConditionContext,
    sort: Sort = UNSORTED,
) -> Iterator[Ids[int]]:
    """The ids that fit, in order and in pieces; the first piece is small. Raises ConditionTooSlow."""
    query = _candidates(worklist, condition, context, sort)
    if sort.key == ID:
        scan = _candidates(worklist, condition, context, sort, scans=True)
        beginning, query = _beginning(session, worklist, query, scan, sort)
        if beginning:
            yield _judged(session, worklist, condition, context, beginning)
    for rows in _pieces(session, query):
        yield _judged(session, worklist, condition, context, rows)


def _judged(
    session: Session,
    worklist: Worklist,
    condition: Condition | None,
    context: ConditionContext,
    rows: Sequence[Any],
) -> Ids[int]:
    doubtful = [row[0] for row in rows if not row[1]]
    if not doubtful or condition is None:
        return array("q", [row[0] for row in rows])
    fitting = _fitting(session, worklist, condition, context, doubtful)
    return array("q", [row[0] for row in rows if row[1] or row[0] in fitting])


def _beginning(
    session: Session, worklist: Worklist, query: sa.Select[Any, Any], scan: sa.Select[Any, Any], sort: Sort
) -> tuple[Sequence[Any], sa.Select[Any, Any]]:
    """The candidates among the first ids of the table, and the query for the others.

    A million that fit would all be gathered through an index and sorted before the first could be shown.
    Where few fit, that is quick, and this finds next to none.
    """
    table = table_of(worklist.model)
    end = sa.func.max(table.c.id) if sort.descending else sa.func.min(table.c.id)
    first = session.connection().execute(sa.select(end)).scalar_one_or_none()
    if first is None:
        return (), query
    inside, outside = (
        (table.c.id > first - WINDOW, table.c.id <= first - WINDOW)
        if sort.descending
        else (table.c.id < first + WINDOW, table.c.id >= first + WINDOW)
    )
    rows = session.connection().execute(scan.where(inside).limit(FIRST)).all()
    if len(rows) < SCREENFUL:
        return (), query
    if len(rows) < FIRST:
        return rows, query.where(outside)
    last = rows[-1][0]
    return rows, query.where(table.c.id < last if sort.descending else table.c.id > last)


def sure_clause(condition: Condition, context: ConditionContext) -> sa.ColumnElement[bool] | None:
    """SQL that is true for rows that certainly match: those that the opposite's superset leaves out."""
    from core.rulebook.condition import Not
    from core.rulebook.condition.condition import Condition as Made

    opposite = Made(Not(condition.expression), condition.checks).prefilter(context)
    return None if opposite is None else sa.case((opposite, sa.false()), else_=sa.true())


def grouped(session: Session, worklist: Worklist, ids: Sequence[int]) -> list[Group]:
    """All groups of a view, the most frequent first."""
    groups: dict[str, Group] = {}
    for start in range(0, len(ids), GROUPED):
        for one in worklist.groups(session, ids[start : start + GROUPED]):
            groups[one.key] = one.joined(groups[one.key]) if one.key in groups else one
    return sorted(groups.values(), key=lambda one: (-one.count, one.key))


def _candidates(
    worklist: Worklist,
    condition: Condition | None,
    context: ConditionContext,
    sort: Sort,
    *,
    scans: bool = False,
) -> sa.Select[Any, Any]:
    """What may fit, and whether it certainly does; `scans` leaves the database no index but the id's."""
    id_ = table_of(worklist.model).c.id
    sure: sa.ColumnElement[Any] = sa.literal(1)
    where = None
    if condition is not None:
        where, clause = condition.prefilter(context), sure_clause(condition, context)
        sure = sa.literal(0) if clause is None else sa.cast(clause, sa.Integer)
    query = sa.select(id_, sure)
    if where is not None:
        query = query.where(sa.case((where, 1), else_=0) == 1 if scans else where)
    if sort.key != ID and sort.key in worklist.sorts:
        by = worklist.sorts[sort.key]
        return query.order_by(by.desc() if sort.descending else by.asc(), id_)
    return query.order_by(id_.desc() if sort.descending else id_)


def _pieces(session: Session, query: sa.Select[Any, Any]) -> Iterator[Sequence[Any]]:
    connection = session.connection()
    source: Any
    if connection.dialect.name == "sqlite":
        # the driver's own rows, read as they are asked for: SQLAlchemy's take three times as long
        source = connection.execute(query).cursor
    else:
        source = connection.execution_options(stream_results=True, max_row_buffer=PIECE).execute(query)
    size = FIRST
    while rows := source.fetchmany(size):
        yield rows
        size = PIECE


def _fitting(
    session: Session,
    worklist: Worklist,
    condition: Condition,
    context: ConditionContext,
    ids: Sequence[int],
) -> set[int]:
    matches = condition.matches
    return {
        id_
        for start in range(0, len(ids), JUDGED)
        for id_, record in worklist.judged(session, ids[start : start + JUDGED])
        if matches(record, context)
    }


def begins_or_holds(text: str, number: str, *names: str) -> str:
    """What somebody means who types a word: a number that begins so, or a name that holds it."""
    from core.rulebook.condition.spelling import written_pattern

    begins, holds = written_pattern((text, "")), written_pattern(("", text, ""))
    return " OR ".join([f"{number}:{begins}", *(f"{name}:{holds}" for name in names)])
