"""A line of text to type in, in which nothing is hidden: each hidden sign is shown by another."""

from __future__ import annotations

import unicodedata
from typing import Any

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import Input

from core.text import visible

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
CONTROL_PICTURES = 0x2400
BLANK, OTHER = "␣", "¤"


def stand_in(text: str) -> str:
    """The text with one visible sign for every hidden one, so that each keeps its place."""
    plain = text.strip(" ") == text and "  " not in text
    if text.isprintable() and plain:
        return text
    inner = len(text) - len(text.lstrip(" ")), len(text.rstrip(" "))
    return "".join(_shown(text, at, *inner) for at in range(len(text)))


def _shown(text: str, at: int, start: int, end: int) -> str:
    sign = text[at]
    if sign == " ":
        doubled = at > 0 and text[at - 1] == " "
        # the last blank may still become a word's
        return BLANK if at < start or at >= end or doubled else sign
    if ord(sign) < 0x20:
        return chr(CONTROL_PICTURES + ord(sign))
    if sign.isspace():
        return BLANK
    return OTHER if unicodedata.category(sign) in HIDDEN else sign


def hidden_in(text: str) -> str:
    """The text with hidden characters spelt out, where there are any; else nothing."""
    spelt = visible(text)
    return spelt if spelt != text else ""


class Entry(Input):
    """An input for text of whatever origin."""

    def __init__(self, value: str = "", *, masked: bool = False, **given: Any) -> None:
        super().__init__(value, password=masked, compact=True, select_on_focus=False, **given)
        self.cursor_blink = False

    @property
    def _value(self) -> Text:
        if self.password:
            return super()._value
        return Text(stand_in(self.value), no_wrap=True, overflow="ignore", end="")

    def _position_to_cell(self, position: int) -> int:
        if self.password:
            return super()._position_to_cell(position)
        return cell_len(stand_in(self.value)[:position])
