"""The fields of a form: what is asked, and how an answer is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import click
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from core.errors import LeitstandError, WrongUsage
from core.locale import Message, _
from jobs.commands.grammar import Day
from tui.dialogs.choice import UNDECIDED, Choice, Option
from tui.dialogs.entry import Entry, hidden_in
from tui.lines import Line, Span
from tui.shown import Shown
from tui.signs import Tone


@dataclass(frozen=True)
class Asks:
    """One field. `options` make it a choice; `value` None there: it has to be made."""

    name: str
    label: Message
    help: Message | None = None
    value: Any = ""
    required: bool = False
    masked: bool = False
    options: Sequence[tuple[Any, Message]] = ()
    read: Callable[[str], Any] = str
    """From what was typed to the value; raises a LeitstandError that says what is wrong."""
    proposal: str = ""
    """What was said last time; taken with the key up, never by itself."""


def read_day(text: str) -> date | None:
    """A day as people write it, TT.MM.JJJJ or JJJJ-MM-TT; None for nothing. Raises WrongUsage."""
    if not text.strip():
        return None
    try:
        return Day().convert(text.strip(), None, None)
    except (click.UsageError, LeitstandError):
        raise WrongUsage(
            _("“{value}” is no day; write 31.12.2026 or 2026-12-31", value=text.strip())
        ) from None


def read_whole(text: str) -> int | None:
    """A whole number; None for nothing. Raises WrongUsage."""
    if not text.strip():
        return None
    try:
        return int(text.strip())
    except ValueError:
        raise WrongUsage(_("“{value}” is no whole number", value=text.strip())) from None


class FieldRow(Vertical):
    """A field on screen: label and help, what is entered, and below it what is wrong with it."""

    def __init__(self, asks: Asks, shown: Shown) -> None:
        super().__init__(id=f"field-{asks.name}", classes="field")
        self.asks, self.shown = asks, shown

    def compose(self) -> ComposeResult:
        """Label, entry, error."""
        yield Line(classes="field-label")
        if self.asks.options:
            said: list[Option] = [(value, self.shown.say(label)) for value, label in self.asks.options]
            yield Choice(said, self.asks.value, self.shown)
        else:
            yield Entry(str(self.asks.value or ""), masked=self.asks.masked)
        yield Line(classes="field-note")

    def on_mount(self) -> None:
        """The label."""
        spans = [Span(self.shown.text(self.asks.label), Tone.TITLE)]
        if self.asks.required:
            spans.append(Span(" *", Tone.ACCENT))
        if self.asks.help is not None:
            spans.append(Span(f"  {self.shown.text(self.asks.help)}", Tone.DIM))
        self.query_one(".field-label", Line).show(spans)
        self.note(None)

    @property
    def control(self) -> Entry | Choice:
        """Where it is entered."""
        return self.query_one(Choice) if self.asks.options else self.query_one(Entry)

    @property
    def typed(self) -> Any:
        """What was entered, as it stands there."""
        return self.control.value

    @property
    def is_open(self) -> bool:
        """Whether an answer is needed and nothing is entered yet."""
        return self.asks.required and self.typed in (UNDECIDED, "")

    def value(self) -> Any:
        """What was entered, understood. Raises a LeitstandError that says what is wrong with it."""
        typed = self.typed
        if typed is UNDECIDED:
            raise WrongUsage(_("Choose one."))
        if self.asks.options:
            return typed
        if self.asks.required and not typed.strip():
            raise WrongUsage(_("This is needed."))
        return self.asks.read(typed)

    def note(self, error: Message | None) -> None:
        """Says what is wrong; else what may help."""
        line = self.query_one(".field-note", Line)
        if error is not None:
            line.show([Span(f"{self.shown.signs.failed} {self.shown.text(error)}", Tone.ERROR)])
        elif not self.asks.masked and isinstance(self.typed, str) and hidden_in(self.typed):
            line.show([Span(self.shown.text(hidden_in(self.typed)), Tone.WARNING)])
        elif self.asks.proposal and not self.typed:
            said = _("↑ takes “{text}”, as last time", text=self.asks.proposal)
            line.show([Span(self.shown.text(said), Tone.DIM)])
        else:
            line.show([])
        self.set_class(bool(line.spans), "-noted")

    def take_proposal(self) -> bool:
        """Enters what was said last time, where nothing is entered; whether it did."""
        control = self.control
        if isinstance(control, Entry) and self.asks.proposal and not control.value:
            control.value = self.asks.proposal
            control.cursor_position = len(control.value)
            return True
        return False

    def on_input_changed(self, event: Input.Changed) -> None:
        """What was wrong may be right now."""
        event.stop()
        self.note(None)

    def on_choice_changed(self, event: Choice.Changed) -> None:
        """The same."""
        event.stop()
        self.note(None)
