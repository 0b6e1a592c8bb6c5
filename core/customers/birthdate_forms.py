"""Birth dates in other forms than TT.MM.JJJJ: an own list of forms, nothing is guessed.

A reading is certain where the text can mean one day only; otherwise it is a proposal that somebody has to
look at. A text outside the list, "01.02." or the serial number of a spreadsheet, has no reading.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from core.text import tidied

_LONGEST = 40
_MIDNIGHT = re.compile(r"[T ]0?0:00(?::00(?:[.,]0{1,9})?)?")
_AROUND_SEPARATORS = re.compile(r" ?([./-]) ?")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([./ -])([0-9]{1,2})\2([0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})([./-])([0-9]{1,2})\2([0-9]{1,2})")
_SHORT_YEAR = re.compile(r"([0-9]{1,2})([./ -])([0-9]{1,2})\2'?([0-9]{2})")
_EIGHT_DIGITS = re.compile(r"[0-9]{8}")
_NAMED_MONTH = re.compile(r"([0-9]{1,2})\.? ?([a-zä]{3,9})\.? ?([0-9]{4})")

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januar jänner jan january",
            "februar feber feb february",
            "märz maerz mrz mär march mar",
            "april apr",
            "mai may",
            "juni jun june",
            "juli jul july",
            "august aug",
            "september sep sept",
            "oktober okt october oct",
            "november nov",
            "dezember dez december dec",
        ),
        start=1,
    )
    for name in names.split()
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A day that a text may mean, as TT.MM.JJJJ, and whether it cannot mean another."""

    text: str
    is_certain: bool


def read_other_form(text: str, today: date) -> Reading | None:
    """The day that `text` means; None where no form fits or the calendar has no such day.

    `today` decides the century of a year of two digits: nobody is born tomorrow.
    """
    as_it_stands = unicodedata.normalize("NFC", tidied(text))
    if len(as_it_stands) > _LONGEST:
        return None
    plain = unicodedata.normalize("NFKC", as_it_stands).lower()
    digits_as_usual = plain == as_it_stands.lower()
    plain = _without_midnight(plain)
    days = list(dict.fromkeys(_certain_readings(plain)))
    if days:
        return Reading(_written(days[0]), len(days) == 1 and digits_as_usual)
    guess = _with_short_year(plain, today)
    return Reading(_written(guess), is_certain=False) if guess else None


def _without_midnight(text: str) -> str:
    date_part, time_part = text[:10].rstrip(), text[10:]
    if time_part and _MIDNIGHT.fullmatch(time_part.upper()):
        return date_part
    return _AROUND_SEPARATORS.sub(r"\1", text)


def _certain_readings(text: str) -> Iterator[date]:
    if match := _YEAR_FIRST.fullmatch(text):
        yield from _day(match[1], match[3], match[4])
    elif match := _YEAR_LAST.fullmatch(text):
        yield from _day(match[4], match[3], match[1])
        if match[2] != ".":
            yield from _day(match[4], match[1], match[3])
    elif _EIGHT_DIGITS.fullmatch(text):
        yield from _recent(_day(text[:4], text[4:6], text[6:]))
        yield from _recent(_day(text[4:], text[2:4], text[:2]))
    elif (match := _NAMED_MONTH.fullmatch(text)) and match[2] in _MONTHS:
        yield from _day(match[3], str(_MONTHS[match[2]]), match[1])


def _with_short_year(text: str, today: date) -> date | None:
    match = _SHORT_YEAR.fullmatch(text)
    if not match:
        return None
    for century in ("20", "19"):
        for day in _day(century + match[4], match[3], match[1]):
            if day <= today:
                return day
    return None


def _day(year: str, month: str, day: str) -> Iterator[date]:
    try:
        yield date(int(year), int(month), int(day))
    except ValueError:
        return


def _recent(days: Iterator[date]) -> Iterator[date]:
    return (day for day in days if 1900 <= day.year < 2100)


def _written(day: date) -> str:
    return f"{day.day:02}.{day.month:02}.{day.year:04}"
