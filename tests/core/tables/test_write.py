"""Written tables are texts and nothing else, and other programs read them as such."""

from __future__ import annotations

import csv
import io
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Inapplicable
from core.tables import open_table
from core.tables.write import SheetContent, replacing_text, write_csv, write_xlsx
from tests.core.tables.conftest import cells

ROWS = [
    ("=1+1", '=HYPERLINK("http://x.example")', "+49 351"),
    ("-5 Tage", "@SUM(A1)", "http://x.example"),
    ("01067", "12345678901234567890", "1e5"),
    ("Mü\u00a0ller ", 'sagt "ja"; dann\nnein', ""),
]


def failing() -> Iterator[tuple[str, ...]]:
    yield ("1", "2")
    raise OSError("no space left")


def test_csv_is_written_as_german_spreadsheet_programs_expect_it(tmp_path: Path) -> None:
    file = tmp_path / "kunden.csv"
    assert write_csv(file, ["Nummer", "Straße"], [("1", "a;b"), ("2", 'c"d')]) == 2
    assert file.read_bytes() == '\ufeffNummer;Straße\r\n1;"a;b"\r\n2;"c""d"\r\n'.encode()


@pytest.mark.parametrize("cell", ["=1+1", "+49", "-5", "@x", "\tx", "\rx"])
def test_formulas_are_protected_in_csv_unless_that_is_not_wanted(tmp_path: Path, cell: str) -> None:
    file = tmp_path / "kunden.csv"
    write_csv(file, ["a", "b"], [(cell, f"x{cell}")])
    assert cells(open_table(file, name="x")) == [(f"'{cell}", f"x{cell}")]
    write_csv(file, ["a", "b"], [(cell, f"x{cell}")], protect=False)
    assert cells(open_table(file, name="x")) == [(cell, f"x{cell}")]


def test_headings_are_protected_too(tmp_path: Path) -> None:
    file = tmp_path / "kunden.csv"
    write_csv(file, ["=1+1", "b"], [])
    assert open_table(file, name="x").columns == ("'=1+1", "b")


def test_csv_can_be_written_to_streams() -> None:
    binary, text = io.BytesIO(), io.StringIO()
    assert (write_csv(binary, ["a", "b"], [("1", "ü")]), write_csv(text, ["a", "b"], [("1", "ü")])) == (1, 1)
    assert binary.getvalue() == "\ufeffa;b\r\n1;ü\r\n".encode()
    assert text.getvalue() == "a;b\r\n1;ü\r\n"


def test_xlsx_holds_nothing_but_texts(tmp_path: Path) -> None:
    file = tmp_path / "kunden.xlsx"
    assert write_xlsx(file, {"Kunden": SheetContent(["a", "b", "c"], ROWS)}) == 4
    sheet = openpyxl.load_workbook(file)["Kunden"]
    written = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in written} <= {"s", "inlineStr"}
    assert all(cell.hyperlink is None for cell in written)
    read = [tuple(value or "" for value in row) for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert read == ROWS
    assert cells(open_table(file, name="x")) == ROWS


def test_every_sheet_is_written_under_a_name_that_can_be_one(tmp_path: Path) -> None:
    file = tmp_path / "kunden.xlsx"
    content = SheetContent(["a", "b"], [("1", "2")])
    assert write_xlsx(file, {"mk/ds: alle [offenen]": content, "x" * 40: content}) == 2
    assert openpyxl.load_workbook(file).sheetnames == ["mk_ds_ alle _offenen_", "x" * 31]


def test_what_xlsx_cannot_hold_is_cut_or_replaced_visibly(tmp_path: Path) -> None:
    file = tmp_path / "kunden.xlsx"
    write_xlsx(file, {"a": SheetContent(["a", "b"], [("x" * 32_768, "\uffff\x0b\x1b[31m\r")])})
    assert cells(open_table(file, name="x")) == [("x" * 32_766 + "…", "\ufffd\x0b\x1b[31m\r")]


def test_more_rows_than_xlsx_can_hold_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("core.tables.write._MOST_ROWS", 3)
    with pytest.raises(Inapplicable, match="at most 3 rows"):
        write_xlsx(tmp_path / "x.xlsx", {"a": SheetContent(["a"], [("1",)] * 3)})


def test_a_file_is_replaced_only_when_all_of_it_is_written(tmp_path: Path) -> None:
    file = tmp_path / "kunden"
    file.write_text("von gestern")
    with pytest.raises(OSError, match="no space left"):
        write_csv(file, ["a", "b"], failing())
    with pytest.raises(OSError, match="no space left"):
        write_xlsx(file, {"a": SheetContent(["a", "b"], failing())})
    with pytest.raises(OSError, match="no space left"), replacing_text(file) as stream:
        stream.writelines(line for row in failing() for line in row)
    assert file.read_text() == "von gestern"
    assert list(tmp_path.iterdir()) == [file]


def test_only_its_owner_may_read_what_was_written(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_csv(tmp_path / "k.csv", ["a"], [("1",)])
        write_xlsx(tmp_path / "k.xlsx", {"a": SheetContent(["a"], [("1",)])})
        with replacing_text(tmp_path / "k.json") as file:
            file.write("[]")
    finally:
        os.umask(before)
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}


def test_a_file_with_the_longest_name_can_be_written(tmp_path: Path) -> None:
    file = tmp_path / ("k" * 251 + ".csv")
    write_csv(file, ["a"], [("1",)])
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_that_somebody_laid_out_is_not_written_through(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.write_text("meins")
    (tmp_path / f".k.csv.{os.getpid()}.part").symlink_to(mine)
    write_csv(tmp_path / "k.csv", ["a"], [("1",)])
    assert mine.read_text() == "meins"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_an_error() -> None:
    rows = [("x" * 100, "y")] * 10_000
    full = Path("/dev/full")
    with pytest.raises(OSError, match="No space left"), full.open("wb") as stream:
        write_csv(stream, ["a", "b"], rows)
    with pytest.raises(OSError, match="No space left"):
        write_csv(full, ["a", "b"], rows)
    assert full.is_char_device()


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufffe\uffff"), max_size=15)
TABLE = st.lists(st.tuples(TEXT, TEXT), max_size=6)


@given(TABLE)
def test_the_csv_module_reads_what_is_written(rows: list[tuple[str, ...]]) -> None:
    file = io.BytesIO()
    write_csv(file, ["a", "b"], rows, protect=False)
    text = file.getvalue().decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)) == [
        ["a", "b"],
        *map(list, rows),
    ]


@given(TABLE)
def test_what_is_written_as_xlsx_is_read_again(rows: list[tuple[str, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "kunden"
        write_xlsx(file, {"Kunden": SheetContent(["a", "b"], rows)})
        assert cells(open_table(file, name="x")) == [row for row in rows if any(row)]
