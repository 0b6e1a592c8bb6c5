"""What goes wrong between an account and its postbox: sessions, passwords, outages, certificates, ends."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from core.accounts.breaker import BreakerKind
from core.errors import DatabaseUnavailable, PartnerUnavailable
from core.locale import _
from jobs.sandbox.client import VemaSandbox, running_sandbox
from tests.support.clock import TravelClock
from tests.support.offices import ACCOUNT, OpenAnOffice
from tests.support.post import PostOffice, fault, post_office


@pytest.mark.parametrize("shape", ["nok", "fault", "http"])
def test_a_session_that_has_ended_costs_one_log_in(either: PostOffice, vema: VemaSandbox, shape: str) -> None:
    vema.set_faults(f'[bipro.{either.at}]\ntoken_refusal = "{shape}"')
    vema.post.deliver({"id": "A"}, at=either.at)
    vema.set_faults(
        f'[bipro.{either.at}]\ntoken_refusal = "{shape}"\n'
        f'[[bipro.fault]]\non = "get"\ncode = ["00960", "00962"]\nfirst = 1\nshape = "{shape}"\n'
    )
    assert either.collects().counts["stored"] == 1
    assert vema.post.counts(either.at)["log-in"] == 2


@pytest.mark.parametrize("expires", ["zulu", "offset", "local", "blank", "absent"])
def test_one_log_in_serves_all_threads_however_the_end_is_written(
    open_an_office: OpenAnOffice, vema: VemaSandbox, expires: str
) -> None:
    vema.set_faults(f'[bipro.vema]\nexpires = "{expires}"')
    post = post_office(open_an_office, vema)
    vema.post.deliver({"count": 12})
    assert post.collects().counts["stored"] == 12
    assert vema.post.counts()["log-in"] == 1


@pytest.mark.parametrize("shape", ["nok", "fault", "bare", "http"])
def test_a_refused_password_costs_one_log_in_and_opens_the_breaker(
    either: PostOffice, vema: VemaSandbox, shape: str
) -> None:
    vema.set_faults(f'[bipro.{either.at}]\nlog_in_refusal = "{shape}"')
    vema.post.deliver({"id": "A"}, at=either.at)
    either.has_password("falsch")
    collected = either.collects()
    assert collected.is_out_of_reach
    assert either.is_shut(BreakerKind.CREDENTIALS)
    for _again in range(3):
        either.collects(by_hand=True)
    assert vema.post.counts(either.at)["log-in"] == 1


def test_a_partner_that_forgets_every_session_is_not_asked_for_ever(
    post: PostOffice, vema: VemaSandbox
) -> None:
    vema.post.deliver({"id": "A"})
    vema.set_faults(fault('code = ["00960", "00962"]', "get"))
    counts = post.collects().counts
    assert (counts["stored"], counts["failed"]) == (0, 1)
    assert vema.post.counts()["log-in"] <= 3


def test_outages_open_the_breaker_that_hand_over_has_too(
    post: PostOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    vema.set_faults("[bipro]\nmaintenance = true")
    for _run in range(5):
        assert post.collects().is_out_of_reach
    assert post.is_shut(BreakerKind.ENDPOINT)
    asked = vema.post.counts()["log-in"]
    assert (post.collects().is_out_of_reach, vema.post.counts()["log-in"]) == (True, asked)
    vema.set_faults("")
    clock.travel(minutes=2)
    vema.post.deliver({"id": "A"})
    assert post.collects().counts["stored"] == 1
    assert not post.is_shut(BreakerKind.ENDPOINT)


def test_a_short_wait_is_waited_and_nothing_is_counted_as_failed(
    post: PostOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    vema.post.deliver({"count": 4})
    vema.set_faults(fault("status = 429\nretry_after = 1\nfirst = 1"))
    counts = post.collects().counts
    clock.travel(minutes=1)
    assert counts["stored"] + post.collects().counts["stored"] == 4
    assert counts["failed"] == 0


def test_a_long_wait_is_left_to_the_breaker(post: PostOffice, vema: VemaSandbox, clock: TravelClock) -> None:
    vema.post.deliver({"id": "A"})
    vema.set_faults(fault("status = 503\nretry_after = 600", "any"))
    assert post.collects().is_out_of_reach
    assert post.is_shut(BreakerKind.THROTTLE)
    vema.set_faults("")
    assert post.collects().counts["stored"] == 0
    clock.travel(minutes=11)
    assert post.collects().counts["stored"] == 1


def test_a_run_that_is_told_to_stop_leaves_the_rest_to_the_next(post: PostOffice, vema: VemaSandbox) -> None:
    vema.post.deliver({"count": 6})
    stop = Event()
    stop.set()
    assert post.collects(stop).counts["stored"] == 0
    assert post.collects().counts["stored"] == 6


def test_a_run_that_dies_between_archive_and_database_fetches_again(
    post: PostOffice, vema: VemaSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.postbox import receiving

    def dies(*_arguments: object) -> None:
        raise DatabaseUnavailable(_("gone"))

    vema.post.deliver({"id": "A"})
    with monkeypatch.context() as patched:
        patched.setattr(receiving, "settle", dies)
        with pytest.raises(DatabaseUnavailable):
            post.collects()
    assert (post.state("A"), vema.post.shipment("A").acknowledged) == ("listed", 0)
    assert post.collects().counts["acknowledged"] == 1
    assert len(post.documents()) == 1


def test_those_that_the_partner_will_not_keep_for_long_come_first(
    post: PostOffice, vema: VemaSandbox
) -> None:
    from core.postbox.receiving import to_fetch

    day = post.office.today
    vema.post.deliver(
        {"id": "ohne"},
        {"id": "spaet", "available_until": str(day + timedelta(days=20))},
        {"id": "bald", "available_until": str(day + timedelta(days=1))},
    )
    vema.set_faults(fault("status = 500"))
    post.collects()
    with post.office.store.read() as session:
        found = to_fetch(session, ACCOUNT, post.office.now + timedelta(days=1))
    assert [one.number for one in found] == ["bald", "spaet", "ohne"]


def test_a_wrong_certificate_sends_nothing(open_an_office: OpenAnOffice, vema: VemaSandbox) -> None:
    post = post_office(open_an_office, vema, ca_file="")
    assert post.collects().is_out_of_reach
    assert post.is_shut(BreakerKind.CERTIFICATE)
    assert vema.post.counts()["log-in"] == 0


@pytest.mark.parametrize("certificate", ["expired", "self-signed", "other-host"])
def test_a_certificate_that_nobody_may_accept_opens_the_breaker_at_once(
    open_an_office: OpenAnOffice, vema: VemaSandbox, tmp_path: Path, certificate: str
) -> None:
    with running_sandbox(tmp_path / "flawed", certificate=certificate) as flawed:
        root = flawed.base_url.split("/", 3)[:3]
        url = "/".join([*root, "va", "UserPasswordLogin_2.6.1.1.0"])
        post = post_office(open_an_office, vema, postbox_login_url=url, ca_file=str(flawed.ca_file))
        assert post.collects().is_out_of_reach
    assert post.is_shut(BreakerKind.CERTIFICATE)
    assert "certificate" in str(post.collects().trouble)


def test_an_unreachable_partner_is_named(open_an_office: OpenAnOffice, vema: VemaSandbox) -> None:
    post = post_office(open_an_office, vema, postbox_login_url="https://127.0.0.1:9/x")
    collected = post.collects()
    assert isinstance(collected.trouble, type(PartnerUnavailable(_("x")).message))
    assert "not reached" in str(collected.trouble)
