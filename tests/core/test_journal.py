"""The journal: every deed is a link of a chain, and whoever alters one afterwards is found out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlmodel import Session, SQLModel, col, select

from core import journal
from core.customers.operations import EDIT, MUTE, Editing, Muting
from core.journal import Deed, JournalChange, JournalEntry, JournalHead, changes_of, note, plain, verify
from core.locale import Message, _
from core.operation import Change
from core.operators import Role
from core.store.columns import Moment
from core.store.engine import Store
from core.store.statements import table_of
from core.undo import undo
from tests.support.clock import MONDAY_MORNING, TravelClock
from tests.support.customers import customer
from tests.support.examples import fewer
from tests.support.offices import GivenOffice, OpenAnOffice
from tests.support.waiting import InBackground

WRITERS = 6


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url)
    yield opened
    opened.close()


def write(store: Store, action: str = "set", **values: Any) -> JournalEntry:
    with store.write() as session:
        return note(session, at=MONDAY_MORNING, operator="mk", area="office", action=action, **values)


def faults(session: Session) -> list[str]:
    return [str(one) for one in verify(session)]


def complaints(store: Store) -> list[str]:
    with store.read() as session:
        return faults(session)


def test_an_empty_journal_is_whole(store: Store) -> None:
    assert complaints(store) == []


def test_each_entry_continues_the_one_before(store: Store) -> None:
    first, second = write(store), write(store)
    assert (first.sequence, first.previous_hash) == (1, journal.GENESIS)
    assert (second.sequence, second.previous_hash) == (2, first.hash)
    assert complaints(store) == []


def test_an_entry_says_who_did_what_when_and_why(store: Store) -> None:
    entry = write(
        store, "role", subject="kb", before={"role": "viewer"}, after={"role": Role.CLERK}, reason="neu"
    )
    assert (entry.operator, entry.action, entry.subject, entry.reason) == ("mk", "role", "kb", "neu")
    assert entry.at == MONDAY_MORNING
    assert entry.parameters == {"before": {"role": "viewer"}, "after": {"role": "clerk"}}


ZONES = st.integers(-12 * 60, 12 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
    | st.dates()
    | st.datetimes(timezones=ZONES, min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1)),  # noqa: DTZ001
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.sets(st.integers(), max_size=1)
        | st.dictionaries(st.text("aäz_", min_size=1) | st.integers(), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(values=st.dictionaries(st.text("abc", min_size=1), VALUES, max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_was_entered_the_chain_still_holds_when_it_is_read_again(
    store: Store, values: dict[str, Any]
) -> None:
    write(store, after=values)
    with store.read() as session:
        newest = session.exec(select(JournalEntry).order_by(col(JournalEntry.id).desc())).first()
        assert newest is not None
        assert newest.hash == journal._hash(newest)


def test_values_are_kept_as_json_can_hold_them() -> None:
    inner: dict[Any, Any] = {7: b"x"}
    kept = plain(
        {"day": date(2026, 2, 28), "at": MONDAY_MORNING, "why": _("So."), "of": (1, "b"), "in": inner}
    )
    assert kept == {
        "day": "2026-02-28",
        "at": "2026-11-23T09:00:00+00:00",
        "why": {"text": "So."},
        "of": [1, "b"],
        "in": {"7": "b'x'"},
    }
    assert Message.load(json.dumps(kept["why"])) == _("So.")


@pytest.fixture
def written(open_an_office: OpenAnOffice) -> GivenOffice:
    """An office with a few deeds: an edit, a finding that is muted, an edit that is undone, a setting."""
    office = open_an_office(send="chosen", account=False)
    office.has(customer("K-1", postcode="1067"), customer("K-2"))
    ids = [office.customer(number).id or 0 for number in ("K-1", "K-2")]
    office.perform(EDIT, ids, Editing({"town": "Zittau"}, reason="Umzug"))
    office.perform(MUTE, ids[:1], Muting("CUS002", "ist so"))
    undo(office, office.perform(EDIT, ids, Editing({"title": "Dr."})).entry or 0)
    with office.store.write() as session:
        note(session, at=office.now, operator="mk", area="accounts", action="mode", after={"mode": "live"})
    assert complaints(office.store) == []
    return office


@pytest.mark.parametrize("model", [JournalEntry, JournalChange, JournalHead])
def test_no_column_of_any_row_can_be_altered_unnoticed(written: GivenOffice, model: type[SQLModel]) -> None:
    its = table_of(model)
    with written.store.write() as session:
        rows = session.connection().execute(sa.select(its).order_by(its.c.id)).mappings().all()
        assert rows
        for row in rows:
            for column in its.c:
                other = another(column.type, row[column.name])
                with session.begin_nested() as attempt:
                    session.connection().execute(
                        sa.update(its).where(its.c.id == row["id"]).values({column.name: other})
                    )
                    session.expire_all()
                    assert faults(session), f"{column.name} of {row['id']} was {row[column.name]}"
                    attempt.rollback()
                session.expire_all()
        assert faults(session) == []


def another(kind: sa.types.TypeEngine[Any], before: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(kind, Moment):
        return before + timedelta(seconds=1)
    if isinstance(kind, sa.JSON):
        return {"town": "Plauen"}
    if isinstance(kind, sa.Integer):
        return (before or 0) + 1000
    return f"{before}x"


@given(pick=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=fewer(2))
def test_no_row_can_be_taken_out_or_put_in_unnoticed(written: GivenOffice, pick: st.DataObject) -> None:
    its = table_of(pick.draw(st.sampled_from([JournalEntry, JournalChange])))
    with written.store.write() as session, session.begin_nested() as attempt:
        rows = session.connection().execute(sa.select(its).order_by(its.c.id)).mappings().all()
        row = dict(pick.draw(st.sampled_from(rows)))
        if pick.draw(st.booleans()):
            session.connection().execute(sa.delete(its).where(its.c.id == row["id"]))
        else:
            copy = row | {"id": 1000, **({"sequence": len(rows) + 1} if "sequence" in row else {})}
            session.connection().execute(sa.insert(its).values(copy))
        session.expire_all()
        assert faults(session)
        attempt.rollback()
    with written.store.read() as session:
        assert faults(session) == []


def test_a_chain_that_lost_its_end_is_found_out(written: GivenOffice) -> None:
    with written.store.write() as session:
        last = session.exec(select(JournalEntry).order_by(col(JournalEntry.id).desc())).first()
        session.delete(last)
    assert complaints(written.store) == ["Entries are missing at the end of the journal."]


def test_taking_back_an_undo_behind_its_back_is_found_out(written: GivenOffice) -> None:
    with written.store.write() as session:
        undone = session.exec(select(JournalEntry).where(col(JournalEntry.undone_by).is_not(None))).one()
        undone.undone_by = None
        sequence = undone.sequence
    assert complaints(written.store) == [f"Whether entry {sequence} is undone was altered."]


def test_the_changes_stand_in_the_order_in_which_they_were_done(written: GivenOffice) -> None:
    with written.store.read() as session:
        edits = select(JournalEntry).where(JournalEntry.action == "edit").order_by(col(JournalEntry.id))
        edit = session.exec(edits).first()
        changes = changes_of(session, edit.id or 0) if edit else []
    before = {"town": "Dresden", "town_folded": "dresden"}
    assert [(one.subject, one.before) for one in changes] == [("K-1", before), ("K-2", before)]


def town(record: int) -> Change:
    return Change("customer", record, f"K-{record}", {"town": "Dresden"}, {"town": "Zittau"})


def begun(store: Store) -> Deed:
    """A bulk deed after two of its transactions."""
    deed = Deed("mk", "customers", "edit")
    for records in (range(1, 4), range(4, 6)):
        with store.write() as session:
            deed.add(session, MONDAY_MORNING, [town(one) for one in records], records)
    return deed


def test_closing_a_bulk_entry_does_not_read_its_changes_again(store: Store) -> None:
    deed = begun(store)
    said: list[str] = []
    listen = (store.engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    event.listen(*listen)
    with store.write() as session:
        deed.close(session, "K-1", 0)
    event.remove(*listen)
    assert said
    assert not any("journal_change" in one for one in said)
    assert complaints(store) == []


@pytest.mark.parametrize("closed", [True, False])
def test_a_change_that_was_altered_in_a_bulk_entry_is_found_out(store: Store, *, closed: bool) -> None:
    deed = begun(store)
    if closed:
        with store.write() as session:
            deed.close(session, "K-1", 0)
    with store.write() as session:
        changes = changes_of(session, deed.id or 0)
        changes[1].after = {"town": "Plauen"}
        session.add(changes[1])
    if not closed:
        with store.write() as session:
            deed.close(session, "K-1", 0)
    assert complaints(store) == ["The changes of entry 1 were altered."]


def test_a_deed_whose_process_died_is_closed_as_it_stands(office: GivenOffice, clock: TravelClock) -> None:
    begun(office.store)
    clock.travel(hours=2)
    assert office.run("tidy").counts["closed"] == 1
    with office.store.read() as session:
        entry = session.exec(select(JournalEntry).where(JournalEntry.action == "edit")).one()
        assert (entry.sequence is not None, entry.count, len(changes_of(session, entry.id or 0))) == (
            True,
            5,
            5,
        )
    assert complaints(office.store) == []


def test_verifying_keeps_a_few_rows_in_memory_at_once(store: Store) -> None:
    deed = begun(store)
    pages: dict[str, object] = {}
    with store.write() as session:
        deed.close(session, "K-1", 0)
        session.flush()

        @event.listens_for(session.connection(), "before_cursor_execute")
        def look(*given: Any) -> None:  # pyright: ignore[reportUnusedFunction]
            table = "changes" if "journal_change" in given[2] else "entries"
            pages.setdefault(table, given[4].execution_options.get("yield_per"))

        assert faults(session) == []
    assert pages == {"entries": journal.CHUNK, "changes": journal.CHUNK}


def test_many_at_once_make_one_chain(store: Store) -> None:
    start = Barrier(WRITERS)

    def deed() -> None:
        start.wait()
        for _time in range(5):
            write(store)

    for one in [InBackground(deed) for _writer in range(WRITERS)]:
        one.result()
    with store.read() as session:
        sequences = list(session.exec(select(JournalEntry.sequence).order_by(col(JournalEntry.sequence))))
    assert sequences == list(range(1, 5 * WRITERS + 1))
    assert complaints(store) == []


def test_a_moment_is_the_same_in_every_time_zone() -> None:
    berlin = MONDAY_MORNING.astimezone(timezone(timedelta(hours=1)))
    assert plain({"at": berlin}) == plain({"at": MONDAY_MORNING.astimezone(UTC)})
