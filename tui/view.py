"""A view: the ids of what a condition matches, in order, and the rows of it that were read so far."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

KEPT = 3_000
"""Rows that stay in memory; those that were not looked at for longest go first."""
AHEAD = 100
"""Rows that are read before and behind the window, so that a held key meets no gap."""


class View:
    """One answer of a worklist. Rows are read by id; what is not there yet is None."""

    def __init__(self) -> None:
        self.ids: array[int] = array("q")
        self.complete = False
        self.gone: set[int] = set()
        """Ids that no longer fit, and stay where they are until the view is made anew."""
        self.absent: set[int] = set()
        """Ids that were asked for and not found: deleted meanwhile. Others that are gone can be read."""
        self.rows: OrderedDict[int, Any] = OrderedDict()

    def __len__(self) -> int:
        return len(self.ids)

    def id_at(self, index: int) -> int | None:
        """The id in a line; None behind the end."""
        return self.ids[index] if 0 <= index < len(self.ids) else None

    def row(self, id_: int) -> Any:
        """What is known of a record; None where it was not read yet."""
        row = self.rows.get(id_)
        if row is not None:
            self.rows.move_to_end(id_)
        return row

    def keep(self, rows: Mapping[int, Any], asked: Iterable[int] = ()) -> list[int]:
        """Takes rows in and answers the ids whose rows may be others now; `asked` and not read is gone."""
        changed = list(rows)
        self.rows.update(rows)
        for id_ in asked:
            if id_ not in rows and id_ not in self.absent:
                self.absent.add(id_)
                self.gone.add(id_)
                changed.append(id_)
        while len(self.rows) > KEPT:
            self.rows.popitem(last=False)
        return changed

    def missing(self, first: int, last: int) -> list[int]:
        """Ids of lines that have to be read before `first` to `last` can be shown, with some around them.

        Empty where every line of the window itself is there.
        """
        window = self.ids[max(0, first) : last + 1]
        if all(id_ in self.rows or id_ in self.absent for id_ in window):
            return []
        around = self.ids[max(0, first - AHEAD) : last + AHEAD + 1]
        return [id_ for id_ in around if id_ not in self.rows and id_ not in self.absent]
