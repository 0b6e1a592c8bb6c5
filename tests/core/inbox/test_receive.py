"""Receiving: stored raw and durably before anything is made of it; what is put back is kept once."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from core.errors import DatabaseUnavailable, NotFound, UnreadableInput
from core.inbox.arrival import Arrival, ArrivalState
from core.inbox.operations import IGNORE, RETRY, Retrying
from core.inbox.receive import (
    PutBack,
    find_arrival,
    quarantine,
    quarantine_rows,
    receive_file,
    safe_name,
    settle_rows,
)
from core.locale import _
from core.operation import Report, WithReason
from tests.support.clock import TravelClock
from tests.support.offices import GivenOffice, OpenAnOffice

WHY = _("It is no row.")
CONTENT = b"Kundennummer\r\nK-1\r\n"


@pytest.fixture
def office(open_an_office: OpenAnOffice) -> GivenOffice:
    return open_an_office(send="chosen", account=False)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "kunden.csv"
    path.write_bytes(CONTENT)
    return path


def arrivals(office: GivenOffice) -> list[Arrival]:
    with office.store.read() as session:
        return list(session.exec(select(Arrival).order_by(col(Arrival.id))))


def settled(office: GivenOffice, arrival: Arrival, state: ArrivalState = ArrivalState.APPLIED) -> None:
    with office.store.write() as session:
        session.get_one(Arrival, arrival.id).state = state


# --- files


def test_a_file_is_kept_byte_for_byte_with_where_it_came_from(
    office: GivenOffice, file: Path, clock: TravelClock
) -> None:
    received = receive_file(office, "customers", file, options={"mapping": "[columns]\n"})
    file.unlink()
    arrival = received.arrival
    assert not received.again
    assert office.archive.path(arrival.sha256).read_bytes() == CONTENT
    assert (arrival.kind, arrival.state, arrival.name, arrival.source, arrival.size) == (
        "customers", "stored", "kunden.csv", str(file), len(CONTENT),
    )  # fmt: skip
    assert (arrival.received_by, arrival.received_at) == ("mk", clock.at)
    assert arrival.options == {"mapping": "[columns]\n"}


def test_the_same_once_more_is_the_same_arrival(office: GivenOffice, file: Path) -> None:
    first = receive_file(office, "customers", file)
    waiting = receive_file(office, "customers", file)
    settled(office, first.arrival)
    done = receive_file(office, "customers", file)
    assert (waiting.arrival.id, done.arrival.id) == (first.arrival.id, first.arrival.id)
    assert (waiting.again, done.again) == (False, True)
    assert [one.seen for one in arrivals(office)] == [3]


@pytest.mark.parametrize("state", [ArrivalState.QUARANTINED, ArrivalState.IGNORED])
def test_what_was_put_back_or_ignored_may_come_again(
    office: GivenOffice, file: Path, state: ArrivalState
) -> None:
    settled(office, receive_file(office, "customers", file).arrival, state)
    assert receive_file(office, "customers", file).arrival.state == "stored"
    assert len(arrivals(office)) == 2


def test_an_older_export_that_comes_after_a_newer_one_is_an_arrival_of_its_own(
    office: GivenOffice, file: Path
) -> None:
    settled(office, receive_file(office, "customers", file).arrival)
    file.write_bytes(CONTENT + b"K-2\r\n")
    settled(office, receive_file(office, "customers", file).arrival)
    file.write_bytes(CONTENT)
    assert not receive_file(office, "customers", file).again
    assert len(arrivals(office)) == 3


def test_read_differently_or_of_another_kind_it_is_another_arrival(office: GivenOffice, file: Path) -> None:
    for kind, options in (("customers", {}), ("customers", {"encoding": "cp1252"}), ("contracts", {})):
        assert not receive_file(office, kind, file, options=options).again
    assert len(arrivals(office)) == 3


def test_a_file_that_is_not_there_or_no_file_is_named(office: GivenOffice, tmp_path: Path) -> None:
    for path in (tmp_path / "gone.csv", tmp_path):
        with pytest.raises(UnreadableInput, match="There is no such file"):
            receive_file(office, "customers", path)
    assert arrivals(office) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(office: GivenOffice, file: Path) -> None:
    file.chmod(0)
    with pytest.raises(UnreadableInput, match="may not be read"):
        receive_file(office, "customers", file)


def test_without_room_in_the_archive_nothing_has_arrived(office: GivenOffice, file: Path) -> None:
    office.archive.folder.parent.mkdir(exist_ok=True)
    office.archive.folder.write_bytes(b"a file in its place")
    with pytest.raises(DatabaseUnavailable, match="The archive cannot be written"):
        receive_file(office, "customers", file)
    assert arrivals(office) == []


def test_a_name_from_another_world_can_be_stored_and_shown(office: GivenOffice, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"kunden\xff\x1b[31m.csv")
    path.write_bytes(CONTENT)
    arrival = receive_file(office, "customers", path).arrival
    assert arrival.name == "kunden\ufffd\ufffd[31m.csv"
    assert arrival.source.isprintable()


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("kunden.csv", "kunden.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Büro\\kunden.csv", "kunden.csv"),
        ("x" * 300 + ".csv", "x" * 196 + ".csv"),
        ("a\nb\tc.csv", "a b c.csv"),
        ("\u202ecsv.exe", "\ufffdcsv.exe"),
        ("", "?"),
        ("  /  ", "?"),
    ],
)
def test_of_a_name_remains_what_can_be_shown(name: str, safe: str) -> None:
    assert safe_name(name) == safe


# --- rows


def put_back(office: GivenOffice, arrival: Arrival, *rows: tuple[int, bytes]) -> int:
    with office.store.write() as session:
        return quarantine_rows(session, office, arrival, [PutBack(at, raw, WHY) for at, raw in rows])


def rows(office: GivenOffice) -> list[tuple[int | None, int | None, bytes | None, int, str]]:
    """What is put back: parent, position, bytes, how often it was seen, state."""
    return [
        (one.parent, one.position, one.raw, one.seen, one.state)
        for one in arrivals(office)
        if one.kind == "customers-row"
    ]


def received(office: GivenOffice, file: Path, more: bytes = b"") -> Arrival:
    file.write_bytes(file.read_bytes() + more)
    return receive_file(office, "customers", file).arrival


def test_a_row_is_kept_as_it_stood_with_the_reason(office: GivenOffice, file: Path) -> None:
    arrival = received(office, file)
    assert put_back(office, arrival, (7, b"K-2;\x00\xff")) == 1
    one = arrivals(office)[-1]
    assert rows(office) == [(arrival.id, 7, b"K-2;\x00\xff", 1, "quarantined")]
    assert (one.name, one.reason_message()) == ("kunden.csv", WHY)
    assert one.sha256 == hashlib.sha256(b"K-2;\x00\xff").hexdigest()


def test_read_again_it_is_the_same_row(office: GivenOffice, file: Path) -> None:
    arrival = received(office, file)
    both = ((3, b"twice"), (5, b"twice"))
    assert [put_back(office, arrival, *both) for _time in range(3)] == [2, 0, 0]
    assert [row[:4] for row in rows(office)] == [
        (arrival.id, 3, b"twice", 1),
        (arrival.id, 5, b"twice", 1),
    ]


def test_tomorrow_it_is_the_same_row_seen_once_more(office: GivenOffice, file: Path) -> None:
    put_back(office, received(office, file), (3, b"twice"), (5, b"twice"), (6, b"once"))
    tomorrow = received(office, file, b"K-3\r\n")
    assert put_back(office, tomorrow, (4, b"twice"), (6, b"twice")) == 0
    assert sorted(row[1:4] for row in rows(office) if row[0] == tomorrow.id) == [
        (4, b"twice", 2),
        (6, b"twice", 2),
    ]
    assert len(rows(office)) == 3


def test_what_somebody_ignores_stays_ignored_tomorrow(office: GivenOffice, file: Path) -> None:
    put_back(office, received(office, file), (3, b"Summe: 17"))
    office.perform(IGNORE, [arrivals(office)[-1].id or 0], WithReason("Fußzeile"))
    put_back(office, received(office, file, b"K-3\r\n"), (4, b"Summe: 17"))
    assert [row[3:] for row in rows(office)] == [(2, "ignored")]


def test_rows_of_a_file_that_could_be_read_now_are_settled(office: GivenOffice, file: Path) -> None:
    arrival = received(office, file)
    put_back(office, arrival, (3, b"a"), (5, b"b"), (9, b"c"))
    with office.store.write() as session:
        assert settle_rows(session, office, arrival, [1, 2, 3, 4, 9]) == 2
        assert settle_rows(session, office, arrival, []) == 0
    assert [row[4] for row in rows(office)] == ["applied", "quarantined", "applied"]


# --- what can be done to them


def on(office: GivenOffice, given: Retrying | None = None) -> Report:
    return office.perform(RETRY, [arrivals(office)[-1].id or 0], given)


def test_a_file_that_was_put_back_is_read_again_in_another_way(office: GivenOffice, file: Path) -> None:
    arrival = received(office, file)
    with office.store.write() as session:
        quarantine(session, office, session.merge(arrival), WHY)
    on(office, Retrying(separator=";", encoding="cp1252"))
    (one,) = arrivals(office)
    assert (one.state, one.options, one.reason, one.settled_at) == (
        "stored", {"separator": ";", "encoding": "cp1252"}, "", None,
    )  # fmt: skip


def test_of_a_row_its_whole_file_is_read_again(office: GivenOffice, file: Path) -> None:
    arrival = received(office, file)
    put_back(office, arrival, (3, b"a"))
    settled(office, arrival)
    on(office)
    assert [one.state for one in arrivals(office)] == ["stored", "quarantined"]


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (ArrivalState.STORED, "It waits to be applied already"),
        (ArrivalState.APPLIED, "It has been applied"),
        (ArrivalState.IGNORED, "It is ignored"),
    ],
)
def test_only_what_was_put_back_is_read_again(
    office: GivenOffice, file: Path, state: ArrivalState, reason: str
) -> None:
    settled(office, received(office, file), state)
    (refusal,) = on(office).refused
    assert reason in str(refusal.reason)


def test_a_row_whose_file_is_gone_is_refused(office: GivenOffice, file: Path) -> None:
    arrival = received(office, file)
    put_back(office, arrival, (3, b"a"))
    with office.store.write() as session:
        session.delete(session.get_one(Arrival, arrival.id))
    assert str(on(office).refused[0].reason) == "Its file is no longer there."


def test_what_is_not_there_is_not_found(office: GivenOffice) -> None:
    with office.store.read() as session:
        assert _missing(session)


def _missing(session: Session) -> bool:
    with pytest.raises(NotFound, match="There is no arrival 5"):
        find_arrival(session, 5)
    return True
