"""A confirmation, for what cannot be undone and for marks that the filter hides; cancel comes first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from textual import events
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from core.locale import Message, _, n_
from tui.blocks import Block, Paragraph, rendered
from tui.dialogs.dialog import Dialog, Key
from tui.keys import shown_key
from tui.lines import Line, Span
from tui.shown import Shown
from tui.signs import Tone


class Answer(Enum):
    """What was said; Esc and Enter say nothing at all."""

    ALL = auto()
    ONLY_VISIBLE = auto()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: an operation, for how many, how many of them the filter hides, and on which key."""

    operation: Message
    count: int
    hidden: int = 0
    undoable: bool = False
    pressed: str = ""
    """The key that led here: it never confirms."""
    details: tuple[Message, ...] = ()


class Question(Dialog[Answer]):
    """Asks; Esc and Enter cancel, and keys of the first moment are those that somebody still holds down."""

    SIZE = "-small"
    HELD = 0.3
    """Seconds in which nothing is heard, once more after each key that comes meanwhile."""

    def __init__(self, shown: Shown, asked: Asked, subjects: Sequence[str] = ()) -> None:
        super().__init__(shown, _("{operation}?", operation=asked.operation))
        self.asked, self.subjects = asked, tuple(subjects)
        self.hears = False
        self._timer: Timer | None = None
        self.yes, self.only = answer_keys(shown.language, asked.pressed)

    def body(self) -> Iterable[Widget]:
        """The question."""
        yield Static(markup=False, id="question")

    def keys(self) -> Sequence[Key]:
        """What confirms, and only by a key of its own."""
        asked, number = self.asked, self.shown.number
        all_of_them = n_("Yes, do it", "Yes, all {number}", asked.count, number=number(asked.count))
        if not self._leaves_some():
            return ((self.yes, all_of_them),)
        left = asked.count - asked.hidden
        seen = n_("Only the visible one", "Only the {number} visible ones", left, number=number(left))
        return ((self.yes, all_of_them), (self.only, seen))

    def _leaves_some(self) -> bool:
        return 0 < self.asked.hidden < self.asked.count

    def show_keys(self) -> None:
        """Cancel first."""
        spans = [Span(" "), Span(f"{shown_key('escape')} {shown_key('enter')}", Tone.KEY)]
        spans.append(Span(f" {self.shown.text(_('Cancel'))}  ", Tone.TITLE))
        for key, label in self.keys():
            spans += [Span(shown_key(key), Tone.KEY), Span(f" {self.shown.text(label)}  ")]
        self.query_one("#dialog-keys", Line).show(spans)

    def on_mount(self) -> None:
        """Deaf for a moment."""
        super().on_mount()
        self.draw()
        self._listen_again()

    def draw(self) -> None:
        """What is asked, in sentences."""
        width = max(20, self.query_one("#question", Static).size.width)
        self.query_one("#question", Static).update(rendered(self._blocks(), self.shown, width))

    def _blocks(self) -> Iterable[Block]:
        asked, number = self.asked, self.shown.number
        yield Paragraph(
            n_("{number} record.", "{number} records.", asked.count, number=number(asked.count)), Tone.TITLE
        )
        if asked.hidden:
            hidden = n_(
                "{number} of them is hidden by the filter.",
                "{number} of them are hidden by the filter.",
                asked.hidden,
                number=number(asked.hidden),
            )
            yield Paragraph(hidden, Tone.WARNING)
        for subject in self.subjects:
            yield Paragraph(f"  {self.shown.signs.dot} {subject}")
        more = asked.count - len(self.subjects)
        if self.subjects and more > 0:
            yield Paragraph(
                n_("… and {number} more", "… and {number} more", more, number=number(more)), Tone.DIM
            )
        for detail in asked.details:
            yield Paragraph(detail)
        if not asked.undoable:
            yield Paragraph(_("This cannot be undone."), Tone.ERROR)

    def _listen_again(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(self.HELD, self._listen)

    def _listen(self) -> None:
        self.hears = True

    def on_key(self, event: events.Key) -> None:
        """The one key that confirms, and no other."""
        if event.key == "escape":
            return
        event.stop()
        event.prevent_default()
        if not self.hears:
            self._listen_again()
        elif event.key == self.yes:
            self.dismiss(Answer.ALL)
        elif event.key == self.only and self._leaves_some():
            self.dismiss(Answer.ONLY_VISIBLE)
        elif event.key == "enter":
            self.dismiss(None)


def answer_keys(language: str, pressed: str) -> tuple[str, str]:
    """The keys for yes and for only the visible ones; never the one that led to the question."""
    taken = set(pressed.split(","))
    yes, only = ("j", "s") if language == "de" else ("y", "v")
    free = [key for key in ("o", "l", "n") if key not in taken]
    return (free[0] if yes in taken else yes), (free[1] if only in taken else only)
