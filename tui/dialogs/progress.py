"""Bulk actions under way: how far they are, what they left alone; one can be told to stop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from core.locale import Message, _, n_
from core.operation import Refusal
from tui.dialogs.dialog import Dialog, Key
from tui.dialogs.report import refusal_rows
from tui.dialogs.rows import EMPTY_LINE, Row, RowList, paragraph, plain
from tui.lines import Span
from tui.shown import Shown, fitted
from tui.signs import Tone

if TYPE_CHECKING:
    from core.bulk.action import BulkAction
    from core.office import Office

LOOKS = 0.5
"""Seconds between two looks at how far they are."""
BAR_WIDTH, LABEL_WIDTH = 20, 24
SHOWN_REFUSALS = 200
STATES = {
    "waiting": _("waiting"),
    "running": _("running"),
    "done": _("done"),
    "cancelled": _("cancelled"),
    "failed": _("failed"),
}
TONES = {"done": Tone.GOOD, "cancelled": Tone.WARNING, "failed": Tone.ERROR, "running": Tone.ACCENT}


@dataclass(frozen=True)
class Course:
    """How a bulk action stands, ready to be shown."""

    id: int
    label: Message
    state: str
    total: int
    reached: int
    done: int
    refused: int
    undoable: bool = False
    failure: Message | None = None
    notes: tuple[Message, ...] = ()
    refusals: tuple[Refusal, ...] = field(default_factory=tuple["Refusal", ...])

    @property
    def is_unfinished(self) -> bool:
        """Whether a worker still has to do something for it."""
        return self.state in ("waiting", "running")

    def in_short(self, shown: Shown) -> Message:
        """One sentence for the status line, once it has ended."""
        number = shown.number
        if self.failure is not None:
            return _("{operation} broke off: {reason}", operation=self.label, reason=self.failure)
        done = n_("{number} done", "{number} done", self.done, number=number(self.done))
        left = n_("{number} left alone", "{number} left alone", self.refused, number=number(self.refused))
        state = STATES[self.state]
        said = {"operation": self.label, "state": state, "done": done, "left": left}
        can_be_undone = self.undoable and self.done > 0
        if self.refused and can_be_undone:
            return _("{operation} {state}: {done}, {left}. p shows why, u takes it back.", **said)
        if self.refused:
            return _("{operation} {state}: {done}, {left}. p shows why.", **said)
        if can_be_undone:
            return _("{operation} {state}: {done}. u takes it back.", **said)
        return _("{operation} {state}: {done}.", **said)


def course_of(office: Office, action: int) -> Course:
    """How one stands, with what it left alone. Raises NotFound."""
    from core.bulk.status import refusals_of, status_of

    with office.store.read() as session:
        one = status_of(session, action)
        refusals = refusals_of(session, action)[:SHOWN_REFUSALS] if one.refused else []
    return _course(one, refusals)


def courses(office: Office) -> list[Course]:
    """Those of this operator, the newest first; and who has none: everybody's."""
    from core.bulk.status import newest

    with office.store.read() as session:
        ones = newest(session)
    own = [one for one in ones if one.operator == office.operator.name]
    return [_course(one) for one in (own or ones)]


def _course(one: BulkAction, refusals: Sequence[Refusal] = ()) -> Course:
    from core.bulk.status import failure_of, label_of, notes_of
    from core.errors import NotFound
    from core.registry import operation_of

    try:
        undoable = operation_of(one.area, one.operation).undoable
    except NotFound:
        undoable = False
    return Course(
        one.id or 0,
        label_of(one),
        str(one.state),
        one.total,
        one.reached,
        one.done,
        one.refused,
        undoable and one.entry is not None,
        failure_of(one),
        notes_of(one),
        tuple(refusals),
    )


class Progress(Dialog[None]):
    """Follows bulk actions; closing it stops nothing."""

    SIZE = "-large"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("x", "cancel", id="dialog.cancel", show=False)]

    def __init__(self, shown: Shown, office: Office, action: int | None = None) -> None:
        super().__init__(shown, _("Bulk actions"))
        self.office, self.action = office, action
        self.courses: list[Course] = []
        self.whole: Course | None = None

    def body(self) -> Iterable[Widget]:
        """The actions; below them what the chosen one left alone."""
        yield RowList(id="actions")
        yield RowList(id="left-alone")

    def keys(self) -> Sequence[Key]:
        """One can be told to stop."""
        return (("x", _("Stop it")),)

    def closes_with(self) -> Message:
        """It goes on without being looked at."""
        return _("Close, it goes on")

    def on_mount(self) -> None:
        """Looks again and again."""
        super().on_mount()
        self.query_one("#left-alone", RowList).can_focus = False
        self.actions.focus()
        self.look()
        self.set_interval(LOOKS, self.look)

    @property
    def actions(self) -> RowList:
        """The actions."""
        return self.query_one("#actions", RowList)

    def look(self) -> None:
        """Reads how far they are."""
        chosen = self.action

        def work() -> tuple[list[Course], Course | None]:
            found = courses(self.office)
            action = chosen or (found[0].id if found else None)
            return found, course_of(self.office, action) if action else None

        self.behind(lambda _cancelled: work(), self._show, group="courses")

    def _show(self, read: tuple[list[Course], Course | None]) -> None:
        self.courses, self.whole = read
        rows = [_row(self.shown, one) for one in self.courses]
        self.actions.show(
            rows or [plain(self.shown.text(_("Nothing is under way.")))],
            self.whole.id if self.whole else None,
        )
        self.query_one("#left-alone", RowList).show(self._told(self.whole) if self.whole else ())

    def _told(self, one: Course) -> Iterator[Row]:
        said = one.label if one.is_unfinished else one.in_short(self.shown)
        yield from paragraph(self.shown.text(said), self.room, Tone.TITLE, before=(Span(" "),))
        for note in one.notes:
            yield from paragraph(self.shown.text(note), self.room)
        yield EMPTY_LINE
        yield from refusal_rows(self.shown, one.refusals, one.refused, self.room)

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """What the other one left alone."""
        event.stop()
        self.action = event.value
        self.look()

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """There is nothing more to say of it."""
        event.stop()

    def action_cancel(self) -> None:
        """Asks the worker to stop; what is done stays done."""
        from core.bulk.submitting import cancel

        action: int | None = self.actions.value
        if action is None:
            return

        def then(_one: object) -> None:
            self.tell(_("It stops after the step that it is in; what is done stays done."))
            self.look()

        self.behind(lambda _cancelled: cancel(self.office, action), then, group="cancel")


def _row(shown: Shown, one: Course) -> Row:
    part = one.reached / one.total if one.total else float(not one.is_unfinished)
    full = round(part * BAR_WIDTH)
    bar = shown.signs.bar * full + shown.signs.rest * (BAR_WIDTH - full)
    tone = TONES.get(one.state, Tone.PLAIN)
    place = f"{shown.number(one.reached)}/{shown.number(one.total)}"
    spans = [
        Span(f" {fitted(shown.text(one.label), LABEL_WIDTH)} "),
        Span(f"{bar} ", tone),
        Span(f"{place:>15}  "),
        Span(shown.text(STATES[one.state]), tone),
    ]
    return Row(tuple(spans), one.id)
