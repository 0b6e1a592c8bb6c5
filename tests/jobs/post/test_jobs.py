"""The jobs around post: one for each account, everything by hand, log-ins tested, warnings, what is kept."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest

from core.accounts.account import Mode, NewCredentials, set_credentials, set_mode
from core.accounts.breaker import BreakerKind
from core.errors import CredentialsRefused, NotFound
from core.outbox.connect import test_login as log_in_once
from core.postbox.rules import shipment_findings
from core.rulebook.finding import Finding
from jobs.delivering import account_names
from jobs.sandbox.client import VemaSandbox
from jobs.schedule import UNREACHED, cron_of, find_job, jobs_of, run_job, slot_at
from jobs.worker import Worker
from tests.support.clock import TravelClock
from tests.support.offices import OpenAnOffice
from tests.support.post import PostOffice, post_office
from tests.support.waiting import wait_until


def names_of_jobs(post: PostOffice) -> list[str]:
    return [one.name for one in jobs_of(post.office) if one.name.startswith("collect")]


def test_one_setting_makes_a_job_of_its_own_for_the_account(
    open_an_office: OpenAnOffice, vema: VemaSandbox
) -> None:
    post = post_office(open_an_office, vema)
    assert names_of_jobs(post) == ["collect", "collect:vema"]
    off = post_office(open_an_office, vema, postbox="off")
    assert names_of_jobs(off) == ["collect"]


def test_its_schedule_is_its_own(post: PostOffice) -> None:
    assert cron_of(post.office, find_job("collect:vema")) == "*/15 6-20 * * mon-fri"
    assert cron_of(post.office, find_job("collect")) == "* * * * *"
    with pytest.raises(NotFound):
        find_job("collect:")


def test_by_the_clock_the_job_collect_leaves_post_to_the_accounts_own(
    post: PostOffice, vema: VemaSandbox
) -> None:
    vema.post.deliver({"id": "A"})
    run_job(post.office, "collect", slot_at(post.office.now))
    assert post.shipments() == {}
    run_job(post.office, "collect:vema", slot_at(post.office.now))
    assert post.state("A") == "acknowledged"


def test_by_hand_everything_is_collected_and_then_examined(post: PostOffice, vema: VemaSandbox) -> None:
    vema.post.deliver({"id": "A"})
    counts = post.office.run("collect").counts
    assert (counts["received"], counts["stored"], counts["acknowledged"]) == (0, 1, 1)
    assert post.office.run("examine-post").counts["documents"] == 1
    assert post.documents("A")[0].media_type == "application/pdf"


def test_a_partner_out_of_reach_is_said_and_no_error(post: PostOffice, vema: VemaSandbox) -> None:
    vema.set_faults("[bipro]\nmaintenance = true")
    ran = post.office.run("collect")
    assert ran.outcome == UNREACHED
    assert str(ran.detail).startswith("vema: VEMA-Postbox")


def test_an_account_without_post_or_credentials_has_nothing_to_collect(post: PostOffice) -> None:
    assert post.office.run("collect:nobody").counts == {}


# --- one account for both


def test_a_test_log_in_tries_the_extranet_and_the_postbox(post: PostOffice, vema: VemaSandbox) -> None:
    log_in_once(post.office, "vema")
    assert vema.post.counts()["log-in"] == 1
    assert vema.counts["requests"] >= 2


def test_a_refused_password_is_tried_once_in_all(post: PostOffice, vema: VemaSandbox) -> None:
    post.has_password("falsch")
    with pytest.raises(CredentialsRefused):
        log_in_once(post.office, "vema")
    assert vema.post.counts()["log-in"] == 0
    assert vema.counts["log_ins_refused"] == 1


def test_a_password_that_the_postbox_accepted_counts_although_the_extranet_is_closed(
    post: PostOffice, vema: VemaSandbox
) -> None:
    post.has_password("falsch")
    post.collects()
    assert post.is_shut(BreakerKind.CREDENTIALS)
    post.has_password()
    vema.set_faults("[vema]\nmaintenance = true")
    with pytest.raises(Exception, match="503"):
        log_in_once(post.office, "vema")
    assert not post.is_shut(BreakerKind.CREDENTIALS)


def test_what_the_postbox_refused_hand_over_no_longer_sends(post: PostOffice, vema: VemaSandbox) -> None:
    post.has_password("falsch")
    post.collects()
    vema.reset()
    gate = post.office.deliver().gate
    assert gate is not None
    assert gate.code == "credentials"
    assert vema.counts["requests"] == 0


def test_an_insurer_that_takes_no_customers_is_left_out_of_deliveries(post: PostOffice) -> None:
    new = NewCredentials("wer", "geheim")
    set_credentials(post.office, "degenia", "degenia", new)
    set_mode(post.office, "degenia", Mode.LIVE)
    assert account_names(post.office) == ["vema"]


# --- warnings


def findings(post: PostOffice) -> list[Finding]:
    with post.office.store.read() as session:
        return shipment_findings(session, post.office)


@pytest.mark.parametrize(("days", "rules"), [(6, []), (5, ["POS001"]), (0, ["POS001"]), (-1, ["POS001"])])
def test_what_the_partner_will_not_keep_for_long_is_warned_of(
    post: PostOffice, vema: VemaSandbox, days: int, rules: list[str]
) -> None:
    vema.post.deliver({"id": "A", "available_until": str(post.office.today + timedelta(days=days))})
    vema.set_faults('[[bipro.fault]]\non = "get"\nstatus = 500')
    post.collects()
    assert [one.rule for one in findings(post)] == rules


def test_what_is_put_back_is_found_until_it_is_read(
    post: PostOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    vema.post.deliver({"id": "A"})
    vema.set_faults('[[bipro.fault]]\non = "get"\ntruncate = 0.5\nfirst = 1')
    post.collects()
    [found] = findings(post)
    assert (found.rule, found.subject) == ("POS002", "A")
    clock.travel(minutes=10)
    post.collects()
    assert findings(post) == []


# --- what is kept


def test_tidying_up_removes_old_raw_answers_and_never_a_document(
    post: PostOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    vema.post.deliver({"id": "A"}, {"id": "B", "how": "data-only", "file": []})
    post.collects()
    clock.travel(days=4000)
    post.office.run("tidy")
    for document in post.documents():
        assert post.content(document)
    assert not post.office.archive.path(post.shipments()["A"].raw_sha256).exists()
    assert post.office.archive.path(post.shipments()["B"].raw_sha256).exists()


def test_the_clock_takes_up_an_account_that_is_set_up_while_it_runs(
    open_an_office: OpenAnOffice, vema: VemaSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.worker.RENEW_EVERY", timedelta(seconds=0.05))
    monkeypatch.setattr("jobs.worker.POLL_SECONDS", 0.05)
    reach = vema.post.reach()
    partner = {"postbox": "vema", "postbox_login_url": reach.log_in_url, "postbox_url": reach.transfer_url}
    office = open_an_office(account=False, partner=partner, schedule={"collect:vema": "0 3 1 1 *"})
    worker = Worker(office)

    def ticking() -> set[str]:
        return {one.id for one in worker.scheduler.get_jobs()} if worker.scheduler else set()

    thread = Thread(target=worker.run)
    thread.start()
    try:
        wait_until(lambda: "collect" in ticking(), 10)
        assert "collect:vema" not in ticking()
        office.has_account(vema)
        wait_until(lambda: "collect:vema" in ticking(), 10)
    finally:
        worker.stop()
        thread.join(20)
