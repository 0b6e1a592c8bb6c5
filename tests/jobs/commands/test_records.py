"""`journal`, `operators`, `arrivals`, `rules` and `explain`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.jobs.commands.conftest import ON_SQLITE, CallLeitstand
from tests.jobs.commands.files import GOOD, NO_ROW, customers_file
from tests.support.customers import customer
from tests.support.offices import GivenOffice

# --- journal


def test_an_entry_shows_before_and_after(desk: GivenOffice, call: CallLeitstand) -> None:
    desk.has(customer("K-1", town="Pirna"))
    entry = call("customers", "edit", "K-1", "Ort=Görlitz", "--reason", "Umzug", "--format", "json").json[
        "entry"
    ]
    shown = call("journal", "show", entry, "--format", "json").json
    assert (shown["operator"], shown["action"], shown["reason"]) == ("mk", "edit", "Umzug")
    change = next(one for one in shown["changes"] if one["table"] == "customer")
    assert (change["before"]["town"], change["after"]["town"]) == ("Pirna", "Görlitz")
    assert "Görlitz" in call("journal", "show", entry).out


def test_the_last_own_deed_is_undone_after_asking(clerk_and_viewer: GivenOffice, call: CallLeitstand) -> None:
    clerk_and_viewer.has(customer("K-1", town="Pirna"), customer("K-2", town="Pirna"))
    call("customers", "edit", "K-1", "Ort=Görlitz")
    call("customers", "edit", "K-2", "Ort=Görlitz", "--operator", "cl")
    assert call("journal", "undo").code == 2
    said = call("journal", "undo", "--yes", "--format", "json")
    assert (said.code, said.json["operation"]) == (0, "undo edit")
    assert [clerk_and_viewer.customer(number).town for number in ("K-1", "K-2")] == ["Pirna", "Görlitz"]


def test_without_a_number_it_is_said_what_is_taken_back_and_what_newer_stays(
    desk: GivenOffice, call: CallLeitstand
) -> None:
    desk.has(customer("K-1", town="Pirna"))
    entry = call("customers", "edit", "K-1", "Ort=Görlitz", "--format", "json").json["entry"]
    for day in range(5):
        call("accounts", "pause", "queue", "--reason", f"Wartung {day}")
        call("accounts", "resume", "queue")
    said = call("journal", "undo", "--yes")
    assert said.err.splitlines()[:5] == [
        f"Entry {entry + 10} (accounts resume) is newer and stays: it cannot be undone.",
        f"Entry {entry + 9} (accounts pause) is newer and stays: it cannot be undone.",
        f"Entry {entry + 8} (accounts resume) is newer and stays: it cannot be undone.",
        "7 further entries stay as well.",
        f"Takes back customers edit (1 record, entry {entry}).",
    ]
    assert desk.customer("K-1").town == "Pirna"


def test_who_did_nothing_that_can_be_undone_is_told_why(desk: GivenOffice, call: CallLeitstand) -> None:
    call("accounts", "pause", "queue", "--reason", "Wartung")
    said = call("journal", "undo", "--yes")
    assert said.code == 1
    assert "accounts pause" in said.err
    assert "nothing of yours" in said.err


def test_what_cannot_be_undone_is_said(desk: GivenOffice, call: CallLeitstand) -> None:
    assert call("journal", "undo", "--yes").code == 1
    assert call("journal", "undo", "999").code == 2
    desk.has(customer("K-1"))
    entry = call("customers", "edit", "K-1", "Ort=Görlitz", "--format", "json").json["entry"]
    assert call("journal", "undo", entry).code == 0
    assert call("journal", "undo", entry).code == 1


def test_an_altered_journal_is_noticed(desk: GivenOffice, call: CallLeitstand) -> None:
    from core.journal import JournalEntry

    desk.has(customer("K-1"))
    entry = call("customers", "edit", "K-1", "Ort=Görlitz", "--format", "json").json["entry"]
    said = call("journal", "verify", "--format", "json")
    assert (said.code, said.json) == (0, [])
    with desk.store.write() as session:
        session.get_one(JournalEntry, entry).operator = "somebody"
    said = call("journal", "verify", "--format", "json")
    assert (said.code, len(said.json)) == (1, 1)


def test_the_journal_can_be_asked_for_one_operator(
    clerk_and_viewer: GivenOffice, call: CallLeitstand
) -> None:
    clerk_and_viewer.has(customer("K-1"))
    call("customers", "edit", "K-1", "Ort=Görlitz", "--operator", "cl")
    call("customers", "edit", "K-1", "Ort=Pirna")
    assert [one["operator"] for one in call("journal", "list", "--by", "cl", "--format", "json").json] == [
        "cl"
    ]


# --- operators


def test_an_admin_adds_operators_and_changes_roles(desk: GivenOffice, call: CallLeitstand) -> None:
    assert call("operators", "add", "anna", "--full-name", "Anna Berg").code == 0
    assert call("operators", "add", "anna").code == 1
    assert call("operators", "role", "anna", "admin").code == 0
    roles = {one["name"]: one["role"] for one in call("operators", "list", "--format", "json").json}
    assert roles == {"anna": "admin", "mk": "admin"}
    assert call("operators", "role", "mk", "clerk").code == 0
    assert call("operators", "role", "anna", "clerk").code == 4


def test_an_office_keeps_an_admin(desk: GivenOffice, call: CallLeitstand) -> None:
    said = call("operators", "role", "mk", "viewer")
    assert said.code == 1
    assert "admin" in said.err


@ON_SQLITE
def test_nobody_else_adds_operators(clerk_and_viewer: GivenOffice, call: CallLeitstand) -> None:
    assert call("operators", "add", "anna", "--operator", "cl").code == 4


@ON_SQLITE
@pytest.mark.parametrize(
    "arguments",
    [["add", "two words"], ["add", ""], ["role", "nobody", "admin"], ["add", "x", "--role", "boss"]],
)
def test_operators_that_cannot_be(desk: GivenOffice, call: CallLeitstand, arguments: list[str]) -> None:
    assert call("operators", *arguments).code == 2


# --- arrivals


def test_a_row_that_was_put_back_is_shown_as_it_came(
    desk: GivenOffice, call: CallLeitstand, tmp_path: Path
) -> None:
    call("import", "customers", customers_file(tmp_path, GOOD, NO_ROW))
    [row] = call("arrivals", "list", "--state", "quarantined", "--format", "json").json
    assert (row["parent"], row["row"], row["kind"]) == (1, 2, "customers-row")
    assert row["reason"]
    shown = call("arrivals", "show", row["id"], "--format", "json").json
    assert shown["raw"].strip() == NO_ROW
    assert NO_ROW in call("arrivals", "show", row["id"]).out
    assert "Kundennummer" in call("arrivals", "show", 1).out


def test_reading_again_with_another_mapping_applies_what_was_put_back(
    desk: GivenOffice, call: CallLeitstand, tmp_path: Path
) -> None:
    file = tmp_path / "k.csv"
    file.write_text("Nr;Nachname\nK-1;Weiß\n", encoding="utf-8")
    assert call("import", "customers", file).code == 2
    mapping = tmp_path / "m.toml"
    mapping.write_text('[columns]\nNr = "Kundennummer"\n', encoding="utf-8")
    assert call("arrivals", "retry", "1").code == 1
    assert call("arrivals", "retry", "1", "--mapping", mapping, "--format", "json").json["done"] == [1]
    assert desk.customer("K-1").last_name == "Weiß"
    assert call("arrivals", "list", "--format", "json").json[0]["state"] == "applied"


def test_rows_that_can_be_applied_now_are_no_longer_put_back(
    desk: GivenOffice, call: CallLeitstand, tmp_path: Path
) -> None:
    file = tmp_path / "k.csv"
    file.write_text('Kundennummer;Nachname\nK-1;Weiß\nK-2;"Groß;Berg"\nK-3;Groß;Berg\n', encoding="utf-8")
    assert call("import", "customers", file).code == 1
    call("customers", "edit", "K-1", "Nachname=Weiss")
    [row] = call("arrivals", "list", "--state", "quarantined", "--format", "json").json
    assert call("arrivals", "retry", row["id"]).code == 1
    assert desk.customer("K-1").last_name == "Weiss"
    assert call("arrivals", "retry", row["id"], "--separator", "|").code != 0


def test_an_ignored_arrival_no_longer_counts_and_can_be_taken_back(
    desk: GivenOffice, call: CallLeitstand, tmp_path: Path
) -> None:
    call("import", "customers", customers_file(tmp_path, GOOD, NO_ROW))
    assert call("arrivals", "ignore", "2").code == 2
    entry = call("arrivals", "ignore", "2", "--reason", "Fußzeile", "--format", "json").json["entry"]
    assert call("status", "--format", "json").json["quarantined"] == 0
    assert call("arrivals", "ignore", "2", "--reason", "x").code == 1
    assert call("journal", "undo", entry).code == 0
    assert call("status", "--format", "json").json["quarantined"] == 1


def test_what_is_applied_is_not_read_again(desk: GivenOffice, call: CallLeitstand, tmp_path: Path) -> None:
    call("import", "customers", customers_file(tmp_path, GOOD))
    said = call("arrivals", "retry", "1", "--format", "json")
    assert (said.code, said.json["done"]) == (1, [])


# --- rules


def test_a_rule_is_explained_by_id_or_name(call: CallLeitstand) -> None:
    by_id = call("explain", "cus004", "--format", "json").json
    by_name = call("explain", "iban-length", "--format", "json").json
    assert by_id == by_name
    assert set(by_id) == {
        "id",
        "name",
        "severity",
        "area",
        "fix",
        "sentence",
        "why",
        "remedy",
        "source",
        "needs",
        "fields",
    }
    assert "Remedy:" in call("explain", "CUS004").out


def test_an_unknown_rule_is_said(call: CallLeitstand) -> None:
    said = call("explain", "CUS999")
    assert said.code == 2
    assert "CUS999" in said.err


def test_every_rule_is_listed_and_stands_on_the_page(call: CallLeitstand) -> None:
    rules = [one["id"] for one in call("rules", "list", "--format", "json").json]
    assert {"ACC001", "ACC002", "ACC004", "CUS001", "CUS010", "CUS019"} <= set(rules)
    page = call("rules", "page").out
    assert all(f"### {rule} " in page for rule in rules)
