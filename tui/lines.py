"""One-line widgets: spans of inert text, each with its tone, drawn without any markup."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui.signs import Tone


class Span(NamedTuple):
    """A piece of a line."""

    text: str
    tone: Tone = Tone.PLAIN


class Line(Widget):
    """A line of spans; `right` stands at its right edge and is the last to be cut."""

    DEFAULT_CSS = "Line { height: 1; width: 1fr; }"
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"tone--{tone.value}" for tone in Tone}

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.spans: tuple[Span, ...] = ()
        self.right: tuple[Span, ...] = ()

    def show(self, spans: Sequence[Span], right: Sequence[Span] = ()) -> None:
        """Shows other spans; what has not changed is not drawn again."""
        if (tuple(spans), tuple(right)) != (self.spans, self.right):
            self.spans, self.right = tuple(spans), tuple(right)
            self.refresh()

    @property
    def text(self) -> str:
        """What can be read in it."""
        return "".join(span.text for span in (*self.spans, *self.right))

    def render_line(self, y: int) -> Strip:
        """The line; cut at the widget's width."""
        if y:
            return Strip.blank(self.size.width, self.rich_style)
        return strip_of(self, self.spans, self.right, self.size.width, self.rich_style)


def strip_of(widget: Widget, spans: Sequence[Span], right: Sequence[Span], width: int, base: Style) -> Strip:
    """Spans as a line of exactly this width; tones are component classes `tone--…` of the widget."""
    ending = [_segment(widget, span, base) for span in right]
    room = max(0, width - sum(cell_len(segment.text) for segment in ending))
    segments: list[Segment] = []
    for span in spans:
        segment = _segment(widget, span, base)
        if cell_len(segment.text) > room:
            segment = Segment(set_cell_size(segment.text, room), segment.style)
        room -= cell_len(segment.text)
        segments.append(segment)
    segments.append(Segment(" " * room, base))
    return Strip([*segments, *ending]).adjust_cell_length(width, base).simplify()


def _segment(widget: Widget, span: Span, base: Style) -> Segment:
    if span.tone is Tone.PLAIN:
        return Segment(span.text, base)
    on_top = widget.get_component_rich_style(f"tone--{span.tone.value}", partial=True)
    return Segment(span.text, base + Style(color=on_top.color, bold=on_top.bold, dim=on_top.dim))
