"""An import that meets a fault: every file ends applied or put back, and what stands is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from core.customers.importing import KIND, Counts, apply
from core.errors import DatabaseUnavailable, Inapplicable, UnreadableInput
from core.importing import applying
from core.inbox.receive import receive_file
from core.journal import JournalEntry, verify
from core.locale import _
from core.undo import last_undoable, undo
from tests.support.broker import BrokerSoftware, arrivals_of, customers_of
from tests.support.customers import customer
from tests.support.offices import GivenOffice

PIECE = 10


@pytest.fixture
def broker(office: GivenOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BrokerSoftware:
    """Whose exports are imported in pieces of ten rows."""
    monkeypatch.setattr(applying, "CHUNK", PIECE)
    return BrokerSoftware(office, tmp_path)


def many(count: int = 25, **fields: str) -> list[Any]:
    return [customer(f"K-{number}", **fields) for number in range(count)]


def failing_at(row: int, error: Exception, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From the piece with this row on, storing rows fails; what is answered mends it."""
    settle = applying.settle_rows

    def fail(session: Any, office: Any, file: Any, positions: list[int]) -> int:
        if row in positions:
            raise error
        return settle(session, office, file, positions)

    monkeypatch.setattr(applying, "settle_rows", fail)
    return lambda: monkeypatch.setattr(applying, "settle_rows", settle)


def reason_of(office: GivenOffice) -> str:
    return str(arrivals_of(office)[0].reason_message())


# --- put back


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (UnreadableInput("kunden.csv", _("The file breaks off.")), "The file breaks off."),
        (Inapplicable(_("It does not fit.")), "It does not fit."),
        (
            ValueError("no such thing\nat all"),
            "This program cannot cope with it, which is a fault of its own: ValueError: no such thing",
        ),
    ],
)
def test_whatever_stops_it_the_file_is_put_back_with_the_reason_and_what_stands(
    office: GivenOffice,
    broker: BrokerSoftware,
    error: Exception,
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failing_at(15, error, monkeypatch)
    with pytest.raises(UnreadableInput):
        broker.brings(*many())
    assert [one.state for one in arrivals_of(office)] == ["quarantined"]
    assert reason_of(office) == f"{reason} The 10 rows before it are applied."
    assert len(customers_of(office)) == PIECE


def test_what_came_later_is_applied_nevertheless(
    office: GivenOffice, broker: BrokerSoftware, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive_file(office, KIND, broker.exports(*many(12), name="a.csv"))
    receive_file(office, KIND, broker.exports(*many(3, town="Plauen"), name="b.csv"))
    failing_at(12, ValueError("a fault"), monkeypatch)
    counts = office.run("apply-arrivals").counts
    assert (counts["files"], counts["unreadable"]) == (1, 1)
    assert [one.state for one in arrivals_of(office)] == ["quarantined", "applied"]
    assert customers_of(office)["K-2"].town == "Plauen"


def test_a_file_that_the_archive_has_lost_is_put_back(office: GivenOffice, broker: BrokerSoftware) -> None:
    arrival = receive_file(office, KIND, broker.exports(*many(1))).arrival
    office.archive.path(arrival.sha256).unlink()
    office.run("apply-arrivals")
    assert arrivals_of(office)[0].state == "quarantined"


def test_what_somebody_else_has_applied_meanwhile_is_not_put_back(
    office: GivenOffice, broker: BrokerSoftware, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrival = receive_file(office, KIND, broker.exports(*many(12))).arrival
    mend = failing_at(12, ValueError("a fault"), monkeypatch)

    def told(_read: int, _size: int) -> None:
        mend()
        apply(office, arrival)
        failing_at(12, ValueError("a fault"), monkeypatch)

    assert apply(office, arrival, told).new == 12
    assert arrivals_of(office)[0].state == "applied"


# --- a database that is out of reach


def test_a_disk_that_fills_up_leaves_what_stands_and_says_so(
    office: GivenOffice, broker: BrokerSoftware, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = DatabaseUnavailable(_("Full. Nothing was changed."), _("The disk is full."))
    mend = failing_at(15, full, monkeypatch)
    with pytest.raises(DatabaseUnavailable) as caught:
        broker.brings(*many())
    assert str(caught.value) == (
        "The disk is full. 10 rows of kunden.csv are imported and stand; importing it again goes on there."
    )
    assert arrivals_of(office)[0].state == "stored"
    mend()
    assert broker.brings(*many()).new == 25
    assert len(customers_of(office)) == 25


def test_where_nothing_stands_nothing_was_changed(
    office: GivenOffice, broker: BrokerSoftware, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_at(1, DatabaseUnavailable(_("Full. Nothing was changed."), _("Full.")), monkeypatch)
    with pytest.raises(DatabaseUnavailable, match="Nothing was changed"):
        broker.brings(*many())
    assert customers_of(office) == {}


# --- the journal


def entries(office: GivenOffice) -> list[JournalEntry]:
    with office.store.read() as session:
        assert list(verify(session)) == []
        return list(session.exec(select(JournalEntry).order_by(col(JournalEntry.id))))


def imports(office: GivenOffice, path: Path) -> Counts:
    """As an operator has it imported."""
    return apply(office, receive_file(office, KIND, path).arrival, journalled=True)


def test_an_import_is_one_entry_that_says_what_came(office: GivenOffice, broker: BrokerSoftware) -> None:
    path = broker.exports(*many(), customer("K-0"))
    imports(office, path)
    (entry,) = entries(office)
    assert (entry.operator, entry.area, entry.action, entry.subject) == (
        "mk",
        "customers",
        "import",
        "kunden.csv",
    )
    assert (entry.count, entry.refused) == (25, 1)
    assert entry.parameters == {
        "file": "kunden.csv",
        "arrival": arrivals_of(office)[0].id,
        "rows": 26,
        "new": 25,
        "changed": 0,
        "unchanged": 0,
        "conflicts": 0,
        "quarantined": 1,
    }


def test_an_import_cannot_be_undone_and_is_passed_over(office: GivenOffice, broker: BrokerSoftware) -> None:
    imports(office, broker.exports(*many(1)))
    (entry,) = entries(office)
    with pytest.raises(Inapplicable, match="cannot be undone"):
        undo(office, entry.id or 0)
    with office.store.read() as session:
        assert last_undoable(session, "mk").passed_over[0].id == entry.id


def test_what_the_machine_imports_is_not_in_the_journal(office: GivenOffice, broker: BrokerSoftware) -> None:
    receive_file(office, KIND, broker.exports(*many(1)))
    office.run("apply-arrivals")
    assert entries(office) == []


def test_of_an_import_that_was_put_back_the_journal_has_what_stands(
    office: GivenOffice, broker: BrokerSoftware, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_at(15, ValueError("a fault"), monkeypatch)
    with pytest.raises(UnreadableInput):
        imports(office, broker.exports(*many()))
    (entry,) = entries(office)
    assert (entry.count, entry.parameters["new"], entry.sequence) == (10, 10, 1)


def test_a_file_that_brings_nothing_at_all_is_no_deed(office: GivenOffice, broker: BrokerSoftware) -> None:
    with pytest.raises(UnreadableInput):
        imports(office, broker.writes(b"no table of customers\r\n"))
    assert entries(office) == []
