"""Loading a view: its ids as a stream, the rows in sight by id; all of it in threads."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from textual.message import Message as Event

from core.errors import LeitstandError
from core.rulebook.worklist import Sort
from tui.background import Cancelled, in_background
from tui.filter_line import read_condition
from tui.reading import Asked, pieces_of, read_rows, read_view
from tui.view import View

if TYPE_CHECKING:
    from tui.pane import TriagePane


class PieceCame(Event):
    """Some ids of a view were read; `token` says of which reading."""

    bubble = False

    def __init__(self, token: int, ids: array[int]) -> None:
        super().__init__()
        self.token, self.ids = token, ids


class ViewLoader:
    """Which view a pane shows: condition and sort, and how far it was read."""

    def __init__(self, pane: TriagePane, condition: str) -> None:
        self.pane, self.condition = pane, condition
        self.sort = Sort()
        self._token = 0
        self._pieces = 0

    def asked(self) -> Asked | None:
        """Which view is wanted; None, and a message, where the condition cannot be understood."""
        try:
            return Asked(read_condition(self.condition, self.pane.worklist), self.sort)
        except LeitstandError as error:
            self.pane.say(error.message)
            return None

    @property
    def understood(self) -> str:
        """The condition in its canonical spelling; empty for all."""
        asked = self.asked()
        return str(asked.condition) if asked is not None and asked.condition is not None else ""

    def load(self, *, keep: bool = False) -> None:
        """Reads the view anew; with `keep` the cursor stays on its record, wherever that stands then."""
        asked = self.asked()
        if asked is None:
            return
        self._token += 1
        self._pieces = 0
        self.pane.follower.forget()
        if keep:
            self._replace(asked)
        else:
            self._stream(asked, self._token)

    def _stream(self, asked: Asked, token: int) -> None:
        pane = self.pane

        def work(cancelled: Cancelled) -> int:
            marks = pane.list.marks
            hidden = len(marks)
            for piece in pieces_of(pane.office, pane.worklist, asked, cancelled):
                hidden -= len(marks.intersection(piece)) if marks else 0
                pane.post_message(PieceCame(token, piece))
            return hidden

        def then(hidden: int) -> None:
            if not self._pieces:
                self._take(View(), 0)
            self._finish(hidden)

        in_background(pane, "view", work, then)

    def _replace(self, asked: Asked) -> None:
        pane, record = self.pane, self.pane.list.current

        def work(cancelled: Cancelled) -> tuple[View, int | None, int]:
            view = View()
            view.ids = read_view(pane.office, pane.worklist, asked, cancelled)
            return view, place_of(record, view.ids), hidden_of(pane.list.marks, view.ids)

        def then(result: tuple[View, int | None, int]) -> None:
            view, place, hidden = result
            self._take(view, pane.list.cursor if place is None else place, keep_line=True)
            self._finish(hidden)

        in_background(pane, "view", work, then)

    def piece_came(self, event: PieceCame) -> None:
        """The first piece is shown at once, the others lengthen it."""
        if event.token != self._token:
            return
        self._pieces += 1
        if self._pieces == 1:
            view = View()
            view.ids.extend(event.ids)
            self._take(view, 0)
        else:
            self.pane.list.view.ids.extend(event.ids)
            self.pane.list.extended()
        self.pane.show_status()

    def _take(self, view: View, cursor: int, *, keep_line: bool = False) -> None:
        # rows that were read are shown until they are read anew: nothing flickers
        view.rows = self.pane.list.view.rows
        self.pane.list.use(view, cursor, keep_line=keep_line)
        self.reread_rows()

    def _finish(self, hidden: int) -> None:
        self.pane.list.view.complete = True
        self.pane.hidden_marks = hidden
        self.pane.show_status()

    def reread_rows(self) -> None:
        """What the window shows is read anew: somebody may have changed it."""
        list_ = self.pane.list
        window = list_.view.ids[list_.top : list_.top + list_.height]
        # what was never read has just been asked for by the list itself
        ids = [id_ for id_ in window if id_ in list_.view.rows]
        if ids:
            self.read_rows(list_.view, ids, group="reread")

    def read_rows(self, view: View, ids: Sequence[int], group: str = "rows") -> None:
        """Reads rows for a view; what comes when another one is shown is dropped."""
        pane = self.pane

        def then(rows: Mapping[int, Any]) -> None:
            if view is pane.list.view:
                pane.list.rows_came(view.keep(rows, ids))
                pane.keys_may_change()

        in_background(
            pane,
            group,
            lambda _cancelled: read_rows(pane.office, pane.worklist, ids),
            then,
            exclusive=group == "reread",
        )


def place_of(record: int | None, ids: array[int]) -> int | None:
    """Where a record stands in a view; None where it is not in it."""
    try:
        return None if record is None else ids.index(record)
    except ValueError:
        return None


def hidden_of(marks: set[int], ids: array[int]) -> int:
    """How many marks a view does not hold."""
    return len(marks) - len(marks.intersection(ids)) if marks else 0
