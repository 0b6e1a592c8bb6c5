from __future__ import annotations

from pathlib import Path

import pytest

from tests.jobs.commands.conftest import ON_SQLITE, CallLeitstand
from tests.jobs.commands.files import GOOD, HEADING, HIDDEN_BLANK, NO_ROW, customers_file
from tests.support.offices import GivenOffice


def test_an_import_counts_what_it_did(desk: GivenOffice, call: CallLeitstand, tmp_path: Path) -> None:
    file = customers_file(tmp_path, GOOD, HIDDEN_BLANK)
    said = call("import", "customers", file, "--format", "json")
    assert said.code == 0
    assert said.json == [
        {
            "file": str(file),
            "arrival": 1,
            "rows": 2,
            "new": 2,
            "changed": 0,
            "unchanged": 0,
            "conflicts": 0,
            "quarantined": 0,
            "again": False,
        }
    ]
    assert desk.customer("K-2").first_name == "Jörg "


def test_the_same_file_twice_changes_nothing(desk: GivenOffice, call: CallLeitstand, tmp_path: Path) -> None:
    file = customers_file(tmp_path, GOOD)
    call("import", "customers", file)
    said = call("import", "customers", file, "--format", "json")
    assert said.code == 0
    assert {"new": 0, "changed": 0, "unchanged": 1, "again": True}.items() <= said.json[0].items()
    assert desk.customer("K-1").revision == 1


def test_a_dry_run_stores_nothing(desk: GivenOffice, call: CallLeitstand, tmp_path: Path) -> None:
    file = customers_file(tmp_path, GOOD)
    said = call("import", "customers", file, "--dry-run", "--format", "json")
    assert (said.json[0]["new"], said.json[0]["arrival"]) == (1, None)
    assert call("customers", "list", "--format", "json").json == []
    assert call("arrivals", "list", "--format", "json").json == []


def test_a_row_that_is_none_ends_with_1_and_the_rest_is_imported(
    desk: GivenOffice, call: CallLeitstand, tmp_path: Path
) -> None:
    said = call("import", "customers", customers_file(tmp_path, NO_ROW, GOOD), "--format", "json")
    assert said.code == 1
    assert (said.json[0]["new"], said.json[0]["quarantined"]) == (1, 1)


def test_a_file_that_cannot_be_read_ends_with_2_and_does_not_stop_the_others(
    desk: GivenOffice, call: CallLeitstand, tmp_path: Path
) -> None:
    empty = tmp_path / "leer.csv"
    empty.write_bytes(b"")
    said = call(
        "import",
        "customers",
        empty,
        tmp_path / "none.csv",
        customers_file(tmp_path, GOOD),
        "--format",
        "json",
    )
    assert said.code == 2
    assert "leer.csv" in said.err
    assert "none.csv" in said.err
    assert [one["new"] for one in said.json] == [1]


@ON_SQLITE
def test_an_unknown_column_is_said(desk: GivenOffice, call: CallLeitstand, tmp_path: Path) -> None:
    file = tmp_path / "k.csv"
    file.write_text("Kundennummer;Lieblingsfarbe\nK-1;blau\n", encoding="utf-8")
    assert "Lieblingsfarbe" in call("import", "customers", file).err


@ON_SQLITE
def test_a_mapping_says_which_column_is_which(desk: GivenOffice, call: CallLeitstand, tmp_path: Path) -> None:
    file, mapping = tmp_path / "k.csv", tmp_path / "m.toml"
    file.write_text("Nr;Wie heißt er\nK-1;Weiß\n", encoding="utf-8")
    mapping.write_text('[columns]\nNr = "Kundennummer"\n"Wie heißt er" = "Nachname"\n', encoding="utf-8")
    assert call("import", "customers", file).code == 2
    assert call("import", "customers", file, "--mapping", mapping).code == 0
    assert desk.customer("K-1").last_name == "Weiß"


@ON_SQLITE
def test_encoding_and_separator_can_be_said(desk: GivenOffice, call: CallLeitstand, tmp_path: Path) -> None:
    file = tmp_path / "k.csv"
    file.write_bytes("Kundennummer|Nachname\nK-1|Weiß;Groß\n".encode("cp850"))
    assert call("import", "customers", file, "--encoding", "cp850", "--separator", "|").code == 0
    assert desk.customer("K-1").last_name == "Weiß;Groß"


def test_a_viewer_may_look_what_an_import_would_do_but_not_do_it(
    clerk_and_viewer: GivenOffice, call: CallLeitstand, tmp_path: Path
) -> None:
    file = customers_file(tmp_path, GOOD)
    assert call("import", "customers", file, "--operator", "vi").code == 4
    assert call("import", "customers", file, "--operator", "vi", "--dry-run").code == 0
    assert call("import", "customers", file, "--operator", "cl").code == 0


def test_a_correction_survives_an_import_and_a_clash_is_a_conflict(
    desk: GivenOffice, call: CallLeitstand, tmp_path: Path
) -> None:
    call("import", "customers", customers_file(tmp_path, HIDDEN_BLANK))
    call("customers", "edit", "K-2", "Vorname=Jörg", "Ort=Pirna")
    changed = HIDDEN_BLANK.replace("Dresden", "Görlitz")
    said = call("import", "customers", customers_file(tmp_path, changed), "--format", "json")
    assert (said.json[0]["changed"], said.json[0]["conflicts"]) == (0, 1)
    customer = desk.customer("K-2")
    assert (customer.first_name, customer.town) == ("Jörg", "Pirna")
    [conflict] = call("customers", "conflicts", "--format", "json").json
    assert [conflict[name] for name in ("customer", "field", "before", "ours", "theirs")] == [
        "K-2",
        "town",
        "Dresden",
        "Pirna",
        "Görlitz",
    ]


@pytest.mark.parametrize(("keep", "town"), [("ours", "Pirna"), ("theirs", "Görlitz")])
def test_a_conflict_is_resolved_by_choosing(
    desk: GivenOffice, call: CallLeitstand, tmp_path: Path, keep: str, town: str
) -> None:
    call("import", "customers", customers_file(tmp_path, GOOD))
    call("customers", "edit", "K-1", "Ort=Pirna")
    call("import", "customers", customers_file(tmp_path, GOOD.replace("Dresden", "Görlitz")))
    assert call("customers", "resolve", "K-1").code == 2
    assert call("customers", "resolve", "K-1", "--keep", keep).code == 0
    assert desk.customer("K-1").town == town
    assert call("customers", "conflicts", "--format", "json").json == []


def test_an_older_file_read_again_does_not_bring_old_values_back(
    desk: GivenOffice, call: CallLeitstand, tmp_path: Path
) -> None:
    call("import", "customers", customers_file(tmp_path, GOOD, NO_ROW, name="montag.csv"))
    newer = GOOD.replace("Dresden", "Görlitz")
    call("import", "customers", customers_file(tmp_path, newer, name="dienstag.csv"))
    call("arrivals", "retry", "--all")
    assert desk.customer("K-1").town == "Görlitz"


@ON_SQLITE
def test_only_a_heading_is_an_empty_import(desk: GivenOffice, call: CallLeitstand, tmp_path: Path) -> None:
    file = tmp_path / "k.csv"
    file.write_text(HEADING + "\n", encoding="utf-8")
    said = call("import", "customers", file, "--format", "json")
    assert (said.code, said.json[0]["rows"]) == (0, 0)
