from __future__ import annotations

import csv
import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from core.customers.listing import select_customers
from tests.jobs.commands.conftest import ON_SQLITE, CallLeitstand
from tests.jobs.commands.files import GOOD, HIDDEN_BLANK, LOST_ZERO, customers_file
from tests.support.customers import company, customer
from tests.support.offices import GivenOffice


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


@pytest.fixture
def corrected(desk: GivenOffice, call: CallLeitstand, tmp_path: Path) -> GivenOffice:
    """Three customers of two advisers, two of them corrected here."""
    call("import", "customers", customers_file(tmp_path, GOOD, HIDDEN_BLANK, LOST_ZERO))
    call("check", "customers", "--fix", "--unsafe", "--yes")
    return desk


def test_corrections_say_what_to_mend_sorted_by_adviser(corrected: GivenOffice, call: CallLeitstand) -> None:
    said = call("export", "corrections")
    assert said.code == 0
    rows = rows_of(said.out)
    assert [(row["Adviser"], row["Customer number"], row["Field"]) for row in rows] == [
        ("Adam", "K-3", "Postcode"),
        ("Berg", "K-2", "First name"),
    ]
    assert (rows[1]["In the source"], rows[1]["Corrected"]) == ("Jörg ", "Jörg")
    assert (rows[1]["Rules"], rows[1]["By"]) == ("CUS001", "mk")


def test_corrections_of_one_adviser(corrected: GivenOffice, call: CallLeitstand) -> None:
    found = call("export", "corrections", "--adviser", "berg", "--format", "json").json
    assert [one["number"] for one in found] == ["K-2"]
    assert (found[0]["field"], found[0]["rules"]) == ("first_name", ["CUS001"])


@ON_SQLITE
def test_a_workbook_has_a_sheet_for_everybody_and_one_for_each_adviser(
    corrected: GivenOffice, call: CallLeitstand, tmp_path: Path
) -> None:
    file = tmp_path / "korrekturen.xlsx"
    assert call("export", "corrections", "--output", file).code == 0
    book = openpyxl.load_workbook(file)
    assert book.sheetnames == ["All", "Adam", "Berg"]
    assert [row[1].value for row in book["All"].iter_rows(min_row=2)] == ["K-3", "K-2"]
    assert [row[1].value for row in book["Adam"].iter_rows(min_row=2)] == ["K-3"]


@ON_SQLITE
def test_sheets_are_named_as_workbooks_take_them(
    desk: GivenOffice, call: CallLeitstand, tmp_path: Path
) -> None:
    names = ["", "A/B", "A:B", "Ein Name, der länger ist als ein Blatt heißen darf", "All", "'Q'"]
    rows = [
        f'K-{number};"{name}";P;Eva ;Weiß;;Lindenweg;4;01067;Dresden;04.03.1971;'
        for number, name in enumerate(names)
    ]
    call("import", "customers", customers_file(tmp_path, *rows))
    call("check", "customers", "--fix", "--yes")
    file = tmp_path / "k.xlsx"
    assert call("export", "corrections", "--output", file).code == 0
    book = openpyxl.load_workbook(file)
    assert len(book.sheetnames) == 1 + len(names)
    assert all(len(name) <= 31 for name in book.sheetnames)
    assert all(book[name].max_row == 2 for name in book.sheetnames[1:])


def test_what_the_source_mends_is_no_longer_listed(
    corrected: GivenOffice, call: CallLeitstand, tmp_path: Path
) -> None:
    mended = HIDDEN_BLANK.replace("Jörg ", "Jörg")
    call("import", "customers", customers_file(tmp_path, GOOD, mended, LOST_ZERO))
    assert [one["number"] for one in call("export", "corrections", "--format", "json").json] == ["K-3"]


def test_without_corrections_there_is_only_a_heading(desk: GivenOffice, call: CallLeitstand) -> None:
    desk.has(customer("K-1"))
    assert call("export", "corrections").out.count("\r\n") == 1
    assert call("export", "corrections", "--format", "json").json == []


