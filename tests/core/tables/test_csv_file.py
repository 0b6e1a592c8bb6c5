"""CSV: separator, encoding and quoting are found out; what is no row is named and the rest goes on."""

from __future__ import annotations

import csv
import io
import tempfile
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.errors import UnreadableInput
from core.tables import BadRow, Format, Limits, Row, open_table
from core.tables.csv_records import Quoting, Records
from core.tables.rows import Meter
from core.tables.write import write_csv
from tests.core.tables.conftest import Opened, bad, cells, good


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_the_separator_is_found_out(opened: Opened, separator: str) -> None:
    table = opened(f"Nummer{separator}Ort\nK-1{separator}Köln\n")
    assert (table.format, table.separator, table.columns) == (Format.CSV, separator, ("Nummer", "Ort"))
    assert cells(table) == [("K-1", "Köln")]


def test_a_separator_within_headings_and_cells_does_not_mislead(opened: Opened) -> None:
    table = opened('Nummer;"Name, Vorname";Ort, Ortsteil\n1;"Weiß, Petra";Köln\n2;Śliwa, Jörg;Trier\n')
    assert table.separator == ";"
    assert cells(table) == [("1", "Weiß, Petra", "Köln"), ("2", "Śliwa, Jörg", "Trier")]


def test_the_separator_is_found_where_some_of_the_first_rows_are_broken(opened: Opened) -> None:
    table = opened("a;b;c\n1;2\n1;2;3\n1,2;3;4,5\n")
    assert table.separator == ";"
    assert [number for number, _ in bad(table)] == [1]


def test_a_first_line_that_names_the_separator_is_followed(opened: Opened) -> None:
    table = opened("sep=,\r\na,b;c\r\n1,2;3\r\n")
    assert (table.columns, cells(table)) == (("a", "b;c"), [("1", "2;3")])


def test_a_separator_that_is_asked_for_is_used(opened: Opened) -> None:
    assert opened("a:b;c\n", separator=":").columns == ("a", "b;c")


@pytest.mark.parametrize("wrong", ["", ";;", '"', "\n", "ß"])
def test_what_cannot_be_a_separator_is_refused(opened: Opened, wrong: str) -> None:
    with pytest.raises(UnreadableInput, match="A separator is one ASCII character"):
        opened("a;b\n", separator=wrong)


def test_one_column_only_is_an_error_that_says_which_separators_were_tried(opened: Opened) -> None:
    with pytest.raises(UnreadableInput, match=r"Separators tried: ;, tab, ,, \|"):
        opened("Nummer#Ort\nK-1#Köln\n")
    with pytest.raises(UnreadableInput, match="with the separator ,"):
        opened("Nummer;Ort\nK-1;Köln\n", separator=",")


def test_an_empty_file_is_an_error(opened: Opened) -> None:
    with pytest.raises(UnreadableInput, match="kunden: The file is empty"):
        opened("")
    with pytest.raises(UnreadableInput, match="nothing but blank lines"):
        opened("\n\r\n\n", separator=";")


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xff\xfe"])
def test_a_file_of_a_byte_order_mark_alone_is_empty(opened: Opened, mark: bytes) -> None:
    with pytest.raises(UnreadableInput, match="kunden: The file is empty"):
        opened(mark)


@pytest.mark.parametrize("content", ["\ufeff\r\n\r\n", "   \n \t \n", "sep=;\r\n"])
def test_a_file_of_blank_lines_says_so_instead_of_missing_a_separator(opened: Opened, content: str) -> None:
    with pytest.raises(UnreadableInput, match="nothing but blank lines"):
        opened(content)


def test_a_heading_alone_is_a_table_without_rows(opened: Opened) -> None:
    table = opened("Nummer;Ort")
    assert (table.columns, cells(table)) == (("Nummer", "Ort"), [])


def test_headings_that_stand_twice_are_named(opened: Opened) -> None:
    with pytest.raises(UnreadableInput, match="The columns PLZ, Ort stand in the heading more than once"):
        opened("PLZ;Ort;plz ;ORT;Land\n")


def test_empty_headings_at_the_end_are_no_columns(opened: Opened) -> None:
    table = opened("a;b;;\n1;2;;\n3;4\n5;6;7;\n")
    assert table.columns == ("a", "b")
    assert good(table) == [(1, ("1", "2")), (2, ("3", "4"))]
    assert bad(table) == [(3, "4 cells instead of 2")]


