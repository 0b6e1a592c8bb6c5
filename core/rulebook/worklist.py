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
    for rows in _pieces(session, _candidates(worklist, condition, context, sort)):
        doubtful = [row[0] for row in rows if not row[1]]
        if not doubtful or condition is None:
            yield array("q", [row[0] for row in rows])
            continue
        fitting = _fitting(session, worklist, condition, context, doubtful)
        yield array("q", [row[0] for row in rows if row[1] or row[0] in fitting])


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
    worklist: Worklist, condition: Condition | None, context: ConditionContext, sort: Sort
) -> sa.Select[Any, Any]:
    id_ = table_of(worklist.model).c.id
    sure: sa.ColumnElement[Any] = sa.literal(1)
    where = None
    if condition is not None:
        where, clause = condition.prefilter(context), sure_clause(condition, context)
        sure = sa.literal(0) if clause is None else sa.cast(clause, sa.Integer)
    query = sa.select(id_, sure)
    if where is not None:
        query = query.where(where)
    if sort.key != ID and sort.key in worklist.sorts:
        by = worklist.sorts[sort.key]
        return query.order_by(by.desc() if sort.descending else by.asc(), id_)
    return query.order_by(id_.desc() if sort.descending else id_)


def _pieces(session: Session, query: sa.Select[Any, Any]) -> Iterator[Sequence[Any]]:
    connection = session.connection()
    result = connection.execution_options(stream_results=True, max_row_buffer=PIECE).execute(query)
    size = FIRST
    while rows := result.fetchmany(size):
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
