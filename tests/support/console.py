"""The console in tests: keys go in, what can be read comes out.

async with console(office) as seen:
    await seen.press("e")
    assert "CUS002" in await seen.dialog_text("CUS002")
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen

from core.office import Office
from tui.app import Console
from tui.background import in_background
from tui.pane import TriagePane
from tui.shown import Shown

PATIENCE = 20.0
CUSTOMERS, VEMA = 2, 3
HOSTILE = "[red]x[/] \x1b[31mrot\x1b[0m \u202eabc\u202c 株式会社 Z̸̢̛͔a\u200b"
"""Markup, an escape sequence, right-to-left, wide, combining and invisible characters."""


class Seen:
    """A console under test."""

    def __init__(self, app: Console, pilot: Pilot[int]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def pane(self) -> TriagePane:
        """The pane on screen."""
        assert self.app.pane is not None
        return self.app.pane

    @property
    def dialog(self) -> Any:
        """The dialog on top."""
        return self.app.screen

    @property
    def has_dialog(self) -> bool:
        """Whether one is open."""
        return len(self.app.screen_stack) > 1

    @property
    def text(self) -> str:
        """Every line of the screen, as it can be read."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)

    async def press(self, *keys: str) -> None:
        """Presses keys, one after the other."""
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Types a text."""
        await self.pilot.press(*["space" if sign == " " else sign for sign in text])

    async def until(self, holds: Callable[[], object], what: str = "") -> None:
        """Waits until something holds; the test fails where it never does."""
        end = monotonic() + PATIENCE
        while not holds():
            assert monotonic() < end, f"never: {what}\n{self.text}"
            await self.pilot.pause(0.01)

    async def sees(self, text: str) -> None:
        """Waits until a text can be read."""
        await self.until(lambda: text in self.text, text)

    async def opens(self, kind: type[Screen[Any]]) -> Any:
        """Waits for a dialog of this kind."""
        await self.until(lambda: isinstance(self.app.screen, kind), kind.__name__)
        await self.pilot.pause()
        return self.app.screen

    async def closes(self) -> None:
        """Waits until no dialog is open."""
        await self.until(lambda: not self.has_dialog, "no dialog")

    async def idles(self) -> None:
        """Waits until all that is done in the background up to now has been handled."""
        handled = False

        def then(_nothing: None) -> None:
            nonlocal handled
            handled = True

        await asyncio.gather(
            *(one.wait() for one in self.app.workers if one.group != "watch"), return_exceptions=True
        )
        in_background(self.app, "test", lambda _cancelled: None, then)
        await self.until(lambda: handled, "idle")

    async def lists(self, count: int) -> None:
        """Waits until the list holds so many rows, and they were read."""
        list_ = self.pane.list
        await self.until(
            lambda: (
                list_.view.complete
                and len(list_.view) == count
                and (not count or list_.current_row is not None)
            ),
            f"{count} rows",
        )


@asynccontextmanager
async def console(
    office: Office, area: int = CUSTOMERS, *, size: tuple[int, int] = (80, 24), view: str | None = None
) -> AsyncIterator[Seen]:
    """The console on an area, perhaps with another condition than its first."""
    app = Console(office, Shown(), opening=area)
    async with app.run_test(size=size) as pilot:
        seen = Seen(app, pilot)
        if view is not None:
            seen.pane.filter_by(view)
        await seen.until(lambda: seen.pane.list.view.complete, "a list")
        yield seen
