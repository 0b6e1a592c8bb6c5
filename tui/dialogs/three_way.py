"""Texts beside each other, field by field, of which one is chosen: the merge view and import conflicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from core.locale import Message, _
from core.text import visible
from jobs.commands.findings import field_label
from tui.dialogs.dialog import Dialog, Key
from tui.dialogs.rows import Row, RowList
from tui.lines import Line, Span
from tui.shown import Shown, fitted
from tui.signs import Tone

LABEL_WIDTH = 16
CHOSEN = 2


@dataclass(frozen=True, slots=True)
class Side:
    """One column; one that cannot be chosen is only there to be read."""

    key: str
    heading: Message
    can_be_chosen: bool = True


@dataclass(frozen=True, slots=True)
class Difference:
    """One field: its text on every side, and which is proposed ("": somebody has to choose)."""

    field: str
    texts: Mapping[str, str]
    proposed: str = ""


class ThreeWay(Dialog[Mapping[str, str]]):
    """Chooses a side for each field; ends with the key of the side by field."""

    SIZE = "-large"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "choose(-1)", id="dialog.side-left", show=False),
        Binding("right,l,space", "choose(1)", id="dialog.side-right", show=False),
        Binding("f2,ctrl+s", "agree", id="dialog.submit", show=False),
    ]

    def __init__(
        self,
        shown: Shown,
        title: Message,
        sides: Sequence[Side],
        differences: Sequence[Difference],
        does: Message,
    ) -> None:
        super().__init__(shown, title)
        self.sides, self.differences, self.does = tuple(sides), tuple(differences), does
        self.chosen = {one.field: one.proposed for one in differences}

    def body(self) -> Iterable[Widget]:
        """The columns; below them the texts of one field in full."""
        yield Line(id="sides")
        yield RowList(id="differences")
        for side in self.sides:
            yield Line(id=f"whole-{side.key}")

    def keys(self) -> Sequence[Key]:
        """Choose, then F2."""
        return (("f2", self.does), ("left", _("choose")), ("right", _("choose")))

    def on_mount(self) -> None:
        """Nothing is chosen where both sides have changed."""
        super().on_mount()
        self.draw()
        self.query_one(RowList).focus()

    @property
    def _width(self) -> int:
        room = self.query_one(RowList).scrollable_content_region.width or 76
        return max(8, (room - LABEL_WIDTH - 2) // len(self.sides) - CHOSEN - 1)

    def draw(self) -> None:
        """Columns and rows for the present width."""
        spans = [Span(" " * (LABEL_WIDTH + 2))]
        for side in self.sides:
            said = fitted("  " + self.shown.text(side.heading), self._width + CHOSEN)
            spans.append(Span(said + " ", Tone.TITLE))
        self.query_one("#sides", Line).show(spans)
        self.query_one(RowList).show([self._row(one) for one in self.differences])
        self._show_whole()

    def _row(self, one: Difference) -> Row:
        label = self.shown.text(field_label(one.field))
        is_open = not self.chosen[one.field]
        spans = [Span(f" {fitted(label, LABEL_WIDTH)} ", Tone.WARNING if is_open else Tone.PLAIN)]
        for side in self.sides:
            is_chosen = self.chosen[one.field] == side.key
            sign = self.shown.signs.unread if is_chosen else " "
            text = fitted(self.shown.text(visible(one.texts[side.key])), self._width)
            tone = Tone.GOOD if is_chosen else Tone.PLAIN if side.can_be_chosen else Tone.DIM
            spans.append(Span(f"{sign} {text} ", tone))
        return Row(tuple(spans), one.field)

    def _show_whole(self) -> None:
        field = self.query_one(RowList).value
        one = next((each for each in self.differences if each.field == field), None)
        if one is None:
            return
        for side in self.sides:
            label = fitted(self.shown.text(side.heading), LABEL_WIDTH)
            line = self.query_one(f"#whole-{side.key}", Line)
            line.show([Span(f" {label} ", Tone.DIM), Span(self.shown.text(visible(one.texts[side.key])))])

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """The texts of that field in full."""
        event.stop()
        self._show_whole()

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Enter goes on to the next field."""
        event.stop()
        self.query_one(RowList).action_move(1)

    def on_resize(self) -> None:
        """Columns find their widths anew."""
        if self.is_mounted:
            self.draw()

    def action_choose(self, step: int) -> None:
        """The side to the left or right of the chosen one."""
        field = self.query_one(RowList).value
        if field is None:
            return
        keys = [side.key for side in self.sides if side.can_be_chosen]
        before = self.chosen[field]
        if before:
            at = max(0, min(keys.index(before) + step, len(keys) - 1))
        else:
            at = 0 if step < 0 else len(keys) - 1 if len(keys) == CHOSEN else 0
        self.chosen[field] = keys[at]
        self.tell(None)
        self.draw()

    def action_agree(self) -> None:
        """Ends with what is chosen, once something is for every field."""
        missing = [one.field for one in self.differences if not self.chosen[one.field]]
        if missing:
            self.query_one(RowList).show(self.query_one(RowList).rows, missing[0])
            self._show_whole()
            self.complain(_("Choose with ← and → which holds: {field}.", field=field_label(missing[0])))
            return
        self.dismiss(dict(self.chosen))
