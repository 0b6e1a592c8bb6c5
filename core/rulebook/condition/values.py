"""Values by what they mean: numbers, days, spans of time; read alike from conditions and from records."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_AMBIGUOUS = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
_GERMAN_GROUPS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]+)?")
_ENGLISH_GROUPS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_GERMAN_DAY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_SPAN = re.compile(r"([0-9]{1,9}(?:[.,][0-9]{1,6})?)\s*([^\W\d_]+)\.?")

RELATIVE_DAYS = {"yesterday": -1, "gestern": -1, "today": 0, "heute": 0, "tomorrow": 1, "morgen": 1}

_UNIT_WORDS = {
    timedelta(seconds=1): "s sec secs second seconds sek sekunde sekunden",
    timedelta(minutes=1): "min mins minute minutes minuten",
    timedelta(hours=1): "h hr hrs hour hours std stunde stunden",
    timedelta(days=1): "d day days tag tage tagen",
    timedelta(weeks=1): "w week weeks wo woche wochen",
}
_UNITS = {word: unit for unit, words in _UNIT_WORDS.items() for word in words.split()}


def is_ambiguous(text: str) -> bool:
    """Whether the only separator in a number may be for thousands or for decimals: 1.234."""
    return _AMBIGUOUS.fullmatch(text.strip()) is not None


def read_number(text: str) -> Decimal | None:
    """A number with decimal point or comma, thousands grouped or not; None for anything else."""
    text = text.strip()
    if is_ambiguous(text):
        return None
    if _NUMBER.fullmatch(text):
        return Decimal(text.replace(",", "."))
    if _GERMAN_GROUPS.fullmatch(text):
        return Decimal(text.replace(".", "").replace(",", "."))
    if _ENGLISH_GROUPS.fullmatch(text):
        return Decimal(text.replace(",", ""))
    return None


def number_of(value: object) -> Decimal | int | None:
    """The number in a record's field: text, whole or decimal number; None where there is none."""
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        value = str(value)
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    return read_number(value) if isinstance(value, str) else None


def read_day(text: str) -> date | None:
    """A day of the calendar from 01.02.2026, 1.2.2026 or 2026-02-01; None for anything else."""
    text = text.strip()
    if german := _GERMAN_DAY.fullmatch(text):
        day, month, year = german.groups()
    elif iso := _ISO_DAY.fullmatch(text):
        year, month, day = iso.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def day_of(value: object, now: datetime) -> date | None:
    """The day in a record's field: text, day, or a time as the clock of `now` would show it."""
    if isinstance(value, datetime):
        try:
            return _aware(value).astimezone(now.tzinfo).date()
        except OverflowError:
            return value.date()
    if isinstance(value, date):
        return value
    return read_day(value) if isinstance(value, str) else None


def read_span(text: str) -> tuple[timedelta, timedelta] | None:
    """How long `2d` or `1,5 Stunden` is, and the unit; None for anything else. Raises OverflowError."""
    found = _SPAN.fullmatch(text.strip())
    unit = _UNITS.get(found.group(2).casefold()) if found else None
    if found is None or unit is None:
        return None
    return float(found.group(1).replace(",", ".")) * unit, unit


def age_of(value: object, now: datetime, today: date) -> timedelta | None:
    """How long ago a record's time was; a mere day counts from `today`, a time without zone is UTC."""
    if isinstance(value, str):
        value = read_day(value) or _read_time(value)
    if isinstance(value, datetime):
        return now - _aware(value)
    return today - value if isinstance(value, date) else None


def text_of(value: object) -> str:
    """A record's value as text; what is not there is empty, days are written 01.02.2026."""
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value.day:02}.{value.month:02}.{value.year:04}"
    return str(value)


def _read_time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return None


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
