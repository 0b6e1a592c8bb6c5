"""Tables in files: CSV, XLSX, XLS, ODS and XML are read row by row as the text that stands in them.

Reading repairs and strips nothing. What a format means is told from the content; a file's name decides
nothing but how its faults are named. How each format is read is described in docs/formats/tables.md.
"""

from __future__ import annotations

from pathlib import Path

from core.errors import UnreadableInput
from core.locale import Message, _
from core.tables.rows import BadRow, Format, Limits, Row, Table

__all__ = ["BadRow", "Format", "Limits", "Row", "Table", "open_table"]

_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOOKED_AT = 4096
_LIMITS = Limits()


def open_table(
    path: Path,
    *,
    name: str,
    encoding: str | None = None,
    separator: str | None = None,
    sheet: str | None = None,
    protected: bool = False,
    limits: Limits = _LIMITS,
) -> Table:
    """The table in a file. `name` is what the file was called; its bytes may lie under another name.

    `encoding` and `separator` concern CSV, `sheet` concerns spreadsheets; None has them found out. With
    `protected` the apostrophe is taken off that CSV has before what would act as a formula.
    Raises UnreadableInput where there is no table: the file is empty, of another kind or protected, its
    heading cannot be read, or there is no such sheet.
    """
    try:
        if not path.stat().st_size:
            raise UnreadableInput(name, _("The file is empty."))
        with path.open("rb") as file:
            start = file.read(_LOOKED_AT)
        return _opened(path, start, name, encoding, separator, sheet, protected, limits)
    except OSError as error:
        raise UnreadableInput(name, _why_not(error)) from error


def _opened(
    path: Path,
    start: bytes,
    name: str,
    encoding: str | None,
    separator: str | None,
    sheet: str | None,
    protected: bool,
    limits: Limits,
) -> Table:
    if start.startswith(_ZIP):
        from core.tables.package import open_package

        return open_package(path, name, sheet, limits)
    if start.startswith(_COMPOUND):
        from core.tables.xls import open_xls

        return open_xls(path, name, sheet, limits)
    if _is_markup(start):
        from core.tables.xml_file import open_xml

        return open_xml(path, name, limits)
    if start.startswith(b"%PDF"):
        raise UnreadableInput(name, _("This is a PDF document, not a table."))
    from core.tables.csv_file import open_csv

    return open_csv(path, name, encoding, separator, limits, protected)


def _is_markup(start: bytes) -> bool:
    for mark, codec in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if start.startswith(mark):
            return start.removeprefix(mark).decode(codec, "replace").lstrip().startswith("<")
    return start.lstrip().startswith(b"<")


def _why_not(error: OSError) -> Message:
    if isinstance(error, FileNotFoundError):
        return _("There is no such file.")
    if isinstance(error, IsADirectoryError):
        return _("This is a folder, not a file.")
    if isinstance(error, PermissionError):
        return _("The file may not be read.")
    return _("The file cannot be read: {error}", error=error.strerror or str(error))
