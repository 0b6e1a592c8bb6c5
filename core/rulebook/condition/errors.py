"""What is wrong with a condition, and where; a console draws its own caret from `position`."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from core.errors import WrongUsage
from core.locale import Message, _
from core.text import printable

_WINDOW = 72


class ConditionError(WrongUsage):
    """A condition cannot be understood.

    `reason` is the sentence alone, `position` counts characters from the start of `text` (0 = the first);
    `message` also shows the condition, with a caret below the place.
    """

    def __init__(self, reason: Message, text: str, position: int) -> None:
        shown, caret = drawn(text, position)
        super().__init__(_("{reason}\n  {condition}\n  {caret}", reason=reason, condition=shown, caret=caret))
        self.reason = reason
        self.text = text
        self.position = position


class ConditionTooSlow(ConditionError):
    """A regular expression needs longer on one value than it may; that is neither a yes nor a no."""


@dataclass(frozen=True, slots=True)
class Source:
    """The text that a condition was read from, to say where something is wrong in it."""

    text: str

    def error(self, reason: Message, position: int) -> ConditionError:
        """What to raise about the character at `position`."""
        return ConditionError(reason, self.text, position)


def drawn(text: str, position: int) -> tuple[str, str]:
    """The condition on one line fit for a screen, cut around the place if it is long; and its caret line."""
    start = max(0, position - _WINDOW // 2) if len(text) > _WINDOW else 0
    piece = printable(text[start : start + _WINDOW])
    before, after = "…" if start else "", "…" if start + _WINDOW < len(text) else ""
    width = sum(_cells(character) for character in before + piece[: position - start])
    return f"{before}{piece}{after}", " " * width + "^"


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
