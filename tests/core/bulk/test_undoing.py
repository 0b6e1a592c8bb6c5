"""An undo as a bulk action: it goes on where it stopped, in one entry, and tells what it left alone."""

from __future__ import annotations

import pytest

from core.bulk.action import BulkState
from core.bulk.status import failure_of, label_of, refusals_of
from core.bulk.submitting import submit_undo
from core.customers.operations import EDIT, Editing
from core.journal import JournalEntry
from core.undo import undo
from tests.support.bulk import (
    HOME,
    TOWN,
    entry_of,
    is_whole,
    status,
    towns,
    with_customers,
    work,
)
from tests.support.offices import GivenOffice


@pytest.mark.usefixtures("by_twos")
@pytest.mark.parametrize("steps", [1, 2, 100])
def test_an_undo_goes_on_where_it_stopped_in_one_entry(office: GivenOffice, steps: int) -> None:
    ids = with_customers(office, 5)
    done = office.perform(EDIT, ids, Editing({"town": TOWN}))
    office.edit("K-3", town="Bautzen")
    action = submit_undo(office, done.entry or 0)
    while work(office, steps) is not None:
        pass
    one, entry = status(office, action), entry_of(office, action)
    assert (one.state, one.total, one.done, one.refused) == (BulkState.DONE, 5, 4, 1)
    assert (entry.undo_of, entry.count, entry.refused, entry.action) == (done.entry, 4, 1, "undo edit")
    assert towns(office) == [HOME, HOME, HOME, "Bautzen", HOME]
    with office.store.read() as session:
        assert [str(each.reason) for each in refusals_of(session, action)] == ["It has changed since."]
        undone = session.get_one(JournalEntry, done.entry)
    assert undone.undone_by == entry.id
    assert is_whole(office)


def test_an_undo_that_finds_nothing_left_says_so(office: GivenOffice) -> None:
    with_customers(office, 1)
    done = office.edit("K-0", town=TOWN)
    action = submit_undo(office, done.entry or 0)
    office.edit("K-0", town="Bautzen")
    work(office)
    one = status(office, action)
    assert (one.state, one.done, one.refused) == (BulkState.DONE, 0, 1)


def test_an_entry_that_somebody_undid_meanwhile_ends_it(office: GivenOffice) -> None:
    with_customers(office, 1)
    done = office.edit("K-0", town=TOWN)
    action = submit_undo(office, done.entry or 0)
    undo(office, done.entry or 0)
    work(office)
    one = status(office, action)
    assert (one.state, str(failure_of(one))) == (BulkState.FAILED, "It is undone already.")
    assert str(label_of(one)) == f"Take back entry {done.entry}"