def test_quoted_cells_hold_separators_line_ends_and_doubled_marks(opened: Opened) -> None:
    table = opened('a;b\r\n"x;y";"erste\r\nzweite ""Zeile""\n"\r\n"";""""\r\n')
    assert cells(table) == [("x;y", 'erste\r\nzweite "Zeile"\n'), ("", '"')]


def test_a_mark_within_an_unquoted_cell_is_an_ordinary_character(opened: Opened) -> None:
    assert cells(opened('a;b\n5" Rohr;6"\n')) == [('5" Rohr', '6"')]


def test_nothing_is_stripped_or_repaired(opened: Opened) -> None:
    text = " K-1 ;\u200bMüller\u00a0; 1067;\x1b[31m;a\rb"
    assert cells(opened(f"a;b;c;d;e\n{text}\n")) == [tuple(text.split(";"))]


def test_rows_with_another_number_of_cells_are_bad_and_the_rest_goes_on(opened: Opened) -> None:
    table = opened("a;b;c\n1;2;3\n1;2\n1\n1;2;3;4\n4;5;6\n")
    assert good(table) == [(1, ("1", "2", "3")), (5, ("4", "5", "6"))]
    assert bad(table) == [
        (2, "2 cells instead of 3"),
        (3, "1 cell instead of 3"),
        (4, "4 cells instead of 3"),
    ]


def test_empty_cells_behind_the_last_column_are_left_out(opened: Opened) -> None:
    assert cells(opened("a;b\n1;2;\n3;4;;;\n")) == [("1", "2"), ("3", "4")]


def test_blank_rows_are_left_out_and_not_counted(opened: Opened) -> None:
    assert good(opened("a;b\n\n1;2\n;\n\r\n;;;\n3;4\n\n")) == [(1, ("1", "2")), (2, ("3", "4"))]


def test_a_bad_row_keeps_its_own_bytes(opened: Opened) -> None:
    table = opened(b'a;b\r\n1;2\r\n1;\xe4;\xc3\xbc\r\n"x\r\ny";2;3\r\n')
    assert [row.raw for row in table.rows()] == [b"1;2\r\n", b"1;\xe4;\xc3\xbc\r\n", b'"x\r\ny";2;3\r\n']


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("cp1252", "cp1252"),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_the_encoding_is_found_out(opened: Opened, codec: str, name: str, line_end: str) -> None:
    table = opened(line_end.join(["Straße;Ort", "Rüsternweg;Mölln", "x;€"]).encode(codec))
    assert (table.encoding, table.columns) == (name, ("Straße", "Ort"))
    assert cells(table) == [("Rüsternweg", "Mölln"), ("x", "€")]


def test_utf_16_in_the_other_byte_order_is_read(opened: Opened) -> None:
    assert cells(opened(b"\xfe\xff" + "a\tb\r\nü\t😀\r\n".encode("utf-16-be"))) == [("ü", "😀")]


def test_the_encoding_is_judged_by_the_whole_file(opened: Opened) -> None:
    ascii_only = b"a;b\n" + (b"x" * 50_000 + b";2\n") * 60
    assert opened(ascii_only + "ü;3\n".encode()).encoding == "utf-8"
    table = opened(ascii_only + "ü;3\n".encode("cp1252"))
    assert table.encoding == "cp1252"
    assert good(table)[-1] == (61, ("ü", "3"))


def test_an_encoding_that_is_asked_for_is_used(opened: Opened) -> None:
    assert cells(opened("a;b\nü;Ł\n".encode("cp1250"), encoding="windows-1250")) == [("ü", "Ł")]
    assert cells(opened("a;b\nü;ß\n".encode("cp850"), encoding="cp850")) == [("ü", "ß")]
    assert cells(opened("a;b\nü;ß\n".encode("utf-16-le"), encoding="utf-16-le")) == [("ü", "ß")]


def test_a_byte_order_mark_goes_before_what_is_asked_for(opened: Opened) -> None:
    assert opened("ä;b\n".encode("utf-8-sig"), encoding="cp1252").columns == ("ä", "b")


@pytest.mark.parametrize("unknown", ["utf-9", "hex", "rot13", "a\0b", "undefined"])
def test_an_unknown_encoding_is_refused(opened: Opened, unknown: str) -> None:
    with pytest.raises(UnreadableInput, match="There is no encoding"):
        opened("a;b\n", encoding=unknown)


