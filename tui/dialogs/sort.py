"""By which column a list is sorted; choosing the same one again turns it round."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from core.locale import _
from tui.area import Area
from tui.dialogs.picking import Picking
from tui.dialogs.rows import Row
from tui.lines import Span
from tui.shown import Shown
from tui.signs import Tone

if TYPE_CHECKING:
    from core.rulebook.worklist import Sort


def sorts_of(shown: Shown, area: Area, known: Collection[str], sort: Sort) -> Picking:
    """The dialog; it ends with the key of a sort. `known` are those that the list can be read by."""
    return Picking(shown, _("Sort by"), _rows(shown, area, known, sort), sort.key)


def turned(sort: Sort, key: str) -> Sort:
    """The sort by this key: the other way round where it holds already."""
    from core.rulebook.worklist import Sort

    return Sort(key, sort.key == key and not sort.descending)


def _rows(shown: Shown, area: Area, known: Collection[str], sort: Sort) -> Iterator[Row]:
    from core.rulebook.worklist import ID

    choices = [(ID, shown.text(_("Order of arrival")))]
    for column in area.columns:
        label = shown.text(column.heading) or shown.text(_("Findings"))
        if column.key in known and column.key != ID:
            choices.append((column.key, label))
    for key, label in choices:
        sign = (shown.signs.down if sort.descending else shown.signs.up) if key == sort.key else " "
        yield Row((Span(f" {sign} ", Tone.ACCENT), Span(label)), key)
