"""A delivery while it runs: told to stop, slower than its lease, beside others; and what it writes down."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from threading import Event

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from core.accounts.account import find_account
from core.accounts.standing import lock_standing
from core.clock import host_clock
from core.operation import WithReason
from core.outbox.connect import open_connection
from core.outbox.lease import rescue
from core.outbox.operations import DECIDE, DISCARD, HOLD, RELEASE, RETRY, Decision, Releasing
from core.outbox.queue import Claimant, Claimed, claim
from core.outbox.resolve import Inquiry, resolve_uncertain
from core.outbox.transfer import CauseCode
from core.undo import undo
from jobs.delivering import deliver_transfers
from jobs.delivery import Delivered, Delivery
from jobs.sandbox.client import VemaSandbox
from tests.support.clock import TravelClock
from tests.support.customers import GOOD_IBAN, company, customer
from tests.support.offices import ACCOUNT, GivenOffice, OpenAnOffice, opened
from tests.support.waiting import InBackground, wait_until

SLOW = "[[vema.fault]]\nlatency = 0.3\n"


def customers(number: int) -> list[dict[str, str]]:
    return [customer(f"K-{one}") for one in range(number)]


def test_a_delivery_that_is_told_to_stop_finishes_what_is_on_its_way(
    office: GivenOffice, vema: VemaSandbox
) -> None:
    vema.set_faults(SLOW)
    office.has(*customers(20))
    stop = Event()
    running = InBackground(Delivery(office, ACCOUNT, "w1", stop).until_idle)
    wait_until(lambda: office.states().count("sending") == 4)
    stop.set()
    running.result()
    states = office.states()
    assert "sending" not in states
    assert "uncertain" not in states
    assert states.count("delivered") == len(vema.book) == 1 + 4


def test_a_delivery_tells_how_far_it_came_and_can_be_cancelled(
    office: GivenOffice, vema: VemaSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.delivery.TOLD_EVERY", 0.0)
    office.has(*customers(30))
    heard: list[int] = []

    def told(so_far: Delivered) -> bool:
        heard.append(so_far.attempts)
        return so_far.attempts < 8

    Delivery(office, ACCOUNT, "w1", Event(), told).until_idle()
    assert heard == sorted(heard)
    assert 8 <= len(vema.book) < 30
    assert "sending" not in office.states()


def test_the_job_can_be_cancelled_too(office: GivenOffice, vema: VemaSandbox) -> None:
    vema.set_faults(SLOW)
    office.has(*customers(60))
    deliver_transfers(office, lambda _counts: False)
    assert 0 < len(vema.book) < 60
    assert "sending" not in office.states()


def test_work_that_takes_longer_than_its_lease_is_not_taken_away(
    open_an_office: OpenAnOffice, vema: VemaSandbox
) -> None:
    vema.set_faults("[[vema.fault]]\nlatency = 1.6\n")
    office = open_an_office(clock=host_clock, lease_seconds=0.8)
    office.has(customer("K-1"))
    running = InBackground(office.deliver)
    others = open_an_office(clock=host_clock, lease_seconds=0.8)
    while running.is_running:
        others.deliver()
    assert [(one.rescues, one.attempts, one.state) for one in office.transfers()] == [(0, 1, "delivered")]
    assert len(vema.received()) == 1


def test_a_short_lease_still_lets_something_out(open_an_office: OpenAnOffice, vema: VemaSandbox) -> None:
    office = open_an_office(lease_seconds=1.0)
    office.has(*customers(5))
    office.deliver()
    assert len(vema.book) == 5


def test_two_offices_on_one_database_share_the_work(open_an_office: OpenAnOffice, vema: VemaSandbox) -> None:
    office, colleague = open_an_office(senders=2), open_an_office(senders=2)
    office.has(*customers(40))
    running = [InBackground(one.deliver) for one in (office, colleague)]
    done = [one.result().attempts for one in running]
    assert (sum(done), len(vema.book), len(vema.received())) == (40, 40, 40)


def test_a_pause_in_the_middle_stops_the_rest(office: GivenOffice, vema: VemaSandbox) -> None:
    vema.set_faults(SLOW)
    office.has(*customers(20))
    running = InBackground(office.deliver)
    wait_until(lambda: office.states().count("sending") == 4)
    office.pause("Stopp!")
    gate = running.result().gate
    assert gate is not None
    assert (gate.code, len(vema.book)) == ("paused", 1 + 4)


def test_a_worker_that_died_leaves_a_question_and_not_a_second_hand_over(
    office: GivenOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    office.has(customer("K-1"))
    [claimed] = claim_and_die(office)
    hand_over(office, claimed)
    clock.travel(minutes=2)
    delivered = office.deliver()
    assert (delivered.rescued, delivered.asked, delivered.attempts) == (1, 1, 0)
    assert (office.states(), len(vema.received())) == (["delivered"], 1)


def test_what_a_dead_worker_never_sent_is_sent(
    office: GivenOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    office.has(customer("K-1"))
    claim_and_die(office)
    clock.travel(minutes=2)
    office.deliver()
    assert (office.states(), len(vema.received())) == (["delivered"], 1)


def test_what_kills_three_workers_is_held(office: GivenOffice, clock: TravelClock) -> None:
    office.has(customer("K-1"))
    for _death in range(3):
        claim_and_die(office)
        clock.travel(minutes=2)
        with office.store.write() as session:
            rescue(session, office.now)
        ask(office)
        clock.travel(hours=1)
    row = office.transfer("K-1")
    assert (row.state, row.cause_code, row.rescues) == ("held", CauseCode.WORKER_DIED, 3)


FAULTS = ("status = 500", "cut = 'after'", "garbage = 'text'", "garbage = 'escapes'", "status = 404")


def test_no_password_and_no_whole_iban_is_kept_of_an_attempt(office: GivenOffice, vema: VemaSandbox) -> None:
    for number, broken in enumerate(FAULTS):
        vema.set_faults(f"[[vema.fault]]\n{broken}\nfirst = 1")
        office.has(customer(f"K-{number}", iban=GOOD_IBAN))
        office.deliver()
    office.has(customer("K-9"))
    office.has_account(vema, password="auch-geheim!")
    office.deliver()
    its = vema.credentials
    words = (its.password, "auch-geheim!")
    tokens = [b64encode(f"{its.name}:{word}".encode()).decode() for word in words]
    kept = [(one.request, one.answer, one.cause) for one in office.attempts()]
    assert len(kept) >= len(FAULTS) + 1
    assert any("DE…2051" in request for request, _answer, _cause in kept)
    assert [secret for secret in (*words, *tokens, GOOD_IBAN, GOOD_IBAN[4:]) if secret in str(kept)] == []
    assert not [text for row in kept for text in row if not text.replace("\n", "").isprintable()]


def test_an_uncertain_transfer_waits_for_an_operator_where_nobody_can_be_asked(
    open_an_office: OpenAnOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    office = open_an_office(without=["look_up_key"], profile={"honours_key": False})
    vema.set_faults("[[vema.fault]]\ncut = 'after'\nfirst = 2")
    office.has(customer("K-1"), customer("K-2"))
    office.deliver()
    office.do(RETRY)
    clock.travel(days=30)
    office.deliver()
    assert (office.states(), len(vema.received())) == (["uncertain", "uncertain"], 2)
    arrived, again = Decision(arrived=True, reference="V1", reason="Telefonat"), Decision(reason="Telefonat")
    office.do(DECIDE, "K-1", given=arrived)
    office.do(DECIDE, "K-2", given=again)
    office.deliver()
    assert office.states() == ["delivered", "delivered"]
    assert [len(vema.received(number)) for number in ("K-1", "K-2")] == [1, 2]
    assert office.transfer("K-1").reference == office.copy("K-1").reference == "V1"


def test_a_server_error_of_a_partner_without_keys_is_uncertain(
    open_an_office: OpenAnOffice, vema: VemaSandbox
) -> None:
    office = open_an_office(profile={"honours_key": False})
    vema.set_faults("[[vema.fault]]\nstatus = 500\nprocessed = true\nfirst = 1")
    office.has(customer("K-1"))
    office.deliver()
    assert office.states() == ["uncertain"]
    office.deliver()
    assert (office.states(), len(vema.received())) == (["delivered"], 1)


def test_what_an_operator_holds_waits_and_goes_when_it_is_released(
    office: GivenOffice, vema: VemaSandbox
) -> None:
    office.has(customer("K-1"))
    office.do(HOLD, "K-1", given=WithReason("Rückfrage"))
    office.deliver()
    assert vema.counts["requests"] == 0
    office.do(RELEASE, "K-1", given=Releasing())
    office.deliver()
    assert office.states("K-1") == ["delivered"]


def test_what_findings_hold_goes_with_a_reason_that_is_remembered(
    office: GivenOffice, vema: VemaSandbox
) -> None:
    office.has(customer("K-1", postcode="1067"))
    assert office.transfer("K-1").cause_code == CauseCode.FINDINGS
    assert len(office.do(RELEASE, "K-1", given=Releasing()).refused) == 1
    office.do(RELEASE, "K-1", given=Releasing("VEMA nimmt es so"))
    office.deliver()
    assert (office.states("K-1"), len(vema.received("K-1"))) == (["failed"], 1)


def test_a_mended_record_replaces_what_was_refused_under_a_new_key(
    office: GivenOffice, vema: VemaSandbox
) -> None:
    vema.set_faults("[[vema.refuse]]\nwhen = 'town:Pirna'")
    office.has(customer("K-1", town="Pirna"))
    office.deliver()
    office.edit("K-1", town="Görlitz")
    office.deliver()
    old, new = office.transfers("K-1")
    assert (old.state, old.cause_code, old.replaced_by) == ("discarded", CauseCode.REPLACED, new.id)
    assert (new.state, new.revision, new.key != old.key) == ("delivered", old.revision + 1, True)


def test_a_record_edited_while_its_transfer_is_uncertain_waits_for_its_end(
    office: GivenOffice, vema: VemaSandbox
) -> None:
    vema.set_faults("[[vema.fault]]\ncut = 'after'\nfirst = 1")
    office.has(customer("K-1", town="Pirna"))
    office.deliver()
    office.edit("K-1", town="Görlitz")
    assert office.states("K-1") == ["uncertain"]
    office.deliver()
    office.recheck()
    office.deliver()
    assert [one.customer.town for one in vema.taken("K-1")] == ["Pirna", "Görlitz"]


def test_what_was_discarded_is_not_made_again_but_sent_when_asked_for(
    office: GivenOffice, vema: VemaSandbox
) -> None:
    office.has(customer("K-1"))
    office.do(DISCARD, "K-1", given=WithReason("doppelt"))
    office.recheck()
    office.deliver()
    assert vema.counts["requests"] == 0
    office.send("K-1")
    office.deliver()
    assert office.states("K-1") == ["discarded", "delivered"]


def test_every_writing_transaction_of_an_errand_begins_immediate(file_office: GivenOffice) -> None:
    begun: set[str] = set()
    deferred: list[str] = []

    def hear(connection: sa.Connection, _cursor: object, statement: str, *_more: object) -> None:
        word = statement.split(maxsplit=1)[0].upper()
        if word == "BEGIN":
            connection.info["begun"] = statement
            begun.add(statement)
        elif word in ("INSERT", "UPDATE", "DELETE") and connection.info["begun"] != "BEGIN IMMEDIATE":
            deferred.append(statement)

    event.listen(sa.Engine, "before_cursor_execute", hear)
    try:
        errand(file_office)
    finally:
        event.remove(sa.Engine, "before_cursor_execute", hear)
    assert (begun, deferred) == ({"BEGIN", "BEGIN IMMEDIATE"}, [])


def test_a_commit_is_on_the_disk_before_anybody_relies_on_it(file_office: GivenOffice) -> None:
    with file_office.store.engine.connect() as connection:
        settings = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert settings == ["wal", 2, 1]


@pytest.fixture
def file_office(
    tmp_path: Path, fresh_sqlite_url: str, vema: VemaSandbox, clock: TravelClock
) -> Iterator[GivenOffice]:
    """An office on SQLite."""
    office = opened(tmp_path / "office", fresh_sqlite_url, vema, clock, {}, {"send": "all"})
    office.has_account(vema)
    yield office
    office.store.close()


def errand(office: GivenOffice) -> None:
    """A little of everything that writes."""
    office.has(customer("K-1"), customer("K-2", postcode="1067"), company("K-3", "Nordlicht Spedition AG"))
    office.run("deliver-transfers")
    office.edit("K-2", postcode="01067")
    office.do(HOLD, given=WithReason("kurz"))
    office.do(RELEASE)
    report = office.edit("K-1", town="Pirna")
    undo(office, report.entry or 0)
    for job in ("recheck", "deliver-transfers", "tidy"):
        office.run(job)
    assert {one.state for one in office.transfers() if one.is_open} == set()


def claimant(office: GivenOffice, worker: str) -> Claimant:
    with office.store.read() as session:
        version = find_account(session, ACCOUNT).version
    return Claimant(ACCOUNT, version, worker, 4, timedelta(seconds=60))


def claim_and_die(office: GivenOffice) -> list[Claimed]:
    """A worker that is never heard of again."""
    with office.store.write() as session:
        by = claimant(office, "dead")
        return claim(session, lock_standing(session, ACCOUNT, office.now), by, 4, office.now)[0]


def hand_over(office: GivenOffice, claimed: Claimed) -> None:
    """What a worker does just before it dies."""
    connection, _account = open_connection(office, ACCOUNT)
    connection.send(claimed.outgoing)
    connection.close()


def ask(office: GivenOffice) -> None:
    """Asks about what is uncertain, and sends nothing."""
    connection, _account = open_connection(office, ACCOUNT)
    for _answered in resolve_uncertain(Inquiry(office, ACCOUNT, connection, Random(1), lambda: True)):
        pass
    connection.close()
