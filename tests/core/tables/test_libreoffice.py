"""LibreOffice as referee: it reads what we write, and we read what it writes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from core.tables import open_table
from core.tables.write import SheetContent, write_csv, write_xlsx
from tests.core.tables.conftest import cells
from tests.real import require

pytestmark = [pytest.mark.real]

HEADINGS = ["Nummer", "PLZ", "Firma"]
ROWS = [
    ("K-1", "01067", "Müller & Söhne GmbH"),
    ("=1+1", "+49 351", "-5 Tage"),
    ("@SUM(A1)", "1e5", "12345678901234567890"),
    ("K 2 ", "29.02.1980", "zwei\nZeilen"),
    ("Śliwa", "Ayşe", "😀"),
]
UTF_8_WITH_SEMICOLONS = "Text - txt - csv (StarCalc):59,34,76,1,,0,true,true"
AS_TRUSTING_AS_CAN_BE = "CSV:59,34,76,1,,0,false,true,false,false,false,,true"
"""Numbers are recognised, and formulas calculated."""


def convert(files: list[Path], kind: str, folder: Path, *options: str) -> None:
    """Has LibreOffice write the files anew, as `kind`, into the folder."""
    office = require("soffice", "libreoffice-calc")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [office, profile, "--headless", *options, "--convert-to", kind, "--outdir", folder, *files]
    subprocess.run(list(map(str, command)), check=True, capture_output=True, timeout=90)


def test_libreoffice_reads_our_files_as_the_texts_they_are(tmp_path: Path) -> None:
    workbook, text = tmp_path / "mappe.xlsx", tmp_path / "text.csv"
    write_xlsx(workbook, {"Kunden": SheetContent(HEADINGS, ROWS)})
    write_csv(text, HEADINGS, ROWS)
    (tmp_path / "read").mkdir()
    reading = f"--infilter={UTF_8_WITH_SEMICOLONS}"
    convert([workbook], f"csv:{UTF_8_WITH_SEMICOLONS}", tmp_path / "read")
    convert([text], "xlsx", tmp_path / "read", reading)
    assert cells(open_table(tmp_path / "read" / "mappe.csv", name="x")) == ROWS
    from_text = cells(open_table(tmp_path / "read" / "text.xlsx", name="x"))
    assert [row[0] for row in from_text] == ["K-1", "'=1+1", "'@SUM(A1)", "K 2 ", "Śliwa"]


def test_we_read_what_libreoffice_writes(tmp_path: Path) -> None:
    workbook = tmp_path / "mappe.xlsx"
    write_xlsx(workbook, {"Kunden": SheetContent(HEADINGS, ROWS)})
    (tmp_path / "written").mkdir()
    for kind in ("ods", "xls"):
        convert([workbook], kind, tmp_path / "written")
        table = open_table(tmp_path / "written" / f"mappe.{kind}", name="x")
        assert (table.format, table.sheet, list(table.columns)) == (kind, "Kunden", HEADINGS)
        assert cells(table) == ROWS


def test_libreoffice_finds_no_formula_in_what_is_protected(tmp_path: Path) -> None:
    acting = [
        "=1+1",
        "+1+1",
        "-2+3",
        "+49-351-1",
        "+49 351 123456",
        "+49 (351) 12",
        "-",
        "+",
        "@A1",
        "\t=1+1",
    ]
    files = {"yes.csv": False, "no.csv": True}
    for name, protect in files.items():
        write_csv(tmp_path / name, ["a", "b"], [(cell, "x") for cell in acting], protect=protect)
    reading = f"--infilter={AS_TRUSTING_AS_CAN_BE}"
    convert([tmp_path / name for name in files], "fods", tmp_path, reading)
    found = [(tmp_path / name).with_suffix(".fods").read_text().count("table:formula=") for name in files]
    assert found[0] > 0
    assert found[1] == 0
