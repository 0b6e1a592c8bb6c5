"""Who is let in, and how an account is locked."""

from __future__ import annotations

import pytest

from jobs.sandbox.client import VemaSandbox
from tests.jobs.sandbox.member import Member


def test_the_member_is_let_in(member: Member) -> None:
    answer = member.log_in()
    assert (answer.code, answer.status) == (200, "ok")
    assert answer.attributes["mitgliedsnummer"] == member.credentials.member


@pytest.mark.parametrize("wrong", [{"name": "nobody"}, {"password": "guess"}, {"member": "M-1"}])
def test_somebody_else_is_not(member: Member, wrong: dict[str, str]) -> None:
    answer = member.log_in(**wrong)
    assert (answer.code, answer.status) == (401, "anmeldung-abgelehnt")
    assert answer.headers["www-authenticate"].startswith("Basic")


def test_without_a_log_in_nothing_is_processed(vema: VemaSandbox, member: Member) -> None:
    assert member.connection.post("/kunden", content=b"").status_code == 401
    assert vema.received() == []


def test_the_account_is_locked_after_five_wrong_passwords_in_a_row(vema: VemaSandbox, member: Member) -> None:
    codes = [member.log_in(password="guess").code for _time in range(6)]
    answer = member.hands_over("K-17")
    assert codes == [401] * 5 + [403]
    assert (answer.code, answer.status) == (403, "zugang-gesperrt")
    assert (vema.credentials.locked, vema.counts["log_ins_refused"]) == (True, 7)


def test_a_right_password_begins_the_count_anew(member: Member) -> None:
    for _time in range(3):
        assert [member.log_in(password="guess").code for _time in range(4)] == [401] * 4
        assert member.log_in().code == 200


def test_wrong_names_do_not_lock_the_account(member: Member) -> None:
    assert [member.log_in(name="nobody").code for _time in range(9)] == [401] * 9
    assert member.log_in().code == 200


def test_a_locked_account_can_be_unlocked(vema: VemaSandbox, member: Member) -> None:
    vema.set_faults("[vema.account]\nlock_after = 1")
    assert [member.log_in(password="guess").code, member.log_in().code] == [401, 403]
    vema.unlock()
    assert member.log_in().code == 200


def test_an_account_that_never_locks(vema: VemaSandbox, member: Member) -> None:
    vema.set_faults("[vema.account]\nlock_after = 0")
    assert [member.log_in(password="guess").code for _time in range(9)] == [401] * 9


def test_the_password_can_be_changed_at_vema(vema: VemaSandbox, member: Member) -> None:
    vema.set_faults('[vema.account]\npassword = "Neu-ß-2"')
    assert [member.log_in().code, member.log_in(password="Neu-ß-2").code] == [401, 200]
    assert vema.credentials.password == "Neu-ß-2"


@pytest.mark.parametrize(("fault", "code"), [("refuse", 401), ("locked", 403)])
def test_an_account_can_be_refused_or_locked_by_the_faults(
    vema: VemaSandbox, member: Member, fault: str, code: int
) -> None:
    vema.set_faults(f"[vema.account]\n{fault} = true")
    assert member.hands_over("K-17").code == code
    vema.set_faults("")
    assert member.hands_over("K-17").code == 200


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [("GET", "/", 404), ("GET", "/kunden/1", 404), ("DELETE", "/kunden", 405), ("POST", "/anmeldung", 405)],
)
def test_addresses_that_the_extranet_does_not_have(member: Member, method: str, path: str, code: int) -> None:
    credentials = member.credentials
    answer = member.connection.request(
        method,
        path,
        auth=(credentials.name, credentials.password),
        headers={"X-Mitgliedsnummer": credentials.member},
    )
    assert answer.status_code == code
