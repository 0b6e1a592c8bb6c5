"""Dialogs in tests: the console in English, on one area, with words for what opens over it.

async with console(office) as seen:
    await seen.presses("e")
    editor = await seen.shows(Editor)
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from textual.screen import Screen

from core.office import Office
from tests.tui.story import SMALL, Story
from tui.app import Console
from tui.background import in_background
from tui.shown import Shown

CUSTOMERS, VEMA = 2, 3
HOSTILE = "[red]x[/] \x1b[31mrot\x1b[0m \u202eabc\u202c 株式会社 Z̸̢̛͔a\u200b"
"""Markup, an escape sequence, right-to-left, wide, combining and invisible characters."""


class Seen(Story):
    """A console with, perhaps, a dialog."""

    @property
    def dialog(self) -> Any:
        """The dialog on top."""
        return self.console.screen

    @property
    def has_dialog(self) -> bool:
        """Whether one is open."""
        return len(self.console.screen_stack) > 1

    async def shows(self, kind: type[Screen[Any]]) -> Any:
        """Waits for a dialog of this kind."""
        await self.waits(lambda: isinstance(self.console.screen, kind), kind.__name__)
        return self.console.screen

    async def closes(self) -> None:
        """Waits until no dialog is open."""
        await self.waits(lambda: not self.has_dialog, "the list")

    async def idles(self) -> None:
        """Waits until all that is done in the background up to now has been handled."""
        handled: list[None] = []
        in_background(self.console, "test", lambda _cancelled: None, handled.append)
        await self.waits(lambda: bool(handled), "an end")
        await self.rests()

    async def lists(self, count: int) -> None:
        """Waits until the list holds so many rows, and they were read."""
        list_ = self.pane.list
        await self.waits(
            lambda: (
                list_.view.complete
                and len(list_.view) == count
                and (not count or list_.current_row is not None)
            ),
            f"{count} rows",
        )

    def is_harmless(self) -> bool:
        """Whether nothing on screen is a control character or turns the direction of writing."""
        return not any(sign in self.screen for sign in ("\x1b", "\u202e", "\u202c", "\u200b"))


@asynccontextmanager
async def console(
    office: Office, area: int = CUSTOMERS, *, size: tuple[int, int] = SMALL, view: str | None = None
) -> AsyncIterator[Seen]:
    """The console on an area, perhaps with another condition than its first."""
    app = Console(office, Shown(), opening=area)
    async with app.run_test(size=size) as pilot:
        seen = Seen(app, pilot)
        await seen.waits(lambda: app.pane is not None and bool(app.pane.query("#list")), "the console")
        if view is not None:
            seen.pane.filter_by(view)
        await seen.waits(lambda: seen.pane.list.view.complete, "a list")
        yield seen
