"""A form: fields below each other, mistakes at the field; and the form of an operation's parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input, Static

from core.errors import LeitstandError
from core.locale import Message, _
from tui.blocks import Block, rendered
from tui.dialogs.choice import Choice
from tui.dialogs.dialog import Dialog, Fields, Key
from tui.dialogs.fields import Asks, FieldRow
from tui.shown import Shown

Submit = Callable[[Mapping[str, Any]], Any]
"""Takes the values by name, in a thread; what it answers is the form's result, what it raises is said."""


class Form(Dialog[Any]):
    """Asks for some values; nothing that was typed goes while there is something wrong with it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2,ctrl+s", "submit", id="dialog.submit", show=False),
        # before what the field does with it: what is typed behind it is for the next field
        Binding("down,tab", "next", id="dialog.next-field", show=False, priority=True),
        Binding("up", "previous", id="dialog.previous-field", show=False, priority=True),
    ]

    def __init__(
        self,
        shown: Shown,
        title: Message,
        fields: Sequence[Asks],
        submit: Submit,
        *,
        intro: Sequence[Block] = (),
        does: Message | None = None,
        blamed: str = "",
    ) -> None:
        super().__init__(shown, title)
        self.fields, self.submit, self.intro = tuple(fields), submit, tuple(intro)
        self.does = does or _("Do it")
        self.blamed = blamed
        """The field that is to blame where nobody says which."""
        self.is_busy = False

    def body(self) -> Iterable[Widget]:
        """What is to be known, then the fields."""
        with Fields(classes="fields"):
            if self.intro:
                yield Static(markup=False, classes="intro")
            for field in self.fields:
                yield FieldRow(field, self.shown)

    def keys(self) -> Sequence[Key]:
        """Saved with F2; ctrl+s, too, where the terminal does not keep it for itself."""
        return (("f2", self.does), ("tab", _("Next field")))

    def on_mount(self) -> None:
        """The first field is ready to be typed in."""
        super().on_mount()
        if self.intro:
            self.query_one(".intro", Static).update(
                rendered(self.intro, self.shown, max(30, self.size.width - 10))
            )
        self._first_open_row().control.focus()

    def _first_open_row(self) -> FieldRow:
        """Where something is still to be said; what is filled in already is only looked at."""
        return next((row for row in self.rows if row.is_open), self.rows[0])

    def row(self, name: str) -> FieldRow:
        """A field by name."""
        return self.query_one(f"#field-{name}", FieldRow)

    @property
    def rows(self) -> list[FieldRow]:
        """All fields."""
        return list(self.query(FieldRow))

    def action_close(self) -> None:
        """Closes, unless what was entered is being stored this moment."""
        if not self.is_busy:
            self.dismiss(None)

    def action_next(self) -> None:
        """To the next field."""
        self.focus_next()

    def action_previous(self) -> None:
        """To the field before, unless there is a proposal to be taken."""
        focused = self._focused_row()
        if focused is None or not focused.take_proposal():
            self.focus_previous()

    def _focused_row(self) -> FieldRow | None:
        return next((row for row in self.rows if self.focused is row.control), None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes on to the next field; on the last one the form is done."""
        event.stop()
        self._go_on()

    def on_choice_submitted(self, event: Choice.Submitted) -> None:
        """The same."""
        event.stop()
        self._go_on()

    def _go_on(self) -> None:
        if self._focused_row() is self.rows[-1]:
            self.action_submit()
        else:
            self.focus_next()

    def action_submit(self) -> None:
        """Reads every field; hands the values over where nothing is wrong."""
        if self.is_busy:
            return
        values: dict[str, Any] = {}
        wrong: list[FieldRow] = []
        for row in self.rows:
            try:
                values[row.asks.name] = row.value()
            except LeitstandError as error:
                row.note(error.message)
                wrong.append(row)
        if wrong:
            wrong[0].control.focus()
            return
        self.is_busy = True
        self.tell(_("One moment …"))
        self.behind(lambda _cancelled: self.submit(values), self._done, group="submit", failed=self._refused)

    def _done(self, result: Any) -> None:
        self.dismiss(result)

    def _refused(self, message: Message) -> None:
        self.is_busy = False
        blamed = next((row for row in self.rows if row.asks.name == self.blamed), None)
        if blamed is not None and not blamed.typed:
            self.tell(None)
            blamed.note(message)
            blamed.control.focus()
        else:
            self.complain(message)
