"""What stands in spreadsheets beside plain cells: rich texts, odd addresses, bombs, broken files."""

from __future__ import annotations

import io
import tempfile
import tracemalloc
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import python_calamine
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UnreadableInput
from core.tables import BadRow, Limits, Row, open_table
from core.tables.cells import number_text
from core.tables.compound import streams
from core.tables.spreadsheet import column_letters, column_number
from core.tables.write import SheetContent, write_xlsx
from tests.core.tables.conftest import Opened, Zipped, bad, cells, good
from tests.core.tables.sheets import HEADING, changed, ods_row, xls, xlsx


def test_escaped_characters_of_xlsx_are_unescaped(opened: Opened) -> None:
    text = "a\rb\x0bc_x000D_"
    content = xlsx(("a", "b"), (text, "1"), ("x", "2"))
    assert cells(opened(content)) == [(text, "1"), ("x", "2")]


@pytest.mark.parametrize(
    ("escaped", "reason"), [("_x0000_", "a NUL character"), ("_xD800_", "half a character")]
)
def test_escaped_characters_that_cannot_be_stored_make_a_bad_row(
    opened: Opened, escaped: str, reason: str
) -> None:
    content = changed(xlsx(("a", "b"), ("§§", "1"), ("x", "2")), "xl/sharedStrings.xml", "§§", escaped)
    table = opened(content)
    assert [(number, said.startswith(reason)) for number, said in bad(table)] == [(1, True)]
    assert good(table) == [(2, ("x", "2"))]


def test_rich_texts_are_read_whole_and_without_reading_aids(opened: Opened) -> None:
    rich = (
        "<si><r><t>Mü</t></r><r><rPr><b/></rPr><t xml:space='preserve'>ller </t></r>"
        "<rPh sb='0' eb='1'><t>x</t></rPh></si>"
    )
    content = changed(xlsx(("a", "b"), ("§§", "1")), "xl/sharedStrings.xml", "<si><t>§§</t></si>", rich)
    assert cells(opened(content)) == [("Müller ", "1")]


def test_cells_need_not_say_where_they_stand(opened: Opened, zipped: Zipped) -> None:
    content = changed(xlsx(("a", "b"), ("1", "2")), "xl/worksheets/sheet1.xml", ' r="A2"', "")
    content = changed(content, "xl/worksheets/sheet1.xml", ' r="B2"', "")
    assert cells(opened(content)) == [("1", "2")]


def test_a_sheet_is_chosen_by_name_or_is_the_first_visible_one_with_cells(
    opened: Opened, ods: Callable[..., bytes]
) -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    hidden, empty, first, second = (
        book.add_worksheet(name) for name in ("H", "Leer", "Kunden", "Alte Kunden")
    )
    for sheet in (hidden, first, second):
        sheet.write_row(0, 0, [sheet.name, "b"])
    first.activate()
    hidden.hide()
    assert empty.name == "Leer"
    book.close()
    table_of = '<table:table table:name="{}" table:style-name="{}">{}</table:table>'
    by_hand = ods(
        styles='<style:style style:name="h"><style:table-properties table:display="false"/></style:style>',
        tables=table_of.format("H", "h", ods_row("H", "b"))
        + table_of.format("Leer", "", "")
        + table_of.format("Kunden", "", ods_row("Kunden", "b"))
        + table_of.format("Alte Kunden", "", ods_row("Alte Kunden", "b")),
    )
    for content in (file.getvalue(), by_hand):
        table = opened(content)
        assert (table.sheet, table.columns[0]) == ("Kunden", "Kunden")
        assert [str(note) for note in table.notes] == [
            "Only the sheet Kunden is read, not the sheets H, Leer, Alte Kunden."
        ]
        assert opened(content, sheet=" alte KUNDEN").columns[0] == "Alte Kunden"
        assert opened(content, sheet="H").columns[0] == "H"
        with pytest.raises(
            UnreadableInput, match="There is no sheet Kudnen; there are: H, Leer, Kunden, Alte Kunden"
        ):
            opened(content, sheet="Kudnen")
        with pytest.raises(UnreadableInput, match="The sheet Leer is empty"):
            opened(content, sheet="Leer")