@pytest.mark.parametrize("name", ["kunden.csv", "kunden.xlsx"])
@pytest.mark.parametrize("lang", ["de", "en"])
def test_an_export_imported_again_changes_nothing(
    desk: GivenOffice, call: CallLeitstand, tmp_path: Path, name: str, lang: str
) -> None:
    desk.has(
        customer("K-1", phone="+49 351 123456", title="-", first_name=" Jörg\u200b"),
        company("K-2", 'Müller; Söhne "Bau" GmbH', postcode="01067"),
        company("K-3", "=1+1", town="''-x", street="'t Hoff", phone="+49-351-1"),
    )
    file = tmp_path / name
    assert call("export", "customers", "--output", file, "--lang", lang).code == 0
    said = call("import", "customers", file, "--format", "json")
    assert {"rows": 3, "unchanged": 3, "changed": 0, "quarantined": 0}.items() <= said.json[0].items()


def test_only_those_that_fit_are_exported(desk: GivenOffice, call: CallLeitstand) -> None:
    desk.has(customer("K-1", town="Pirna"), customer("K-2", town="Görlitz"))
    said = call("export", "customers", "--where", "ort:Pirna", "--lang", "de")
    assert [row["Kundennummer"] for row in rows_of(said.out)] == ["K-1"]


@ON_SQLITE
def test_what_may_act_as_a_formula_is_protected_unless_said_otherwise(
    desk: GivenOffice, call: CallLeitstand
) -> None:
    desk.has(company("K-1", "=HYPERLINK(1)"), company("K-2", "-2+3+cmd|' /C calc'!A0", phone="+49 351 1"))
    assert [row["Phone"] for row in rows_of(call("export", "customers").out)][1] == "+49 351 1"
    names = [row["Company"] for row in rows_of(call("export", "customers").out)]
    assert names == ["'=HYPERLINK(1)", "'-2+3+cmd|' /C calc'!A0"]
    names = [row["Company"] for row in rows_of(call("export", "customers", "--unprotected").out)]
    assert names[0] == "=HYPERLINK(1)"


@ON_SQLITE
def test_a_file_that_cannot_be_written_is_wrong_usage(
    desk: GivenOffice, call: CallLeitstand, tmp_path: Path
) -> None:
    said = call("export", "customers", "--output", tmp_path / "none" / "k.csv")
    assert said.code == 2
    assert "k.csv" in said.err


@ON_SQLITE
def test_the_form_is_said_by_the_ending_unless_format_does(
    desk: GivenOffice, call: CallLeitstand, tmp_path: Path
) -> None:
    desk.has(customer("K-1"))
    for name, more, start in (
        ("k.json", (), b"["),
        ("k.xlsx", (), b"PK"),
        ("k.csv", (), b"\xef\xbb\xbf"),
        ("k.dat", ("--format", "json"), b"["),
        ("k.xlsx", ("--format", "csv"), b"\xef\xbb\xbf"),
    ):
        said = call("export", "customers", "--output", tmp_path / name, *more)
        assert (said.code, said.out) == (0, "")
        assert (tmp_path / name).read_bytes().startswith(start)


@ON_SQLITE
@pytest.mark.parametrize("name", ["k.csv", "k.xlsx", "k.json"])
def test_an_exported_file_is_for_its_owner_alone(
    desk: GivenOffice, call: CallLeitstand, tmp_path: Path, name: str
) -> None:
    desk.has(customer("K-1"))
    before = os.umask(0)
    try:
        assert call("export", "customers", "--output", tmp_path / name).code == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


@ON_SQLITE
@pytest.mark.parametrize("name", ["k.csv", "k.xlsx", "k.json"])
def test_an_export_that_breaks_off_leaves_the_old_file(
    desk: GivenOffice, call: CallLeitstand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def some(*_given: object) -> Iterator[object]:
        yield from select_customers(desk)
        raise OSError(5, "Input/output error")

    desk.has(customer("K-1"))
    file = tmp_path / name
    file.write_text("von gestern")
    monkeypatch.setattr("core.customers.listing.select_customers", some)
    said = call("export", "customers", "--output", file)
    assert (said.code, name in said.err) == (2, True)
    assert file.read_text() == "von gestern"
    assert not list(tmp_path.glob(".leitstand-*"))


@ON_SQLITE
@pytest.mark.parametrize("format_", ["csv", "json"])
def test_a_dash_is_standard_output(
    desk: GivenOffice, call: CallLeitstand, tmp_path: Path, format_: str
) -> None:
    desk.has(customer("K-1"))
    said = call("export", "customers", "--output", "-", "--format", format_)
    assert (said.code, "K-1" in said.out) == (0, True)
    assert not (tmp_path / "-").exists()
