"""XML: records in a root, fields in records; hardened, streamed, nothing is passed over in silence."""

from __future__ import annotations

import tempfile
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from core.errors import UnreadableInput
from core.tables import BadRow, Format, open_table
from tests.core.tables.conftest import Opened, bad, cells, good


def records(*contents: str) -> str:
    return f"<Kunden>{''.join(f'<Kunde>{content}</Kunde>' for content in contents)}</Kunden>"


def test_records_become_rows_and_fields_become_columns(opened: Opened) -> None:
    table = opened(
        '<?xml version="1.0" encoding="UTF-8"?>\n<!-- Bestand -->\n<customers>\n'
        "  <customer><number>K-1</number><town>Köln</town></customer>\n"
        "  <customer><number>K-2</number><postcode>01067</postcode></customer>\n"
        "</customers>\n"
    )
    assert (table.format, table.columns, table.total_rows) == (Format.XML, ("number", "town", "postcode"), 2)
    assert cells(table) == [("K-1", "Köln", ""), ("K-2", "", "01067")]


def test_text_is_taken_as_it_stands(opened: Opened) -> None:
    table = opened(records("<a> x&#10;&amp;<![CDATA[<y>]]><!-- nicht dies --> z\u00a0</a><b>\n  1\n</b>"))
    assert cells(table) == [(" x\n&<y> z\u00a0", "\n  1\n")]


def test_namespaces_and_prefixes_do_not_matter(opened: Opened) -> None:
    table = opened('<k:Kunden xmlns:k="urn:x"><k:Kunde><k:a>1</k:a><k:b>2</k:b></k:Kunde></k:Kunden>')
    assert (table.columns, cells(table)) == (("a", "b"), [("1", "2")])


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "iso-8859-15"])
def test_the_encoding_that_is_declared_is_followed(opened: Opened, codec: str) -> None:
    declared = codec.removesuffix("-sig")
    content = f'<?xml version="1.0" encoding="{declared}"?>\n' + records("<a>Mölln</a>")
    assert cells(opened(content.encode(codec))) == [("Mölln",)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<a>1<b>2</b></a>", "the field a holds further elements"),
        ("<a>1</a><a>2</a>", "the field a stands in it twice"),
        ('<a art="x">1</a>', "the field a has attributes"),
        ("<a>1</a>lose", "text stands outside of its fields"),
        ("lose<a>1</a>", "text stands outside of its fields"),
        ("<a>1</a><Kunde>2</Kunde>", "its elements are nested"),
        (f"<a>{'x' * 1_000_001}</a>", "a cell is longer than 1000000 characters"),
    ],
)
def test_what_is_no_record_is_a_bad_row_and_the_rest_goes_on(
    opened: Opened, content: str, reason: str
) -> None:
    table = opened(records("<a>0</a>", content, "<a>9</a>"))
    assert bad(table) == [(2, reason)]
    assert [(number, found[0]) for number, found in good(table)] == [(1, "0"), (3, "9")]


def test_what_stands_between_records_is_a_bad_row(opened: Opened) -> None:
    table = opened(
        "<K><Kunde><a>1</a></Kunde><Notiz>x</Notiz>lose<Kunde><a>2</a></Kunde>"
        '<Kunde nr="3"/><Notiz/>\n <Notiz/></K>'
    )
    assert [found[0] for _, found in good(table)] == ["1", "2"]
    assert bad(table) == [
        (2, "the element Notiz is no record like the first one"),
        (3, "text stands between the records"),
        (5, "it has attributes; fields are elements"),
        (6, "the element Notiz is no record like the first one"),
        (7, "the element Notiz is no record like the first one"),
    ]


@pytest.mark.parametrize("filler", [0, 3_000])
def test_what_stands_between_records_is_seen_wherever_the_parser_pauses(opened: Opened, filler: int) -> None:
    piece = "<Kunde><a>1</a></Kunde>lose" + " " * filler + "<Notiz/>"
    table = opened(f"<K>{piece * 100}</K>")
    assert (len(good(table)), len(bad(table))) == (100, 200)


def test_a_bad_record_is_kept_as_it_stood(opened: Opened) -> None:
    table = opened(records("<a>ü<b/></a>"))
    assert [row.raw for row in table.rows()] == ["<Kunde><a>ü<b/></a></Kunde>".encode()]


