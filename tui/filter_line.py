"""The filter line: a condition typed while the list follows, with proposals, and a caret under errors."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message as Event
from textual.timer import Timer
from textual.widgets import Input

from core.errors import LeitstandError
from core.locale import _
from core.rulebook.condition import Condition, ConditionError, Vocabulary, parse, suggest, word_start
from tui.lines import Line, Span
from tui.listed import AnyWorklist
from tui.shown import Shown
from tui.signs import Tone

TYPED = 0.15
"""Seconds after the last key in which the list begins to follow."""
PROPOSED = 8


def read_condition(text: str, worklist: AnyWorklist) -> Condition | None:
    """What somebody typed: a condition, or a word that is looked for. Raises ConditionError."""
    text = text.strip()
    if not text:
        return None
    try:
        return parse(text, worklist.vocabulary)
    except ConditionError:
        if ":" in text or "(" in text:
            raise
        return parse(worklist.quick(text), worklist.vocabulary)


class FilterLine(Vertical):
    """Hidden until it is asked for; Enter keeps the condition, Esc goes back to the one before."""

    class Typed(Event):
        """A condition that can be understood."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Closed(Event):
        """The line is put away; `kept` says whether its condition holds."""

        def __init__(self, *, kept: bool) -> None:
            super().__init__()
            self.kept = kept

    def __init__(self, shown: Shown, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.shown = shown
        self.display = False
        self.worklist: AnyWorklist | None = None
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """The line itself, and below it what may come next or what is wrong."""
        yield Input(id="filter-input", compact=True, select_on_focus=False)
        yield Line(id="filter-hint")

    def open(self, text: str, worklist: AnyWorklist) -> None:
        """Shows the line with a condition in it."""
        self.worklist = worklist
        self.display = True
        line = self.query_one(Input)
        line.value = f"{text} " if text else ""
        line.cursor_position = len(line.value)
        # at once, for the next key may be there already
        self.screen.set_focus(line)
        self._hint()

    @property
    def is_open(self) -> bool:
        """Whether somebody is typing."""
        return self.display

    def close(self, *, kept: bool) -> None:
        """Puts the line away."""
        if self._timer is not None:
            self._timer.stop()
        self.display = False
        self.post_message(self.Closed(kept=kept))

    def on_input_changed(self, event: Input.Changed) -> None:
        """The list follows once the hand rests."""
        event.stop()
        if not self.is_open:
            return
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(TYPED, self._follow)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter keeps a condition that can be understood."""
        event.stop()
        if self._follow():
            self.close(kept=True)

    def on_key(self, event: events.Key) -> None:
        """Tab takes the first proposal, Esc goes back."""
        if event.key == "tab":
            event.stop()
            event.prevent_default()
            self._complete()
        elif event.key == "escape":
            event.stop()
            self.close(kept=False)

    def _follow(self) -> bool:
        text = self.query_one(Input).value
        if self.worklist is None or not self._hint():
            return False
        self.post_message(self.Typed(text.strip()))
        return True

    def _vocabulary(self) -> Vocabulary | None:
        return self.worklist.vocabulary if self.worklist is not None else None

    def _hint(self) -> bool:
        """Shows what may come next, or what is wrong; whether nothing is."""
        line, hint = self.query_one(Input), self.query_one("#filter-hint", Line)
        try:
            if self.worklist is not None:
                read_condition(line.value, self.worklist)
        except ConditionError as error:
            proposals = self._proposals()
            if proposals and error.position >= word_start(line.value, line.cursor_position):
                # half a word is no mistake
                hint.show([Span(" ".join(proposals), Tone.DIM)])
            else:
                caret = " " * min(error.position, 60) + self.shown.signs.up
                hint.show([Span(caret + " ", Tone.ERROR), Span(self.shown.text(error.reason), Tone.ERROR)])
            return False
        except LeitstandError as error:
            hint.show([Span(self.shown.text(error.message), Tone.ERROR)])
            return False
        proposals = self._proposals()
        said = " ".join(proposals) if proposals else self.shown.text(_("Enter keeps it, Esc goes back."))
        hint.show([Span(said, Tone.DIM)])
        return True

    def _proposals(self) -> list[str]:
        vocabulary, line = self._vocabulary(), self.query_one(Input)
        if vocabulary is None:
            return []
        return suggest(line.value, line.cursor_position, vocabulary, self.shown.language)[:PROPOSED]

    def _complete(self) -> None:
        line, proposals = self.query_one(Input), self._proposals()
        if not proposals:
            return
        start = word_start(line.value, line.cursor_position)
        rest = line.value[line.cursor_position :]
        ending = "" if proposals[0].endswith(":") else " "
        line.value = line.value[:start] + proposals[0] + ending + rest.lstrip()
        line.cursor_position = start + len(proposals[0]) + len(ending)
