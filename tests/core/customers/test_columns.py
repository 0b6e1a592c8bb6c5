"""Columns of customer files: recognised by German and English headings, or named by a mapping file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.customers.columns import HEADINGS, IGNORED, Mapping, parse_mapping, plain, recognise
from core.customers.fields import ATTRIBUTES, FIELDS
from core.errors import UnreadableInput

GERMAN = [one.german for one in FIELDS]
NOTHING_SAID = Mapping()


def where(columns: list[str], mapping: Mapping = NOTHING_SAID) -> dict[str, int]:
    return dict(recognise(columns, mapping, "kunden.csv").positions)


@pytest.mark.parametrize("headings", [GERMAN, [one.english for one in FIELDS], list(ATTRIBUTES)])
def test_all_fields_are_recognised_by_german_english_and_internal_names(headings: list[str]) -> None:
    expected = {attribute: position for position, attribute in enumerate(ATTRIBUTES)}
    for spelling in (str, str.upper, str.lower, lambda heading: f"  {heading} "):
        assert where([spelling(heading) for heading in headings]) == expected


@pytest.mark.parametrize(
    ("heading", "attribute"),
    [
        ("Strasse", "street"),
        ("STRAẞE", "street"),
        ("Stra\u00dfe\u00a0", "street"),
        ("E-Mail", "email"),
        ("email", "email"),
        ("E Mail Adresse", "email"),
        ("Kunden-Nr.", "number"),
        ("Kd.-Nr", "number"),
        ("VEMA Kundennummer", "vema_number"),
        ("vema_kundennummer", "vema_number"),
        ("Alte Kunden-Nummer", "old_number"),
        ("Geb.-Datum", "birthdate"),
        ("Haus-Nr", "house_number"),
        ("first-name", "first_name"),
        ("Kundenart (P/F)", "kind"),
        ("Postleitzahl", "postcode"),
        ("Betreuerku\u0308rzel", "adviser"),
        ("Betreuerkuerzel", "adviser"),
    ],
)
def test_other_spellings_are_recognised(heading: str, attribute: str) -> None:
    columns = [heading] if attribute == "number" else ["Kundennummer", heading]
    assert where(columns)[attribute] == len(columns) - 1


def test_every_heading_means_one_field_only() -> None:
    pairs = set(HEADINGS.spellings())
    assert len(pairs) == len({heading for heading, _ in pairs})


def test_the_text_of_a_row_is_picked_by_field() -> None:
    found = recognise(["PLZ", "Notiz", "Kundennummer"], NOTHING_SAID, "kunden.csv")
    assert found.text_of(("01067", "x", "K-1")) == {"postcode": "01067", "number": "K-1"}


def test_unknown_columns_are_reported_with_what_they_may_be() -> None:
    found = recognise(
        ["Kundennummer", "Gebutsdatum", "Lieblingsfarbe", "", "Mitgliedsnummer"], NOTHING_SAID, "x"
    )
    assert found.unknown == ("Gebutsdatum", "Lieblingsfarbe", "", "Mitgliedsnummer")
    assert [str(note) for note in found.notes()][:3] == [
        "The column Gebutsdatum is not known and not read. Is it Birth date? A mapping file can say so.",
        "The column Lieblingsfarbe is not known and not read.",
        "A column without a heading is not read.",
    ]


def test_a_file_without_customer_numbers_is_refused_with_what_was_found_and_what_is_near() -> None:
    with pytest.raises(
        UnreadableInput,
        match=r"kunden\.csv: No column holds the field Customer number\. Found: Kundenummer, Ort",
    ):
        where(["Kundenummer", "Ort"])
    with pytest.raises(UnreadableInput, match=r"Is it Kundenummer\?"):
        where(["Kundenummer", "Ort"])
    with pytest.raises(UnreadableInput, match="It is recognised as Kundennummer, Customer number"):
        where(["Ort", "PLZ"])


def test_two_columns_for_one_field_are_refused() -> None:
    with pytest.raises(UnreadableInput, match="Several columns are the field Phone: Telefon, Phone"):
        where(["Kundennummer", "Telefon", "Phone"])


def test_hidden_characters_of_headings_are_shown_visibly() -> None:
    with pytest.raises(UnreadableInput, match="Ort‹U\\+202E›"):
        where(["Ort\u202e"])


def test_a_mapping_names_columns_and_goes_before_recognition() -> None:
    mapping = parse_mapping(
        '[columns]\n"Name 1" = "Nachname"\n"Telefon" = "mobile"\n"Phone" = "phone"', "x.toml"
    )
    columns = ["Kundennummer", "Name 1", "Telefon", "Phone", "Mobil"]
    assert where(columns, mapping) == {"number": 0, "last_name": 1, "mobile": 2, "phone": 3}
    assert recognise(columns, mapping, "x").unknown == ("Mobil",)


def test_a_mapping_can_leave_columns_out() -> None:
    mapping = parse_mapping('[columns]\n"Telefon" = ""\n"Notiz" = ""', "x.toml")
    found = recognise(["Kundennummer", "Telefon", "Notiz"], mapping, "x")
    assert (dict(found.positions), found.unknown, mapping.columns["Notiz"]) == ({"number": 0}, (), IGNORED)


def test_a_mapping_means_headings_whatever_their_case_unless_one_is_the_same() -> None:
    assert where(["kdnr"], Mapping({"Kd-Nr": "number"})) == {"number": 0}
    assert where(["Nr.", "nr", "Ort"], Mapping({"nr": "number"})) == {"number": 1, "town": 2}


def test_a_mapping_for_columns_that_are_not_there_is_refused_but_for_sparse_tables() -> None:
    mapping = Mapping({"Strase": "street", "Orrt": "town"})
    with pytest.raises(
        UnreadableInput, match=r"names the columns Strase, Orrt, which are not in the file\. Found: Kundenn"
    ):
        recognise(["Kundennummer"], mapping, "x")
    assert dict(recognise(["Kundennummer"], mapping, "x", sparse=True).positions) == {"number": 0}


def test_two_headings_mapped_to_one_field_are_refused() -> None:
    with pytest.raises(UnreadableInput, match="Several columns are the field Customer number: a, b"):
        where(["a", "b"], Mapping({"a": "number", "b": "number"}))


def test_a_mapping_says_how_the_file_is_read() -> None:
    text = 'sheet = "Bestand"\n[csv]\nencoding = "cp1252"\nseparator = "tab"\n'
    assert parse_mapping(text, "x") == Mapping({}, encoding="cp1252", separator="\t", sheet="Bestand")
    assert parse_mapping('[csv]\nseparator = ";"', "x").separator == ";"


def test_no_mapping_says_nothing() -> None:
    assert parse_mapping("", "x") == NOTHING_SAID


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[columns", "It is no TOML"),
        (
            '[columns]\n"a" = "Kundenumer"',
            r"There is no field Kundenumer \(for the column a\). Possible: number",
        ),
        (
            '[columns]\n"a" = "Zzzz"',
            r"There is no field Zzzz \(for the column a\)\. Possible: number, old_number",
        ),
        ('[columns]\n"a" = 3', "What the column a is must be a text"),
        ('columns = "a"', r"\[columns\] must be a section"),
        ("csv = 1", r"\[csv\] must be a section"),
        ("sheet = 1", "sheet must be a text"),
        ('[csv]\nseparator = ""', "separator must be a text"),
        ('[csv]\nquote = "x"', "quote is not known here. Possible: encoding, separator"),
        ('[colums]\n"a" = "number"', "colums is not known here. Possible: columns, csv, sheet"),
    ],
)
def test_errors_in_a_mapping_are_named(text: str, reason: str) -> None:
    with pytest.raises(UnreadableInput, match=rf"zuordnung\.toml: The mapping cannot be used\. {reason}"):
        parse_mapping(text, "zuordnung.toml")


@given(st.lists(st.text(max_size=12), max_size=8))
def test_no_headings_make_recognition_fail_otherwise_than_with_a_reason(columns: list[str]) -> None:
    try:
        found = recognise(columns, NOTHING_SAID, "x")
    except UnreadableInput as error:
        assert str(error).startswith("x: ")
    else:
        assert "number" in found.positions
        assert all(plain(columns[position]) for position in found.positions.values())
