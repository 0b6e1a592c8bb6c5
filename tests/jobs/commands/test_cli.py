from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from core.errors import WrongUsage
from jobs.commands.cli import COMMANDS, leitstand
from jobs.commands.frame import Frame, lang_of
from jobs.commands.grammar import Group
from tests.jobs.commands.conftest import ON_SQLITE, CallLeitstand
from tests.support.offices import GivenOffice


def leaves_of(command: click.Command | None) -> list[click.Command]:
    """The commands at the ends of a tree."""
    assert command is not None
    if not isinstance(command, Group):
        return [command]
    ctx = click.Context(command)
    return [leaf for name in command.list_commands(ctx) for leaf in leaves_of(command.get_command(ctx, name))]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_understands_the_shared_options(name: str) -> None:
    command = leitstand.get_command(click.Context(leitstand), name)
    assert command is not None
    assert command.name == name
    for leaf in leaves_of(command):
        declared = {option for parameter in leaf.params for option in parameter.opts}
        assert {"--home", "--lang", "--operator", "--format"} <= declared, leaf.name


@pytest.mark.parametrize(("lang", "heading"), [("de", "Befehle"), ("en", "Commands")])
def test_help_is_spoken_in_the_operators_language(call: CallLeitstand, lang: str, heading: str) -> None:
    assert heading in call("--lang", lang, "--help").out
    assert heading in call("--lang", lang, "customers", "--help").out


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["customers", "nonsense"],
        ["customers", "list", "--nonsense"],
        ["customers", "list", "--format", "yaml"],
        ["demo", "--format", "table"],
        ["customers", "show"],
        ["customers"],
        [],
    ],
)
def test_wrong_usage_ends_with_2_and_says_nothing_on_stdout(
    call: CallLeitstand, arguments: list[str]
) -> None:
    said = call(*arguments)
    assert (said.code, said.out) == (2, "")
    assert said.err


@ON_SQLITE
def test_a_condition_that_is_not_understood_shows_the_place(desk: GivenOffice, call: CallLeitstand) -> None:
    said = call("customers", "list", "--where", "plz:80* nonsense:x")
    assert said.code == 2
    assert "\n          ^" in said.err


def test_without_an_office_the_way_to_one_is_said(call: CallLeitstand) -> None:
    said = call("status")
    assert said.code == 3
    assert "leitstand init" in said.err


def test_an_unreachable_database_ends_with_3(call: CallLeitstand, home: Path) -> None:
    home.mkdir()
    (home / "leitstand.toml").write_text('database_url = "postgresql://nobody@127.0.0.1:1/none"\n')
    said = call("status")
    assert (said.code, said.out) == (3, "")


def test_a_faulty_setting_is_named(call: CallLeitstand, home: Path) -> None:
    home.mkdir()
    (home / "leitstand.toml").write_text("colour = 'red'\n")
    said = call("status")
    assert said.code == 2
    assert "colour" in said.err


@ON_SQLITE
def test_the_operator_before_the_command_cannot_be_changed_after_it(
    desk: GivenOffice, call: CallLeitstand
) -> None:
    said = call("--operator", "vi", "status", "--operator", "mk")
    assert said.code == 4
    assert "vi" in said.err


@ON_SQLITE
def test_who_is_not_allowed_is_told_what_it_takes(clerk_and_viewer: GivenOffice, call: CallLeitstand) -> None:
    said = call("--operator", "vi", "customers", "send", "--all")
    assert said.code == 4
    assert "clerk" in said.err


