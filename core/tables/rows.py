"""What a table is made of, whatever file it came in: columns, rows, and rows that are no rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from core.errors import UnreadableInput
from core.locale import Message, _, n_
from core.text import folded, squeezed, visible


class Format(StrEnum):
    """In what kind of file a table stands."""

    CSV = "csv"
    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    XML = "xml"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is taken before it counts as broken, so that no file can fill the memory."""

    cell: int = 1_000_000
    """Characters of one cell."""
    row: int = 4_000_000
    """Bytes of one row in its file."""
    evidence: int = 65_536
    """Bytes that a row keeps of how it stood in its file."""
    expanded: int = 4 << 30
    """Bytes of one part of a compressed spreadsheet when it is unpacked."""
    ratio: int = 200
    """How many times bigger a part larger than 10 MB may become when it is unpacked."""
    texts: int = 512 << 20
    """Bytes of the texts that the cells of an XLSX share; they are held in memory."""
    xls: int = 64 << 20
    """Bytes of an XLS file, which is read as a whole."""
    xls_cells: int = 4_000_000
    """Cells of the smallest rectangle around everything in one sheet of an XLS file."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row with exactly as many cells as the table has columns; `number` 1 is the first data row.

    `raw` is how it stood in its file, capped; of a spreadsheet its cells with tabs between them, in UTF-8.
    """

    number: int
    cells: tuple[str, ...]
    raw: bytes


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is no row. With `breaks_off` nothing behind it can be read either."""

    number: int
    reason: Message
    raw: bytes
    breaks_off: bool = False


@dataclass(slots=True)
class Meter:
    """How far reading has come, in bytes of what is read (of XLS in rows); both change when it begins."""

    size: int
    position: int = 0


@dataclass(slots=True)
class Table:
    """An opened table: its headings as they stand, and its rows for as often as they are asked for."""

    name: str
    format: Format
    columns: tuple[str, ...]
    read: Callable[[Meter], Iterator[Row | BadRow]] = field(repr=False)
    meter: Meter
    encoding: str | None = None
    """Of a CSV file: utf-8, utf-8-sig, utf-16, cp1252, or what was asked for."""
    separator: str | None = None
    sheet: str | None = None
    total_rows: int | None = None
    """How many rows there are where the file says so without being read."""
    notes: tuple[Message, ...] = ()
    """What an operator should know of how the file was read."""

    @property
    def size(self) -> int:
        """Bytes to be read in all."""
        return self.meter.size

    @property
    def position(self) -> int:
        """Bytes read so far."""
        return self.meter.position

    def rows(self) -> Iterator[Row | BadRow]:
        """All rows from the first one on, good and bad, in their order. Wholly empty ones are left out."""
        self.meter.position = 0
        return self.read(self.meter)


def checked_headings(name: str, headings: Sequence[str]) -> tuple[str, ...]:
    """Headings as they stand, without empty ones at the end. Raises UnreadableInput if one stands twice."""
    kept = list(headings)
    while kept and not kept[-1]:
        kept.pop()
    seen: dict[str, str] = {}
    twice: dict[str, None] = {}
    for heading in kept:
        compared = squeezed(folded(heading))
        if compared and compared in seen:
            twice[visible(seen[compared])] = None
        seen.setdefault(compared, heading)
    if twice:
        raise UnreadableInput(
            name,
            n_(
                "The column {names} stands in the heading more than once.",
                "The columns {names} stand in the heading more than once.",
                len(twice),
                names=tuple(twice),
            ),
        )
    return tuple(kept)


def fitted(cells: Sequence[str], width: int, limits: Limits) -> tuple[str, ...] | Message:
    """The cells of a row under `width` headings, or why they are none.

    Empty cells behind the last heading are left out: many programs end each line with a separator.
    """
    if len(cells) != width:
        if len(cells) < width or any(cells[width:]):
            return n_(
                "{count} cell instead of {expected}",
                "{count} cells instead of {expected}",
                len(cells),
                expected=width,
            )
        cells = cells[:width]
    return unstorable(cells, limits) or tuple(cells)


def unstorable(cells: Sequence[str], limits: Limits) -> Message | None:
    """Why no database could keep these cells, or None."""
    together = "".join(cells)
    if len(together) > limits.cell and any(len(cell) > limits.cell for cell in cells):
        return cell_too_long(limits)
    if "\0" in together:
        return nul_character()
    try:
        together.encode()
    except UnicodeEncodeError:
        return _("half a character (a lone surrogate) stands in a cell")
    return None


def cell_too_long(limits: Limits) -> Message:
    """Why a row with such a cell is none."""
    return _("a cell is longer than {limit} characters", limit=limits.cell)


def nul_character() -> Message:
    """Why a row with NUL in it is none."""
    return _("a NUL character stands in the row: part of the file is damaged or no text")
