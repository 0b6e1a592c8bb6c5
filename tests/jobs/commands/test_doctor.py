from __future__ import annotations

import errno
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import trustme

from jobs.sandbox.client import VemaSandbox
from tests.jobs.commands.conftest import ON_SQLITE, CallLeitstand
from tests.support.customers import customer
from tests.support.offices import GivenOffice, OpenAnOffice


def checks(call: CallLeitstand, *more: str) -> dict[str, str]:
    return {one["check"]: one["status"] for one in call("doctor", *more, "--format", "json").json}


def details(call: CallLeitstand, status: str) -> dict[str, str]:
    """What doctor says, of the checks that ended so."""
    found = call("doctor", "--format", "json").json
    return {one["check"]: one["detail"] for one in found if one["status"] == status}


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


@ON_SQLITE
@pytest.mark.parametrize(
    ("settings", "check", "said"),
    [
        ({"schedule": {"tidy": "61 3 * * *"}}, "schedule", ("leitstand.toml", "schedule.tidy", "61 3 * * *")),
        ({"schedule": {"tydi": "30 3 * * *"}}, "schedule", ("leitstand.toml", "schedule.tydi", "recheck")),
        ({"send": "foo:bar"}, "send-vema", ("leitstand.toml", "partners.vema.send", "no field foo")),
        ({"send": "al"}, "send-vema", ("leitstand.toml", "partners.vema.send", "al belongs to no test")),
        ({"send": "is:stuck"}, "send-vema", ("leitstand.toml", "partners.vema.send")),
    ],
)
def test_a_setting_that_makes_no_sense_is_named_with_its_place_and_why(
    open_an_office: OpenAnOffice,
    call: CallLeitstand,
    settings: Mapping[str, Any],
    check: str,
    said: tuple[str, ...],
) -> None:
    open_an_office(clock=None, account=False, **settings)
    assert call("doctor").code == 1
    bad = details(call, "bad")
    assert [word for word in said if word not in bad[check]] == []
    assert "\n" not in bad[check]


@ON_SQLITE
def test_every_wrong_schedule_is_named(open_an_office: OpenAnOffice, call: CallLeitstand) -> None:
    open_an_office(clock=None, account=False, schedule={"tidy": "immer", "collect": "off", "recheck": "nie"})
    found = [one["detail"] for one in call("doctor", "--format", "json").json if one["check"] == "schedule"]
    assert ["schedule.tidy" in found[0], "schedule.recheck" in found[1], len(found)] == [True, True, 2]


@ON_SQLITE
def test_an_address_without_tls_is_looked_for_where_it_was_set(
    open_an_office: OpenAnOffice, call: CallLeitstand
) -> None:
    open_an_office(clock=None, account=False, partner={"base_url": "http://127.0.0.1/extranet"})
    detail = details(call, "bad")["partner-vema"]
    assert ("leitstand.toml" in detail, "partners.vema.base_url" in detail) == (True, True)
    assert "profile.toml" not in detail


@ON_SQLITE
def test_an_archive_that_is_full_is_named(
    desk: GivenOffice, call: CallLeitstand, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object, **_more: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", full)
    assert details(call, "bad")["archive"] == f"{home}/archive: No space left on device"


@ON_SQLITE
@pytest.mark.parametrize(("megabytes", "health"), [(0, "bad"), (63, "bad"), (64, "warn"), (1024, "ok")])
def test_a_disk_without_room_is_wrong_and_one_with_little_a_warning(
    desk: GivenOffice,
    call: CallLeitstand,
    monkeypatch: pytest.MonkeyPatch,
    megabytes: int,
    health: str,
) -> None:
    usage = shutil.disk_usage(desk.home)._replace(free=megabytes << 20)
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: usage)
    assert checks(call)["disk"] == health


def test_a_certificate_that_is_not_accepted_is_an_alarm(
    open_an_office: OpenAnOffice, call: CallLeitstand, vema: VemaSandbox, tmp_path: Path
) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "stranger.pem"))
    office = open_an_office(clock=None, partner={"ca_file": str(tmp_path / "stranger.pem")})
    office.has(customer("K-1"))
    assert call("run", "deliver-transfers").code == 3
    assert "nobody trusted has issued it" in details(call, "bad")["account-vema"]
    [finding] = call("status", "--format", "json").json["account_findings"]
    assert (finding["rule"], finding["severity"]) == ("ACC005", "error")
