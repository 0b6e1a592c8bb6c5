"""The virtual list: a million records as ids, of which only what the window shows is ever drawn.

Never Textual's DataTable: filling that takes time and memory for every row (anchors were measured). The
cursor and the marks are kept by record, so that refresh, sort and filter move neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message as Event
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer

from tui.area import Column
from tui.shown import Cell, Shown, fitted
from tui.signs import Tone
from tui.view import View

RESTS = 0.12
"""Seconds without a movement after which detail and position follow the cursor."""
GAP = 1
NARROWEST = 8
"""Cells that a column keeps which gives way."""
MARKS = 2
"""Cells in front of each row for the sign of a mark and of somebody else at work."""


class RecordList(ScrollView, can_focus=True, inherit_bindings=False):
    """The list of one area."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "list--row",
        "list--cursor",
        "list--marked",
        *(f"tone--{tone.value}" for tone in Tone),
    }

    class Rested(Event):
        """The cursor stays where it is; `id` is its record, None on an empty list."""

        def __init__(self, list_: RecordList, id_: int | None) -> None:
            super().__init__()
            self.list, self.id = list_, id_

    class RowsWanted(Event):
        """These records are about to be shown and have not been read."""

        def __init__(self, view: View, ids: Sequence[int]) -> None:
            super().__init__()
            self.view, self.ids = view, ids

    class MarksChanged(Event):
        """Other records are marked than before."""

    def __init__(self, columns: Sequence[Column], shown: Shown, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.columns, self.shown = tuple(columns), shown
        self.view = View()
        self.cursor = 0
        self.marks: set[int] = set()
        self.at_work: Mapping[int, str] = {}
        """Who else works on a record, by id."""
        self._strips: dict[tuple[int, bool, bool], Strip] = {}
        self._widths: list[tuple[Column, int]] = []
        self._styles: dict[tuple[str, Tone], Style] = {}
        self._rest: Timer | None = None

    # what is shown

    @property
    def current(self) -> int | None:
        """The record under the cursor."""
        return self.view.id_at(self.cursor)

    @property
    def current_row(self) -> Any:
        """What is known of it; None where it was not read yet."""
        return None if self.current is None else self.view.row(self.current)

    @property
    def height(self) -> int:
        """Lines of the window."""
        return max(1, self.scrollable_content_region.height)

    @property
    def top(self) -> int:
        """The index of the first line of the window."""
        return int(self.scroll_offset.y)

    def use(self, view: View, cursor: int, *, keep_line: bool = False) -> None:
        """Shows another view; with `keep_line` the cursor stays on its line of the screen."""
        line = self.cursor - self.top
        self.view = view
        self._strips.clear()
        self.cursor = max(0, min(cursor, len(view) - 1))
        self._fit_size()
        self._show_cursor(self.cursor - line if keep_line else None)
        self.refresh()
        self._want_rows()
        self._moved()

    def extended(self) -> None:
        """The view has more ids than before."""
        before = int(self.virtual_size.height)
        self._fit_size()
        if before < self.top + self.height:
            self.refresh()
            self._want_rows()
        if before == 0:
            self._moved()

    def rows_came(self, ids: Sequence[int]) -> None:
        """The rows of these records are there, or are others: their lines are drawn anew."""
        changed = set(ids)
        window = [index for index in self._window() if self.view.ids[index] in changed]
        before = {index: self._strips.get(self._key(index)) for index in window}
        for id_ in ids:
            self._forget(id_)
        for index, strip in before.items():
            if strip is None or self._strip(index) != strip:
                self._redraw(index)

    def put_at_work(self, at_work: Mapping[int, str]) -> None:
        """Who else works on what; only lines that change are drawn."""
        changed = [id_ for id_ in {*at_work, *self.at_work} if at_work.get(id_) != self.at_work.get(id_)]
        self.at_work = at_work
        self.rows_came(changed)

    def minute_passed(self, shown: Shown) -> None:
        """Ages may be others now; only lines that are others are drawn."""
        before = {index: self._strip(index) for index in self._window()}
        self.shown = shown
        self._strips.clear()
        for index, strip in before.items():
            if self._strip(index) != strip:
                self._redraw(index)

    def _window(self) -> range:
        return range(self.top, min(len(self.view), self.top + self.height))

    def _fit_size(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self.view))

    # moving

    def move_to(self, index: int) -> None:
        """Puts the cursor on a line; half a page is scrolled where it leaves the window."""
        index = max(0, min(index, len(self.view) - 1))
        if index == self.cursor:
            return
        before, self.cursor = self.cursor, index
        self._redraw(before)
        self._redraw(index)
        self._show_cursor()
        self._want_rows()
        self._moved()

    def _show_cursor(self, top: int | None = None) -> None:
        height = self.height
        if top is None:
            if self.top <= self.cursor < self.top + height:
                return
            top = self.cursor - height // 2
        furthest = max(0, len(self.view) - height)
        self.scroll_to(y=max(0, min(top, furthest)), animate=False, immediate=True, force=True)

    def page(self, pages: int) -> None:
        """A page down or up: the window moves with the cursor."""
        height = self.height
        target = max(0, min(self.cursor + pages * height, len(self.view) - 1))
        if target == self.cursor:
            return
        line = self.cursor - self.top
        self.cursor = target
        self._show_cursor(target - line)
        self.refresh()
        self._want_rows()
        self._moved()

    def _moved(self) -> None:
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(RESTS, self._rested)

    def _rested(self) -> None:
        self._rest = None
        self.post_message(self.Rested(self, self.current))

    def _want_rows(self) -> None:
        top = self.top
        missing = self.view.missing(top, top + self.height)
        if missing:
            self.post_message(self.RowsWanted(self.view, missing))

    # marks

    def toggle_mark(self) -> None:
        """Marks the record under the cursor, or takes its mark off, and goes on to the next."""
        if self.current is None:
            return
        self.marks ^= {self.current}
        self._forget(self.current)
        self._redraw(self.cursor)
        self.post_message(self.MarksChanged())
        self.move_to(self.cursor + 1)

    def mark(self, ids: set[int]) -> None:
        """Exactly these records are marked from now on."""
        self.marks = ids
        self._strips.clear()
        self.refresh()
        self.post_message(self.MarksChanged())

    # drawing

    def render_line(self, y: int) -> Strip:
        """One line of the window."""
        return self._strip(self.top + y)

    def _redraw(self, index: int) -> None:
        line = index - self.top
        if 0 <= line < self.height:
            self.refresh(Region(0, line, self.size.width, 1))

    def _forget(self, id_: int) -> None:
        for cursor in (False, True):
            for marked in (False, True):
                self._strips.pop((id_, cursor, marked), None)

    def _strip(self, index: int) -> Strip:
        width = self.scrollable_content_region.width
        id_ = self.view.id_at(index)
        if id_ is None:
            return Strip.blank(width, self._style("list--row", Tone.PLAIN))
        key = self._key(index)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._draw(*key, width)
            if self.view.row(id_) is not None:
                if len(self._strips) > 2000:
                    self._strips.clear()
                self._strips[key] = strip
        return strip

    def _key(self, index: int) -> tuple[int, bool, bool]:
        id_ = self.view.ids[index]
        return id_, index == self.cursor, id_ in self.marks

    def _draw(self, id_: int, is_cursor: bool, is_marked: bool, width: int) -> Strip:
        kind = "list--cursor" if is_cursor else "list--marked" if is_marked else "list--row"
        signs = self.shown.signs
        front = (signs.mark if is_marked else " ") + (signs.person if id_ in self.at_work else " ")
        pieces: list[tuple[str, Tone]] = [(front, Tone.ACCENT if is_marked else Tone.PLAIN)]
        row = self.view.row(id_)
        if row is None:
            said = "…" if id_ not in self.view.gone else signs.discarded
            pieces.append((fitted(said, max(0, width - MARKS)), Tone.DIM))
        else:
            is_gone = id_ in self.view.gone
            for column, cells in self.widths(width):
                cell = column.cell(row, self.shown)
                cell = Cell(cell) if isinstance(cell, str) else cell
                text = fitted(cell.text, cells, right=column.right, ellipsis=signs.ellipsis)
                pieces.append((text + " " * GAP, Tone.DIM if is_gone else cell.tone))
        return self._joined(kind, pieces, width)

    def _joined(self, kind: str, pieces: Sequence[tuple[str, Tone]], width: int) -> Strip:
        """Few changes of style: a row's bytes are what a slow line pays for."""
        segments: list[Segment] = []
        for text, tone in pieces:
            style = self._style(kind, Tone.PLAIN if not text.strip() else tone)
            if segments and segments[-1].style == style:
                segments[-1] = Segment(segments[-1].text + text, style)
            else:
                segments.append(Segment(text, style))
        return Strip(segments).adjust_cell_length(width, self._style(kind, Tone.PLAIN)).simplify()

    def _style(self, kind: str, tone: Tone) -> Style:
        style = self._styles.get((kind, tone))
        if style is None:
            style = self.get_component_rich_style(kind)
            if tone is not Tone.PLAIN and kind != "list--cursor":
                on_top = self.get_component_rich_style(f"tone--{tone.value}", partial=True)
                style = style + Style(color=on_top.color, bold=on_top.bold, dim=on_top.dim)
            self._styles[kind, tone] = style
        return style

    def widths(self, width: int) -> list[tuple[Column, int]]:
        """The columns that are shown at this width, and how wide each is."""
        if not self._widths:
            self._widths = spread(self.columns, width - MARKS)
        return self._widths

    def _changed_looks(self) -> None:
        self._widths, self._styles = [], {}
        self._strips.clear()

    def notify_style_update(self) -> None:
        """Colours may be others."""
        super().notify_style_update()
        self._changed_looks()

    def on_resize(self, _event: events.Resize) -> None:
        """Columns find their widths anew; the cursor stays in the window."""
        self._changed_looks()
        self._fit_size()
        self._show_cursor()
        self._want_rows()

    def on_click(self, event: events.Click) -> None:
        """A click is a movement."""
        self.move_to(self.top + event.y)


def spread(columns: Sequence[Column], width: int) -> list[tuple[Column, int]]:
    """The columns that fit, each with its width; those that grow take what is left over, or give way."""
    chosen = [one for one in columns if width >= one.least]
    left = width - sum(one.width + GAP for one in chosen)
    shares = sum(one.grows for one in chosen)
    widths: list[tuple[Column, int]] = []
    for one in chosen:
        extra = left * one.grows // shares if shares else 0
        widths.append((one, max(min(one.width, NARROWEST), one.width + extra)))
    return widths
