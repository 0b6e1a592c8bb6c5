"""What every dialog is: a frame over the list with a title, a line for what went wrong, and its keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.worker import Worker

from core.locale import Message, _
from tui.background import Cancelled, Failed, TakesResults, in_background
from tui.keys import shown_key
from tui.lines import Line, Span
from tui.shown import Shown
from tui.signs import Tone

Result = TypeVar("Result")
T = TypeVar("T")
Key = tuple[str, Message]
"""A key as Textual calls it, and what it does here."""


class Dialog(TakesResults, ModalScreen[Result]):
    """A dialog; it ends with its result, or with None where Esc closed it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", id="dialog.close", show=False)]
    SIZE = "-middle"
    """-small, -middle or -large: how much of the screen it takes; on a small screen all of it."""

    def __init__(self, shown: Shown, title: Message | str) -> None:
        super().__init__()
        self.shown = shown
        self.heading = title

    def compose(self) -> ComposeResult:
        """Title, body, what is to be said, keys."""
        with Vertical(classes=f"dialog {self.SIZE}"):
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
        self.entitle(self.heading)
        self.show_keys()

    def entitle(self, title: Message | str, right: Message | str = "") -> None:
        """Another title; `right` stands at the right edge."""
        self.heading = title
        spans = [Span(f" {self.shown.text(title)} ", Tone.TITLE)]
        self.query_one("#dialog-title", Line).show(spans, [Span(f"{self.shown.text(right)} ")])

    def show_keys(self) -> None:
        """The line of keys, made anew."""
        spans = [Span(" ")]
        for key, label in (*self.keys(), ("escape", self.closes_with())):
            spans.append(Span(shown_key(key), Tone.KEY))
            spans.append(Span(f" {self.shown.text(label)}  "))
        self.query_one("#dialog-keys", Line).show(spans)

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
