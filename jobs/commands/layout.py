"""How wide the columns of a table become on a terminal: who has room to give gives it, nothing wraps."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from core.text import cut

GAP = "  "
NARROWEST, NARROWEST_SENTENCE = 6, 24
"""Cells of a terminal that a column keeps: one that is cut, and one whose text goes on below itself."""


class Yields(IntEnum):
    """How readily a column gives up room; the first that are asked stand first."""

    FIRST = 0
    NORMAL = 1
    LAST = 2


def width(text: str) -> int:
    """How many cells of a terminal a text takes."""
    return len(text) if text.isascii() else sum(map(_cells_of, text))


def _cells_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def clipped(text: str, room: int) -> str:
    """A text that takes at most `room` cells; where something was left out it ends with an ellipsis."""
    if width(text) <= room:
        return text
    return text[: _reach(text, room - 1)].rstrip(" …") + "…" if room > 1 else "…"[:room]


def padded(text: str, room: int, *, cuts: bool = True) -> str:
    """A text that takes `room` cells, or, where nothing may be cut, at least so many."""
    short = clipped(text, room) if cuts else text
    return short + " " * (room - width(short))


@dataclass(frozen=True, slots=True)
class Wish:
    """How wide a column would like to be, for its heading and for its widest cell; how readily it yields, and
    down to what."""

    heading: int
    cells: int
    yields: Yields = Yields.NORMAL
    least: int = NARROWEST


def fitted(wishes: Sequence[Wish], room: int) -> list[int]:
    """How wide columns become that have `room` cells together, the gaps between them included.

    Headings give way first, then the columns that yield first, the widest of them before the others. What is
    still too much is left to whoever cuts the line.
    """
    widths = [max(one.heading, one.cells) for one in wishes]
    free = room - len(GAP) * (len(widths) - 1)
    _narrow(widths, [max(one.cells, min(one.heading, one.least)) for one in wishes], free)
    for turn in Yields:
        floors = [
            min(wide, one.least) if one.yields is turn else wide
            for wide, one in zip(widths, wishes, strict=True)
        ]
        _narrow(widths, floors, free)
    return widths


def _narrow(widths: list[int], floors: Sequence[int], free: int) -> None:
    """Takes what is too much from the widest columns, from none more than down to its floor."""
    while (excess := sum(widths) - free) > 0:
        willing = [position for position, floor in enumerate(floors) if widths[position] > floor]
        if not willing:
            return
        tallest = max(widths[position] for position in willing)
        widest = [position for position in willing if widths[position] == tallest]
        lower = max([0, *(widths[position] for position in willing if widths[position] < tallest)])
        for position in widest[: max(1, excess)]:
            least = max(floors[position], lower, tallest - max(1, excess // len(widest)))
            widths[position] = least


def wrapped(text: str, room: int) -> list[str]:
    """A text in lines of at most `room` cells, broken between words; longer words anywhere."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width(longer) <= room:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while width(line) > room > 0:
            end = _reach(line, room) or 1
            lines.append(line[:end])
            line = line[end:]
    return [*lines, line]


def _reach(text: str, room: int) -> int:
    """How many characters fit into so many cells, without tearing an accent from its letter."""
    taken = 0
    for position, character in enumerate(text):
        taken += _cells_of(character)
        if taken > room:
            return len(cut(text, position))
    return len(text)
