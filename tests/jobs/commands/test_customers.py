from __future__ import annotations

import pytest

from tests.jobs.commands.conftest import ON_SQLITE, CallLeitstand
from tests.support.customers import company, customer
from tests.support.offices import GivenOffice


def test_a_listing_in_json_is_one_array_with_every_field(desk: GivenOffice, call: CallLeitstand) -> None:
    desk.has(customer("K-1", postcode="1067"), company("K-2"))
    first, second = call("customers", "list", "--format", "json").json
    assert (first["number"], first["postcode"], first["blocking"]) == ("K-1", "1067", ["CUS002"])
    assert (second["name"], second["state"], second["rules"]) == ("Mutig GmbH", "", [])


@ON_SQLITE
def test_an_empty_listing_is_an_empty_array(desk: GivenOffice, call: CallLeitstand) -> None:
    assert call("customers", "list", "--format", "json").json == []
    assert call("customers", "list").out == ""


@ON_SQLITE
@pytest.mark.parametrize(
    ("where", "numbers"),
    [
        ("plz:80*", ["K-2"]),
        ("Nachname:~^V", ["K-3"]),
        ("rule:CUS002 OR is:conflict", ["K-1"]),
        ("is:clean", ["K-2", "K-3"]),
        ("NOT zustand:held", ["K-1", "K-2", "K-3"]),
    ],
)
def test_a_condition_chooses_in_german_and_english(
    desk: GivenOffice, call: CallLeitstand, where: str, numbers: list[str]
) -> None:
    desk.has(
        customer("K-1", postcode="1067", last_name="Weiß"),
        customer("K-2", postcode="80331", town="München", last_name="Weiß"),
        customer("K-3", last_name="Vogt"),
    )
    found = call("customers", "list", "--where", where, "--format", "json").json
    assert [one["number"] for one in found] == numbers


def test_a_long_list_is_read_in_pieces_and_cut_only_for_people(
    desk: GivenOffice, call: CallLeitstand
) -> None:
    desk.has(*[customer(f"K-{number}") for number in range(1005)])
    assert len(call("customers", "list", "--format", "json").json) == 1005
    said = call("customers", "list")
    assert len(said.out.splitlines()) == 1001
    assert "1000" in said.err
    assert len(call("customers", "list", "--limit", "3").out.splitlines()) == 4


def test_a_customer_is_shown_with_findings_and_transfers(desk: GivenOffice, call: CallLeitstand) -> None:
    desk.has(customer("K-1", postcode="1067"))
    desk.send("K-1")
    file = call("customers", "show", "k-1", "--format", "json").json
    assert [one["rule"] for one in file["findings"]] == ["CUS002"]
    assert [one["state"] for one in file["transfers"]] == ["held"]
    shown = call("customers", "show", "#1").out
    assert "CUS002" in shown
    assert "held" in shown


@ON_SQLITE
def test_an_unknown_customer_is_said(desk: GivenOffice, call: CallLeitstand) -> None:
    said = call("customers", "show", "K-9")
    assert said.code == 2
    assert "K-9" in said.err


def test_fields_are_edited_by_german_or_english_names(desk: GivenOffice, call: CallLeitstand) -> None:
    desk.has(customer("K-1"))
    said = call("customers", "edit", "K-1", "PLZ=01069", "town=Dresden a=b", "--format", "json")
    assert said.code == 0
    row = desk.customer("K-1")
    assert (row.postcode, row.town, row.revision) == ("01069", "Dresden a=b", 2)
    assert {name: said.json[name] for name in ("operation", "done", "refused", "cancelled")} == {
        "operation": "edit",
        "done": [1],
        "refused": [],
        "cancelled": False,
    }


def test_an_edit_on_an_older_revision_is_refused(desk: GivenOffice, call: CallLeitstand) -> None:
    desk.has(customer("K-1"))
    call("customers", "edit", "K-1", "Ort=Pirna", "--revision", "1")
    said = call("customers", "edit", "K-1", "Ort=Görlitz", "--revision", "1", "--format", "json")
    assert (said.code, said.json["done"], said.json["entry"]) == (1, [], None)
    assert said.json["refused"][0]["subject"] == "K-1"
    assert desk.customer("K-1").town == "Pirna"


