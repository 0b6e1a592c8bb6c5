from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.jobs.commands.conftest import ON_SQLITE, CallLeitstand
from tests.jobs.commands.files import (
    GOOD,
    HIDDEN_BLANK,
    LONG_COMPANY,
    LOST_ZERO,
    NO_ROW,
    customers_file,
)
from tests.support.offices import GivenOffice

# --- the office


def test_a_finding_has_the_shape_of_the_design(
    desk: GivenOffice, call: CallLeitstand, tmp_path: Path
) -> None:
    call("import", "customers", customers_file(tmp_path, GOOD, HIDDEN_BLANK))
    said = call("check", "customers", "--format", "json")
    assert said.code == 1
    [finding] = said.json
    assert list(finding) == [
        "rule",
        "name",
        "severity",
        "area",
        "subject",
        "row",
        "field",
        "value",
        "message",
        "fix",
    ]
    assert finding["message"]
    assert {name: value for name, value in finding.items() if name != "message"} == {
        "rule": "CUS001",
        "name": "hidden-whitespace",
        "severity": "error",
        "area": "customers",
        "subject": "K-2",
        "row": 2,
        "field": "first_name",
        "value": "Jörg ",
        "fix": "safe",
    }


def test_without_errors_the_check_ends_with_0(desk: GivenOffice, call: CallLeitstand, tmp_path: Path) -> None:
    call("import", "customers", customers_file(tmp_path, GOOD, LONG_COMPANY))
    said = call("check", "customers", "--format", "json")
    assert (said.code, [one["rule"] for one in said.json]) == (0, ["CUS009"])


def test_an_empty_office_has_an_empty_array(desk: GivenOffice, call: CallLeitstand) -> None:
    said = call("check", "customers", "--format", "json")
    assert (said.code, said.json) == (0, [])


def test_only_customers_that_fit_the_condition_are_listed(
    desk: GivenOffice, call: CallLeitstand, tmp_path: Path
) -> None:
    call("import", "customers", customers_file(tmp_path, HIDDEN_BLANK, LOST_ZERO, LONG_COMPANY))
    said = call("check", "customers", "--where", "rule:CUS002", "--format", "json")
    assert {one["subject"] for one in said.json} == {"K-3"}
    said = call("check", "customers", "--where", "art:firma", "--format", "json")
    assert (said.code, {one["subject"] for one in said.json}) == (0, {"K-4"})


@ON_SQLITE
@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", ("error", "Field", "safe", "Fix")), ("de", ("Fehler", "Feld", "sicher", "Korrektur"))],
)
def test_findings_as_csv_say_all_that_json_says_in_words(
    desk: GivenOffice, call: CallLeitstand, tmp_path: Path, lang: str, said: tuple[str, ...]
) -> None:
    call("import", "customers", customers_file(tmp_path, HIDDEN_BLANK))
    printed = call("check", "customers", "--format", "csv", "--lang", lang)
    headings, row = csv.reader(io.StringIO(printed.out.removeprefix("\ufeff")), delimiter=";")
    assert len(headings) == len(call("check", "customers", "--format", "json").json[0])
    assert {"CUS001", "hidden-whitespace", "K-2", "Jörg␣", said[0], said[2]} <= set(row)
    assert {said[1], said[3]} <= set(headings)


@ON_SQLITE
def test_findings_beyond_the_limit_are_counted_all_the_same(
    desk: GivenOffice, call: CallLeitstand, tmp_path: Path
) -> None:
    call("import", "customers", customers_file(tmp_path, LONG_COMPANY, HIDDEN_BLANK, LOST_ZERO))
    said = call("check", "customers", "--limit", 1, "--format", "json")
    assert (said.code, len(said.json)) == (1, 1)
    assert "2 errors, 0 warnings, 1 hint" in said.err


@ON_SQLITE
def test_a_table_shows_what_is_hidden(desk: GivenOffice, call: CallLeitstand, tmp_path: Path) -> None:
    call("import", "customers", customers_file(tmp_path, HIDDEN_BLANK))
    assert "“Jörg␣”" in call("check", "customers").out


def test_fixing_shows_the_changes_and_asks_before_anything_is_written(
    desk: GivenOffice, call: CallLeitstand, tmp_path: Path
) -> None:
    call("import", "customers", customers_file(tmp_path, HIDDEN_BLANK))
    said = call("check", "customers", "--fix")
    assert said.code == 2
    assert "K-2  First name: “Jörg␣” → “Jörg”" in said.out
    assert "--yes" in said.err
    assert desk.customer("K-2").first_name == "Jörg "


def test_safe_fixes_are_written_with_yes_and_proposals_are_not(
    desk: GivenOffice, call: CallLeitstand, tmp_path: Path
) -> None:
    call("import", "customers", customers_file(tmp_path, HIDDEN_BLANK, LOST_ZERO))
    said = call("check", "customers", "--fix", "--yes", "--format", "json")
    assert [one["rule"] for one in said.json] == ["CUS002"]
    assert (desk.customer("K-2").first_name, desk.customer("K-3").postcode) == ("Jörg", "1067")
    assert call("check", "customers", "--fix", "--unsafe", "--yes").code == 0
    assert desk.customer("K-3").postcode == "01067"


@ON_SQLITE
def test_fixing_what_needs_no_fix_says_so(desk: GivenOffice, call: CallLeitstand, tmp_path: Path) -> None:
    call("import", "customers", customers_file(tmp_path, GOOD))
    said = call("check", "customers", "--fix")
    assert said.code == 0
    assert "nothing" in said.err


