"""How results are printed: tables for people, JSON and CSV for machines; long ones as a stream."""

from __future__ import annotations

import json
import re
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

import click

from core.locale import Message, Say, _
from core.text import printable, shortened

T = TypeVar("T")
NO_LIMIT = 1_000_000
WIDEST = 80
"""Characters of one cell of a table, but for those of its last column."""
_UNSEEN = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]"
)

Text = Callable[[object], str]


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column: its heading, and what stands in it for a row."""

    heading: Message
    cell: Callable[[T], object]


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """How rows of one kind are listed: columns for people, an object for machines."""

    columns: tuple[Column[T], ...]
    as_json: Callable[[T], Mapping[str, object]]


def as_json(value: object, say: Say) -> str:
    """JSON that can be shown on a terminal: what cannot be seen is written as an escape."""

    def plain(one: object) -> object:
        if isinstance(one, Message):
            return say(one)
        if isinstance(one, datetime | date):
            return one.isoformat()
        if isinstance(one, frozenset | set):
            return sorted(one)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        return str(one)

    text = json.dumps(value, ensure_ascii=False, indent=2, default=plain)
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def write_json(listing: Listing[T], items: Iterable[T], say: Say) -> int:
    """One array on stdout, written as the rows come."""
    count = 0
    for count, item in enumerate(items, 1):
        click.echo("[" if count == 1 else ",", nl=count == 1)
        text = as_json(listing.as_json(item), say).replace("\n", "\n  ")
        click.echo(f"{'' if count == 1 else chr(10)}  {text}", nl=False)
    click.echo("\n]" if count else "[]")
    return count


def write_csv_listing(listing: Listing[T], items: Iterable[T], text: Text) -> int:
    """CSV on stdout, written as the rows come; nothing in it acts as a formula."""
    from core.tables.write import write_csv

    headings = [text(column.heading) for column in listing.columns]
    sys.stdout.flush()
    rows = ([text(column.cell(item)) for column in listing.columns] for item in items)
    return write_csv(sys.stdout.buffer, headings, rows)


def write_table(listing: Listing[T], items: Sequence[T], text: Text) -> None:
    """Columns side by side on stdout; nothing at all where there are no rows."""
    if items:
        headings = [column.heading for column in listing.columns]
        cells = [[column.cell(item) for column in listing.columns] for item in items]
        write_rows([headings, *cells], text)


def write_rows(rows: Sequence[Sequence[object]], text: Text, widest: int = WIDEST) -> None:
    """Cells side by side on stdout."""
    shown = [[*(shortened(text(cell), widest) for cell in row[:-1]), text(row[-1])] for row in rows]
    widths = [max(map(width, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        cells = (cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def width(text: str) -> int:
    """How many cells of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1
        for one in text
    )


def lines(text: str) -> str:
    """A text of several lines, each fit for a terminal."""
    return "\n".join(printable(line) for line in text.split("\n"))


def spoken(value: object, say: Say, zone: str) -> str:
    """A value as people read it: words in their language, moments where the office is."""
    if value is None:
        return ""
    if isinstance(value, Message):
        return say(value)
    if isinstance(value, bool):
        return say(_("yes") if value else _("no"))
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(zone)).strftime("%d.%m.%Y %H:%M")
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, tuple | list):
        return ", ".join(_each(value, say, zone))  # pyright: ignore[reportUnknownArgumentType]
    return str(value)


def _each(values: Iterable[Any], say: Say, zone: str) -> Iterator[str]:
    return (spoken(value, say, zone) for value in values)


class Progress:
    """How far something has come, on one line of stderr; nothing where nobody watches."""

    EVERY = 0.2

    def __init__(self, label: str) -> None:
        self.label, self.shown_at = label, 0.0
        self.watched = sys.stderr.isatty()

    def __call__(self, done: int, total: int) -> bool:
        """Shows it, at most five times a second."""
        ended = done >= total
        if self.watched and (ended or time.monotonic() - self.shown_at >= self.EVERY):
            self.shown_at = time.monotonic()
            share = f"{100 * done // total} %" if total else str(done)
            click.echo(f"\r\x1b[K{self.label} {share}", nl=ended, err=True)
        return True
