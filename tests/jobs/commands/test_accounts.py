from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.accounts.account import Mode, set_mode
from core.accounts.breaker import Breaker
from jobs.sandbox.client import VemaSandbox
from tests.jobs.commands.conftest import ON_SQLITE, CallLeitstand, Said
from tests.support.customers import customer
from tests.support.offices import GivenOffice, OpenAnOffice

PASSWORD = "Geheim-4711-ä"


@pytest.fixture
def said_in_all() -> Iterator[list[Said]]:
    """Everything that was said is searched for the password afterwards."""
    heard: list[Said] = []
    yield heard
    assert heard
    assert not any(PASSWORD in said.out + said.err for said in heard)


def set_account(call: CallLeitstand, *more: str, password: str = PASSWORD) -> Said:
    return call(
        "accounts",
        "set",
        "vema",
        "--user",
        "mk1",
        "--member-number",
        "M-7",
        "--password-stdin",
        *more,
        stdin=f"{password}\n",
    )


def test_a_password_is_stored_sealed_and_never_shown(
    desk: GivenOffice, call: CallLeitstand, said_in_all: list[Said], home: Path
) -> None:
    said_in_all.append(set_account(call, "--application-password"))
    assert said_in_all[0].code == 0
    listings = (["accounts", "list"], ["status"], ["journal", "list"], ["doctor"])
    said_in_all += [call(*arguments, "--format", "json") for arguments in listings]
    with desk.store.read() as session:
        assert desk.vault.take(session, "account:vema:password") == PASSWORD
    if desk.store.is_sqlite:
        desk.store.close()
        raw = b"".join(file.read_bytes() for file in home.parent.glob("*.db*"))
        assert PASSWORD.encode() not in raw


@ON_SQLITE
def test_the_reason_for_an_application_password_is_repeated(desk: GivenOffice, call: CallLeitstand) -> None:
    assert "application password" in set_account(call).err
    [account] = call("accounts", "list", "--format", "json").json
    assert [one["rule"] for one in account["findings"]] == ["ACC004"]
    assert "application password" not in set_account(call, "--application-password").err
    [account] = call("accounts", "list", "--format", "json").json
    assert (account["findings"], account["application_password"]) == ([], True)


@ON_SQLITE
def test_without_terminal_the_password_comes_from_standard_input_or_not_at_all(
    desk: GivenOffice, call: CallLeitstand
) -> None:
    said = call("accounts", "set", "vema", "--user", "mk1", stdin=f"{PASSWORD}\n")
    assert said.code == 2
    assert "--password-stdin" in said.err
    assert set_account(call, password="").code == 2
    assert call("accounts", "set", "vema", "--password-stdin", stdin=f"{PASSWORD}\n").code == 2


@ON_SQLITE
def test_an_unknown_partner_has_no_account(desk: GivenOffice, call: CallLeitstand) -> None:
    said = call("accounts", "set", "nobody", "--user", "x", "--password-stdin", stdin="y\n")
    assert said.code == 2
    assert "vema" in said.err


def test_what_is_missing_is_a_finding_with_an_explanation(desk: GivenOffice, call: CallLeitstand) -> None:
    [account] = call("accounts", "list", "--format", "json").json
    [finding] = account["findings"]
    assert (finding["rule"], finding["area"], finding["subject"]) == ("ACC001", "accounts", "vema")
    assert (account["credentials"], account["gate"]) == ("missing", "credentials-missing")
    assert "leitstand accounts set" in call("explain", "ACC001").out.replace("\n", " ")


@ON_SQLITE
def test_a_password_that_ends_soon_is_a_finding(desk: GivenOffice, call: CallLeitstand) -> None:
    for days, rules in ((60, []), (14, ["ACC003"]), (-1, ["ACC003"])):
        set_account(
            call, "--application-password", "--expires-on", (desk.today + timedelta(days)).isoformat()
        )
        [account] = call("accounts", "list", "--format", "json").json
        assert [one["rule"] for one in account["findings"]] == rules


def test_one_log_in_tells_whether_the_partner_accepts_the_account(
    desk: GivenOffice, call: CallLeitstand, vema: VemaSandbox
) -> None:
    its = vema.credentials
    call(
        "accounts",
        "set",
        "vema",
        "--user",
        its.name,
        "--member-number",
        its.member,
        "--password-stdin",
        stdin=f"{its.password}\n",
    )
    assert call("accounts", "test", "vema").code == 0
    assert vema.counts["requests"] == 1


