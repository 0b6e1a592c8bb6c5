"""The detail: tabs of what is known of the record under the cursor."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.area import Tab
from tui.blocks import Block, rendered
from tui.lines import Line, Span
from tui.shown import Shown
from tui.signs import Tone


class Detail(Vertical, can_focus=True):
    """Tabs above, the blocks of the chosen one below."""

    def __init__(self, tabs: Sequence[Tab], shown: Shown, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.tabs, self.shown = tuple(tabs), shown
        self.chosen = 0
        self.blocks: tuple[Block, ...] = ()
        self.title = ""
        self.title_line, self.tab_line = Line(id="detail-title"), Line(id="detail-tabs")
        self.body = Static(markup=False, id="detail-text")
        self.scroller = VerticalScroll(self.body, id="detail-scroll", can_focus=False)

    def compose(self) -> ComposeResult:
        """A line of tabs and the text."""
        yield self.title_line
        yield self.tab_line
        yield self.scroller

    @property
    def tab(self) -> Tab:
        """The chosen tab."""
        return self.tabs[self.chosen]

    @property
    def plain(self) -> str:
        """What can be read in it; for copying."""
        content = self.body.content
        return content.plain if isinstance(content, Content) else str(content)

    def choose(self, step: int) -> None:
        """The next or previous tab, around the ends."""
        self.chosen = (self.chosen + step) % len(self.tabs)
        self._show_tabs()
        self.scroller.scroll_home(animate=False)

    def show(self, title: str, blocks: Sequence[Block], *, is_other: bool) -> None:
        """Shows blocks; `is_other`: of another record, so that it is read from the top."""
        self.title, self.blocks = title, tuple(blocks)
        self.draw()
        if is_other:
            self.scroller.scroll_home(animate=False)

    def draw(self) -> None:
        """Renders the blocks for the present width."""
        self.title_line.show([Span(" "), Span(self.title, Tone.TITLE)])
        self._show_tabs()
        width = max(20, self.size.width - 3)
        self.body.update(rendered(self.blocks, self.shown, width))

    def scroll_lines(self, lines: int) -> None:
        """Scrolls the text."""
        self.scroller.scroll_relative(y=lines, animate=False)

    def on_resize(self) -> None:
        """Tables find their widths anew."""
        self.draw()

    def _show_tabs(self) -> None:
        spans: list[Span] = []
        for number, tab in enumerate(self.tabs):
            spans.append(Span(" "))
            label = self.shown.text(tab.label)
            spans.append(
                Span(f"[{label}]", Tone.KEY) if number == self.chosen else Span(f" {label} ", Tone.DIM)
            )
        self.tab_line.show(spans)