def test_a_muted_finding_is_neither_listed_nor_fixed(
    desk: GivenOffice, call: CallLeitstand, tmp_path: Path
) -> None:
    call("import", "customers", customers_file(tmp_path, HIDDEN_BLANK))
    call("check", "customers")
    assert call("customers", "mute", "K-2", "--rule", "CUS001").code == 2
    assert (
        call("customers", "mute", "K-2", "--rule", "hidden-whitespace", "--reason", "So heißt er").code == 0
    )
    said = call("check", "customers", "--fix", "--yes", "--format", "json")
    assert (said.code, said.json) == (0, [])
    assert desk.customer("K-2").first_name == "Jörg "


def test_a_viewer_may_check_but_not_fix(
    clerk_and_viewer: GivenOffice, call: CallLeitstand, tmp_path: Path
) -> None:
    call("import", "customers", customers_file(tmp_path, HIDDEN_BLANK))
    assert call("check", "customers", "--operator", "vi").code == 1
    assert call("check", "customers", "--fix", "--yes", "--operator", "vi").code == 4


def test_options_that_do_not_go_together_are_wrong_usage(call: CallLeitstand, tmp_path: Path) -> None:
    file = customers_file(tmp_path, GOOD)
    for arguments in (
        ["--unsafe"],
        ["--file", file, "--where", "plz:0*"],
        ["--file", file, "--output", "x.csv"],
        ["--output", "x.csv"],
        ["--encoding", "cp1252"],
    ):
        assert call("check", "customers", *arguments).code == 2


# --- a file, for which no office is needed


def test_a_file_is_checked_without_an_office(call: CallLeitstand, tmp_path: Path, home: Path) -> None:
    said = call("check", "customers", "--file", customers_file(tmp_path, GOOD, LOST_ZERO), "--format", "json")
    assert said.code == 1
    assert [(one["rule"], one["subject"], one["row"]) for one in said.json] == [("CUS002", "K-3", 2)]
    assert not home.exists()


def test_of_a_file_every_transfer_is_the_first_and_what_could_not_be_compared_is_said(
    call: CallLeitstand, tmp_path: Path
) -> None:
    said = call("check", "customers", "--file", customers_file(tmp_path, LONG_COMPANY), "--format", "json")
    assert (said.code, [one["rule"] for one in said.json]) == (0, ["CUS009"])
    assert "CUS009" in said.err


def test_rows_that_are_none_and_numbers_that_stand_twice_are_said(
    call: CallLeitstand, tmp_path: Path
) -> None:
    said = call("check", "customers", "--file", customers_file(tmp_path, GOOD, NO_ROW, GOOD))
    assert said.code == 1
    assert "Row 2" in said.err
    assert "Row 3" in said.err


def test_an_unreadable_file_ends_with_2(call: CallLeitstand, tmp_path: Path) -> None:
    assert call("check", "customers", "--file", tmp_path / "none.csv").code == 2


def test_the_limits_of_the_offices_own_profile_hold(call: CallLeitstand, tmp_path: Path, home: Path) -> None:
    home.mkdir()
    (home / "leitstand.toml").write_text('[partners.vema]\nprofile = "own.toml"\n')
    (home / "own.toml").write_text('extends = "vema"\n[limits]\nfirst_company_name = 40\n')
    said = call("check", "customers", "--file", customers_file(tmp_path, LONG_COMPANY), "--format", "json")
    assert said.json == []


def test_fixing_a_file_shows_the_changes_and_leaves_the_file_alone(
    call: CallLeitstand, tmp_path: Path
) -> None:
    file = customers_file(tmp_path, HIDDEN_BLANK)
    before = file.read_bytes()
    said = call("check", "customers", "--file", file, "--fix")
    assert said.code == 1
    assert "“Jörg␣” → “Jörg”" in said.out
    assert file.read_bytes() == before


def test_a_corrected_copy_has_every_column_and_can_be_checked_again(
    call: CallLeitstand, tmp_path: Path
) -> None:
    file, copy = tmp_path / "k.csv", tmp_path / "copy.csv"
    rows = "Kundennummer;Kundenart;Nachname;Straße;Ort;PLZ;Geburtsdatum;Notiz\n"
    file.write_text(rows + "K-1;P;Weiß ;Lindenweg;=2;1067;04.03.1971;=1+1\n", encoding="utf-8")
    arguments = ("check", "customers", "--file", file, "--fix", "--unsafe", "--output", copy)
    assert call(*arguments).code == 2
    assert not copy.exists()
    said = call(*arguments, "--yes", "--format", "json")
    assert (said.code, said.json) == (0, [])
    assert "K-1;P;Weiß;Lindenweg;'=2;01067;04.03.1971;'=1+1" in copy.read_text(encoding="utf-8-sig")
    again = tmp_path / "again.csv"
    said = call("check", "customers", "--file", copy, "--fix", "--output", again, "--yes")
    assert (said.code, again.read_bytes()) == (0, copy.read_bytes())


def test_a_corrected_copy_cannot_go_where_the_findings_go(call: CallLeitstand, tmp_path: Path) -> None:
    file = customers_file(tmp_path, HIDDEN_BLANK)
    assert call("check", "customers", "--file", file, "--fix", "--yes", "--output", "-").code == 2
    assert not (tmp_path / "-").exists()