def test_a_refused_log_in_is_a_finding_and_cannot_be_repeated_at_once(
    desk: GivenOffice, call: CallLeitstand, vema: VemaSandbox
) -> None:
    set_account(call, "--application-password")
    assert call("accounts", "test", "vema").code == 3
    [account] = call("accounts", "list", "--format", "json").json
    assert account["credentials"] == "refused"
    assert [one["rule"] for one in account["findings"]] == ["ACC002"]
    assert call("accounts", "test", "vema").code == 4
    assert vema.counts["log_ins_refused"] == 1


def test_only_an_admin_switches_to_live(clerk_and_viewer: GivenOffice, call: CallLeitstand) -> None:
    set_account(call)
    assert call("accounts", "mode", "vema", "live", "--operator", "cl").code == 4
    assert call("accounts", "list", "--format", "json").json[0]["mode"] == "trial"
    assert call("accounts", "mode", "vema", "live", "--reason", "Start").code == 0
    assert call("accounts", "list", "--format", "json").json[0]["mode"] == "live"
    newest = call("journal", "list", "--limit", "1", "--format", "json").json[0]
    assert (newest["action"], newest["reason"]) == ("mode", "Start")


@ON_SQLITE
@pytest.mark.parametrize("scope", ["queue", "partner:vema", "account:vema", "vema"])
def test_a_pause_holds_everything_back_until_it_is_ended(
    desk: GivenOffice, call: CallLeitstand, vema: VemaSandbox, scope: str
) -> None:
    desk.has_account(vema)
    desk.has(customer("K-1"))
    desk.send("K-1")
    assert call("accounts", "pause", scope, "--reason", "Wartung").code == 0
    assert call("accounts", "pause", scope, "--reason", "Wartung").code == 1
    assert call("run", "deliver-transfers").code == 0
    assert desk.states() == ["pending"]
    assert "Wartung" in call("transfers", "show", "1").out
    assert call("accounts", "resume", scope).code == 0
    assert call("accounts", "resume", scope).code == 1
    assert call("run", "deliver-transfers").code == 0
    assert desk.states() == ["delivered"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["queue"],
        ["nobody", "--reason", "x"],
        ["partner:nobody", "--reason", "x"],
        ["queue", "--reason", "x", "--until", "01.01.2020"],
        ["queue", "--reason", "x", "--until", "gestern"],
    ],
)
def test_a_pause_of_nothing_or_without_reason_is_wrong_usage(
    desk: GivenOffice, call: CallLeitstand, arguments: list[str]
) -> None:
    assert call("accounts", "pause", *arguments).code == 2


def test_a_pause_may_end_by_itself(desk: GivenOffice, call: CallLeitstand) -> None:
    said = call("accounts", "pause", "queue", "--reason", "x", "--until", "31.12.2099", "--format", "json")
    assert said.json["until"].startswith("2099-12-31T23:59:59")


def test_in_trial_nothing_is_sent_and_it_is_said(
    desk: GivenOffice, call: CallLeitstand, vema: VemaSandbox
) -> None:
    desk.has_account(vema)
    set_mode(desk, "vema", Mode.TRIAL)
    desk.has(customer("K-1"))
    desk.send("K-1")
    said = call("run", "deliver-transfers")
    assert said.code == 0
    assert "Trial" in said.err
    assert vema.counts["requests"] == 0


@ON_SQLITE
def test_a_time_that_is_none_is_named_with_how_to_write_one(desk: GivenOffice, call: CallLeitstand) -> None:
    said = call("accounts", "pause", "queue", "--reason", "x", "--until", "gestern")
    assert said.err.startswith("--until: “gestern” is no time; say 2026-12-31")


@ON_SQLITE
def test_credentials_with_a_tab_in_them_are_not_stored(desk: GivenOffice, call: CallLeitstand) -> None:
    said = set_account(call, password="ge\theim")
    assert (said.code, "cannot be seen" in said.err) == (2, True)
    assert call("accounts", "list", "--format", "json").json[0]["credentials"] == "missing"


@ON_SQLITE
def test_the_tip_is_given_once(desk: GivenOffice, call: CallLeitstand) -> None:
    assert set_account(call).err.count("made at the partner for this program alone") == 1


def test_a_breaker_whose_time_is_over_is_not_shown_as_open(
    open_an_office: OpenAnOffice, call: CallLeitstand, vema: VemaSandbox
) -> None:
    office = open_an_office(clock=None)
    office.has(customer("K-1"))
    vema.set_faults("[[vema.fault]]\nstatus = 429\nretry_after = 90\nfirst = 1")
    office.deliver()

    def is_open() -> bool:
        [account] = call("accounts", "list", "--format", "json").json
        [breaker] = account["breakers"]
        return breaker["open"]

    assert is_open()
    with office.store.write() as session:
        session.get_one(Breaker, ("vema", "throttle")).until = office.now
    assert not is_open()