def test_single_rows_that_are_not_utf_8_are_bad(opened: Opened) -> None:
    table = opened("a;b\nü;1\n".encode() + "ö;2\n".encode("cp1252") + "ä;3\n".encode())
    assert table.encoding == "utf-8"
    assert good(table) == [(1, ("ü", "1")), (3, ("ä", "3"))]
    assert bad(table) == [(2, "not readable as UTF-8: byte 0xF6 at position 1")]


def test_single_rows_of_utf_8_in_a_file_of_cp1252_are_bad_instead_of_garbled(opened: Opened) -> None:
    table = opened("a;b\nä;1\nö;2\nß;3\n".encode("cp1252") + "ü;4\n".encode() + b"x;\x84CAF\xc9\x93\n")
    assert table.encoding == "cp1252"
    assert good(table)[-1] == (5, ("x", "„CAFÉ“"))
    assert bad(table) == [(4, "the row is written in UTF-8, the file is not: its encodings are mixed")]


@pytest.mark.parametrize("byte", [0x81, 0x8D, 0x8F, 0x90, 0x9D])
def test_bytes_that_cp1252_does_not_know_make_a_bad_row(opened: Opened, byte: int) -> None:
    table = opened(b"a;b\n\xfc;1\n\xfc;" + bytes([byte]) + b"\n\xfc;3\n")
    assert bad(table) == [(2, f"not readable as CP1252 (Windows): byte 0x{byte:02X} at position 3")]
    assert [number for number, _ in good(table)] == [1, 3]


def test_nul_characters_make_a_bad_row(opened: Opened) -> None:
    table = opened("a;b\n1;2\n1;\0\n3;4\n")
    assert bad(table) == [(2, "a NUL character stands in the row: part of the file is damaged or no text")]
    assert [number for number, _ in good(table)] == [1, 3]


def test_half_characters_make_a_bad_row(opened: Opened) -> None:
    utf_8 = opened("a;b\nüöä;2\n".encode() + b"\xed\xa0\x80;2\n")
    assert [number for number, _ in bad(utf_8)] == [2]
    utf_16 = opened(
        b"\xff\xfe" + "a;b\nü;2\n".encode("utf-16-le") + b"\x00\xd8;\x00\n\x00" + b"x\x00;\x00y\x00\n\x00"
    )
    assert (good(utf_16)[-1], [number for number, _ in bad(utf_16)]) == ((3, ("x", "y")), [2])


@pytest.mark.parametrize("content", [b"a;\xfc\x81\n1;2\n", b"a;b\0\n", b'a;"b\n1;2\n', b'"a"x;b\n'])
def test_a_heading_that_cannot_be_read_is_an_error(opened: Opened, content: bytes) -> None:
    with pytest.raises(UnreadableInput, match="The heading cannot be read"):
        opened(content, separator=";")


def test_a_mark_that_is_never_closed_costs_one_row(opened: Opened) -> None:
    rows = "".join(f"K-{number};Köln\n" for number in range(2, 500))
    table = opened(f'a;b\nK-0;Trier\n"K-1;Bonn\n{rows}')
    assert bad(table) == [(2, "a quotation mark is opened in this row and never closed")]
    assert len(good(table)) == 499
    assert [row.raw for row in table.rows() if isinstance(row, BadRow)] == [b'"K-1;Bonn\n']


def test_a_mark_that_a_later_row_seems_to_close_swallows_nothing(opened: Opened) -> None:
    table = opened('a;b;c\n1;"Müller;x\n2;Meier;y\n3;"Schmidt";z\n')
    assert [number for number, _ in bad(table)] == [1]
    assert good(table) == [(2, ("2", "Meier", "y")), (3, ("3", "Schmidt", "z"))]


def test_marks_that_are_not_doubled_make_a_bad_row(opened: Opened) -> None:
    table = opened('a;b\n1;"Müller "Bau" GmbH"\n2;x\n')
    assert bad(table) == [(1, "the quotation marks in this row do not match")]
    assert good(table) == [(2, ("2", "x"))]


def test_very_many_unclosed_marks_do_not_take_for_ever(opened: Opened) -> None:
    # every one of these lines leaves a mark open, whether one was open before it or not
    table = opened("a;b\n" + 'x";"\n' * 20_000)
    assert len(bad(table)) == 20_000


