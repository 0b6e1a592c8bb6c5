"""Workbooks by other hands: XlsxWriter, xlwt, and ODS written as XML."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import xlsxwriter
import xlwt

ODS_HEAD = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
)


def xlsx(*rows: tuple[Any, ...], **sheets: list[tuple[Any, ...]]) -> bytes:
    """A workbook as XlsxWriter makes it: None leaves a cell out, formulas are (formula, result)."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"default_date_format": "dd.mm.yyyy", "in_memory": True})
    for name, content in {"Kunden": list(rows), **sheets}.items():
        sheet = book.add_worksheet(name)
        for position, row in enumerate(content):
            for column, value in enumerate(row):
                if isinstance(value, tuple):
                    sheet.write_formula(position, column, value[0], None, value[1])
                elif isinstance(value, str):
                    sheet.write_string(position, column, value)
                elif value is not None:
                    sheet.write(position, column, value)
    book.close()
    return file.getvalue()


def xls(*rows: tuple[Any, ...]) -> bytes:
    """A workbook as xlwt makes it."""
    file = io.BytesIO()
    book = xlwt.Workbook()
    sheet = book.add_sheet("Kunden")
    day = xlwt.easyxf(num_format_str="DD.MM.YYYY")
    for position, row in enumerate(rows):
        for column, value in enumerate(row):
            if value == "#N/A":
                sheet.row(position).set_cell_error(column, 0x2A)
            elif value is not None:
                sheet.write(position, column, value, *([day] if isinstance(value, date) else []))
    book.save(file)
    return file.getvalue()


def ods_row(*values: str, repeated: int = 1) -> str:
    """A row of cells; a value that begins with < is the cell's own XML."""
    made = "".join(value if value.startswith("<") else ods_text(value) for value in values)
    return f'<table:table-row table:number-rows-repeated="{repeated}">{made}</table:table-row>'


def ods_text(*paragraphs: str, attributes: str = "", beside: str = "") -> str:
    texts = "".join(f"<text:p>{paragraph}</text:p>" for paragraph in paragraphs)
    return f'<table:table-cell office:value-type="string" {attributes}>{texts}{beside}</table:table-cell>'


def ods_cell(kind: str, stored: str, attribute: str = "value") -> str:
    attributes = f'office:value-type="{kind}" office:{attribute}="{stored}"'
    return f"<table:table-cell {attributes}><text:p>?</text:p></table:table-cell>"


HEADING = ("Nummer", "PLZ", "Ort")


def changed(archive: bytes, part: str, old: str, new: str) -> bytes:
    """The same archive with one text replaced in one part."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as source,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for info in source.infolist():
            content = source.read(info)
            if info.filename == part:
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode())
            target.writestr(info.filename, content)
    return file.getvalue()
