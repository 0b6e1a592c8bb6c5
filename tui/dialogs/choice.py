"""One of a few things: all beside each other where there is room, else the chosen one alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message as Event
from textual.strip import Strip
from textual.widget import Widget

from tui.lines import Span, strip_of
from tui.shown import Shown
from tui.signs import Tone

Option = tuple[Any, str]
"""What it means, and how it reads."""
UNDECIDED = object()
"""Nothing is chosen yet."""


class Choice(Widget, can_focus=True):
    """Chooses with ←, → and the first letter; `UNDECIDED` until something was chosen."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"tone--{tone.value}" for tone in Tone}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(-1)", id="dialog.choice-left", show=False),
        Binding("right,space", "turn(1)", id="dialog.choice-right", show=False),
        Binding("enter", "submit", id="dialog.choice-next", show=False),
    ]

    class Changed(Event):
        """Something else is chosen."""

    class Submitted(Event):
        """Enter was pressed: on to the next field."""

    def __init__(self, options: Sequence[Option], value: Any, shown: Shown, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.options, self.shown = tuple(options), shown
        self.at = next((at for at, one in enumerate(self.options) if one[0] == value), -1)

    @property
    def value(self) -> Any:
        """What is chosen."""
        return self.options[self.at][0] if self.at >= 0 else UNDECIDED

    def choose(self, value: Any) -> None:
        """Chooses one of the options."""
        self._put(next(at for at, one in enumerate(self.options) if one[0] == value))

    def action_turn(self, step: int) -> None:
        """The next or previous option, around the ends."""
        if self.at < 0:
            self._put(0 if step > 0 else len(self.options) - 1)
        else:
            self._put((self.at + step) % len(self.options))

    def action_submit(self) -> None:
        """On to the next field."""
        self.post_message(self.Submitted())

    def on_key(self, event: events.Key) -> None:
        """A letter goes to the next option that begins with it."""
        if not event.character or not event.character.isalnum():
            return
        order = [*range(self.at + 1, len(self.options)), *range(self.at + 1)]
        for at in order:
            if self.options[at][1].casefold().startswith(event.character.casefold()):
                event.stop()
                self._put(at)
                return

    def _put(self, at: int) -> None:
        if at != self.at:
            self.at = at
            self.refresh()
            self.post_message(self.Changed())

    def render_line(self, y: int) -> Strip:
        """The options."""
        return strip_of(self, self._spans() if y == 0 else (), (), self.size.width, self.rich_style)

    def _spans(self) -> list[Span]:
        signs, focused = self.shown.signs, self.has_focus
        whole = sum(cell_len(label) + 6 for _value, label in self.options)
        if whole <= max(self.size.width, 30):
            spans: list[Span] = []
            for at, (_value, label) in enumerate(self.options):
                mark = f"({signs.unread})" if at == self.at else "( )"
                tone = Tone.KEY if at == self.at and focused else Tone.PLAIN
                spans.append(Span(f"{mark} {self.shown.text(label)}  ", tone))
            return spans
        label = self.shown.text(self.options[self.at][1]) if self.at >= 0 else signs.ellipsis
        place = f"  {self.at + 1}/{len(self.options)}" if self.at >= 0 else ""
        return [Span(f"< {label} >", Tone.KEY if focused else Tone.PLAIN), Span(place, Tone.DIM)]
