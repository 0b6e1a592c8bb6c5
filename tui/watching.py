"""Watching the database: a thread that looks twice a second whether anybody has committed anything."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from textual.message import Message as Event

from core.errors import DatabaseUnavailable
from core.store.changes import ChangeSignal
from tui.background import Failed

if TYPE_CHECKING:
    from textual.app import App

    from core.office import Office

LOOKS_EVERY = 0.4


class Committed(Event):
    """Somebody, perhaps this console, has committed something."""


class Watch:
    """Begins with `start`; `stop` ends its thread at once, so that quitting waits for nothing."""

    def __init__(self, app: App[Any], office: Office) -> None:
        self.app, self.office = app, office
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._watch, name="watch", daemon=True)

    def start(self) -> None:
        """Begins to look."""
        self.thread.start()

    def stop(self) -> None:
        """Ends."""
        self.stopped.set()

    def _watch(self) -> None:
        signal = ChangeSignal(self.office.store)
        is_away = False
        try:
            while not self.stopped.wait(LOOKS_EVERY):
                try:
                    changed = signal.changed()
                    is_away = False
                except DatabaseUnavailable as error:
                    if not is_away:
                        self.app.post_message(Failed(error.message))
                    changed, is_away = False, True
                if changed:
                    self.app.post_message(Committed())
        finally:
            signal.close()
