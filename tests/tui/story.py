"""A console to tell stories with: what an operator presses, and what stands on the screen then.

async def test_what_is_repaired_goes_out(story):
    await story.opens("3")
    await story.presses("r")
    await story.sees("K-1")
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from core.locale import translator
from core.office import Office
from tui.app import Console
from tui.pane import TriagePane
from tui.shown import Shown
from tui.signs import RICH, Signs

SMALL, LARGE = (80, 24), (160, 50)
PATIENCE = 20.0
WORDS_OF_KEYS = {
    " ": "space",
    "/": "slash",
    ":": "colon",
    "?": "question_mark",
    "*": "asterisk",
    "-": "minus",
}


class Story:
    """One operator at one console."""

    def __init__(self, console: Console, pilot: Pilot[Any]) -> None:
        self.console, self.pilot = console, pilot

    @property
    def screen(self) -> str:
        """What can be read."""
        strips = self.console.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)

    @property
    def pane(self) -> TriagePane:
        """The pane on screen."""
        pane = self.console.pane
        assert pane is not None
        return pane

    @property
    def current(self) -> int | None:
        """The record under the cursor."""
        return self.pane.list.current

    @property
    def status(self) -> str:
        """The status line."""
        return self.line("status")

    def line(self, name: str) -> str:
        """One of the lines around the list."""
        from tui.lines import Line

        return self.pane.query_one(f"#{name}", Line).text

    async def presses(self, *keys: str) -> None:
        """Presses keys, one after the other."""
        await self.pilot.press(*(WORDS_OF_KEYS.get(key, key) for key in keys))

    async def types(self, text: str) -> None:
        """Types text."""
        await self.pilot.press(*(WORDS_OF_KEYS.get(character, character) for character in text))

    async def waits(self, it_is_so: Callable[[], bool], what: object = "it") -> None:
        """Until it is so."""
        end = time.monotonic() + PATIENCE
        while True:
            await self.pilot.pause(0.02)
            if it_is_so():
                return
            assert time.monotonic() < end, f"{what} did not come:\n{self.screen}"

    async def sees(self, *texts: str) -> str:
        """Waits until all of these can be read."""
        await self.waits(lambda: all(text in self.screen for text in texts), texts)
        return self.screen

    async def sees_no(self, *texts: str) -> None:
        """Waits until none of these can be read."""
        await self.waits(lambda: not any(text in self.screen for text in texts), f"no {texts}")

    async def opens(self, number: str) -> None:
        """Goes to an area, and waits for its list."""
        await self.presses(number)
        wanted = int(number)
        await self.waits(
            lambda: self.console.area_number == wanted and self.pane.list.view.complete, f"area {number}"
        )
        await self.rests()

    async def rests(self) -> None:
        """Until everything that was asked of the database has come, and the cursor's detail with it."""
        await self.pilot.pause(0.15)
        await self.waits(self._is_quiet, "rest")
        await self.pilot.pause()

    def _is_quiet(self) -> bool:
        list_ = self.pane.list
        window = list_.view.ids[list_.top : list_.top + list_.height]
        there = all(list_.view.row(id_) is not None or id_ in list_.view.gone for id_ in window)
        shows = self.pane.detail_of == list_.current or not self.pane.is_detail_shown
        busy = [one for one in self.console.workers if not one.is_finished and one.group != "watch"]
        return there and shows and not busy

    def goes_to(self, id_: int) -> None:
        """Puts the cursor on a record."""
        self.pane.list.move_to(self.pane.list.view.ids.index(id_))


@asynccontextmanager
async def telling(
    office: Office,
    size: tuple[int, int] = SMALL,
    *,
    language: str = "de",
    opening: int | None = None,
    signs: Signs = RICH,
) -> AsyncIterator[Story]:
    """A console of this size on an office."""
    console = Console(office, Shown(translator(language), language, signs=signs), opening=opening)
    async with console.run_test(size=size) as pilot:
        story = Story(console, pilot)
        await story.waits(lambda: console.pane is not None and bool(console.counted.areas), "the console")
        await story.rests()
        yield story
