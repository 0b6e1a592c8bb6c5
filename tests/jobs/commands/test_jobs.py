"""`run`, `worker`, `jobs` and `status`, with a simulated VEMA."""

from __future__ import annotations

import pytest

from jobs.sandbox.client import VemaSandbox
from tests.jobs.commands.conftest import ON_SQLITE, CallLeitstand
from tests.support.customers import company, customer
from tests.support.offices import GivenOffice, OpenAnOffice


@pytest.fixture
def live(desk: GivenOffice, vema: VemaSandbox) -> GivenOffice:
    """An office with a live account."""
    desk.has_account(vema)
    return desk


def test_the_whole_errand_on_the_command_line(
    live: GivenOffice, call: CallLeitstand, vema: VemaSandbox
) -> None:
    live.has(customer("K-1"), company("K-2", "Elfenbeinküste Handels GmbH"), customer("K-3", postcode="1067"))
    vema.set_faults('[[vema.refuse]]\nwhen = "number:K-1"\n')
    call("customers", "send", "--all")

    assert call("worker", "--once").code == 1
    assert live.states("K-1", "K-3") == ["failed", "held"]
    assert [one.company for one in vema.received("K-2")] == ["Elfenbeink", "Elfenbeinküste Handels GmbH"]

    vema.set_faults("")
    call("customers", "fix", "--all", "--unsafe", "--yes")
    call("transfers", "retry", "--where", "state:failed")
    said = call("run", "deliver-transfers", "--format", "json")
    assert (said.code, said.json["counts"]["delivered"]) == (0, 2)
    assert {one.state for one in live.transfers() if one.cause_code != "replaced"} == {"delivered"}


def test_a_refused_customer_ends_with_1(live: GivenOffice, call: CallLeitstand, vema: VemaSandbox) -> None:
    live.has(customer("K-1"))
    vema.set_faults('[[vema.refuse]]\nwhen = "number:K-1"\n')
    call("customers", "send", "--all")
    assert call("run", "deliver-transfers").code == 1


def test_a_partner_out_of_reach_ends_with_3(
    live: GivenOffice, call: CallLeitstand, vema: VemaSandbox
) -> None:
    live.has(customer("K-1"))
    vema.set_faults('[[vema.fault]]\nstatus = 503\non = "hand-over"\n')
    call("customers", "send", "--all")
    assert call("run", "deliver-transfers", "--once").code == 3


def test_refused_credentials_end_with_3_now_and_at_every_further_run(
    desk: GivenOffice, call: CallLeitstand, vema: VemaSandbox
) -> None:
    desk.has_account(vema, password="wrong")
    desk.has(customer("K-1"))
    call("customers", "send", "--all")
    assert call("run", "deliver-transfers").code == 3
    said = call("run", "deliver-transfers")
    assert said.code == 3
    assert "vema" in said.err
    assert vema.counts["log_ins_refused"] == 1
    assert desk.transfer("K-1").attempts == 0


def test_nothing_to_do_is_fine(live: GivenOffice, call: CallLeitstand) -> None:
    for job in ("collect", "apply-arrivals", "recheck", "deliver-transfers", "tidy"):
        assert call("run", job).code == 0
    assert call("worker", "--once", "--format", "json").code == 0


@ON_SQLITE
def test_an_unknown_job_is_wrong_usage(live: GivenOffice, call: CallLeitstand) -> None:
    for arguments in (
        ["run", "cook"],
        ["jobs", "pause", "cook", "--reason", "x"],
        ["jobs", "request", "cook"],
    ):
        said = call(*arguments)
        assert said.code == 2
        assert "deliver-transfers" in said.err


def test_a_file_that_cannot_be_applied_ends_with_1(open_an_office: OpenAnOffice, call: CallLeitstand) -> None:
    import os

    office = open_an_office(clock=None, account=False, folders=[{"path": "in"}])
    folder = office.home / "in"
    folder.mkdir()
    (folder / "k.csv").write_text("Lieblingsfarbe\nblau\n", encoding="utf-8")
    os.utime(folder / "k.csv", (0, 0))
    assert call("run", "collect").code == 0
    assert call("run", "apply-arrivals").code == 1
    [arrival] = call("arrivals", "list", "--state", "quarantined", "--format", "json").json
    assert arrival["name"] == "k.csv"


def test_jobs_are_listed_with_schedule_last_and_next_run(live: GivenOffice, call: CallLeitstand) -> None:
    call("run", "recheck")
    jobs = {one["name"]: one for one in call("jobs", "list", "--format", "json").json}
    every = "collect apply-arrivals examine-post recheck deliver-transfers tidy bulk-actions"
    assert set(jobs) == set(every.split())
    assert jobs["recheck"]["last"]["outcome"] == "done"
    assert jobs["tidy"]["last"] is None
    assert jobs["tidy"]["next"] > live.now.isoformat()


