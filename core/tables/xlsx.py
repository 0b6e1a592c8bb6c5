"""Reading XLSX in constant memory, but for the texts that its cells share.

Own reader instead of a library because of what must not get lost: cells with errors, formulas without a
stored result, dates that never were (docs/decisions/spreadsheets.md).
"""

from __future__ import annotations

import posixpath
import re
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.locale import _
from core.tables.cells import (
    TRUTH,
    Cell,
    Shown,
    error_cell,
    formula_without_result,
    iso_text,
    number_text,
    numbered_format_shows,
    pattern_shows,
    serial_text,
)
from core.tables.package import Package, opened_package
from core.tables.rows import Format, Limits, Meter
from core.tables.spreadsheet import (
    MOST_ROWS,
    Book,
    Sheet,
    SheetRow,
    column_number,
    place,
)
from core.tables.xml_stream import BrokenXml, Element, elements, name_of
from core.text import visible

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_STYLES = 64 << 20
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class SharedTexts:
    """Texts that cells refer to by number, held as one run of bytes: half a million cost their own length."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._bytes = bytearray()
        self._ends = array("Q", [0])

    def append(self, text: str) -> None:
        """Adds one; raises BrokenXml where they become too many."""
        self._bytes += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._bytes))
        if len(self._bytes) > self._most:
            raise BrokenXml(_("The texts of the file have more than {limit} bytes.", limit=self._most))

    def __getitem__(self, number: int) -> str:
        if not 0 <= number < len(self._ends) - 1:
            raise BrokenXml(_("The file is damaged: a text that a cell refers to is missing."))
        return self._bytes[self._ends[number] : self._ends[number + 1]].decode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class _Workbook:
    """What stands beside the sheets and is needed to read them."""

    sheets: tuple[Sheet, ...]
    texts_part: str | None
    styles: tuple[Shown, ...]
    from_1904: bool


def xlsx_book(path: Path, package: Package, limits: Limits) -> Book:
    """The sheets of an XLSX file. Raises BrokenXml where it is damaged."""
    workbook = _workbook(package, limits)
    texts = _shared_texts(package, workbook.texts_part, limits)

    def rows(sheet: Sheet, meter: Meter) -> Iterator[SheetRow]:
        reader = _RowReader(workbook, texts)
        with opened_package(path, limits) as again, again.open(sheet.part) as stream:
            for element in elements(stream, ["{*}row", "{*}sheetData"], meter, limits.row):
                if name_of(element.tag) != "row":
                    return
                yield reader.row(element)

    return Book(Format.XLSX, workbook.sheets, rows, lambda sheet: package.size(sheet.part))


class _RowReader:
    """Makes rows of `row` elements; counts where they do not say their own number."""

    def __init__(self, workbook: _Workbook, texts: SharedTexts) -> None:
        self._number = 0
        self._texts = texts
        self._styles = workbook.styles
        self._from_1904 = workbook.from_1904
        self._by_type: dict[str, Callable[[str], Cell]] = {
            "s": self._shared,
            "str": unescaped,
            "b": lambda stored: TRUTH[stored.strip() not in ("0", "false")],
            "e": error_cell,
            "d": iso_text,
        }

    def row(self, element: Element) -> SheetRow:
        self._number = _whole(element.get("r", str(self._number + 1)))
        if self._number > MOST_ROWS:
            raise BrokenXml(_("the sheet has more than {limit} rows", limit=MOST_ROWS))
        cells: list[Cell] = []
        for cell in element:
            reference = cell.get("r", "")
            place(cells, _column(reference) if reference else len(cells), self._cell(cell))
        return SheetRow(self._number, cells)

    def _cell(self, cell: Element) -> Cell:
        kind = cell.get("t", "n")
        stored = ""
        is_formula = False
        for part in cell:
            tag = part.tag
            if tag.endswith("}v"):
                stored = part.text or ""
            elif tag.endswith("}f"):
                is_formula = True
            elif tag.endswith("}is"):
                return _rich_text(part)
        if not stored:
            return formula_without_result() if is_formula and kind != "str" else ""
        if kind in self._by_type:
            return self._by_type[kind](stored)
        return self._number_in(stored, cell.get("s", ""))

    def _number_in(self, stored: str, style: str) -> str:
        if style:
            position = _whole(style)
            shown = self._styles[position] if position < len(self._styles) else Shown.NUMBER
            if shown is not Shown.NUMBER:
                return serial_text(stored, shown, self._from_1904)
        return number_text(stored)

    def _shared(self, stored: str) -> str:
        return self._texts[_whole(stored)]


def unescaped(text: str) -> str:
    """XLSX writes characters that XML cannot hold as _x000D_, and an underscore before that as _x005F_."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _rich_text(element: Element) -> str:
    """The text of a cell in one piece, without the reading aids (rPh) that Japanese has."""
    pieces: list[str] = []
    for part in element:
        if part.tag.endswith("}t"):
            pieces.append(part.text or "")
        elif part.tag.endswith("}r"):
            pieces += [text.text or "" for text in part if text.tag.endswith("}t")]
    return unescaped("".join(pieces))


