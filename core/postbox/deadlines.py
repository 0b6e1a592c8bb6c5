"""Until when something has to be done: a day that the text of a letter names, or one that is estimated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from core.postbox.categories import estimated_days

FURTHEST = 400
"""Days after the letter beyond which a date is no deadline of it."""
LOOKED_AT = 20_000
"""Characters of a letter in which a deadline is looked for."""
_MONTHS = (
    "januar",
    "februar",
    "märz",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "dezember",
)
_DAY = r"(?P<d>\d{1,2})\.\s?(?:(?P<m>\d{1,2})\.\s?|(?P<name>[A-Za-zä]{3,9})\s)(?P<y>\d{4}|\d{2})\b"
_DATE = re.compile(rf"(?<!\d){_DAY}")
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})")
_UNTIL = re.compile(
    r"\b(?:bis\s+(?:spätestens\s+)?(?:zum|am)?|spätestens\s+(?:am|bis\s+zum|zum|bis)?|"
    r"fällig\s+(?:am|bis|zum)|zahlbar\s+bis\s*(?:zum)?|(?:zahlungs)?frist(?:\s+ist|\s+endet|\s+läuft|\s+bis)?"
    r"(?:\s+am|\s+bis|\s+zum|\s+der)*|(?:endet|erlischt|kündigen|gekündigt|wirkung|beendet)\s+(?:am|zum)|"
    r"vor\s+dem)\s*:?\s*(?:zum\s+|den\s+|dem\s+|(?:\w{2,8}tag|mittwoch|sonnabend),?\s+(?:den\s+|dem\s+)?)?"
    + _DAY,
    re.IGNORECASE,
)
_WITHIN = re.compile(
    r"\b(?:innerhalb|binnen|in|nach\s+ablauf)\s+(?:von\s+|einer\s+frist\s+von\s+)?"
    r"(?P<count>\d{1,3}|ein(?:er|em|es)?|zwei|drei|vier|sechs)\s+(?P<unit>tag|werktag|woche|monat)",
    re.IGNORECASE,
)
_NUMBERS = {"zwei": 2, "drei": 3, "vier": 4, "sechs": 6}
_UNITS = {"tag": 1, "werktag": 1, "woche": 7, "monat": 30}


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day, and whether it is estimated (“geschätzt”) rather than named."""

    day: date
    estimated: bool


def read_day(text: str) -> date | None:
    """The day that a date means, as partners and letters write it; None where it is none."""
    iso = _ISO.search(text)
    if iso is not None:
        return _day(int(iso[1]), int(iso[2]), int(iso[3]))
    found = _DATE.search(text)
    return _day_in(found) if found else None


def days_in(text: str) -> Iterator[date]:
    """Every day that a text names in German form, in order."""
    for found in _DATE.finditer(text):
        day = _day_in(found)
        if day is not None:
            yield day


def deadline_of(category: str, text: str, dated: str, came: date) -> Deadline | None:
    """Until when this has to be dealt with; None where its category knows no deadline.

    `dated` is the date of the letter as written, `came` the day on which it was stored. A day that the text
    names goes before a number of days, that before what is usual.
    """
    usual = estimated_days(category)
    if usual is None:
        return None
    start = read_day(dated) or came
    if not came - timedelta(days=FURTHEST) <= start <= came + timedelta(days=30):
        start = came
    # single blanks: runs of them would have the patterns try every way to share them out
    said = " ".join(text[:LOOKED_AT].split())
    days = [day for day in _named(said) if start <= day <= start + timedelta(days=FURTHEST)]
    if days:
        return Deadline(min(days), estimated=False)
    within = _WITHIN.search(said)
    return Deadline(start + (_span(within) if within else timedelta(days=usual)), estimated=True)


def _named(text: str) -> Iterator[date]:
    for found in _UNTIL.finditer(text):
        day = _day_in(found)
        if day is not None:
            yield day


def _span(found: re.Match[str]) -> timedelta:
    said = found["count"].casefold()
    count = int(said) if said.isdigit() else _NUMBERS.get(said, 1)
    return timedelta(days=min(FURTHEST, count * _UNITS[found["unit"].casefold()]))


def _day_in(found: re.Match[str]) -> date | None:
    name = (found["name"] or "").casefold()
    month = int(found["m"]) if found["m"] else _month(name)
    year = int(found["y"])
    return _day(year + 2000 if year < 100 else year, month, int(found["d"])) if month else None


def _month(name: str) -> int:
    short = name[:3]
    return next((number for number, one in enumerate(_MONTHS, 1) if len(short) == 3 and one[:3] == short), 0)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
