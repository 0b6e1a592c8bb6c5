"""`bulk`: which bulk actions there are, how one went, and ending one."""

from __future__ import annotations

from core.bulk.submitting import submit, submit_undo
from core.customers.operations import EDIT, Editing
from core.operators import Operator, Role
from tests.jobs.commands.conftest import CallLeitstand
from tests.support.bulk import move, with_customers, work
from tests.support.offices import GivenOffice


def test_they_are_listed_the_newest_first(desk: GivenOffice, call: CallLeitstand) -> None:
    ids = with_customers(desk, 2)
    first = move(desk, ids)
    work(desk)
    second = submit_undo(desk.acting_as(Operator("cl", Role.CLERK)), 1)
    listed = call("bulk", "list", "--format", "json").json
    assert [(one["id"], one["operator"], one["state"], one["reached"], one["total"]) for one in listed] == [
        (second, "cl", "waiting", 0, 2),
        (first, "mk", "done", 2, 2),
    ]
    table = call("bulk", "list").out
    assert "Take back entry 1" in table
    assert "2/2" in table


def test_one_is_shown_with_what_it_left_alone_and_why(desk: GivenOffice, call: CallLeitstand) -> None:
    action = submit(desk, EDIT, [*with_customers(desk, 1), 4711], Editing({"town": "Zittau"}))
    work(desk)
    shown = call("bulk", "show", action, "--format", "json").json
    assert (shown["done"], shown["refused"], shown["entry"], shown["failure"]) == (1, 1, 1, None)
    assert shown["parameters"]["values"] == {"town": "Zittau"}
    assert shown["refusals"] == [{"id": 4711, "subject": "4711", "reason": "It is no longer there."}]
    assert "It is no longer there." in call("bulk", "show", action).out


def test_one_that_waits_is_cancelled_and_one_that_runs_ends_after_its_step(
    desk: GivenOffice, call: CallLeitstand
) -> None:
    ids = with_customers(desk, 30)
    begun = move(desk, ids)
    work(desk, steps=1)
    waiting = move(desk, ids)
    said = call("bulk", "cancel", begun)
    assert (said.code, "after its present step" in said.err) == (0, True)
    assert "being cancelled" in call("bulk", "list").out
    assert call("bulk", "cancel", waiting, "--format", "json").json["state"] == "cancelled"
    assert call("bulk", "cancel", waiting).code == 1


def test_what_is_not_there_or_somebody_elses_is_refused(
    clerk_and_viewer: GivenOffice, call: CallLeitstand
) -> None:
    action = move(clerk_and_viewer, with_customers(clerk_and_viewer, 1))
    assert call("bulk", "show", 4711).code == 2
    assert call("bulk", "cancel", action, "--operator", "cl").code == 4


def test_the_worker_that_works_once_carries_them_out(desk: GivenOffice, call: CallLeitstand) -> None:
    action = move(desk, with_customers(desk, 1))
    assert call("run", "bulk-actions").code == 0
    assert call("bulk", "show", action, "--format", "json").json["state"] == "done"