def test_a_cell_that_is_too_long_makes_a_bad_row(opened: Opened) -> None:
    table = opened(f"a;b\n1;{'x' * 1_000_000}\n2;{'x' * 1_000_001}\n3;4\n")
    assert bad(table) == [(2, "a cell is longer than 1000000 characters")]
    assert [number for number, _ in good(table)] == [1, 3]


_LINE = "x" * 99 + "\n"
_MARKS = '""' * 49 + "x\n"


@pytest.mark.parametrize(
    "cell",
    [
        "x" * 10_000_000,
        '"' + "x" * 10_000_000 + '"',
        '"' + _LINE * 100_000 + '"',
        '"' + _MARKS * 100_000 + '"',
    ],
    ids=["plain", "quoted", "lines", "marks"],
)
def test_a_cell_of_10_mb_makes_a_bad_row_and_does_not_fill_the_memory(tmp_path: Path, cell: str) -> None:
    file = tmp_path / "kunden.csv"
    file.write_text(f"a;b\n1;2\n2;{cell}\n3;4\n", newline="")
    tracemalloc.start()
    rows = list(open_table(file, name="kunden.csv").rows())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [(row.number, isinstance(row, Row)) for row in rows] == [(1, True), (2, False), (3, True)]
    assert len(rows[1].raw) <= 65_536
    assert isinstance(rows[1], BadRow)
    assert "longer than" in str(rows[1].reason)
    assert peak < 20_000_000


def test_reading_is_counted_in_bytes_and_can_be_repeated(opened: Opened) -> None:
    table = opened('a;b\n1;2\n"3";4\n')
    rows = table.rows()
    next(rows)
    assert (table.position, table.size) == (8, 14)
    assert len(list(rows)) == 1
    assert table.position == table.size
    assert len(list(table.rows())) == 2


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        file = tmp_path / "kunden.csv"
        file.write_text("a;b;c\n" + '"Müller";Straße 1;01067\n' * rows)
        tracemalloc.start()
        assert sum(1 for _ in open_table(file, name="kunden.csv").rows()) == rows
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    assert peak(20_000) < peak(1_000) + 8_000_000


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=r"kunden\.csv: There is no such file"):
        open_table(tmp_path / "x", name="kunden.csv")
    with pytest.raises(UnreadableInput, match="This is a folder"):
        open_table(tmp_path, name="kunden.csv")


def test_other_kinds_of_file_are_recognised(opened: Opened) -> None:
    with pytest.raises(UnreadableInput, match="PDF"):
        opened(b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n")


STORABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
ROWS = st.lists(st.tuples(STORABLE, STORABLE, STORABLE).filter(any), max_size=8)


@given(ROWS, st.sampled_from([";", "\t", ",", "|"]))
def test_what_is_written_is_read_again(rows: list[tuple[str, ...]], separator: str) -> None:
    file = io.BytesIO()
    write_csv(file, ["a", "b", "c"], rows, protect=False, separator=separator)
    path = Path(_scratch(file.getvalue()))
    try:
        assert cells(open_table(path, name="x", separator=separator)) == rows
    finally:
        path.unlink()


def _scratch(content: bytes) -> str:
    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(content)
        return file.name


@given(st.lists(st.text('a"; \r\n', max_size=12), min_size=1, max_size=6))
def test_the_csv_module_reads_every_good_record_the_same(lines: list[str]) -> None:
    content = "\n".join(lines)
    assume("\r" not in content.replace("\r\n", ""))
    quoting = Quoting.of(";")
    for record in Records(io.BytesIO(content.encode()), quoting, Limits(), Meter(0)):
        if isinstance(record, bytes):
            text = record.decode().removesuffix("\n").removesuffix("\r")
            ours = quoting.cells(text, ";")
            assert [ours] == list(csv.reader([text], delimiter=";", strict=True)) or not text


@given(st.binary(max_size=300))
def test_no_bytes_at_all_make_reading_fail_otherwise_than_with_a_reason(content: bytes) -> None:
    path = Path(_scratch(b"a;b\n" + content))
    try:
        for row in open_table(path, name="x", separator=";").rows():
            assert isinstance(row, BadRow) or len(row.cells) == 2
    except UnreadableInput as error:
        assert str(error)
    finally:
        path.unlink()
