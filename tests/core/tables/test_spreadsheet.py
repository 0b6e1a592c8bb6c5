"""XLSX, XLS and ODS: texts as they stand, numbers and dates as a German spreadsheet shows them."""

from __future__ import annotations

import io
import tempfile
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import python_calamine
import xlsxwriter
import xlwt
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UnreadableInput
from core.tables import BadRow, Format, Limits, Row, open_table
from core.tables.cells import Shown, number_text, pattern_shows, serial_text
from core.tables.compound import streams
from core.tables.spreadsheet import column_letters, column_number
from core.tables.write import SheetContent, write_xlsx
from tests.core.tables.conftest import Opened, bad, cells, good

Zipped = Callable[[dict[str, str]], bytes]

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


def test_texts_of_every_format_are_taken_as_they_stand(opened: Opened, ods: Callable[..., bytes]) -> None:
    row = ("  00123 ", "Mü\u00a0ller\t\u200b", "=1+1 'x'\nzwei")
    by_hand = (
        ods_text('<text:s text:c="2"/>00123 '),
        ods_text(
            "Mü\u00a0<text:span>ller</text:span><text:tab/>\u200b",
            beside="<office:annotation><text:p>nicht dies</text:p></office:annotation>",
        ),
        ods_text("=1+1 'x'", "zwei"),
    )
    contents = {
        Format.XLSX: xlsx(HEADING, row),
        Format.XLS: xls(HEADING, row),
        Format.ODS: ods(ods_row(*HEADING), ods_row(*by_hand)),
    }
    for kind, content in contents.items():
        table = opened(content)
        assert (table.format, table.sheet, table.columns) == (kind, "Kunden", HEADING)
        assert cells(table) == [row]


def test_numbers_are_rendered_without_being_filled_up(opened: Opened, ods: Callable[..., bytes]) -> None:
    numbers = (1067.0, 0.1, -5)
    for content in (
        xlsx(HEADING, numbers),
        xls(HEADING, numbers),
        ods(
            ods_row(*HEADING),
            ods_row(ods_cell("float", "1067"), ods_cell("currency", "0.1"), ods_cell("float", "-5")),
        ),
    ):
        assert cells(opened(content)) == [("1067", "0,1", "-5")]


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("1067", "1067"),
        ("1067.0", "1067"),
        ("1.1000000000000001", "1,1"),
        ("1.2345678901234567E+19", "12345678901234567000"),
        ("12345678901234567890", "12345678901234567890"),
        ("1E-7", "0,0000001"),
        ("-0.5", "-0,5"),
        ("1E400", "1E400"),
        ("nan", "nan"),
        ("x", "x"),
    ],
)
def test_numbers_have_no_exponent_and_a_decimal_comma(stored: str, text: str) -> None:
    assert number_text(stored) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_no_digit_of_a_number_is_lost(number: float) -> None:
    assert float(number_text(repr(number)).replace(",", ".")) == number


def test_dates_and_truth_values_are_rendered_as_a_german_spreadsheet_does(
    opened: Opened, ods: Callable[..., bytes]
) -> None:
    values = (date(1980, 2, 29), datetime.fromisoformat("2026-11-22T07:05:09"), True)
    by_hand = ods_row(
        ods_cell("date", "1980-02-29", "date-value"),
        ods_cell("date", "2026-11-22T07:05:09", "date-value"),
        ods_cell("boolean", "true", "boolean-value"),
    )
    for content in (xlsx(HEADING, values), xls(HEADING, values), ods(ods_row(*HEADING), by_hand)):
        assert cells(opened(content)) == [("29.02.1980", "22.11.2026 07:05:09", "WAHR")]


def test_times_and_durations_are_rendered(opened: Opened, ods: Callable[..., bytes]) -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    clock = book.add_format({"num_format": "hh:mm"})
    sheet.write_row(0, 0, HEADING)
    sheet.write_number(1, 0, 13 / 24 + 5 / 1440, clock)
    sheet.write_number(1, 1, 1.5, book.add_format({"num_format": "[h]:mm:ss"}))
    sheet.write_number(1, 2, 0.25, book.add_format({"num_format": "dd.mm.yyyy"}))
    book.close()
    assert cells(opened(file.getvalue())) == [("13:05:00", "36:00:00", "06:00:00")]
    stored = ("PT13H05M00S", "P1DT12H", "PT6H0M0.4S")
    by_hand = ods_row(*(ods_cell("time", time, "time-value") for time in stored))
    assert cells(opened(ods(ods_row(*HEADING), by_hand))) == [("13:05:00", "36:00:00", "06:00:00")]


@pytest.mark.parametrize(
    ("days", "from_1904", "text"),
    [
        ("1", False, "01.01.1900"),
        ("59", False, "28.02.1900"),
        ("60", False, "29.02.1900"),
        ("61", False, "01.03.1900"),
        ("29280.5", False, "29.02.1980 12:00:00"),
        ("2958465", False, "31.12.9999"),
        ("2958466", False, "2958466"),
        ("-1", False, "-1"),
        ("0", True, "01.01.1904"),
        ("27818", True, "29.02.1980"),
        ("x", False, "x"),
        ("inf", False, "inf"),
    ],
)
def test_days_are_counted_as_spreadsheets_count_them(days: str, from_1904: bool, text: str) -> None:
    assert serial_text(days, Shown.DATE, from_1904) == text


