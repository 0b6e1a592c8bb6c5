"""Post on the command line: collected, tested, warned of; and one account for both."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import host_clock
from jobs.sandbox.client import VemaSandbox
from tests.jobs.commands.conftest import ON_SQLITE, CallLeitstand
from tests.support.offices import OpenAnOffice
from tests.support.post import PostOffice, post_office

pytestmark = ON_SQLITE


@pytest.fixture
def post(open_an_office: OpenAnOffice, vema: VemaSandbox) -> PostOffice:
    return post_office(open_an_office, vema, clock=host_clock)


def test_collecting_by_hand_fetches_post_and_says_what_came(
    post: PostOffice, vema: VemaSandbox, call: CallLeitstand
) -> None:
    vema.post.deliver({"count": 3}, "vanished")
    said = call("run", "collect", "--format", "json")
    assert (said.code, said.json["counts"]["stored"], said.json["counts"]["gone"]) == (0, 3, 1)
    again = call("run", "collect:vema", "--format", "json")
    assert (again.code, again.json["counts"]["stored"]) == (0, 0)


def test_what_is_put_back_makes_the_exit_code_one(
    post: PostOffice, vema: VemaSandbox, call: CallLeitstand
) -> None:
    vema.post.deliver({"id": "A"})
    vema.set_faults('[[bipro.fault]]\non = "get"\ntruncate = 0.5')
    assert call("run", "collect").code == 1
    [arrival] = call("arrivals", "list", "--state", "quarantined", "--format", "json").json
    assert arrival["kind"] == "shipment"


def test_a_partner_out_of_reach_makes_it_three(
    post: PostOffice, vema: VemaSandbox, call: CallLeitstand
) -> None:
    vema.set_faults("[bipro]\nmaintenance = true")
    said = call("run", "collect")
    assert said.code == 3
    assert "vema: VEMA-Postbox cannot serve" in said.err


def test_the_status_warns_of_what_will_be_gone(
    post: PostOffice, vema: VemaSandbox, call: CallLeitstand
) -> None:
    soon = post.office.today + timedelta(days=2)
    vema.post.deliver({"id": "A", "available_until": str(soon)})
    vema.set_faults('[[bipro.fault]]\non = "get"\nstatus = 500')
    call("run", "collect")
    [found] = call("status", "--format", "json").json["post_findings"]
    assert (found["rule"], found["subject"], found["value"]) == ("POS001", "A", str(soon))
    assert "Post that is not fetched" in call("status").out
    assert "VerfuegbarBis" in call("explain", "POS001").out


def test_the_job_of_an_account_is_listed_and_can_be_paused(post: PostOffice, call: CallLeitstand) -> None:
    [job] = [one for one in call("jobs", "list", "--format", "json").json if one["name"] == "collect:vema"]
    assert (job["schedule"], job["paused"]) == ("*/15 6-20 * * mon-fri", False)
    assert call("jobs", "pause", "collect:vema", "--reason", "Umzug").code == 0
    [job] = [one for one in call("jobs", "list", "--format", "json").json if one["name"] == "collect:vema"]
    assert job["paused"]


def test_a_test_log_in_covers_the_postbox(post: PostOffice, vema: VemaSandbox, call: CallLeitstand) -> None:
    assert call("accounts", "test", "vema").code == 0
    assert vema.post.counts()["log-in"] == 1


def test_an_insurers_account_is_set_up_like_any_other(
    open_an_office: OpenAnOffice, vema: VemaSandbox, call: CallLeitstand, home: Path
) -> None:
    open_an_office(account=False)
    reach = vema.post.reach("standard")
    settings = home / "leitstand.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        f'{text}\n[partners.degenia]\npostbox = "insurer"\nca_file = "{vema.ca_file}"\n'
        f'postbox_login_url = "{reach.log_in_url}"\npostbox_url = "{reach.transfer_url}"\n',
        encoding="utf-8",
    )
    set_up = call(
        "accounts", "set", "degenia", "--user", reach.name, "--password-stdin", stdin=reach.password
    )
    assert set_up.code == 0
    assert call("accounts", "test", "degenia").code == 0
    vema.post.deliver({"id": "A"}, at="standard")
    said = call("run", "collect", "--format", "json")
    assert (said.code, said.json["counts"]["stored"]) == (0, 1)
    assert call("run", "deliver-transfers").code == 0
    doctor = call("doctor", "--format", "json").json
    [state] = [one["status"] for one in doctor if one["check"] == "postbox-degenia"]
    assert state == "ok"
