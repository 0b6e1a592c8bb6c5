"""What every dialog is: a frame over the list with a title, a line for what went wrong, and its keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.worker import Worker

from core.locale import Message, _
from tui.background import Cancelled, Failed, TakesResults, in_background
from tui.keys import shown_key
from tui.lines import Line, Span
from tui.shown import Shown
from tui.signs import ASCII, Tone

Result = TypeVar("Result")
T = TypeVar("T")
Key = tuple[str, Message]
"""A key as Textual calls it, and what it does here."""


WIDTHS = {"-small": 70, "-middle": 90, "-large": 130}
"""As screens.tcss has them."""


class Fields(VerticalScroll, can_focus=False, inherit_bindings=False):
    """Fields below each other: up and down lead from one to the next and scroll nothing away."""


class Dialog(TakesResults, ModalScreen[Result]):
    """A dialog; it ends with its result, or with None where Esc closed it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", id="dialog.close", show=False)]
    SIZE = "-middle"
    """-small, -middle or -large: how much of the screen it takes; on a small screen all of it."""

    def __init__(self, shown: Shown, title: Message | str) -> None:
        super().__init__()
        self.shown = shown
        self.heading = title
        self.beside: Message | str = ""

    def compose(self) -> ComposeResult:
        """Title, body, what is to be said, keys."""
        plain = " -plain" if self.shown.signs is ASCII else ""
        with Vertical(classes=f"dialog {self.SIZE}{plain}"):
            yield Line(id="dialog-title", classes="title")
            yield from self.body()
            yield Line(id="dialog-notice")
            yield Line(id="dialog-keys")

    def body(self) -> Iterable[Widget]:
        """What stands between title and keys."""
        return ()

    def keys(self) -> Sequence[Key]:
        """What can be pressed here, beside Esc."""
        return ()

    def on_mount(self) -> None:
        """Title and keys."""
        self.entitle(self.heading, self.beside)
        self.show_keys()

    def entitle(self, title: Message | str, right: Message | str = "") -> None:
        """Another title; `right` stands at the right edge."""
        self.heading, self.beside = title, right
        spans = [Span(f" {self.shown.text(title)} ", Tone.TITLE)]
        self.query_one("#dialog-title", Line).show(spans, [Span(f"{self.shown.text(right)} ")])

    @property
    def room(self) -> int:
        """Cells of a line between the frame and a scroll bar."""
        return min(WIDTHS[self.SIZE], self.size.width) - 3

    def show_keys(self) -> None:
        """The line of keys, made anew."""
        keys = [span for key, label in self.keys() for span in self._key_spans(key, label)]
        # at the right edge nothing is cut: how to get out of it can always be read
        closing = self._key_spans("escape", self.closes_with())
        self.query_one("#dialog-keys", Line).show([Span(" "), *keys], [Span(" "), *closing])

    def _key_spans(self, key: str, label: Message) -> list[Span]:
        return [Span(shown_key(key), Tone.KEY), Span(f" {self.shown.text(label)}  ")]

    def closes_with(self) -> Message:
        """What Esc does, in a word."""
        return _("Close")

    def tell(self, message: Message | str | None, tone: Tone = Tone.PLAIN) -> None:
        """Says something above the keys; None takes it away."""
        said = "" if message is None else f" {self.shown.text(message)}"
        self.query_one("#dialog-notice", Line).show([Span(said, tone)])

    @property
    def told(self) -> str:
        """What was said last."""
        return self.query_one("#dialog-notice", Line).text.strip()

    def complain(self, message: Message) -> None:
        """Says what went wrong; the dialog stays as it is."""
        self.tell(message, Tone.ERROR)

    def on_failed(self, event: Failed) -> None:
        """Whatever could not be done is said here, where it was asked for."""
        event.stop()
        self.complain(event.message)

    def behind(
        self,
        work: Callable[[Cancelled], T],
        then: Callable[[T], None],
        *,
        group: str = "dialog",
        exclusive: bool = True,
        failed: Callable[[Message], None] | None = None,
    ) -> Worker[None]:
        """Does something in a thread while the dialog can be used."""
        return in_background(self, group, work, then, exclusive=exclusive, failed=failed or self.complain)

    def over(self, screen: Screen[T], then: Callable[[T | None], None]) -> None:
        """Opens another dialog over this one."""
        self.app.push_screen(screen, then)  # pyright: ignore[reportUnknownMemberType]

    def action_close(self) -> None:
        """Closes the dialog; nothing is done."""
        self.dismiss(None)
