"""What the spreadsheet formats have in common: choosing a sheet, finding the heading, rows of cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from core.errors import UnreadableInput
from core.locale import Message, _, n_
from core.tables.cells import Cell, as_evidence
from core.tables.rows import BadRow, Format, Limits, Meter, Row, Table, checked_headings, unstorable
from core.tables.xml_stream import BrokenXml
from core.text import folded, squeezed, visible

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
_EVIDENT_BEYOND = 20
_LETTERS = re.compile(r"[A-Za-z]{1,3}")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet by the name on its tab; `part` is where it is found in the file."""

    name: str
    part: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class SheetRow:
    """The cells of one row from column A on; `number` is the one that the spreadsheet program shows."""

    number: int
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Heading:
    """The row that names the columns, from its first filled cell (`start` are before it) to its last."""

    row: int
    start: int
    columns: tuple[str, ...]

    @property
    def end(self) -> int:
        """The first column behind the heading."""
        return self.start + len(self.columns)


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook of any format: its sheets with cells, and how one of them is read from its first row on."""

    format: Format
    sheets: Sequence[Sheet]
    rows: Callable[[Sheet, Meter], Iterator[SheetRow]]
    size: Callable[[Sheet], int]
    """What the meter counts up to when a sheet is read: bytes, of an XLS file rows."""
    notes: Callable[[Sheet], tuple[Message, ...]] = lambda _sheet: ()


def table_in(book: Book, name: str, wanted: str | None, limits: Limits) -> Table:
    """The table in the sheet that was asked for, else in the first visible one that is not empty.

    Raises UnreadableInput.
    """
    sheet, heading = _chosen(book, name, wanted)

    def read(meter: Meter) -> Iterator[Row | BadRow]:
        return _data_rows(book.rows(sheet, meter), heading, limits)

    return Table(
        name,
        book.format,
        heading.columns,
        read,
        Meter(book.size(sheet)),
        sheet=sheet.name,
        notes=_others_unread(book.sheets, sheet) + book.notes(sheet),
    )


def _chosen(book: Book, name: str, wanted: str | None) -> tuple[Sheet, Heading]:
    if wanted is None:
        candidates = [sheet for sheet in book.sheets if not sheet.hidden] or list(book.sheets)
    else:
        candidates = [_named(book.sheets, name, wanted)]
    for sheet in candidates:
        if heading := _find_heading(name, book.rows(sheet, Meter(0))):
            return sheet, heading
    raise UnreadableInput(
        name,
        n_(
            "The sheet {names} is empty.",
            "The sheets {names} are empty.",
            len(candidates),
            names=tuple(visible(sheet.name) for sheet in candidates),
        ),
    )


def _named(sheets: Sequence[Sheet], name: str, wanted: str) -> Sheet:
    for sheet in sheets:
        if squeezed(folded(sheet.name)) == squeezed(folded(wanted)):
            return sheet
    names = tuple(visible(sheet.name) for sheet in sheets)
    reason = _("There is no sheet {sheet}; there are: {names}.", sheet=visible(wanted), names=names)
    raise UnreadableInput(name, reason)


def _others_unread(sheets: Sequence[Sheet], chosen: Sheet) -> tuple[Message, ...]:
    others = tuple(visible(sheet.name) for sheet in sheets if sheet is not chosen)
    if not others:
        return ()
    return (
        n_(
            "Only the sheet {sheet} is read, not the sheet {names}.",
            "Only the sheet {sheet} is read, not the sheets {names}.",
            len(others),
            sheet=visible(chosen.name),
            names=others,
        ),
    )


def _find_heading(name: str, rows: Iterator[SheetRow]) -> Heading | None:
    """The first row that is not empty."""
    return next((_heading(name, row) for row in rows if any(row.cells)), None)


def _heading(name: str, row: SheetRow) -> Heading:
    start = next(column for column, cell in enumerate(row.cells) if cell)
    texts: list[str] = []
    for column, cell in enumerate(row.cells):
        if isinstance(cell, Message):
            reason = _in_cell(row.number, column, cell)
            raise UnreadableInput(name, _("The heading cannot be read: {reason}", reason=reason))
        texts.append(cell)
    return Heading(row.number, start, checked_headings(name, texts[start:]))


def _data_rows(rows: Iterator[SheetRow], heading: Heading, limits: Limits) -> Iterator[Row | BadRow]:
    """The rows below the heading. Ends with a bad row where the file breaks off."""
    number = 0
    try:
        for row in rows:
            if row.number > heading.row and any(row.cells):
                number += 1
                yield _data_row(number, row, heading, limits)
    except BrokenXml as error:
        yield BadRow(number + 1, error.reason, b"", breaks_off=True)


def _data_row(number: int, row: SheetRow, heading: Heading, limits: Limits) -> Row | BadRow:
    raw = "\t".join(map(as_evidence, row.cells[: heading.end + _EVIDENT_BEYOND])).encode("utf-8", "replace")[
        : limits.evidence
    ]
    cells = _cells(row, heading)
    if isinstance(cells, Message):
        return BadRow(number, cells, raw)
    if reason := unstorable(cells, limits):
        return BadRow(number, reason, raw)
    return Row(number, cells, raw)


def _cells(row: SheetRow, heading: Heading) -> tuple[str, ...] | Message:
    end = heading.end
    texts: list[str] = []
    for column, cell in enumerate(row.cells):
        if isinstance(cell, Message):
            return _in_cell(row.number, column, cell)
        if cell and not heading.start <= column < end:
            return _in_cell(row.number, column, _("its column has no heading"))
        texts.append(cell)
    texts += [""] * (end - len(texts))
    return tuple(texts[heading.start : end])


def _in_cell(row: int, column: int, reason: Message) -> Message:
    return _("cell {cell}: {reason}", cell=f"{column_letters(column)}{row}", reason=reason)


def column_letters(column: int) -> str:
    """What a spreadsheet program calls a column: 0 is A, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, digit = divmod(column - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


def column_number(letters: str) -> int:
    """The other way about; raises BrokenXml for what is no column."""
    number = 0
    if not _LETTERS.fullmatch(letters):
        raise BrokenXml(_("{cell} is no column of a spreadsheet", cell=visible(letters)))
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def place(cells: list[Cell], column: int, cell: Cell) -> None:
    """Puts a cell where it belongs; empty ones are made before it."""
    if column == len(cells) and column < MOST_COLUMNS:
        cells.append(cell)
    elif column >= MOST_COLUMNS:
        raise BrokenXml(_("the row has more than {limit} columns", limit=MOST_COLUMNS))
    elif column > len(cells):
        cells.extend([""] * (column - len(cells)))
        cells.append(cell)
    else:
        cells[column] = cell
