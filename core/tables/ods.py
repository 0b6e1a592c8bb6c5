"""Reading ODS in constant memory. Sheets and their order are known only at its end, so it is read twice.

Own reader instead of a library because of what must not get lost: tabs within cells, cells with errors,
formulas without a stored result (docs/decisions/spreadsheets.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from core.locale import _
from core.tables.cells import (
    TRUTH,
    Cell,
    duration_text,
    error_cell,
    formula_without_result,
    iso_text,
    number_text,
)
from core.tables.package import Package, opened_package
from core.tables.rows import Format, Limits, Meter
from core.tables.spreadsheet import MOST_COLUMNS, MOST_ROWS, Book, Sheet, SheetRow, place
from core.tables.xml_stream import BrokenXml, Element, elements

_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE = f"{{{_NAMESPACE}table:1.0}}"
_OFFICE = f"{{{_NAMESPACE}office:1.0}}"
_TEXT = f"{{{_NAMESPACE}text:1.0}}"
_STYLE = f"{{{_NAMESPACE}style:1.0}}"
_CALC_TYPE = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_NOT_THE_CELL_S_OWN = {f"{_OFFICE}annotation", f"{_TEXT}note", f"{_TEXT}ruby-text"}
_CELLS = {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}
_CONTENT = "content.xml"
_ERROR = re.compile(r"#(N/A|NV|REF!|NAME\?|VALUE!|WERT!|DIV/0!|NUM!|ZAHL!|NULL!)|(Err|Fehler):[0-9]+")
_DURATION = re.compile(r"P(?:(\d+)D)?T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d+)?)S)?")
_MANIFEST = 1 << 20


def ods_book(path: Path, package: Package, limits: Limits) -> Book:
    """The sheets of an ODS file. Raises BrokenXml where it is damaged, protected or no spreadsheet."""
    if b"encryption-data" in package.beginning("META-INF/manifest.xml", _MANIFEST):
        raise BrokenXml(_("The file is protected by a password."))
    kind = package.beginning("mimetype", 100)
    if kind and b"spreadsheet" not in kind:
        raise BrokenXml(_("This is an office document and no spreadsheet."))
    sheets = _sheets(package, limits)

    def rows(sheet: Sheet, meter: Meter) -> Iterator[SheetRow]:
        with opened_package(path, limits) as again, again.open(_CONTENT) as stream:
            yield from _rows(stream_of=elements(stream, _WANTED, meter, limits.row), position=int(sheet.part))

    return Book(Format.ODS, sheets, rows, lambda _sheet: package.size(_CONTENT))


_WANTED = (f"{_TABLE}table", f"{_TABLE}table-row", f"{_STYLE}style")


def _sheets(package: Package, limits: Limits) -> tuple[Sheet, ...]:
    """All sheets; the part of each is its position. A sheet is hidden by its style."""
    hidden: set[str] = set()
    sheets: list[Sheet] = []
    with package.open(_CONTENT) as stream:
        for element in elements(stream, _WANTED, Meter(0), limits.row):
            if element.tag == f"{_STYLE}style":
                if any(part.get(f"{_TABLE}display", "") == "false" for part in element):
                    hidden.add(element.get(f"{_STYLE}name", ""))
            elif element.tag == f"{_TABLE}table":
                style = element.get(f"{_TABLE}style-name", "")
                sheets.append(Sheet(element.get(f"{_TABLE}name", ""), str(len(sheets)), style in hidden))
    return tuple(sheets)


def _rows(stream_of: Iterator[Element], position: int) -> Iterator[SheetRow]:
    tables = number = 0
    for element in stream_of:
        if element.tag == f"{_TABLE}table":
            tables += 1
            if tables > position:
                return
        elif element.tag == f"{_TABLE}table-row" and tables == position:
            cells = _cells(element)
            repeated = _repeated(element, "rows")
            if cells:
                for further in range(1, repeated + 1):
                    if number + further > MOST_ROWS:
                        raise BrokenXml(_("the sheet has more than {limit} rows", limit=MOST_ROWS))
                    yield SheetRow(number + further, cells)
            number += repeated


def _cells(row: Element) -> list[Cell]:
    cells: list[Cell] = []
    column = 0
    for element in row:
        if element.tag in _CELLS:
            repeated = _repeated(element, "columns")
            if cell := _cell(element):
                for further in range(min(repeated, MOST_COLUMNS + 1)):
                    place(cells, column + further, cell)
            column += repeated
    return cells


def _repeated(element: Element, what: str) -> int:
    times = element.get(f"{_TABLE}number-{what}-repeated", "1")
    return max(1, int(times)) if times.isdecimal() else 1


def _cell(element: Element) -> Cell:
    kind = element.get(f"{_OFFICE}value-type", "")
    is_formula = bool(element.get(f"{_TABLE}formula", ""))
    if not kind and not is_formula and not len(element):
        return ""
    shown = "\n".join(_text(part) for part in element if part.tag in (f"{_TEXT}p", f"{_TEXT}h"))
    if element.get(_CALC_TYPE, "") == "error" or (is_formula and kind == "float" and _ERROR.fullmatch(shown)):
        return error_cell(shown)
    if not kind:
        return shown or (formula_without_result() if is_formula else "")
    if kind == "string":
        return element.get(f"{_OFFICE}string-value", shown)
    return _value(element, kind) or shown


def _value(element: Element, kind: str) -> str:
    if kind == "date":
        return iso_text(element.get(f"{_OFFICE}date-value", ""))
    if kind == "time":
        return _time_text(element.get(f"{_OFFICE}time-value", ""))
    if kind == "boolean":
        return TRUTH[element.get(f"{_OFFICE}boolean-value", "") == "true"]
    return number_text(element.get(f"{_OFFICE}value", ""))


def _time_text(stored: str) -> str:
    parts = _DURATION.fullmatch(stored)
    if parts is None:
        return stored
    days, hours, minutes, seconds = (float((part or "0").replace(",", ".")) for part in parts.groups())
    return duration_text(timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds))


def _text(element: Element) -> str:
    pieces = [element.text or ""]
    for part in element:
        if part.tag == f"{_TEXT}s":
            pieces.append(" " * _count(part))
        elif part.tag == f"{_TEXT}tab":
            pieces.append("\t")
        elif part.tag == f"{_TEXT}line-break":
            pieces.append("\n")
        elif part.tag not in _NOT_THE_CELL_S_OWN:
            pieces.append(_text(part))
        pieces.append(part.tail or "")
    return "".join(pieces)


def _count(blanks: Element) -> int:
    times = blanks.get(f"{_TEXT}c", "1")
    return int(times) if times.isdecimal() and len(times) < 7 else 1
