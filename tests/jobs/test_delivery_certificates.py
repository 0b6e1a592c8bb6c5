"""A certificate that is not accepted: nothing is sent, nothing fails, and it is said what to do about it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import trustme

from core.accounts.findings import account_findings
from core.errors import NotTrusted
from core.outbox.connect import test_login as log_in_once
from jobs.sandbox.client import VemaSandbox
from tests.support.clock import TravelClock
from tests.support.customers import customer
from tests.support.offices import ACCOUNT, GivenOffice, OpenAnOffice

SENDERS = 16


@pytest.fixture
def stranger(tmp_path: Path) -> str:
    """The file of an authority that did not issue the sandbox's certificate."""
    file = tmp_path / "stranger.pem"
    trustme.CA().cert_pem.write_to_path(str(file))
    return str(file)


@pytest.fixture
def mistaken(open_an_office: OpenAnOffice, stranger: str) -> GivenOffice:
    """An office with twenty customers that trusts the wrong authority and has found that out."""
    office = open_an_office(partner={"ca_file": stranger}, senders=SENDERS)
    office.has(*[customer(f"K-{number}") for number in range(20)])
    office.deliver()
    return office


def rules(office: GivenOffice) -> list[str]:
    with office.store.read() as session:
        return [finding.rule for finding in account_findings(session, office)]


def test_nothing_is_sent_and_nothing_fails(mistaken: GivenOffice, vema: VemaSandbox) -> None:
    [attempt] = mistaken.attempts()
    assert (attempt.cause_code, attempt.status, attempt.counted) == ("tls", None, False)
    assert {(row.state, row.attempts) for row in mistaken.transfers()} == {("pending", 0)}
    assert mistaken.transfer("K-0").cause_code == "tls"
    assert vema.counts["requests"] == 0


def test_the_breaker_and_a_finding_name_the_cause(mistaken: GivenOffice, clock: TravelClock) -> None:
    gate = mistaken.deliver().gate
    assert gate is not None
    assert (gate.code, gate.until) == ("certificate", clock() + timedelta(hours=1))
    assert "nobody trusted has issued it" in str(gate.reason)
    assert rules(mistaken) == ["ACC005"]


def test_it_is_tried_with_one_transfer_an_hour(
    mistaken: GivenOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    for _quarter in range(12):
        clock.travel(minutes=15)
        mistaken.deliver()
    assert (len(mistaken.attempts()), vema.counts["requests"]) == (1 + 3, 0)
    assert {(row.state, row.attempts) for row in mistaken.transfers()} == {("pending", 0)}


def test_an_accepted_one_lets_everything_go_at_the_next_try(
    mistaken: GivenOffice, open_an_office: OpenAnOffice, clock: TravelClock
) -> None:
    mended = open_an_office()
    mended.deliver()
    assert set(mended.states()) == {"pending"}
    clock.travel(hours=1)
    mended.deliver()
    assert set(mended.states()) == {"delivered"}
    assert rules(mended) == []


def test_a_log_in_that_succeeds_lets_everything_go_at_once(
    mistaken: GivenOffice, open_an_office: OpenAnOffice
) -> None:
    mended = open_an_office()
    log_in_once(mended, ACCOUNT)
    assert rules(mended) == []
    mended.deliver()
    assert set(mended.states()) == {"delivered"}


def test_a_run_by_hand_tries_at_once(mistaken: GivenOffice, open_an_office: OpenAnOffice) -> None:
    ran = mistaken.run("deliver-transfers")
    assert (ran.outcome, len(mistaken.attempts())) == ("unreached", 2)
    mended = open_an_office()
    assert mended.run("deliver-transfers").outcome == "done"
    assert set(mended.states()) == {"delivered"}


def test_a_question_meets_it_too_and_nothing_is_decided(
    open_an_office: OpenAnOffice, vema: VemaSandbox, stranger: str
) -> None:
    office = open_an_office()
    vema.set_faults("[[vema.fault]]\ncut = 'after'\nfirst = 1")
    office.has(customer("K-1"))
    office.deliver()
    mistaken = open_an_office(partner={"ca_file": stranger})
    delivered = mistaken.deliver()
    assert delivered.gate is not None
    assert (delivered.gate.code, delivered.unanswered, mistaken.states()) == ("certificate", 1, ["uncertain"])
    mended = open_an_office()
    mended.run("deliver-transfers")
    assert (mended.states(), len(vema.received())) == (["delivered"], 1)


def test_log_ins_that_never_reached_the_partner_are_not_counted(
    mistaken: GivenOffice, open_an_office: OpenAnOffice, vema: VemaSandbox
) -> None:
    for _press in range(5):
        with pytest.raises(NotTrusted, match="nobody trusted"):
            log_in_once(mistaken, ACCOUNT)
    log_in_once(open_an_office(), ACCOUNT)
    assert vema.counts["requests"] == 1
