"""The lines around a list: title with position, headings with the sort, status with marks and news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.locale import Message, _, n_
from core.rulebook.worklist import Sort
from tui.area import Column
from tui.lines import Span
from tui.shown import Shown, fitted
from tui.signs import Tone


@dataclass(frozen=True, slots=True)
class Standing:
    """How a list stands, in numbers."""

    place: int
    total: int
    complete: bool
    marked: int = 0
    hidden: int = 0
    new: int = 0
    gone: int = 0


def title(label: Message, condition: str, standing: Standing, shown: Shown) -> tuple[list[Span], list[Span]]:
    """The area, the condition, and where the cursor is among how many."""
    total = shown.number(standing.total) + ("" if standing.complete else "+")
    position = shown.text(_("{place} of {total}", place=shown.number(standing.place), total=total))
    said = shown.text(condition) or shown.text(_("all"))
    spans = [Span(f" {shown.text(label)} ", Tone.TITLE), Span(f"{shown.signs.dot} {said}", Tone.ACCENT)]
    return spans, [Span(f" {position} ")]


def headings(columns: Sequence[tuple[Column, int]], sort: Sort, shown: Shown) -> list[Span]:
    """The columns' headings; the one that is sorted by has an arrow."""
    spans = [Span("  ")]
    for column, cells in columns:
        heading = shown.text(column.heading)
        if column.key and column.key == sort.key:
            heading += shown.signs.down if sort.descending else shown.signs.up
        text = fitted(heading, cells, right=column.right, ellipsis=shown.signs.ellipsis)
        spans.append(Span(text + " ", Tone.DIM))
    return spans


def status(standing: Standing, notice: Message | None, shown: Shown) -> list[Span]:
    """How many are marked and how many of them cannot be seen; what is new; what was last done."""
    spans = [Span(" ")]
    if standing.marked:
        marked = n_(
            "{number} marked", "{number} marked", standing.marked, number=shown.number(standing.marked)
        )
        spans.append(Span(shown.text(marked), Tone.ACCENT))
        if standing.hidden:
            hidden = n_(
                "{number} hidden", "{number} hidden", standing.hidden, number=shown.number(standing.hidden)
            )
            spans.append(Span(f" ({shown.text(hidden)})", Tone.WARNING))
        spans.append(Span("  "))
    news: list[str] = []
    if standing.new:
        news.append(shown.text(n_("{count} new", "{count} new", standing.new)))
    if standing.gone:
        news.append(shown.text(n_("{count} settled", "{count} settled", standing.gone)))
    if news:
        spans.append(Span(f"{', '.join(news)} {shown.signs.dot} R  ", Tone.ACCENT))
    if notice is not None:
        spans.append(Span(shown.text(notice)))
    return spans
