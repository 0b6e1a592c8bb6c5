"""Arrivals as a worklist: found by a condition in either language, grouped by reason whatever its values."""

from __future__ import annotations

import pytest

from core.inbox.arrival import Arrival
from core.inbox.listing import beginning_of
from core.inbox.worklist import ArrivalWorklist
from core.locale import Message, _, n_
from core.registry import operation_of
from core.rulebook.condition import ConditionContext, parse
from core.rulebook.worklist import Group, Sort, grouped, stream_ids
from tests.support.offices import GivenOffice

WORKLIST = ArrivalWorklist()


def arrived(
    office: GivenOffice,
    name: str,
    state: str = "quarantined",
    *,
    row: int | None = None,
    reason: Message | None = None,
    raw: bytes | None = None,
) -> int:
    with office.store.write() as session:
        one = Arrival(
            kind="customers" if row is None else "customers-row",
            state=state,
            name=name,
            sha256="0" * 64,
            position=row,
            reason=reason.dump() if reason else "",
            raw=raw,
            received_at=office.now,
        )
        session.add(one)
        session.flush()
        return one.id or 0


def fitting(office: GivenOffice, condition: str, sort: str = "id") -> list[int]:
    context = ConditionContext(office.now, office.today)
    with office.store.read() as session:
        pieces = stream_ids(session, WORKLIST, parse(condition, WORKLIST.vocabulary), context, Sort(sort))
        return [id_ for piece in pieces for id_ in piece]


def groups(office: GivenOffice, *ids: int) -> list[Group]:
    with office.store.read() as session:
        return grouped(session, WORKLIST, ids)


@pytest.mark.parametrize(
    "condition", ["state:quarantined", "zustand:zurückgestellt", "is:stuck", "ist:offen"]
)
def test_what_was_put_back_is_found_in_either_language(office: GivenOffice, condition: str) -> None:
    put_back = arrived(office, "kunden.csv")
    arrived(office, "gestern.csv", "applied")
    assert fitting(office, condition) == [put_back]


def test_a_word_is_looked_for_in_file_and_reason(office: GivenOffice) -> None:
    by_name = arrived(office, "Umzug.csv")
    by_reason = arrived(office, "kunden.csv", row=3, reason=_("The row has no customer number."))
    arrived(office, "rest.csv")
    assert fitting(office, WORKLIST.quick("umzug")) == [by_name]
    assert fitting(office, WORKLIST.quick("no customer")) == [by_reason]


def test_rows_with_one_reason_are_one_group_whatever_its_values(office: GivenOffice) -> None:
    def cells(count: int) -> Message:
        one, many = "{count} cell instead of {expected}", "{count} cells instead of {expected}"
        return n_(one, many, count, expected=4)

    one, five = (arrived(office, "a.csv", row=count, reason=cells(count)) for count in (1, 5))
    other = arrived(office, "a.csv", row=9, reason=_("The row has no customer number."))
    first, second = groups(office, one, five, other)
    assert (first.key, first.count) == ("{count} cell instead of {expected}", 2)
    assert fitting(office, first.condition) == [one, five]
    assert fitting(office, second.condition) == [other]


def test_a_group_narrows_another_condition_down(office: GivenOffice) -> None:
    reason = n_("{count} cell", "{count} cells", 2)
    row = arrived(office, "a.csv", row=1, reason=reason)
    arrived(office, "a.csv", "ignored", row=2, reason=reason)
    [group] = groups(office, row)
    assert fitting(office, f"state:quarantined {group.condition}") == [row]


def test_what_nobody_looks_after_is_found(office: GivenOffice) -> None:
    taken, left = arrived(office, "a.csv"), arrived(office, "b.csv")
    office.perform(operation_of("arrivals", "take"), [taken])
    assert fitting(office, "is:stuck assigned:missing") == [left]
    assert fitting(office, "bearbeiter:mk") == [taken]


def test_they_are_sorted_by_file(office: GivenOffice) -> None:
    later, sooner = arrived(office, "b.csv"), arrived(office, "A.csv")
    assert fitting(office, "is:stuck", "file") == [sooner, later]


def test_a_list_does_not_read_what_came(office: GivenOffice) -> None:
    row = arrived(office, "a.csv", row=1, raw=b"x" * 1000)
    with office.store.read() as session:
        one = WORKLIST.rows(session, [row])[row]
    assert "raw" not in one.__dict__


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"K-1;M\xc3\xbcller", "K-1;Müller"),
        (b"K-1;M\xfcller;Hagen", "K-1;Müller;Hagen"),
        (b"K-1;\0", "K-1;\0"),
        ("K-1;€".encode()[:-1], "K-1;"),
    ],
)
def test_a_row_reads_as_it_was_meant(office: GivenOffice, raw: bytes, text: str) -> None:
    arrival = Arrival(kind="customers-row", state="quarantined", sha256="", raw=raw)
    assert beginning_of(office, arrival) == text


def test_a_file_that_is_no_text_or_is_gone_has_nothing_to_show(office: GivenOffice) -> None:
    stored = office.archive.store([b"PK\x03\x04\0\0"])
    for sha256 in (stored.sha256, "f" * 64):
        assert beginning_of(office, Arrival(kind="customers", state="stored", sha256=sha256)) == ""


def test_of_a_long_file_the_beginning_is_shown(office: GivenOffice) -> None:
    stored = office.archive.store([b"Kundennummer;Ort\n" * 10_000])
    text = beginning_of(office, Arrival(kind="customers", state="stored", sha256=stored.sha256))
    assert text.startswith("Kundennummer;Ort\n")
    assert len(text) < 10_000
