"""The view by cause: how many, first and last seen; Enter narrows the list to one, space marks it whole."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from core.errors import LeitstandError
from core.locale import _
from core.rulebook.worklist import Group, Sort
from tui.area import Column
from tui.background import Cancelled, in_background
from tui.filter_line import read_condition
from tui.reading import Asked, read_groups, read_view
from tui.shown import Shown
from tui.table import RecordList
from tui.view import View

if TYPE_CHECKING:
    from tui.pane import TriagePane


def _age(group: Group, shown: Shown, *, first: bool) -> str:
    moment = group.first if first else group.last
    return shown.age(moment) if moment is not None else ""


class CauseList(RecordList):
    """The groups of a pane's view; hidden until they are asked for."""

    def __init__(self, pane: TriagePane, *, id: str) -> None:
        columns = (
            Column("", _("Cause"), 20, lambda group, shown: pane.area.group_said(group.key, shown), grows=1),
            Column("", _("Number"), 8, lambda group, shown: shown.number(group.count), right=True),
            Column("", _("First seen"), 13, lambda group, shown: _age(group, shown, first=True), right=True),
            Column("", _("Last seen"), 13, lambda group, shown: _age(group, shown, first=False), right=True),
        )
        super().__init__(columns, pane.shown, id=id)
        self.pane = pane

    @property
    def is_shown(self) -> bool:
        """Whether it stands in the list's place."""
        return self.pane.has_class("-causes")

    def show(self) -> None:
        """Reads the groups and takes the list's place."""
        pane = self.pane
        ids = pane.list.view.ids

        def then(groups: list[Group]) -> None:
            if not groups:
                pane.say(_("Here is nothing to group."))
                return
            view = View()
            view.ids = array("q", range(len(groups)))
            view.rows.update(enumerate(groups))
            view.complete = True
            pane.add_class("-causes")
            self.shown = pane.shown
            self.use(view, 0)
            pane.take_focus()
            self.call_after_refresh(pane.show_status)

        in_background(
            pane,
            "groups",
            lambda _cancelled: read_groups(pane.office, pane.worklist, ids),
            then,
            failed=pane.say,
        )

    def hide(self) -> None:
        """Gives the list its place back."""
        self.pane.remove_class("-causes")
        self.pane.take_focus()
        self.call_after_refresh(self.pane.show_status)

    def _narrowed(self) -> str:
        group: Group = self.current_row
        whole = self.pane.loader.understood
        return f"({whole}) {group.condition}" if whole else group.condition

    def enter(self) -> None:
        """The list shows this cause alone."""
        if self.current_row is not None:
            condition = self._narrowed()
            self.hide()
            self.pane.filter_by(condition)

    def mark_whole(self) -> None:
        """Every record of this cause is marked; those of other causes stay as they are."""
        pane = self.pane
        if self.current_row is None:
            return
        try:
            asked = Asked(read_condition(self._narrowed(), pane.worklist), Sort())
        except LeitstandError as error:
            pane.say(error.message)
            return

        def work(cancelled: Cancelled) -> array[int]:
            return read_view(pane.office, pane.worklist, asked, cancelled)

        in_background(pane, "mark", work, lambda ids: pane.list.mark(pane.list.marks | set(ids)))
        self.move_to(self.cursor + 1)