@pytest.mark.parametrize(
    ("wanted", "variables", "toml", "language"),
    [
        (None, {}, "", "de"),
        (None, {"LANG": "en_GB.UTF-8"}, "", "en"),
        (None, {"LANG": "fr_FR.UTF-8"}, "", "de"),
        (None, {"LANG": "en_GB.UTF-8"}, 'language = "de"', "de"),
        (None, {"LANG": "de_DE.UTF-8"}, 'language = "en"', "en"),
        (None, {"LEITSTAND_LANG": "de"}, 'language = "en"', "de"),
        ("en_GB", {}, "", "en"),
        ("en", {"LEITSTAND_LANG": "de"}, "", "en"),
    ],
)
def test_german_unless_english_is_asked_for(
    tmp_path: Path, wanted: str | None, variables: dict[str, str], toml: str, language: str
) -> None:
    (tmp_path / "leitstand.toml").write_text(toml)
    assert lang_of(wanted, variables, tmp_path) == language


@pytest.mark.parametrize("arguments", [["--lang", "fr", "status"], ["status", "--lang", "fr"]])
def test_a_language_that_nobody_speaks_here_is_wrong_usage(call: CallLeitstand, arguments: list[str]) -> None:
    said = call(*arguments)
    assert said.code == 2
    assert "“fr” is none of de, en" in said.err


@pytest.mark.parametrize(
    ("variables", "toml", "where"),
    [({"LEITSTAND_LANG": "fr"}, "", "LEITSTAND_LANG"), ({}, 'language = "fr"', "language")],
)
def test_a_language_that_was_set_has_to_be_one(
    tmp_path: Path, variables: dict[str, str], toml: str, where: str
) -> None:
    (tmp_path / "leitstand.toml").write_text(toml)
    with pytest.raises(WrongUsage, match=f"{where}: “fr”"):
        lang_of(None, variables, tmp_path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("format_", ["table", "json", "csv"])
def test_standard_output_that_takes_nothing_is_named(format_: str) -> None:
    command = [sys.executable, "-m", "tui.main", "rules", "list", "--format", format_, "--lang", "en"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False, timeout=60)
    assert done.returncode == 3
    assert done.stderr.decode() == "Standard output cannot be written: No space left on device\n"


@ON_SQLITE
def test_without_a_command_the_console_is_opened_for_the_operator(
    desk: GivenOffice, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobs.commands.cli import run

    opened: list[Frame] = []

    def open_console(frame: Frame) -> int:
        opened.append(frame)
        return 7

    code = run(["--home", str(home), "--operator", "vi", "--lang", "en"], open_console)

    assert code == 7
    assert [(one.home, one.operator, one.language) for one in opened] == [(home, "vi", "en")]


@ON_SQLITE
def test_a_table_shows_no_terminal_sequences(desk: GivenOffice, call: CallLeitstand) -> None:
    from tests.support.customers import company

    desk.has(company("K-1", "\x1b[31mRot\u202e GmbH\x9b2J"))
    for arguments in (["list"], ["list", "--format", "csv"], ["list", "--format", "json"], ["show", "K-1"]):
        said = call("customers", *arguments)
        assert "Rot" in said.out
        assert not {"\x1b", "\x9b", "\u202e"} & set(said.out)


@ON_SQLITE
def test_json_keeps_what_it_escapes(desk: GivenOffice, call: CallLeitstand) -> None:
    from tests.support.customers import company

    desk.has(company("K-1", "Rot\u202e\x9b GmbH"))
    assert call("customers", "list", "--format", "json").json[0]["company"] == "Rot\u202e\x9b GmbH"


@ON_SQLITE
def test_a_reader_that_goes_away_is_no_error(desk: GivenOffice, home: Path) -> None:
    import os

    from tests.support.customers import customer

    desk.has(*[customer(f"K-{number}") for number in range(300)])
    command = [sys.executable, "-m", "tui.main", "customers", "list", "--format", "json", "--home", str(home)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ))
    assert process.stdout is not None
    assert process.stdout.read(1) == b"["
    process.stdout.close()
    assert process.stderr is not None
    said = process.stderr.read()
    assert (process.wait(60), said) == (0, b"")


def test_a_second_operator_behind_a_forced_one_is_refused(call: CallLeitstand) -> None:
    refused = call("--operator", "mk", "--operator", "root", "status")
    assert refused.code == 4
    assert "mk" in refused.err
