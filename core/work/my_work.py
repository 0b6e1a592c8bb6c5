"""Meine Arbeit: all that is there for an operator to do, of every area, in the order in which to do it."""

from __future__ import annotations

from datetime import date

from core.office import Office
from core.work.colleagues import acts_for
from core.work.item import Reason, Whose, WorkItem, gatherers

MOST_UNASSIGNED = 100
_ORDER = tuple(Reason)


def my_work(
    office: Office, operator: str | None = None, *, unassigned: int = MOST_UNASSIGNED
) -> list[WorkItem]:
    """What an operator (the one who acts) has to do: what is due, handed over, written, and nobody's.

    Sorted by reason, then by day or age. What is nobody's comes in part, `unassigned` of each source.
    """
    name = operator or office.operator.name
    with office.store.read() as session:
        whose = Whose(acts_for(session, name, office.today), office.today, unassigned)
        items = [item for gather in gatherers() for item in gather(session, office, whose)]
    return sorted(items, key=_rank)


def _rank(item: WorkItem) -> tuple[int, date, str, str, int]:
    return _ORDER.index(item.reason), item.due or date.min, item.at.isoformat(), item.source, item.id
