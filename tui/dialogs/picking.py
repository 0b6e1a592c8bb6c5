"""A dialog that is a list to choose one of: Enter takes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from textual.widget import Widget

from core.locale import Message, _
from tui.dialogs.dialog import Dialog, Key
from tui.dialogs.rows import Row, RowList, plain
from tui.shown import Shown


class Picking(Dialog[Any]):
    """Lines to choose from; ends with the value of the one that was chosen."""

    def __init__(self, shown: Shown, title: Message, rows: Iterable[Row], value: Any = None) -> None:
        super().__init__(shown, title)
        self.rows, self.value = tuple(rows), value

    def body(self) -> Iterable[Widget]:
        """The lines."""
        yield RowList(id="choices")

    def keys(self) -> Sequence[Key]:
        """Enter takes one."""
        return (("enter", _("Choose")),)

    @property
    def list(self) -> RowList:
        """The lines."""
        return self.query_one(RowList)

    def on_mount(self) -> None:
        """The cursor stands on what holds now."""
        super().on_mount()
        nothing = plain(self.shown.text(_("There is nothing to choose from.")))
        self.list.show(self.rows or [nothing], self.value)
        self.list.focus()

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """That is it."""
        event.stop()
        self.dismiss(event.value)
