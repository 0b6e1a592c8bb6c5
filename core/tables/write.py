"""Writing tables for spreadsheet programs: CSV and XLSX. Every cell stays the text that it is.

Nothing that is written can act as a formula: in XLSX every cell is a text; in CSV, where programs guess, a
cell that would be taken for a formula gets an apostrophe in front (`core.tables.formulas`), unless the
recipient cannot do with it.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from io import TextIOBase, TextIOWrapper
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory, mkstemp
from typing import Any, BinaryIO, TextIO, cast

from core.errors import Inapplicable
from core.locale import _
from core.tables.formulas import protected

_MOST_ROWS = 1_048_576
_LONGEST_CELL = 32_767
_NARROWEST, _WIDEST = 12, 60
_NO_CHARACTER = re.compile("[\ufffe\uffff\ud800-\udfff]")
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class SheetContent:
    """What goes into one sheet; the rows may be an iterator, they are taken one by one."""

    headings: Sequence[str]
    rows: Iterable[Sequence[str]]


def write_csv(
    target: Path | BinaryIO | TextIO,
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    protect: bool = True,
    separator: str = ";",
) -> int:
    """Writes UTF-8 with byte order mark and lines ended by CR LF; answers with the number of rows.

    A path gets its new content only when all of it is written; a text stream keeps its own encoding and gets
    no mark. Raises OSError.
    """
    with _text(target) as stream:
        writer = csv.writer(stream, delimiter=separator, lineterminator="\r\n")
        count = -1
        for row in _with_headings(SheetContent(headings, rows)):
            writer.writerow([protected(cell) for cell in row] if protect else row)
            count += 1
    return count


def write_xlsx(target: Path | BinaryIO, sheets: Mapping[str, SheetContent]) -> int:
    """Writes a workbook of text cells in constant memory; answers with the number of rows without headings.

    Sheets are named by the keys, as far as sheets can be. A cell longer than XLSX allows (32,767 characters)
    is cut and ends with an ellipsis. Raises Inapplicable where a sheet would get too many rows, and OSError.
    """
    library: Any = import_module("xlsxwriter")
    with _binary(target) as stream, TemporaryDirectory() as folder:
        workbook = library.Workbook(stream, {"constant_memory": True, "tmpdir": folder})
        bold = workbook.add_format({"bold": True})
        count = 0
        for name, content in sheets.items():
            sheet = workbook.add_worksheet(_NOT_IN_SHEET_NAMES.sub("_", name)[:31])
            count += _fill(sheet, content, bold)
        try:
            workbook.close()
        except library.exceptions.FileCreateError as error:
            raise error.args[0] from None
    return count


def _fill(sheet: Any, content: SheetContent, bold: Any) -> int:
    sheet.freeze_panes(1, 0)
    for column, heading in enumerate(content.headings):
        sheet.set_column(column, column, min(_WIDEST, max(_NARROWEST, len(heading) + 2)))
    position = 0
    for position, row in enumerate(_with_headings(content)):
        if position >= _MOST_ROWS:
            raise Inapplicable(_("A sheet of XLSX has at most {limit} rows. Use CSV.", limit=_MOST_ROWS))
        for column, cell in enumerate(row):
            if cell:
                sheet.write_string(position, column, _fit_for_xlsx(cell), None if position else bold)
    return position


def _fit_for_xlsx(cell: str) -> str:
    cell = _NO_CHARACTER.sub("\ufffd", cell)
    return cell if len(cell) <= _LONGEST_CELL else cell[: _LONGEST_CELL - 1] + "…"


def _with_headings(content: SheetContent) -> Iterator[Sequence[str]]:
    return chain([content.headings], content.rows)


@contextmanager
def replacing_text(target: Path) -> Generator[TextIO]:
    """A stream for the text that is to stand in a file: UTF-8, line ends as they are written.

    Only its owner may read the file. It gets its new content when all of it is written, and keeps the old one
    where writing fails. Raises OSError.
    """
    with _binary(target) as stream, _encoded(stream, "utf-8") as text:
        yield text


@contextmanager
def _text(target: Path | BinaryIO | TextIO) -> Generator[TextIO]:
    if isinstance(target, TextIOBase):
        yield cast(TextIO, target)
        return
    with _binary(cast("Path | BinaryIO", target)) as stream, _encoded(stream, "utf-8-sig") as text:
        yield text


@contextmanager
def _encoded(stream: BinaryIO, encoding: str) -> Generator[TextIO]:
    text = TextIOWrapper(stream, encoding=encoding, newline="")
    try:
        yield text
    finally:
        text.detach()


@contextmanager
def _binary(target: Path | BinaryIO) -> Generator[BinaryIO]:
    """A stream to write to; a path is replaced at the end, and left alone where writing fails."""
    if not isinstance(target, Path):
        yield target
        return
    if target.exists() and not target.is_file():
        # A pipe or a device takes what it is given; a folder says that it is one.
        with target.open("wb") as stream:
            yield stream
        return
    # Only its owner may read it, and nobody can put a link where it will lie: who knows its name?
    descriptor, name = mkstemp(prefix=".leitstand-", suffix=".part", dir=target.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
        unfinished.replace(target)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise
