"""XLSX, XLS and ODS: texts as they stand, numbers and dates as a German spreadsheet shows them."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from datetime import date, datetime

import openpyxl
import pytest
import xlsxwriter
import xlwt
from hypothesis import given
from hypothesis import strategies as st

from core.tables import BadRow, Format
from core.tables.cells import Shown, formula_without_result, number_text, pattern_shows, serial_text
from tests.core.tables.conftest import Opened, bad, cells, good
from tests.core.tables.sheets import HEADING, ods_cell, ods_row, ods_text, xls, xlsx


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


EMPTY_TEXT, ZERO = struct.pack("<Q", 0xFFFF000000000003), bytes(8)


def with_result(result: bytes, flags: int) -> bytes:
    """A workbook as programs leave it that cannot calculate; xlwt stores an empty text and no flags."""
    content = xls(HEADING, ("1", xlwt.Formula("1+1"), "x"), ("2", 0, "y"))
    assert content.count(EMPTY_TEXT + b"\0\0") == 1
    return content.replace(EMPTY_TEXT + b"\0\0", result + struct.pack("<H", flags))


@pytest.mark.parametrize("result", [EMPTY_TEXT, ZERO])
@pytest.mark.parametrize("flags", [2, 3])
def test_a_formula_of_xls_that_is_yet_to_be_calculated_makes_a_bad_row(
    opened: Opened, result: bytes, flags: int
) -> None:
    table = opened(with_result(result, flags))
    assert bad(table) == [(1, f"cell B2: {formula_without_result()}")]
    assert good(table) == [(2, ("2", "0", "y"))]
    assert table.notes == ()


def test_a_formula_of_xls_whose_result_is_zero_is_read_and_noted(opened: Opened) -> None:
    table = opened(with_result(ZERO, 0))
    assert cells(table) == [("1", "0", "x"), ("2", "0", "y")]
    assert [str(note) for note in table.notes] == [
        "1 formula with the stored result 0 is read as 0, though perhaps never calculated."
    ]


def test_a_formula_of_xls_with_a_result_counts_whatever_its_flags(opened: Opened) -> None:
    table = opened(with_result(struct.pack("<d", 1067), 3))
    assert cells(table) == [("1", "1067", "x"), ("2", "0", "y")]


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
