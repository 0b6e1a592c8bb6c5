"""What a bulk action did: how many, and each record that was left alone with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from textual.widget import Widget

from core.locale import Message, _, n_
from core.operation import Refusal
from core.text import visible
from tui.dialogs.dialog import Dialog, Key
from tui.dialogs.rows import EMPTY_LINE, Row, RowList, paragraph, plain
from tui.lines import Span
from tui.shown import Shown, fitted
from tui.signs import Tone

SUBJECT_WIDTH = 14


class ReportDialog(Dialog[None]):
    """Reads like a receipt. `refused` counts all that were left alone, `refusals` are the first of them."""

    SIZE = "-large"

    def __init__(
        self,
        shown: Shown,
        label: Message,
        done: int,
        refusals: Sequence[Refusal],
        *,
        refused: int | None = None,
        notes: Sequence[Message] = (),
    ) -> None:
        super().__init__(shown, label)
        self.done, self.refusals, self.notes = done, tuple(refusals), tuple(notes)
        self.refused = len(refusals) if refused is None else refused

    def body(self) -> Iterable[Widget]:
        """The lines."""
        yield RowList(id="report")

    def keys(self) -> Sequence[Key]:
        """It is only read."""
        return (("down", _("Scroll")),)

    def on_mount(self) -> None:
        """All that there is to say."""
        super().on_mount()
        self.query_one(RowList).show(self._rows())
        self.query_one(RowList).focus()

    def _rows(self) -> Iterator[Row]:
        shown, number = self.shown, self.shown.number
        done = n_("{number} record done.", "{number} records done.", self.done, number=number(self.done))
        yield plain(shown.text(done), Tone.GOOD)
        left = n_(
            "{number} record left alone.",
            "{number} records left alone.",
            self.refused,
            number=number(self.refused),
        )
        yield plain(shown.text(left), Tone.WARNING if self.refused else Tone.DIM)
        for note in self.notes:
            yield from paragraph(shown.text(note), self.room)
        yield EMPTY_LINE
        yield from refusal_rows(shown, self.refusals, self.refused, self.room)


def refusal_rows(shown: Shown, refusals: Sequence[Refusal], refused: int, width: int) -> Iterator[Row]:
    """Subject and reason of each; how many more there are."""
    for one in refusals:
        subject = fitted(shown.text(visible(one.subject)), SUBJECT_WIDTH)
        before = (Span(f"  {subject}  ", Tone.ACCENT),)
        yield from paragraph(shown.text(one.reason), width, before=before)
    more = refused - len(refusals)
    if more > 0:
        yield plain(
            shown.text(n_("… and {number} more", "… and {number} more", more, number=shown.number(more)))
        )