def _whole(text: str) -> int:
    if not text.strip().isdecimal():
        raise BrokenXml(_("The file is damaged: {text} stands where a number belongs.", text=visible(text)))
    return int(text)


def _column(reference: str) -> int:
    return _column_of(reference.rstrip("0123456789"))


_column_of = lru_cache(maxsize=2048)(column_number)


def _workbook(package: Package, limits: Limits) -> _Workbook:
    outermost = _relations(package, "_rels/.rels", "", limits).values()
    part = next((target for kind, target in outermost if kind.endswith("/officeDocument")), "xl/workbook.xml")
    folder = posixpath.dirname(part)
    relations = _relations(package, _relations_part(part), folder, limits)
    sheets: list[Sheet] = []
    from_1904 = False
    with package.open(part) as stream:
        for element in elements(stream, ["{*}workbookPr", "{*}sheet"], Meter(0), limits.row):
            if name_of(element.tag) == "workbookPr":
                from_1904 = element.get("date1904", "") in ("1", "true")
                continue
            kind, target = relations.get(_relation(element), ("", ""))
            if kind.endswith("/worksheet") and target in package:
                sheets.append(
                    Sheet(element.get("name", ""), target, element.get("state", "visible") != "visible")
                )
    by_kind = {kind.rpartition("/")[2]: target for kind, target in relations.values()}
    styles = _styles(package, by_kind.get("styles", ""), limits)
    return _Workbook(tuple(sheets), by_kind.get("sharedStrings"), styles, from_1904)


def _relation(sheet: Element) -> str:
    return sheet.get(_RELATION, "") or sheet.get(_STRICT_RELATION, "")


def _relations_part(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _relations(package: Package, part: str, folder: str, limits: Limits) -> Mapping[str, tuple[str, str]]:
    """Kind and target by id: how the parts of an XLSX file find each other."""
    found: dict[str, tuple[str, str]] = {}
    if part in package:
        with package.open(part) as stream:
            for element in elements(stream, ["{*}Relationship"], Meter(0), limits.row):
                target = posixpath.normpath(posixpath.join("/", folder, element.get("Target", ""))).lstrip(
                    "/"
                )
                found[element.get("Id", "")] = (element.get("Type", ""), target)
    return found


def _styles(package: Package, part: str, limits: Limits) -> tuple[Shown, ...]:
    """As what each cell style shows numbers."""
    patterns: dict[int, Shown] = {}
    styles: list[Shown] = []
    if part not in package:
        return ()
    with package.open(part) as stream:
        for element in elements(stream, ["{*}numFmt", "{*}cellXfs"], Meter(0), _STYLES):
            if name_of(element.tag) == "numFmt":
                patterns[_whole(element.get("numFmtId", ""))] = pattern_shows(element.get("formatCode", ""))
                continue
            for style in element:
                number = _whole(style.get("numFmtId", "0"))
                styles.append(patterns.get(number) or numbered_format_shows(number))
    return tuple(styles)


def _shared_texts(package: Package, part: str | None, limits: Limits) -> SharedTexts:
    texts = SharedTexts(limits.texts)
    if part is not None and part in package:
        with package.open(part) as stream:
            for element in elements(stream, ["{*}si"], Meter(0), limits.row):
                texts.append(_rich_text(element))
    return texts
