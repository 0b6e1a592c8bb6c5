"""`leitstand work`: what there is to do, hand over, take, resubmit, write, stand in."""

from __future__ import annotations

from tests.jobs.commands.conftest import ON_SQLITE, CallLeitstand
from tests.support.customers import customer
from tests.support.offices import WHO, GivenOffice

pytestmark = ON_SQLITE


def test_a_customer_is_handed_over_and_found_in_the_colleagues_work(
    clerk_and_viewer: GivenOffice, call: CallLeitstand
) -> None:
    clerk_and_viewer.has(customer("K-1"))
    assert call("work", "hand-over", "K-1", "--to", "cl", "--note", "kennt sie").code == 0
    [one] = call("work", "list", "--operator", "cl", "--format", "json").json
    assert (one["reason"], one["subject"], one["by"], one["text"]) == ("handed", "K-1", WHO, "kennt sie")
    table = call("work", "list", "--of", "cl").out
    assert "handed over" in table
    assert "kennt sie" in table
    assert call("work", "give-back", "K-1", "--operator", "cl").code == 0
    assert call("work", "list", "--operator", "cl", "--format", "json").json == []


def test_messages_and_resubmissions_are_taken_note_of(
    clerk_and_viewer: GivenOffice, call: CallLeitstand
) -> None:
    clerk_and_viewer.has(customer("K-1"))
    today = f"{clerk_and_viewer.today:%d.%m.%Y}"
    call("work", "message", "K-1", "--to", "cl", "--text", "Bitte ansehen")
    call("work", "remind", "K-1", "--on", today, "--to", "cl", "--note", "anrufen")
    listed = call("work", "list", "--operator", "cl", "--format", "json").json
    assert [(one["reason"], one["id"], one["text"]) for one in listed] == [
        ("due", 1, "anrufen"),
        ("message", 1, "Bitte ansehen"),
    ]
    assert call("work", "read", "--all", "--operator", "cl").code == 0
    assert call("work", "put-off", 1, "--until", "31.12.2099", "--operator", "cl").code == 0
    assert call("work", "list", "--operator", "cl", "--format", "json").json == []
    assert call("work", "done", 1, "--operator", "cl").code == 0


def test_somebody_stands_in_and_returns(clerk_and_viewer: GivenOffice, call: CallLeitstand) -> None:
    clerk_and_viewer.has(customer("K-1"))
    call("work", "take", "K-1")
    assert call("work", "stand-in", "cl", "--until", "31.12.2099", "--note", "Urlaub").code == 0
    [one] = call("work", "stand-ins", "--format", "json").json
    assert (one["absent"], one["by"], one["note"]) == (WHO, "cl", "Urlaub")
    assert len(call("work", "list", "--operator", "cl", "--format", "json").json) == 1
    assert call("work", "return", 1).code == 0
    assert call("work", "stand-ins", "--format", "json").json == []


def test_a_viewer_changes_nothing(clerk_and_viewer: GivenOffice, call: CallLeitstand) -> None:
    clerk_and_viewer.has(customer("K-1"))
    assert call("work", "take", "K-1", "--operator", "vi").code == 4
    assert call("work", "stand-in", "cl", "--until", "31.12.2099", "--operator", "vi").code == 4


def test_what_is_not_there_or_not_meant_is_said(clerk_and_viewer: GivenOffice, call: CallLeitstand) -> None:
    clerk_and_viewer.has(customer("K-1"))
    assert "There is no operator wer" in call("work", "hand-over", "K-1", "--to", "wer").err
    assert call("work", "done", 7).code == 2
    assert call("work", "return", "--all").code == 2
    assert "--anyway takes it" in _taken_by_both(call)


def _taken_by_both(call: CallLeitstand) -> str:
    call("work", "take", "K-1")
    return call("work", "take", "K-1", "--operator", "cl").err


def test_all_of_it_is_in_the_journal_and_can_be_taken_back(
    clerk_and_viewer: GivenOffice, call: CallLeitstand
) -> None:
    clerk_and_viewer.has(customer("K-1"))
    call("work", "take", "K-1")
    call("work", "stand-in", "cl", "--until", "31.12.2099")
    assert [one["action"] for one in call("journal", "list", "--format", "json").json][:2] == [
        "stand-in",
        "take",
    ]
    assert call("journal", "undo", "--yes").code == 0
    assert call("work", "stand-ins", "--format", "json").json == []
    assert call("journal", "verify").code == 0