@pytest.mark.parametrize(
    "arguments",
    [
        ["edit", "K-1"],
        ["edit", "K-1", "Lieblingsfarbe=blau"],
        ["edit", "K-1", "K-2", "Ort=Pirna", "--revision", "1"],
        ["send"],
        ["send", "K-1", "--all"],
        ["send", "--all", "--where", "plz:0*"],
        ["send", "K-9"],
        ["withhold", "K-1", "--field", "Lieblingsfarbe"],
        ["mute", "K-1", "--rule", "CUS001", "--reason", "x", "--until", "31.02.2027"],
    ],
)
def test_what_is_not_clear_is_wrong_usage_and_changes_nothing(
    desk: GivenOffice, call: CallLeitstand, arguments: list[str]
) -> None:
    desk.has(customer("K-1"), customer("K-2"))
    assert call("customers", *arguments).code == 2
    assert (desk.customer("K-1").revision, desk.transfers()) == (1, [])


def test_sending_makes_transfers_for_those_that_fit(desk: GivenOffice, call: CallLeitstand) -> None:
    desk.has(customer("K-1"), customer("K-2", town="Pirna"))
    said = call("customers", "send", "--where", "ort:Pirna", "--format", "json")
    assert said.json["done"] == [2]
    assert said.json["notes"]
    assert [one.subject for one in desk.transfers()] == ["K-2"]


@ON_SQLITE
def test_a_dry_run_lists_what_would_be_touched(desk: GivenOffice, call: CallLeitstand) -> None:
    desk.has(customer("K-1"))
    said = call("customers", "send", "--all", "--dry-run", "--format", "json")
    assert said.json == [{"id": 1, "subject": "K-1", "reason": None}]
    assert desk.transfers() == []


def test_choosing_nobody_does_nothing(desk: GivenOffice, call: CallLeitstand) -> None:
    said = call("customers", "send", "--all", "--format", "json")
    assert (said.code, said.json["done"], said.json["entry"]) == (0, [], None)


def test_fix_shows_changes_and_needs_yes_without_a_terminal(desk: GivenOffice, call: CallLeitstand) -> None:
    desk.has(customer("K-1", last_name="Weiß "))
    said = call("customers", "fix", "K-1")
    assert said.code == 2
    assert "“Weiß␣” → “Weiß”" in said.out
    assert desk.customer("K-1").last_name == "Weiß "
    assert call("customers", "fix", "K-1", "--yes").code == 0
    assert desk.customer("K-1").last_name == "Weiß"


def test_a_dry_run_of_fix_writes_nothing(desk: GivenOffice, call: CallLeitstand) -> None:
    desk.has(customer("K-1", last_name="Weiß "), customer("K-2"))
    said = call("customers", "fix", "--all", "--dry-run", "--format", "json")
    assert (said.code, [one["subject"] for one in said.json]) == (0, ["K-1"])
    assert desk.customer("K-1").last_name == "Weiß "


def test_a_field_is_withheld_and_transmitted_again(desk: GivenOffice, call: CallLeitstand) -> None:
    desk.has(customer("K-1", iban="AT611904300234573201"))
    desk.send("K-1")
    assert desk.states() == ["held"]
    assert call("customers", "withhold", "K-1").code == 0
    assert desk.transfer("K-1").state == "pending"
    assert "iban" not in desk.transfer("K-1").payload
    assert call("customers", "withhold", "K-1", "--field", "IBAN", "--again").code == 0
    assert desk.transfer("K-1").state == "held"


def test_the_help_of_a_verb_explains_its_own_options(call: CallLeitstand) -> None:
    said = call("customers", "resolve", "--help").out
    assert "--keep [ours|theirs]" in said
    assert "--where CONDITION" in said
