"""What is shown of texts, moments and numbers: inert, in the operator's language, in the office's time."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from rich.cells import cell_len, set_cell_size

from core.locale import Message, Say, _, n_, say_in_english
from core.text import printable
from tui.signs import RICH, Signs, Tone

MOST_MARKS = 2
"""Combining marks that a letter may carry; more of them would climb over the lines above."""


def inert(text: str) -> str:
    """Text of whatever origin, on one line, without anything that a terminal would act on."""
    plain = printable(unicodedata.normalize("NFC", text))
    return plain if plain.isascii() else _with_few_marks(plain)


def _with_few_marks(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def fitted(text: str, width: int, *, right: bool = False, ellipsis: str = "…") -> str:
    """Text cut or padded to exactly `width` cells."""
    if text.isascii() and len(text) <= width:
        return text.rjust(width) if right else text.ljust(width)
    cells = cell_len(text)
    if cells > width:
        return set_cell_size(set_cell_size(text, max(0, width - 1)) + ellipsis, width) if width else ""
    return " " * (width - cells) + text if right else text + " " * (width - cells)


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a row, and how it is meant."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Shown:
    """What every text on screen is made with."""

    say: Say = say_in_english
    language: str = "en"
    zone: str = "Europe/Berlin"
    signs: Signs = RICH
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)

    def text(self, value: object) -> str:
        """A value on one line: translated, inert, moments where the office is."""
        if value is None:
            return ""
        if isinstance(value, Message):
            return inert(self.say(value))
        if isinstance(value, bool):
            return self.say(_("yes") if value else _("no"))
        if isinstance(value, datetime):
            return self.moment(value)
        if isinstance(value, date):
            return value.strftime("%d.%m.%Y" if self.language == "de" else "%Y-%m-%d")
        if isinstance(value, int):
            return self.number(value)
        return inert(str(value))

    def moment(self, moment: datetime) -> str:
        """Day and minute where the office is."""
        pattern = "%d.%m.%Y %H:%M" if self.language == "de" else "%Y-%m-%d %H:%M"
        return moment.astimezone(ZoneInfo(self.zone)).strftime(pattern)

    def day_of_year(self, day: date) -> str:
        """A day of this year or the next, in short."""
        return day.strftime("%d.%m." if self.language == "de" else "%m-%d")

    @property
    def today(self) -> date:
        """The day where the office is."""
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    def number(self, number: int) -> str:
        """A whole number with its thousands apart."""
        apart = f"{number:,}"
        return apart.replace(",", ".") if self.language == "de" else apart

    def age(self, moment: datetime) -> str:
        """How long ago, in the largest unit that fits; it changes on the minute at most."""
        minutes = int((self.now - moment).total_seconds() // 60)
        if minutes < 1:
            return self.say(_("just now"))
        if minutes < 60:
            return self.say(_("{count} min ago", count=minutes))
        if minutes < 48 * 60:
            return self.say(_("{count} h ago", count=minutes // 60))
        return self.say(n_("{count} day ago", "{count} days ago", minutes // 1440))
