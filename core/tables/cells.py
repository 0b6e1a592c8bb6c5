"""Cells of spreadsheets as text: numbers, dates, times and truth values the way a German one shows them."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum, auto
from math import isfinite

from core.locale import Message, _

Cell = str | Message
"""The text of a cell, or why it holds none that could be taken."""

TRUTH = {True: "WAHR", False: "FALSCH"}

_DIGITS = re.compile(r"-?[0-9]+")
_DAY = 86_400
_LAST_SERIAL = 2_958_466
_NOT_A_PATTERN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_WORDS_FOR_NO_PATTERN = ("general", "standard")
_DATES_BY_NUMBER = {*range(14, 18), 22, *range(27, 32), 36, *range(50, 59)}
_TIMES_BY_NUMBER = {*range(18, 22), *range(32, 36), 45, 46, 47}


class Shown(Enum):
    """As what a spreadsheet shows a number."""

    NUMBER = auto()
    DATE = auto()
    TIME = auto()


def pattern_shows(pattern: str) -> Shown:
    """What a number format such as `dd.mm.yyyy` or `[h]:mm` makes of a number."""
    bare = _NOT_A_PATTERN.sub("", pattern).split(";")[0].casefold()
    if bare.strip() in _WORDS_FOR_NO_PATTERN:
        return Shown.NUMBER
    if "h" in bare or "s" in bare:
        return Shown.DATE if "d" in bare or "y" in bare else Shown.TIME
    return Shown.DATE if any(letter in bare for letter in "dmy") else Shown.NUMBER


def numbered_format_shows(number: int) -> Shown:
    """The same for the formats that XLSX names by a number only."""
    if number in _DATES_BY_NUMBER:
        return Shown.DATE
    return Shown.TIME if number in _TIMES_BY_NUMBER else Shown.NUMBER


def number_text(stored: str) -> str:
    """A number without exponent, with a decimal comma: "1067.0" is "1067", "0.1" is "0,1".

    Digits are never filled up or rounded. What is no number comes back as it is.
    """
    if _DIGITS.fullmatch(stored):
        return stored
    try:
        value = float(stored)
    except ValueError:
        return stored
    if not isfinite(value):
        return stored
    plain = format(Decimal(repr(value)), "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain.replace(".", ",")


def serial_text(stored: str, shown: Shown, from_1904: bool) -> str:
    """A date or time from the days since the spreadsheet's day zero, as it would be shown.

    Day 60 of the calendar that begins in 1900 is its 29.02.1900, a day that never was: it is handed on.
    """
    try:
        seconds = round(float(stored) * _DAY)
    except (ValueError, OverflowError):
        return stored
    if shown is Shown.TIME and seconds >= 0:
        return duration_text(timedelta(seconds=seconds))
    days, rest = divmod(seconds, _DAY)
    if days < 0 or days >= _LAST_SERIAL:
        return number_text(stored)
    if days == 0 and not from_1904:
        return duration_text(timedelta(seconds=rest))
    return _day_text(days, from_1904) + (f" {duration_text(timedelta(seconds=rest))}" if rest else "")


def _day_text(days: int, from_1904: bool) -> str:
    if from_1904:
        return day_text(date(1904, 1, 1) + timedelta(days))
    if days == 60:
        return "29.02.1900"
    return day_text(date(1899, 12, 30 if days > 60 else 31) + timedelta(days))


def day_text(day: date) -> str:
    """TT.MM.JJJJ."""
    return f"{day.day:02}.{day.month:02}.{day.year:04}"


def moment_text(moment: datetime) -> str:
    """TT.MM.JJJJ, and the time of day behind it where it is not midnight."""
    day, clock = day_text(moment), f"{moment:%H:%M:%S}"
    return day if clock == "00:00:00" else f"{day} {clock}"


def iso_text(stored: str) -> str:
    """The same from the form that ODS and strict XLSX write; what is none comes back as it is."""
    try:
        return moment_text(datetime.fromisoformat(stored))
    except ValueError:
        return stored


def duration_text(length: timedelta) -> str:
    """Hours, minutes and seconds: 13:05:00; more than a day in hours: 36:00:00."""
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"


def error_cell(text: str) -> Message:
    """The cell holds an error such as #N/A instead of a value."""
    return _("it holds the error {error}", error=text)


def formula_without_result() -> Message:
    """The cell holds a formula whose result the program that wrote the file did not store."""
    return _("it holds a formula without a stored result; open the file in a spreadsheet program and save it")


def as_evidence(cell: Cell) -> str:
    """What stands in the cell: its text, #N/A for an error, = for a formula."""
    return str(cell.values.get("error", "=")) if isinstance(cell, Message) else cell
