"""How results are printed: tables for people, JSON and CSV for machines; long ones as a stream."""

from __future__ import annotations

import json
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest
from typing import Any, Generic, TextIO, TypeVar
from zoneinfo import ZoneInfo

import click

from core.locale import Message, Say, _
from core.text import printable
from jobs.commands.layout import (
    GAP,
    NARROWEST,
    NARROWEST_SENTENCE,
    Wish,
    Yields,
    clipped,
    fitted,
    padded,
    width,
    wrapped,
)

T = TypeVar("T")
WIDEST = 80
"""Cells of a terminal up to which columns are lined up where nothing is cut."""
_UNSEEN = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]"
)

Text = Callable[[object], str]


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column: its heading, and what stands in it for a row."""

    heading: Message
    cell: Callable[[T], object]
    yields: Yields | None = None
    """How readily it gives up room on a narrow terminal; None: text does, numbers and moments come last."""
    sentence: bool = False
    """Whether its text goes on below itself, word by word, instead of being cut."""


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


def write_json(listing: Listing[T], items: Iterable[T], say: Say, file: TextIO | None = None) -> int:
    """One array on stdout, or in a file, written as the rows come."""
    count = 0
    for count, item in enumerate(items, 1):
        text = as_json(listing.as_json(item), say).replace("\n", "\n  ")
        click.echo(f"{'[' if count == 1 else ','}\n  {text}", file, nl=False)
    click.echo("\n]" if count else "[]", file)
    return count


def write_csv_listing(listing: Listing[T], items: Iterable[T], text: Text) -> int:
    """CSV on stdout, written as the rows come; nothing in it acts as a formula."""
    from core.tables.write import write_csv

    headings = [text(column.heading) for column in listing.columns]
    sys.stdout.flush()
    rows = ([text(column.cell(item)) for column in listing.columns] for item in items)
    return write_csv(sys.stdout.buffer, headings, rows)


def write_table(listing: Listing[T], items: Iterable[T], text: Text) -> int:
    """Columns side by side on stdout, nothing at all where there are no rows; answers how many there were."""
    kinds: list[set[type]] = [set() for _column in listing.columns]
    rows: list[list[str]] = []
    for item in items:
        cells = [column.cell(item) for column in listing.columns]
        for kind, cell in zip(kinds, cells, strict=True):
            kind.add(type(cell))
        rows.append([text(cell) for cell in cells])
    if rows:
        headings = [text(column.heading) for column in listing.columns]
        yields = [_yields(column, kind) for column, kind in zip(listing.columns, kinds, strict=True)]
        _write(headings, rows, yields, [column.sentence for column in listing.columns])
    return len(rows)


def _yields(column: Column[T], kinds: set[type]) -> Yields:
    if column.yields is not None:
        return column.yields
    return Yields.LAST if kinds <= _SHORT else Yields.NORMAL


_SHORT = {int, bool, datetime, date, type(None)}


def write_rows(rows: Sequence[Sequence[object]], text: Text) -> None:
    """Cells side by side on stdout; the first row may be a heading."""
    if not rows:
        return
    first, *others = [[text(cell) for cell in row] for row in rows]
    _write(first, others, [Yields.NORMAL] * len(first), [False] * len(first))


def _write(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    yields: Sequence[Yields],
    sentences: Sequence[bool],
) -> None:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(headings)
    wishes = [
        Wish(
            width(heading),
            max(map(width, column), default=0),
            readily,
            NARROWEST_SENTENCE if sentence else NARROWEST,
        )
        for heading, column, readily, sentence in zip(headings, columns, yields, sentences, strict=True)
    ]
    room = terminal_width()
    widths = fitted(wishes, room) if room else [min(WIDEST, max(one.heading, one.cells)) for one in wishes]
    for row in (headings, *rows):
        for line in _lines_of(row, widths, sentences) if room else [row]:
            shown = GAP.join(
                padded(cell, wide, cuts=bool(room)) for cell, wide in zip(line, widths, strict=True)
            )
            click.echo(clipped(shown.rstrip(), room) if room else shown.rstrip())


def _lines_of(
    row: Sequence[str], widths: Sequence[int], sentences: Sequence[bool]
) -> Iterator[Sequence[str]]:
    """The lines of one row: its cells, and below them what sentences have left to say."""
    cells = [
        wrapped(cell, wide) if sentence else [cell]
        for cell, wide, sentence in zip(row, widths, sentences, strict=True)
    ]
    return zip_longest(*cells, fillvalue="")


def write_facts(facts: Sequence[tuple[str, str]]) -> None:
    """Labels and what is said under them; on a terminal a long text goes on below itself, word by word."""
    room = terminal_width()
    indent = max((width(label) for label, _said in facts), default=0) + len(GAP)
    for label, said in facts:
        parts = wrapped(said, room - indent) if room is not None and room > 2 * indent else [said]
        for position, part in enumerate(parts):
            start = "" if position else label
            click.echo((start + " " * (indent - width(start)) + part).rstrip())


def terminal_width() -> int | None:
    """How many cells a line of stdout has; None where it is no terminal, and nothing has to fit."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


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
