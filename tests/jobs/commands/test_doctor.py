from __future__ import annotations

from pathlib import Path

from jobs.sandbox.client import VemaSandbox
from tests.jobs.commands.conftest import ON_SQLITE, CallLeitstand
from tests.support.offices import GivenOffice


def checks(call: CallLeitstand, *more: str) -> dict[str, str]:
    return {one["check"]: one["status"] for one in call("doctor", *more, "--format", "json").json}


def test_where_all_is_well_it_ends_with_0(desk: GivenOffice, call: CallLeitstand, vema: VemaSandbox) -> None:
    desk.has_account(vema)
    desk.home.chmod(0o700)
    said = call("doctor", "--format", "json")
    assert said.code == 0
    found = checks(call)
    assert "bad" not in found.values()
    expected = {"settings", "home", "database", "writing", "key", "archive", "partner-vema", "ca-file-vema"}
    assert expected <= {name for name, status in found.items() if status == "ok"}
    assert found["worker"] == "warn"


def test_missing_credentials_are_wrong(desk: GivenOffice, call: CallLeitstand) -> None:
    assert call("doctor").code == 1
    assert checks(call)["account-vema"] == "bad"


def test_without_an_office_it_says_what_to_do(call: CallLeitstand) -> None:
    said = call("doctor")
    assert said.code == 1
    assert "leitstand init" in said.out


@ON_SQLITE
def test_a_faulty_setting_is_named(desk: GivenOffice, call: CallLeitstand, home: Path) -> None:
    with (home / "leitstand.toml").open("a") as file:
        file.write("\n[nonsense]\n")
    said = call("doctor")
    assert said.code == 1
    assert "nonsense" in said.out


@ON_SQLITE
def test_files_open_to_others_are_noticed(desk: GivenOffice, call: CallLeitstand, home: Path) -> None:
    desk.home.chmod(0o755)
    (home / "vault.key").chmod(0o644)
    found = checks(call)
    assert (found["home"], found["key"]) == ("warn", "bad")


@ON_SQLITE
def test_a_missing_key_is_noticed(desk: GivenOffice, call: CallLeitstand, home: Path) -> None:
    (home / "vault.key").unlink()
    assert checks(call)["key"] == "bad"


@ON_SQLITE
def test_a_key_that_does_not_fit_is_noticed(
    desk: GivenOffice, call: CallLeitstand, home: Path, vema: VemaSandbox
) -> None:
    desk.has_account(vema)
    (home / "vault.key").write_bytes(b"x" * 32)
    assert checks(call)["key"] == "bad"


@ON_SQLITE
def test_a_ca_file_without_certificates_is_noticed(
    desk: GivenOffice, call: CallLeitstand, home: Path, tmp_path: Path
) -> None:
    text = (home / "leitstand.toml").read_text()
    for content in ("", "no certificate"):
        (tmp_path / "ca.pem").write_text(content)
        lines = [
            f'"ca_file" = "{tmp_path}/ca.pem"' if line.startswith('"ca_file"') else line
            for line in text.splitlines()
        ]
        (home / "leitstand.toml").write_text("\n".join(lines))
        assert "bad" in {checks(call).get("ca-file-vema"), checks(call)["partner-vema"]}


def test_it_logs_in_only_when_asked_to(desk: GivenOffice, call: CallLeitstand, vema: VemaSandbox) -> None:
    desk.has_account(vema)
    call("doctor")
    assert vema.counts["requests"] == 0
    assert checks(call, "--login")["login-vema"] == "ok"
    assert vema.counts["requests"] == 1


def test_a_refused_log_in_is_wrong(desk: GivenOffice, call: CallLeitstand, vema: VemaSandbox) -> None:
    desk.has_account(vema, password="wrong")
    assert call("doctor", "--login").code == 1
