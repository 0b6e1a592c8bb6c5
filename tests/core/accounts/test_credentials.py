"""Accounts: what is kept of credentials, who may change what, log-in tests that cannot lock an account."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlmodel import SQLModel, col, select

from core.accounts.account import (
    Mode,
    NewCredentials,
    accounts,
    find_account,
    secret_name,
    set_credentials,
    set_mode,
)
from core.accounts.login_test import begin_test, remaining_tests
from core.errors import (
    CredentialsRefused,
    NotAllowed,
    NotFound,
    NotTrusted,
    PartnerUnavailable,
    WrongUsage,
)
from core.journal import JournalEntry
from core.operators import Operator, Role
from core.outbox.connect import open_connection
from core.outbox.connect import test_login as log_in_once
from core.vault import Secret
from jobs.sandbox.client import VemaSandbox
from tests.support.clock import TravelClock
from tests.support.offices import GivenOffice, OpenAnOffice

NEW = NewCredentials("Ü. Müller", "geheim: Läuft!", "M-9")


def version(office: GivenOffice) -> int:
    with office.store.read() as session:
        return find_account(session, "vema").version


def logins(vema: VemaSandbox) -> int:
    return vema.counts["requests"]


def test_credentials_are_kept_and_their_version_counts(office: GivenOffice) -> None:
    before = version(office)
    set_credentials(office, "vema", "vema", NEW)
    with office.store.read() as session:
        account = find_account(session, "vema")
        assert (account.user, account.member_number, account.version) == ("Ü. Müller", "M-9", before + 1)
        assert office.vault.take(session, secret_name("vema")) == "geheim: Läuft!"
        assert [one.name for one in accounts(session)] == ["vema"]


def test_the_journal_says_that_they_changed_and_never_what_the_password_is(office: GivenOffice) -> None:
    set_credentials(office, "vema", "vema", NEW)
    with office.store.read() as session:
        entries = [str(entry.model_dump()) for entry in session.exec(select(JournalEntry))]
    assert [entry for entry in entries if "Ü. Müller" in entry]
    assert not [entry for entry in entries if "geheim" in entry]


def test_no_password_lies_readable_in_the_database(office: GivenOffice) -> None:
    set_credentials(office, "vema", "vema", NewCredentials("u", "KLARTEXT-4711"))
    with office.store.read() as session:
        [secret] = session.exec(select(Secret))
        rows = [
            str(row) for table in SQLModel.metadata.tables.values() for row in session.execute(table.select())
        ]
    assert b"KLARTEXT" not in secret.sealed
    assert not [row for row in rows if "KLARTEXT" in row]


@pytest.mark.parametrize(("user", "password"), [("", "p"), ("  ", "p"), ("u", "")])
def test_an_account_needs_a_name_and_a_password(office: GivenOffice, user: str, password: str) -> None:
    before = version(office)
    with pytest.raises(WrongUsage):
        set_credentials(office, "vema", "vema", NewCredentials(user, password))
    assert version(office) == before


HIDDEN = ["\t", "\n", "\x00", "\x1b", "\x7f", "\u200b", "\u202e", "\u2028", "\ud800"]


@pytest.mark.parametrize("sign", HIDDEN)
@pytest.mark.parametrize("field", ["user", "password", "member_number"])
def test_what_nobody_can_see_is_not_stored_in_credentials(office: GivenOffice, field: str, sign: str) -> None:
    before = version(office)
    wrong = replace(NEW, **{field: f"a{sign}b"})
    with pytest.raises(WrongUsage, match="cannot be seen") as raised:
        set_credentials(office, "vema", "vema", wrong)
    assert version(office) == before
    assert sign not in str(raised.value)


def test_letters_of_every_kind_are_taken(office: GivenOffice) -> None:
    set_credentials(office, "vema", "vema", NewCredentials("Ünal Çelik", "пароль 密码 ✓ \u00a0!", "M-9"))
    with office.store.read() as session:
        assert office.vault.take(session, secret_name("vema")) == "пароль 密码 ✓ \u00a0!"


def test_two_changes_at_once_are_two_versions(office: GivenOffice) -> None:
    before = version(office)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _n: set_credentials(office, "vema", "vema", NEW), range(4)))
    assert version(office) == before + 4


def test_a_new_account_is_in_trial_mode(open_an_office: OpenAnOffice) -> None:
    office = open_an_office(account=False)
    assert set_credentials(office, "vema", "vema", NEW).mode == Mode.TRIAL


def test_only_an_admin_switches_to_live(office: GivenOffice) -> None:
    clerk = office.acting_as(Operator("ab", Role.CLERK))
    with pytest.raises(NotAllowed):
        set_mode(clerk, "vema", Mode.LIVE)
    assert set_mode(office, "vema", Mode.TRIAL, "Umstellung").mode == Mode.TRIAL
    with office.store.read() as session:
        newest = session.exec(select(JournalEntry).order_by(col(JournalEntry.id).desc())).first()
    assert newest is not None
    assert newest.reason == "Umstellung"


@pytest.mark.parametrize("act", [set_credentials, None])
def test_a_viewer_changes_no_credentials_and_tests_none(office: GivenOffice, act: object) -> None:
    viewer = office.acting_as(Operator("cd", Role.VIEWER))
    with pytest.raises(NotAllowed):
        set_credentials(viewer, "vema", "vema", NEW) if act else log_in_once(viewer, "vema")


def test_an_unknown_account_is_named(office: GivenOffice) -> None:
    with pytest.raises(NotFound, match="postbox"):
        log_in_once(office, "postbox")


def test_an_account_without_credentials_opens_no_connection(open_an_office: OpenAnOffice) -> None:
    office = open_an_office(account=False)
    with pytest.raises(NotFound):
        open_connection(office, "vema")


def test_a_log_in_that_succeeds_logs_in_once(office: GivenOffice, vema: VemaSandbox) -> None:
    log_in_once(office, "vema")
    assert logins(vema) == 1
    assert office.breaker("credentials") is None


def test_a_refused_log_in_opens_the_breaker_and_a_new_password_closes_it(
    office: GivenOffice, vema: VemaSandbox
) -> None:
    office.has_account(vema, password="falsch")
    with pytest.raises(CredentialsRefused):
        log_in_once(office, "vema")
    breaker = office.breaker("credentials")
    assert breaker is not None
    assert breaker.is_open
    office.has_account(vema)
    log_in_once(office, "vema")
    breaker = office.breaker("credentials")
    assert breaker is not None
    assert not breaker.is_open


def test_twenty_presses_are_two_log_ins_in_half_an_hour(
    office: GivenOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    office.has_account(vema, password="falsch")
    refused = 0
    for _press in range(20):
        try:
            log_in_once(office, "vema")
        except CredentialsRefused:
            refused += 1
        except NotAllowed as error:
            assert "min" in str(error)
        clock.travel(minutes=1)
    assert (refused, vema.counts["log_ins_refused"], vema.credentials.locked) == (2, 2, False)


def test_the_second_log_in_with_the_same_password_waits_five_minutes(
    office: GivenOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    office.has_account(vema, password="falsch")
    with pytest.raises(CredentialsRefused):
        log_in_once(office, "vema")
    clock.travel(minutes=4)
    with pytest.raises(NotAllowed):
        log_in_once(office, "vema")
    clock.travel(minutes=1)
    with pytest.raises(CredentialsRefused):
        log_in_once(office, "vema")


def test_a_corrected_password_may_be_tried_at_once(office: GivenOffice, vema: VemaSandbox) -> None:
    office.has_account(vema, password="falsch")
    with pytest.raises(CredentialsRefused):
        log_in_once(office, "vema")
    office.has_account(vema)
    log_in_once(office, "vema")
    assert logins(vema) == 2


def test_but_not_a_third_one_within_half_an_hour(
    office: GivenOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    for _wrong in range(2):
        office.has_account(vema, password="falsch")
        with pytest.raises(CredentialsRefused):
            log_in_once(office, "vema")
    office.has_account(vema)
    with pytest.raises(NotAllowed):
        log_in_once(office, "vema")
    with office.store.read() as session:
        left, at = remaining_tests(session, "vema", version(office), office.now)
    assert (left, at is not None) == (0, True)
    clock.travel(minutes=30)
    log_in_once(office, "vema")


def test_a_log_in_whose_end_is_unknown_counts(office: GivenOffice, vema: VemaSandbox) -> None:
    vema.set_faults('[[vema.fault]]\non = ["log-in"]\ncut = "after"')
    with pytest.raises(PartnerUnavailable):
        log_in_once(office, "vema")
    with pytest.raises(NotAllowed):
        log_in_once(office, "vema")


def test_a_log_in_at_a_partner_that_is_not_there_does_not_count(
    open_an_office: OpenAnOffice, vema: VemaSandbox
) -> None:
    away = open_an_office(partner={"base_url": "https://127.0.0.1:9/extranet/v1"})
    for _press in range(5):
        with pytest.raises(PartnerUnavailable):
            log_in_once(away, "vema")
    log_in_once(open_an_office(), "vema")
    assert logins(vema) == 1


def test_nor_does_one_without_a_readable_authority(open_an_office: OpenAnOffice) -> None:
    office = open_an_office(partner={"ca_file": "fehlt.pem"})
    for _press in range(3):
        with pytest.raises(NotTrusted, match=r"fehlt\.pem"):
            log_in_once(office, "vema")


def test_operators_who_press_together_do_not_exceed_the_limit(office: GivenOffice) -> None:
    def press(_number: int) -> bool:
        try:
            with office.store.write() as session:
                begin_test(session, "vema", 1, "mk", office.now)
        except NotAllowed:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(press, range(6))) == 1