@pytest.mark.parametrize(
    ("pattern", "shown"),
    [
        ("General", Shown.NUMBER),
        ("Standard", Shown.NUMBER),
        ("00000", Shown.NUMBER),
        ('0.00 "USD"', Shown.NUMBER),
        ("#,##0.00\\ [$€-407];[Red]-#,##0.00\\ [$€-407]", Shown.NUMBER),
        ("0.00E+00", Shown.NUMBER),
        ('_-* #,##0.00 "Stück"_-', Shown.NUMBER),
        ("@", Shown.NUMBER),
        ("dd.mm.yyyy", Shown.DATE),
        ("[$-407]d. mmmm yyyy;@", Shown.DATE),
        ("mmm yy", Shown.DATE),
        ("dd.mm.yyyy hh:mm", Shown.DATE),
        ("hh:mm:ss", Shown.TIME),
        ("[h]:mm", Shown.TIME),
        ("[ss]", Shown.TIME),
    ],
)
def test_number_formats_are_told_apart(pattern: str, shown: Shown) -> None:
    assert pattern_shows(pattern) is shown


def test_a_workbook_that_counts_from_1904_is_read_so(opened: Opened) -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"date_1904": True, "default_date_format": "dd.mm.yyyy"})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["a", "b"])
    sheet.write(1, 0, date(1980, 2, 29))
    book.close()
    assert cells(opened(file.getvalue())) == [("29.02.1980", "")]


def test_cells_with_errors_make_a_bad_row(opened: Opened, ods: Callable[..., bytes]) -> None:
    error = (
        '<table:table-cell table:formula="of:=NA()" office:value-type="string" office:string-value="" '
        'calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell>'
    )
    for content in (
        xlsx(HEADING, ("1", ("=NA()", "#N/A"), "x"), ("2", "3", "4")),
        xls(HEADING, ("1", "#N/A", "x"), ("2", "3", "4")),
        ods(ods_row(*HEADING), ods_row("1", error, "x"), ods_row("2", "3", "4")),
    ):
        table = opened(content)
        assert bad(table) == [(1, "cell B2: it holds the error #N/A")]
        assert [row.raw for row in table.rows() if isinstance(row, BadRow)] == [b"1\t#N/A\tx"]
        assert good(table) == [(2, ("2", "3", "4"))]


def test_formulas_count_by_their_stored_result(opened: Opened) -> None:
    table = opened(xlsx(HEADING, (("=1+1", 2), ('="a"&"b"', "ab"), ("=1=1", True))))
    assert cells(table) == [("2", "ab", "WAHR")]


def test_a_formula_without_a_stored_result_makes_a_bad_row(opened: Opened, ods: Callable[..., bytes]) -> None:
    file = io.BytesIO()
    book = openpyxl.Workbook()
    book.worksheets[0].append(HEADING)
    book.worksheets[0].append(["1", "=1+1", "x"])
    book.save(file)
    by_hand = ods(ods_row(*HEADING), ods_row("1", '<table:table-cell table:formula="of:=1+1"/>', "x"))
    for content in (file.getvalue(), by_hand):
        [(number, reason)] = bad(opened(content))
        assert number == 1
        assert reason.startswith("cell B2: it holds a formula without a stored result")


def test_formulas_of_xls_that_may_never_have_been_calculated_are_noted(opened: Opened) -> None:
    table = opened(xls(HEADING, ("1", xlwt.Formula("1+1"), "x")))
    assert cells(table) == [("1", "", "x")]
    assert [str(note) for note in table.notes] == [
        "1 formula without a stored result, or with an empty one, is read as an empty cell."
    ]


def test_the_heading_is_the_first_row_that_is_not_empty_wherever_it_begins(
    opened: Opened, ods: Callable[..., bytes]
) -> None:
    rows = [(), (None, None, "Nummer", "Ort"), (), (None, None, "K-1", "Köln"), (None, None, None, "Trier")]
    by_hand = ods(
        ods_row("<table:table-cell/>", repeated=2),
        ods_row('<table:table-cell table:number-columns-repeated="2"/>', "Nummer", "Ort"),
        ods_row('<table:table-cell table:number-columns-repeated="2"/>', "K-1", "Köln"),
        ods_row("<table:table-cell/>", repeated=1_000_000),
        ods_row('<table:table-cell table:number-columns-repeated="3"/>', "Trier"),
    )
    for content in (xlsx(*rows), xls(*rows), by_hand):
        table = opened(content)
        assert table.columns == ("Nummer", "Ort")
        assert good(table) == [(1, ("K-1", "Köln")), (2, ("", "Trier"))]


def test_cells_outside_of_the_columns_make_a_bad_row(opened: Opened) -> None:
    table = opened(xlsx((None, "a", "b"), (None, "1", "2", None, "x"), ("x", "1", "2"), (None, "3")))
    assert bad(table) == [
        (1, "cell E2: its column has no heading"),
        (2, "cell A3: its column has no heading"),
    ]
    assert good(table) == [(3, ("3", ""))]


def test_merged_cells_stand_in_the_first_one(opened: Opened) -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADING)
    sheet.merge_range(1, 0, 1, 2, "verbunden")
    book.close()
    assert cells(opened(file.getvalue())) == [("verbunden", "", "")]


def test_rows_and_cells_that_ods_repeats_are_repeated(opened: Opened, ods: Callable[..., bytes]) -> None:
    twice = ods_text("x", attributes='table:number-columns-repeated="2"')
    assert cells(opened(ods(ods_row(*HEADING), ods_row("1", twice, repeated=3)))) == [("1", "x", "x")] * 3


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