def test_a_paused_job_says_who_and_why(live: GivenOffice, call: CallLeitstand) -> None:
    assert call("jobs", "pause", "recheck").code == 2
    assert call("jobs", "pause", "recheck", "--reason", "Umzug").code == 0
    paused = {one["name"]: one for one in call("jobs", "list", "--format", "json").json}["recheck"]
    assert (paused["paused"], paused["reason"], paused["paused_by"], paused["next"]) == (
        True,
        "Umzug",
        "mk",
        None,
    )
    assert call("run", "recheck").code == 0
    assert call("jobs", "resume", "recheck").code == 0
    assert call("jobs", "resume", "recheck").code == 1


def test_history_lists_the_newest_run_first(live: GivenOffice, call: CallLeitstand) -> None:
    call("run", "recheck")
    call("run", "collect")
    assert [one["job"] for one in call("jobs", "history", "--format", "json").json] == ["collect", "recheck"]
    assert [one["job"] for one in call("jobs", "history", "recheck", "--format", "json").json] == ["recheck"]


@ON_SQLITE
def test_a_request_says_when_nobody_will_hear_it(live: GivenOffice, call: CallLeitstand) -> None:
    said = call("jobs", "request", "recheck")
    assert said.code == 0
    assert "No worker" in said.err


@ON_SQLITE
def test_a_viewer_may_look_but_not_run(clerk_and_viewer: GivenOffice, call: CallLeitstand) -> None:
    for arguments in (
        ["run", "recheck"],
        ["jobs", "request", "recheck"],
        ["jobs", "pause", "recheck", "--reason", "x"],
    ):
        assert call(*arguments, "--operator", "vi").code == 4
    for arguments in (["jobs", "list"], ["jobs", "history"], ["status"]):
        assert call(*arguments, "--operator", "vi").code == 0


def test_status_says_what_is_stuck_and_why(live: GivenOffice, call: CallLeitstand, vema: VemaSandbox) -> None:
    live.has(customer("K-1", postcode="1067"), customer("K-2"), company("K-3", "Elfenbeinküste Handels GmbH"))
    vema.set_faults('[[vema.refuse]]\nwhen = "number:K-2"\n')
    call("customers", "send", "--all")
    call("run", "deliver-transfers")
    seen = call("status", "--format", "json").json
    assert seen["customers"] == 3
    assert {(one["state"], one["cause"]): one["count"] for one in seen["stuck"]} == {
        ("held", "findings"): 1,
        ("failed", "data"): 1,
    }
    assert {one["rule"]: one["blocking"] for one in seen["findings"]}["CUS002"] == 1
    assert (seen["accounts"][0]["mode"], seen["accounts"][0]["open"]) == ("live", True)
    assert (seen["short_name_only"], seen["leader"], seen["workers"]) == (0, None, [])
    shown = call("status").out
    assert all(word in shown for word in ("CUS002", "live", "none is running", "failed"))


def test_status_of_an_empty_office(desk: GivenOffice, call: CallLeitstand) -> None:
    seen = call("status", "--format", "json").json
    assert (seen["customers"], seen["stuck"], seen["conflicts"], seen["quarantined"]) == (0, [], 0, 0)
    assert [one["rule"] for one in seen["account_findings"]] == ["ACC001"]


def test_a_partner_that_does_not_say_what_became_of_it_ends_with_3(
    live: GivenOffice, call: CallLeitstand, vema: VemaSandbox
) -> None:
    live.has(customer("K-1"))
    away = '[[vema.fault]]\nstatus = 503\non = "key"\n'
    vema.set_faults('[[vema.fault]]\ncut = "after"\nfirst = 1\n' + away)
    call("customers", "send", "--all")
    assert call("run", "deliver-transfers").code == 1
    said = call("run", "deliver-transfers")
    assert (said.code, "nothing to do" in said.out) == (3, False)
    assert "vema: VEMA cannot serve at the moment" in said.err
    [newest, *_older] = call("jobs", "history", "--format", "json").json
    assert (newest["outcome"], "VEMA cannot serve" in newest["detail"]) == ("unreached", True)
    assert "partner out of reach" in call("jobs", "history").out


@ON_SQLITE
def test_a_worker_with_a_wrong_schedule_does_not_start(
    open_an_office: OpenAnOffice, call: CallLeitstand
) -> None:
    open_an_office(clock=None, account=False, schedule={"tidy": "61 3 * * *"})
    said = call("worker")
    assert (said.code, "Working as" in said.err) == (2, False)
    assert [word for word in ("leitstand.toml", "schedule.tidy", "61 3") if word not in said.err] == []


@ON_SQLITE
def test_jobs_are_listed_although_the_schedule_of_one_is_wrong(
    open_an_office: OpenAnOffice, call: CallLeitstand
) -> None:
    open_an_office(clock=None, account=False, schedule={"tidy": "61 3 * * *"})
    jobs = {one["name"]: one for one in call("jobs", "list", "--format", "json").json}
    assert ("61 3" in jobs["tidy"]["fault"], jobs["tidy"]["next"], jobs["recheck"]["fault"]) == (
        True,
        None,
        None,
    )
    assert call("status").code == 0
