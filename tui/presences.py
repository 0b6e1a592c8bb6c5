"""Telling colleagues which record is open here, and showing which they have open. A courtesy, no lock."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import uuid4

from core.presence.presence import gone, here, others
from tui.background import in_background

if TYPE_CHECKING:
    from tui.app import Console
    from tui.pane import TriagePane

STAYS = 2.0
"""Seconds on a record after which it counts as open: who scrolls by does not work on what he passes."""
RENEWED = 10.0


class Presences:
    """What this console tells of itself."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.name = f"{os.uname().nodename}:{os.getpid()}:{uuid4().hex[:8]}"
        self.open: tuple[str, int] | None = None
        self._waits = 0

    def rests(self, pane: TriagePane) -> None:
        """The cursor rests on a record; if it stays there, colleagues hear of it."""
        self._waits += 1
        number, record = self._waits, pane.list.current
        if record is None or pane.worklist_area is None:
            self.open = None
            return
        where = (pane.worklist_area, record)

        def stays() -> None:
            if number == self._waits:
                self.open = where
                self.tell()

        self.console.set_timer(STAYS, stays)

    def tell(self) -> None:
        """Says, or says again, what is open."""
        if self.open is None:
            return
        office, (area, record) = self.console.office, self.open
        in_background(
            self.console,
            "presence",
            lambda _cancelled: here(office, self.name, area, record),
            lambda _none: None,
            failed=lambda _message: None,
        )

    def look(self, pane: TriagePane) -> None:
        """Shows on which of the rows in sight somebody else works."""
        area, list_, office = pane.worklist_area, pane.list, self.console.office
        if area is None:
            return
        ids = list(list_.view.ids[list_.top : list_.top + list_.height])

        def work() -> Mapping[int, str]:
            with office.store.read() as session:
                found = others(session, office, self.name, area, ids)
            return {record: ", ".join(names) for record, names in found.items()}

        def then(found: Mapping[int, str]) -> None:
            list_.put_at_work(found)
            pane.show_status()

        in_background(pane, "at work", lambda _cancelled: work(), then, failed=lambda _message: None)

    def leave(self) -> None:
        """Nothing is open here any more; called when the console ends."""
        gone(self.console.office, self.name)
