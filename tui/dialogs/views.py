"""The saved views of an area, and what is filtered by them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.locale import _
from tui.area import Area
from tui.dialogs.picking import Picking
from tui.dialogs.rows import Row
from tui.lines import Span
from tui.shown import Shown, fitted
from tui.signs import Tone

LABEL_WIDTH = 28


@dataclass(frozen=True, slots=True)
class Chosen:
    """A view that was chosen."""

    condition: str


def views_of(shown: Shown, area: Area, condition: str) -> Picking:
    """The dialog; it ends with a `Chosen`."""
    return Picking(shown, _("Saved views"), _rows(shown, area, condition), Chosen(condition))


def _rows(shown: Shown, area: Area, condition: str) -> Iterator[Row]:
    for view in area.views:
        is_shown = view.condition == condition
        sign = shown.signs.unread if is_shown else " "
        label = Span(f" {sign} {fitted(shown.text(view.label), LABEL_WIDTH)} ")
        yield Row((label, Span(shown.text(view.condition), Tone.DIM)), Chosen(view.condition))
