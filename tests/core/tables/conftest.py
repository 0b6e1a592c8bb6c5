"""Tables as they are found in files, written by other hands: csv, xlwt, openpyxl, XlsxWriter, zipfile."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.tables import BadRow, Row, Table, open_table
from tests.core.tables.sheets import ODS_HEAD

Opened = Callable[..., Table]
Zipped = Callable[[dict[str, str]], bytes]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    """Opens content that lies under a name that says nothing, as in the archive."""

    def opened(content: bytes | str, **options: Any) -> Table:
        file = tmp_path / "4f2a"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        options.setdefault("name", "kunden")
        return open_table(file, **options)

    return opened


@pytest.fixture
def zipped(tmp_path: Path) -> Callable[[dict[str, str]], bytes]:
    """The bytes of an archive with these parts."""

    def zipped(parts: dict[str, str]) -> bytes:
        file = tmp_path / "parts.zip"
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
        return file.read_bytes()

    return zipped


def cells(table: Table) -> list[tuple[str, ...]]:
    """The cells of all rows, which must be good ones."""
    rows = list(table.rows())
    assert [str(row.reason) for row in rows if isinstance(row, BadRow)] == []
    return [row.cells for row in rows if isinstance(row, Row)]


def good(table: Table) -> list[tuple[int, tuple[str, ...]]]:
    """Number and cells of the good rows."""
    return [(row.number, row.cells) for row in table.rows() if isinstance(row, Row)]


def bad(table: Table) -> list[tuple[int, str]]:
    """Number and reason of the bad rows."""
    return [(row.number, str(row.reason)) for row in table.rows() if isinstance(row, BadRow)]


@pytest.fixture
def ods(zipped: Zipped) -> Callable[..., bytes]:
    """A workbook made by hand: one sheet of row elements, or several tables."""

    def ods(*rows: str, tables: str = "", styles: str = "", **parts: str) -> bytes:
        content = tables or f'<table:table table:name="Kunden">{"".join(rows)}</table:table>'
        return zipped(
            {
                "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
                "content.xml": f"{ODS_HEAD}<office:automatic-styles>{styles}</office:automatic-styles>"
                f"<office:body><office:spreadsheet>{content}</office:spreadsheet></office:body>"
                "</office:document-content>",
                **parts,
            }
        )

    return ods