@pytest.mark.parametrize("content", [xlsx(), xls()], ids=["xlsx", "xls"])
def test_an_empty_workbook_is_an_error(opened: Opened, content: bytes) -> None:
    with pytest.raises(UnreadableInput, match="The sheet Kunden is empty"):
        opened(content)


@pytest.mark.parametrize("content", [xlsx(HEADING), xls(HEADING)], ids=["xlsx", "xls"])
def test_a_heading_alone_is_a_table_without_rows(opened: Opened, content: bytes) -> None:
    table = opened(content)
    assert (table.columns, cells(table)) == (HEADING, [])


def test_a_heading_with_an_error_or_twice_the_same_is_an_error(opened: Opened) -> None:
    with pytest.raises(UnreadableInput, match="The heading cannot be read: cell B1: it holds the error"):
        opened(xlsx(("a", ("=NA()", "#N/A"))))
    with pytest.raises(UnreadableInput, match="The column PLZ stands in the heading more than once"):
        opened(xlsx(("PLZ", "Ort", "PLZ")))


def test_protected_files_are_recognised(opened: Opened, ods: Callable[..., bytes]) -> None:
    directory_entry = "Workbook".encode("utf-16-le")
    length_of_name = directory_entry.ljust(64, b"\0") + b"\x12\0"
    renamed = "EncryptedPackage".encode("utf-16-le").ljust(64, b"\0") + b"\x22\0"
    encrypted_xlsx = xls(HEADING).replace(length_of_name, renamed)
    assert "EncryptedPackage" in streams(encrypted_xlsx)
    code_page, filepass = b"\x42\0\x02\0", b"\x2f\0\x02\0"
    encrypted_xls = xls(HEADING).replace(code_page, filepass, 1)
    encrypted_ods = ods(**{"META-INF/manifest.xml": "<manifest:encryption-data/>"})
    for content in (encrypted_xlsx, encrypted_xls, encrypted_ods):
        with pytest.raises(UnreadableInput, match="protected by a password"):
            opened(content)


def test_other_archives_and_documents_are_recognised(opened: Opened, zipped: Zipped) -> None:
    for parts, reason in [
        ({"kunden.csv": "a;b"}, "archive"),
        ({"[Content_Types].xml": "", "word/document.xml": ""}, "archive"),
        ({"[Content_Types].xml": "", "xl/workbook.bin": ""}, "XLSB"),
        ({"[Content_Types].xml": ""}, "its part xl/workbook.xml is missing"),
        ({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}, "no spreadsheet"),
    ]:
        with pytest.raises(UnreadableInput, match=reason):
            opened(zipped(parts))
    with pytest.raises(UnreadableInput, match="no spreadsheet"):
        opened(xls(HEADING).replace("Workbook".encode("utf-16-le"), "WordDocu".encode("utf-16-le")))


def test_a_part_that_unpacks_to_too_much_is_refused(opened: Opened) -> None:
    bomb = changed(
        xlsx(HEADING, ("§§",)), "xl/worksheets/sheet1.xml", "<sheetData>", "<sheetData>" + " " * 12_000_000
    )
    with pytest.raises(UnreadableInput, match=r"would have 120\d+ bytes unpacked"):
        opened(bomb)
    with pytest.raises(UnreadableInput, match="unpacked"):
        opened(xlsx(HEADING), limits=Limits(expanded=100))


def test_shared_texts_that_are_too_many_are_refused(opened: Opened) -> None:
    with pytest.raises(UnreadableInput, match="have more than 5 bytes"):
        opened(xlsx(HEADING), limits=Limits(texts=5))