def test_records_without_content_are_left_out(opened: Opened) -> None:
    assert good(opened(records("", "<a/>", "<a>1</a>"))) == [(1, ("1",))]


def test_a_root_without_records_is_a_table_without_rows(opened: Opened) -> None:
    table = opened("<Kunden/>")
    assert (table.columns, cells(table)) == ((), [])


def test_a_file_that_breaks_off_keeps_the_rows_before(opened: Opened) -> None:
    table = opened(records(*["<a>1</a>"] * 2_000).removesuffix("<a>1</a></Kunde></Kunden>") + "<a>1</b>")
    assert len(good(table)) == 1_999
    rows = list(table.rows())
    last = rows[-1]
    assert isinstance(last, BadRow)
    assert (last.number, last.breaks_off) == (2_000, True)
    assert str(last.reason).startswith("the XML breaks off in line 1, column ")


def test_a_file_that_is_broken_from_the_start_is_an_error(opened: Opened) -> None:
    for content in ("<Kunden", "<Kunden></Kunde>", "<<<", "<?xml version='1.0' encoding='x-y'?><a/>"):
        with pytest.raises(UnreadableInput, match="the XML breaks off"):
            opened(content)


BILLION_LAUGHS = "".join(f"<!ENTITY e{n} '" + f"&e{n - 1};" * 10 + "'>" for n in range(1, 12))


@pytest.mark.parametrize(
    "declaration",
    [
        "<!DOCTYPE Kunden>",
        '<!DOCTYPE Kunden SYSTEM "kunden.dtd">',
        '<!DOCTYPE Kunden [<!ENTITY datei SYSTEM "file:///etc/hostname">]>',
        f'<!DOCTYPE Kunden [<!ENTITY e0 "ha">{BILLION_LAUGHS}]>',
    ],
)
def test_document_types_and_entities_are_refused(opened: Opened, declaration: str) -> None:
    for entity in ("", "&datei;", "&e11;"):
        with pytest.raises(UnreadableInput):
            opened(f"{declaration}{records(f'<a>x{entity}</a>')}")


def test_a_text_of_11_mb_ends_the_file_and_does_not_fill_the_memory(tmp_path: Path) -> None:
    file = tmp_path / "kunden.xml"
    file.write_text(records("<a>1</a>", f"<a>{'x' * 11_000_000}</a>", "<a>2</a>"))
    rows = list(open_table(file, name="kunden.xml").rows())
    assert [isinstance(row, BadRow) for row in rows] == [False, True]
    assert isinstance(rows[1], BadRow)
    assert rows[1].breaks_off


def test_a_record_without_end_ends_the_file(opened: Opened) -> None:
    table = opened(records("<a>1</a>", "<a/>" * 1_500_000))
    assert (good(table), bad(table)) == ([(1, ("1",))], [(2, "the row is longer than 4000000 bytes")])


def test_deeply_nested_elements_end_the_file(opened: Opened) -> None:
    with pytest.raises(UnreadableInput, match="breaks off"):
        opened(records("<a>" * 5_000 + "</a>" * 5_000))


@pytest.mark.parametrize(
    "page", ["<!DOCTYPE html><html><table>", "<HTML><body>", "<table><tr><td>1</td></tr>"]
)
def test_web_pages_are_recognised(opened: Opened, page: str) -> None:
    with pytest.raises(UnreadableInput, match="web page"):
        opened(page)


def test_spreadsheets_of_2003_are_recognised(opened: Opened) -> None:
    with pytest.raises(UnreadableInput, match="of 2003"):
        opened('<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>')


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        file = tmp_path / "kunden.xml"
        file.write_text(records(*["<a>1</a><b>Müller</b>"] * count))
        table = open_table(file, name="kunden.xml")
        tracemalloc.start()
        assert sum(1 for _ in table.rows()) == count
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    assert peak(20_000) < peak(1_000) + 1_000_000


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=20)


@given(st.lists(st.tuples(TEXT, TEXT).filter(any), max_size=8))
def test_what_is_written_is_read_again(rows: list[tuple[str, ...]]) -> None:
    root = etree.Element("customers")
    for row in rows:
        record = etree.SubElement(root, "customer")
        for name, text in zip(("number", "town"), row, strict=True):
            etree.SubElement(record, name).text = text
    with tempfile.NamedTemporaryFile() as file:
        etree.ElementTree(root).write(file, encoding="utf-8")
        file.flush()
        assert cells(open_table(Path(file.name), name="x")) == rows
