"""A list of lines, of which one may be chosen; only what the window shows is ever drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.cells import cell_len, chop_cells
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message as Event
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.lines import Span, strip_of
from tui.signs import Tone


@dataclass(frozen=True, slots=True)
class Row:
    """One line. `value` is what choosing it means; None: the cursor passes over it."""

    spans: tuple[Span, ...]
    value: Any = None

    @property
    def text(self) -> str:
        """What can be read in it."""
        return "".join(span.text for span in self.spans)


def heading(text: str) -> Row:
    """A line above others."""
    return Row((Span(f" {text}", Tone.TITLE),))


def plain(text: str, tone: Tone = Tone.PLAIN) -> Row:
    """A line that cannot be chosen."""
    return Row((Span(f"  {text}", tone),))


EMPTY_LINE = Row(())


def paragraph(text: str, width: int, tone: Tone = Tone.PLAIN, *, before: tuple[Span, ...] = ()) -> list[Row]:
    """A sentence on as many lines of this width as it takes, none of which can be chosen.

    `before` stands in front of the first one, the others are indented as far.
    """
    front = before or (Span("  "),)
    indent = sum(cell_len(span.text) for span in front)
    first, *others = wrapped(text, width - indent)
    rows = [Row((*front, Span(first, tone)))]
    return rows + [Row((Span(" " * indent), Span(line, tone))) for line in others]


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most so many cells, broken at blanks where there are any; at least one."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if word and not cell_len(word):
            # a mark without a letter takes no room, and would be lost in a line of its own
            lines[-1] += word
        elif cell_len(longer) <= max(1, width):
            lines[-1] = longer
        else:
            pieces = chop_cells(word, max(2, width))
            lines[len(lines) if lines[-1] else -1 :] = pieces
    return lines


class RowList(ScrollView, can_focus=True):
    """Lines; the cursor stands on those with a value, without any the keys scroll."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"list--cursor", *(f"tone--{tone.value}" for tone in Tone)}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", id="dialog.down", show=False),
        Binding("k,up", "move(-1)", id="dialog.up", show=False),
        Binding("pagedown", "page(1)", id="dialog.page-down", show=False),
        Binding("pageup", "page(-1)", id="dialog.page-up", show=False),
        Binding("g,home", "first", id="dialog.first", show=False),
        Binding("G,end", "last", id="dialog.last", show=False),
        Binding("enter", "choose", id="dialog.choose", show=False),
    ]

    class Chosen(Event):
        """Enter was pressed on a line."""

        def __init__(self, value: Any) -> None:
            super().__init__()
            self.value = value

    class Moved(Event):
        """The cursor stands on another line."""

        def __init__(self, value: Any) -> None:
            super().__init__()
            self.value = value

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows: tuple[Row, ...] = ()
        self.cursor = 0

    @property
    def value(self) -> Any:
        """What the cursor stands on; None where it stands on nothing."""
        return self.rows[self.cursor].value if self.cursor < len(self.rows) else None

    @property
    def text(self) -> str:
        """What can be read in it, line by line."""
        return "\n".join(row.text for row in self.rows)

    @property
    def _height(self) -> int:
        return max(1, self.scrollable_content_region.height)

    def show(self, rows: Iterable[Row], value: Any = None) -> None:
        """Shows other lines; the cursor goes to `value`, else stays on what it stood on, else goes first."""
        wanted = self.value if value is None else value
        self.rows = tuple(rows)
        choices = [at for at, row in enumerate(self.rows) if row.value is not None]
        same = [at for at in choices if self.rows[at].value == wanted]
        self.cursor = (same or choices or [0])[0]
        self._fit()
        self._follow()
        self.refresh()

    def _fit(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self.rows))

    def action_move(self, step: int) -> None:
        """To the next line that can be chosen."""
        at = self.cursor + step
        while 0 <= at < len(self.rows) and self.rows[at].value is None:
            at += step
        if self.value is None or not 0 <= at < len(self.rows):
            self.scroll_relative(y=step, animate=False)
        else:
            self._put(at)

    def action_page(self, pages: int) -> None:
        """A page down or up."""
        if self.value is None:
            self.scroll_relative(y=pages * self._height, animate=False)
            return
        self._put(self._nearest(self.cursor + pages * self._height, pages))

    def action_first(self) -> None:
        """To the first line."""
        self.scroll_to(y=0, animate=False)
        self._put(self._nearest(0, -1))

    def action_last(self) -> None:
        """To the last line."""
        self.scroll_to(y=len(self.rows), animate=False)
        self._put(self._nearest(len(self.rows) - 1, 1))

    def action_choose(self) -> None:
        """Says what the cursor stands on."""
        if self.value is not None:
            self.post_message(self.Chosen(self.value))

    def _nearest(self, at: int, direction: int) -> int:
        choices = [index for index, row in enumerate(self.rows) if row.value is not None]
        if not choices:
            return self.cursor
        if direction > 0:
            return next((index for index in choices if index >= at), choices[-1])
        return next((index for index in reversed(choices) if index <= at), choices[0])

    def _put(self, at: int) -> None:
        if at != self.cursor:
            self.cursor = at
            self._follow()
            self.refresh()
            self.post_message(self.Moved(self.value))

    def _follow(self) -> None:
        top, height = int(self.scroll_offset.y), self._height
        # what stands above the first choice comes into sight with it
        first = min(self.cursor, next((n for n, row in enumerate(self.rows) if row.value is not None), 0))
        if self.cursor == first:
            self.scroll_to(y=0, animate=False)
        elif not top <= self.cursor < top + height:
            self.scroll_to(y=max(0, self.cursor - height // 2), animate=False)

    def render_line(self, y: int) -> Strip:
        """One line of the window."""
        at, width = int(self.scroll_offset.y) + y, self.scrollable_content_region.width
        spans = self.rows[at].spans if at < len(self.rows) else ()
        is_cursor = at == self.cursor and self.value is not None
        base = self.get_component_rich_style("list--cursor") if is_cursor else self.rich_style
        return strip_of(self, spans, (), width, base)

    def on_resize(self, _event: events.Resize) -> None:
        """The cursor stays in the window."""
        self._fit()
        self._follow()

    def on_click(self, event: events.Click) -> None:
        """A click chooses."""
        at = int(self.scroll_offset.y) + event.y
        if at < len(self.rows) and self.rows[at].value is not None:
            self._put(at)
            self.action_choose()