def test_an_xls_that_is_too_big_or_too_wide_is_refused(opened: Opened) -> None:
    with pytest.raises(UnreadableInput, match="more than 100 bytes"):
        opened(xls(HEADING), limits=Limits(xls=100))
    with pytest.raises(UnreadableInput, match="more than 5 cells"):
        opened(xls(HEADING, ("1", "2")), limits=Limits(xls_cells=5))


def test_a_sheet_that_breaks_off_keeps_the_rows_before(opened: Opened, ods: Callable[..., bytes]) -> None:
    rows = [HEADING, *((str(number), "x", "y") for number in range(3_000))]
    broken = changed(xlsx(*rows), "xl/worksheets/sheet1.xml", '<row r="2501"', '<rwo r="2501"')
    table = opened(broken)
    last = list(table.rows())[-1]
    assert isinstance(last, BadRow)
    assert (last.breaks_off, len(good(table))) == (True, 2_499)


def test_a_sheet_of_too_many_rows_ends_there(opened: Opened, ods: Callable[..., bytes]) -> None:
    table = opened(
        ods(
            ods_row("a", "b"),
            ods_row("<table:table-cell/>", repeated=1_048_570),
            ods_row("1", "2", repeated=9),
        )
    )
    assert (len(good(table)), bad(table)) == (5, [(6, "the sheet has more than 1048576 rows")])
    table = opened(changed(xlsx(("a", "b"), ("1", "2")), "xl/worksheets/sheet1.xml", 'r="B2"', 'r="XFE2"'))
    assert bad(table) == [(1, "the row has more than 16384 columns")]


@pytest.mark.parametrize(
    "content", [xlsx(HEADING, ("1", "2")), xls(HEADING, ("1", "2"))], ids=["xlsx", "xls"]
)
def test_damaged_files_have_a_reason_wherever_they_are_damaged(opened: Opened, content: bytes) -> None:
    for cut in range(8, len(content), len(content) // 60):
        for damaged in (content[:cut], content[:cut] + b"\xff" * 8 + content[cut + 8 :]):
            try:
                rows = list(opened(damaged).rows())
            except UnreadableInput as error:
                assert str(error).startswith("kunden: ")
            else:
                assert all(isinstance(row, Row | BadRow) for row in rows)


def test_columns_are_counted_in_letters() -> None:
    assert [column_letters(number) for number in (0, 25, 26, 701, 702, 16_383)] == [
        "A",
        "Z",
        "AA",
        "ZZ",
        "AAA",
        "XFD",
    ]
    assert all(column_number(column_letters(number)) == number for number in range(0, 16_384, 7))


CELL = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=12),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.booleans(),
    st.dates(date(1900, 3, 1), date(9999, 12, 31)),
)


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=6))
def test_another_reader_reads_the_same_of_xlsx(rows: list[tuple[Any, ...]]) -> None:
    content = xlsx(HEADING, *rows)
    theirs = (
        python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    )
    expected = [tuple(map(_rendered, row)) for row in theirs[1:]]
    ours = _rows_of(content)
    assert ours == [row for row in expected if any(row)]


def _rendered(value: Any) -> str:
    match value:
        case bool():
            return "WAHR" if value else "FALSCH"
        case int() | float():
            return number_text(repr(value))
        case date():
            return f"{value:%d.%m.}{value.year:04}"
        case _:
            return value


def _rows_of(content: bytes) -> list[tuple[str, ...]]:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        return cells(open_table(Path(file.name), name="x"))


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        file = tmp_path / "kunden.xlsx"
        write_xlsx(
            file, {"Kunden": SheetContent(HEADING, [(str(number), "x", "y") for number in range(count)])}
        )
        table = open_table(file, name="kunden.xlsx")
        tracemalloc.start()
        assert sum(1 for _ in table.rows()) == count
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    assert peak(8_000) < peak(500) + 1_000_000
