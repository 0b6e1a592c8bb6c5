"""Reading XLS, the workbooks of Excel 97 to 2003: as a whole, because the format cannot be read otherwise."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import UnreadableInput
from core.locale import Message, _, n_
from core.tables.cells import TRUTH, Cell, day_text, duration_text, moment_text, number_text
from core.tables.compound import DamagedCompound, SheetScan, is_protected, scan_sheets, streams
from core.tables.rows import Format, Limits, Meter, Table
from core.tables.spreadsheet import Book, Sheet, SheetRow, table_in

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

Value = int | float | str | bool | date | datetime | time | timedelta


def open_xls(path: Path, name: str, sheet: str | None, limits: Limits) -> Table:
    """The table in an XLS file; raises UnreadableInput."""
    if path.stat().st_size > limits.xls:
        reason = _("XLS files of more than {limit} bytes are not read. Save it as XLSX.", limit=limits.xls)
        raise UnreadableInput(name, reason)
    try:
        scans = scan_sheets(_workbook(streams(path.read_bytes()), name))
        return table_in(_book(path, scans, name, limits), name, sheet, limits)
    except DamagedCompound as error:
        raise _damaged(name) from error


def _workbook(found: Mapping[str, bytes], name: str) -> bytes:
    workbook = found.get("Workbook") or found.get("Book")
    if "EncryptedPackage" in found or (workbook is not None and is_protected(workbook)):
        raise UnreadableInput(name, _("The file is protected by a password."))
    if workbook is None:
        raise UnreadableInput(name, _("This is an office document and no spreadsheet."))
    return workbook


def _book(path: Path, scans: list[SheetScan], name: str, limits: Limits) -> Book:
    if any(scan.rows * scan.columns > limits.xls_cells for scan in scans):
        reason = _("A sheet reaches over more than {limit} cells. Save it as XLSX.", limit=limits.xls_cells)
        raise UnreadableInput(name, reason)
    with _faults_of_calamine(name):
        from python_calamine import CalamineWorkbook, SheetVisibleEnum

        with path.open("rb") as file:
            workbook = CalamineWorkbook.from_filelike(file)
        sheets = [
            Sheet(sheet.name, str(position), sheet.visible is not SheetVisibleEnum.Visible)
            for position, sheet in enumerate(workbook.sheets_metadata)
        ]
        contents = [workbook.get_sheet_by_index(position) for position in range(len(sheets))]
    if len(sheets) != len(scans):
        raise _damaged(name)

    def rows(sheet: Sheet, meter: Meter) -> Iterator[SheetRow]:
        position = int(sheet.part)
        return _rows(contents[position], scans[position], meter)

    return Book(
        Format.XLS,
        sheets,
        rows,
        size=lambda sheet: contents[int(sheet.part)].total_height,
        notes=lambda sheet: _notes(scans[int(sheet.part)]),
    )


def _rows(content: CalamineSheet, scan: SheetScan, meter: Meter) -> Iterator[SheetRow]:
    before = content.start[1] if content.start else 0
    for position, values in enumerate(content.iter_rows()):
        meter.position = position
        cells: list[Cell] = [""] * before
        for column, value in enumerate(values, before):
            cells.append(scan.faults.get((position, column)) or _text(value))
        yield SheetRow(position + 1, cells)


def _text(value: Value) -> str:
    match value:
        case str():
            return value
        case bool():
            return TRUTH[value]
        case int() | float():
            return number_text(repr(value))
        case date():
            return moment_text(value) if isinstance(value, datetime) else day_text(value)
        case time():
            return f"{value:%H:%M:%S}"
        case timedelta():
            return duration_text(value)


def _notes(scan: SheetScan) -> tuple[Message, ...]:
    notes: list[Message] = []
    if scan.empty_results:
        notes.append(
            n_(
                "{count} formula without a stored result, or with an empty one, is read as an empty cell.",
                "{count} formulas without a stored result, or with an empty one, are read as empty cells.",
                scan.empty_results,
            )
        )
    if scan.zero_results:
        notes.append(
            n_(
                "{count} formula with the stored result 0 is read as 0, though perhaps never calculated.",
                "{count} formulas with the stored result 0 are read as 0, though perhaps never calculated.",
                scan.zero_results,
            )
        )
    return tuple(notes)


@contextmanager
def _faults_of_calamine(name: str) -> Generator[None]:
    """A file that calamine refuses, or over which it panics (an exception of its own, no Exception)."""
    try:
        yield
    except BaseException as error:
        if isinstance(error, ValueError) or type(error).__module__ in ("python_calamine", "pyo3_runtime"):
            raise _damaged(name) from error
        raise


def _damaged(name: str) -> UnreadableInput:
    return UnreadableInput(name, _("The file is damaged or no workbook of Excel 97 to 2003."))
