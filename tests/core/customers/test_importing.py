"""Importing: every row becomes a customer or is put back; we correct, the source stays the master."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.customers.columns import parse_mapping
from core.customers.corrections import corrections
from core.customers.customer import NUMBER_LENGTH, text_of
from core.customers.import_preview import preview
from core.customers.importing import KIND, Counts, apply, open_customers
from core.errors import UnreadableInput
from core.importing import applying
from core.inbox.operations import RETRY, Retrying
from core.inbox.receive import receive_file
from core.locale import Message
from core.text import folded
from tests.support.broker import BrokerSoftware, arrivals_of, conflicts_of, customers_of
from tests.support.clock import TravelClock
from tests.support.customers import customer
from tests.support.offices import GivenOffice


def town(office: GivenOffice, number: str = "K-1") -> str:
    return customers_of(office)[number].town


# --- rows become customers


def test_a_row_is_kept_exactly_as_it_stands(office: GivenOffice, broker: BrokerSoftware) -> None:
    fields = customer(" K-1", last_name="  Weiß\u200b\t", postcode="1067", iban="de02 1203", title="")
    counts = broker.brings(fields)
    assert counts == Counts(rows=1, new=1, reached=1)
    one = customers_of(office)[" K-1"]
    assert {name: value for name, value in text_of(one).items() if value} == {
        name: value for name, value in fields.items() if value
    }
    assert one.source == fields
    assert (one.number_folded, one.last_name_folded) == (" k-1", folded(fields["last_name"]))


def test_a_customer_knows_the_file_that_brought_it(
    office: GivenOffice, broker: BrokerSoftware, clock: TravelClock
) -> None:
    broker.brings(customer("K-1"), customer("K-2"))
    one = customers_of(office)["K-2"]
    assert (one.batch, one.seen_in, one.seen_at_row, one.created_at) == (1, 1, 2, clock.at)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"K-2", "1 cell instead of 2"),
        (b"K-2;Wei\xc3\x9f;zu viel", "3 cells instead of 2"),
        (b"K-2;We\x00i", "NUL"),
        (b";Wei\xc3\x9f", "The row has no customer number"),
        ("\u00a0 ;Weiß".encode(), "The row has no customer number"),
        (b"K-1;Wei\xc3\x9f", "The customer number K-1 stands in row 1 already"),
        (b"9" * (NUMBER_LENGTH + 1) + b";Wei\xc3\x9f", f"more than {NUMBER_LENGTH} characters"),
    ],
)
def test_a_row_that_is_none_is_put_back_with_number_reason_and_bytes_and_the_rest_is_imported(
    office: GivenOffice, broker: BrokerSoftware, row: bytes, reason: str
) -> None:
    file = b"Kundennummer;Nachname\r\nK-1;Wei\xc3\x9f\r\n" + row + b"\r\nK-3;Vogt\r\n"
    counts = broker.imports(broker.writes(file))
    assert (counts.rows, counts.new, counts.quarantined) == (3, 2, 1)
    assert list(customers_of(office)) == ["K-1", "K-3"]
    (back,) = arrivals_of(office)[1:]
    assert (back.parent, back.position, back.state) == (1, 2, "quarantined")
    assert (back.raw or b"").rstrip(b"\r\n") == row
    assert reason in str(back.reason_message())


def test_every_row_is_accounted_for_whatever_its_bytes(office: GivenOffice, broker: BrokerSoftware) -> None:
    bad = bytes(range(256)).replace(b"\n", b"").replace(b"\r", b"").replace(b'"', b"")
    file = b"Kundennummer;Nachname\n" + b"".join(b"K-%d;%s\n" % (n, bad[n:]) for n in range(200))
    counts = broker.imports(broker.writes(file))
    assert counts.rows == 200
    assert counts.new + counts.quarantined == 200
    assert len(arrivals_of(office)) - 1 == counts.quarantined
    assert len(customers_of(office)) == counts.new


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file is empty"),
        (b"Name;Ort\r\nWei\xc3\x9f;Zittau\r\n", "No column holds the field Customer number"),
        (b"Kundennummer;Kunden-Nr.\r\n1;2\r\n", "Several columns are the field"),
        (b"%PDF-1.7\n", "PDF"),
    ],
)
def test_what_is_no_table_of_customers_is_put_back_whole(
    office: GivenOffice, broker: BrokerSoftware, content: bytes, reason: str
) -> None:
    with pytest.raises(UnreadableInput, match=reason):
        broker.imports(broker.writes(content))
    (one,) = arrivals_of(office)
    assert (one.state, one.settled_at) == ("quarantined", office.now)
    assert reason in str(one.reason_message())
    assert office.archive.path(one.sha256).read_bytes() == content


def test_a_file_with_nothing_but_a_heading_is_applied_and_brings_nobody(
    office: GivenOffice, broker: BrokerSoftware
) -> None:
    assert broker.imports(broker.writes(b"Kundennummer;Nachname\r\n")) == Counts()
    assert [one.state for one in arrivals_of(office)] == ["applied"]


def test_what_an_operator_should_know_of_the_file_is_told(broker: BrokerSoftware) -> None:
    path = broker.writes(b"Kundennummer;Lieblingsfarbe\r\n1;rot\r\n")
    told: list[Message] = []
    apply(broker.office, receive_file(broker.office, KIND, path).arrival, tell=told.append)
    assert any("Lieblingsfarbe" in str(one) for one in told)


def test_progress_is_told_in_bytes(
    office: GivenOffice, broker: BrokerSoftware, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "CHUNK", 2)
    path = broker.exports(*(customer(f"K-{number}") for number in range(5)))
    told: list[tuple[int, int]] = []
    apply(office, receive_file(office, KIND, path).arrival, lambda read, size: told.append((read, size)))
    assert [size for _read, size in told] == [path.stat().st_size] * 3
    assert told == sorted(told)
    assert told[-1][0] == path.stat().st_size


# --- how it is read


def test_a_mapping_and_what_is_said_beside_it_go_with_the_arrival(
    office: GivenOffice, broker: BrokerSoftware
) -> None:
    path = broker.writes("Nr|Nach\r\n1|Weiß\r\n".encode("cp1252"))
    mapping = '[columns]\nNr = "Kundennummer"\nNach = "Nachname"\n[csv]\nencoding = "utf-8"\n'
    broker.imports(path, mapping=mapping, encoding="cp1252", separator="|")
    assert customers_of(office)["1"].last_name == "Weiß"
    assert set(arrivals_of(office)[0].options) == {"mapping", "encoding", "separator"}


def test_a_file_that_was_put_back_is_applied_once_it_is_understood(
    office: GivenOffice, broker: BrokerSoftware
) -> None:
    with pytest.raises(UnreadableInput):
        broker.imports(broker.writes("Nr;Nachname\r\n1;Weiß\r\n".encode()))
    office.perform(RETRY, [1], Retrying(mapping='[columns]\nNr = "Kundennummer"\n'))
    assert office.run("apply-arrivals").counts["new"] == 1
    assert [one.state for one in arrivals_of(office)] == ["applied"]


def test_rows_that_were_put_back_settle_when_their_file_is_read_rightly(
    office: GivenOffice, broker: BrokerSoftware
) -> None:
    broker.imports(broker.writes(b"Nr;Kundennummer;Nachname\r\n1;;Vogt\r\n2;;Ebel\r\n;;\xff\r\n"))
    states = [one.state for one in arrivals_of(office)]
    assert states == ["applied", "quarantined", "quarantined", "quarantined"]
    mapping = '[columns]\nNr = "Kundennummer"\nKundennummer = ""\n'
    office.perform(RETRY, [2], Retrying(mapping=mapping))
    assert office.run("apply-arrivals").counts["new"] == 2
    assert [one.state for one in arrivals_of(office)] == ["applied", "applied", "applied", "quarantined"]
    assert len(customers_of(office)) == 2


# --- the source stays the master


def test_the_same_file_twice_changes_nothing(office: GivenOffice, broker: BrokerSoftware) -> None:
    path = broker.exports(customer("K-1"), customer("K-2"))
    first = broker.imports(path)
    before = [one.model_dump() for one in customers_of(office).values()]
    assert broker.imports(path) == first
    assert [one.model_dump() for one in customers_of(office).values()] == before
    assert len(arrivals_of(office)) == 1


def test_the_same_content_in_another_file_changes_nothing_either(
    office: GivenOffice, broker: BrokerSoftware
) -> None:
    broker.brings(customer("K-1"), customer("K-2"))
    broker.brings(customer("K-2"), customer("K-1"))
    counts = broker.brings(customer("K-1"), customer("K-2"), customer("K-3"))
    assert (counts.new, counts.changed, counts.unchanged, counts.conflicts) == (1, 0, 2, 0)
    assert [one.revision for one in customers_of(office).values()] == [1, 1, 1]
    assert {one.seen_in for one in customers_of(office).values()} == {3}
    assert customers_of(office)["K-1"].batch == 1


def test_tomorrows_export(office: GivenOffice, broker: BrokerSoftware) -> None:
    """One stands still, one moved, one was corrected here, one on both sides, one is new, one is gone."""
    broker.brings(*(customer(f"K-{number}", title="") for number in range(1, 6)))
    office.edit("K-3", town="Zittau")
    office.edit("K-4", town="Zittau")
    counts = broker.brings(
        customer("K-1", title=""),
        customer("K-2", title="", town="Plauen"),
        customer("K-3", title="", street="Neue Straße"),
        customer("K-4", title="", town="Plauen"),
        customer("K-6", title=""),
    )
    assert counts == Counts(rows=5, new=1, changed=2, unchanged=2, conflicts=1, reached=5)
    assert {key: one.town for key, one in customers_of(office).items()} == {
        "K-1": "Dresden",
        "K-2": "Plauen",
        "K-3": "Zittau",
        "K-4": "Zittau",
        "K-5": "Dresden",
        "K-6": "Dresden",
    }
    assert customers_of(office)["K-3"].street == "Neue Straße"
    assert {key for key, one in customers_of(office).items() if one.seen_in == 1} == {"K-5"}
    (conflict,) = conflicts_of(office)
    assert (conflict.field, conflict.before, conflict.ours, conflict.theirs, conflict.batch) == (
        "town",
        "Dresden",
        "Zittau",
        "Plauen",
        2,
    )


def test_a_correction_survives_as_long_as_the_source_stands_still(
    office: GivenOffice, broker: BrokerSoftware
) -> None:
    broker.brings(customer("K-1", town="Dresden "))
    office.edit("K-1", town="Dresden")
    for day in range(3):
        broker.brings(customer("K-1", town="Dresden "), customer(f"K-2{day}"))
    assert (town(office), conflicts_of(office)) == ("Dresden", [])


def test_where_the_source_was_mended_in_the_same_way_all_agree(
    office: GivenOffice, broker: BrokerSoftware
) -> None:
    broker.brings(customer("K-1", town="Dresden "))
    office.edit("K-1", town="Dresden")
    counts = broker.brings(customer("K-1", town="Dresden"))
    one = customers_of(office)["K-1"]
    assert (counts.changed, counts.conflicts, one.town, one.source["town"]) == (0, 0, "Dresden", "Dresden")


def test_a_column_that_is_missing_now_empties_nothing(office: GivenOffice, broker: BrokerSoftware) -> None:
    whole = customer("K-1", iban="DE02120300000000202051")
    broker.brings(whole)
    counts = broker.brings({"number": "K-1", "town": "Plauen"})
    one = customers_of(office)["K-1"]
    assert (counts.changed, one.iban, one.town) == (1, whole["iban"], "Plauen")
    assert one.source == {**whole, "town": "Plauen"}
    assert broker.brings(whole).changed == 1
    assert town(office) == "Dresden"


def test_an_empty_cell_does(office: GivenOffice, broker: BrokerSoftware) -> None:
    broker.brings(customer("K-1", title="Dr."))
    broker.brings(customer("K-1", title=""))
    assert customers_of(office)["K-1"].title == ""


def test_an_older_file_that_is_read_again_brings_nothing_back(
    office: GivenOffice, broker: BrokerSoftware
) -> None:
    broker.imports(broker.writes(b"Kundennummer;Ort\r\nK-1;Dresden\r\nkaputt\r\n"))
    broker.imports(broker.writes(b"Kundennummer;Ort\r\nK-1;Plauen\r\n"))
    office.perform(RETRY, [2], Retrying())
    office.run("apply-arrivals")
    assert town(office) == "Plauen"
    assert conflicts_of(office) == []


def test_numbers_that_differ_in_a_hidden_blank_only_are_two_customers_that_never_get_one_number(
    office: GivenOffice, broker: BrokerSoftware
) -> None:
    broker.brings(customer("K-1"), customer("K-1 "), customer("K-1\u200b"))
    assert len(customers_of(office)) == 3
    ids = [one.id or 0 for one in customers_of(office).values()]
    from core.customers.operations import FIX, Fixing

    report = office.perform(FIX, ids[1:], Fixing())
    assert [str(one.reason) for one in report.refused] == ["Another customer has the number K-1 already."] * 2
    assert list(customers_of(office)) == ["K-1", "K-1 ", "K-1\u200b"]
    office.edit("K-1", number="K-100")
    assert office.perform(FIX, ids[1:2], Fixing()).done == (ids[1],)
    broker.brings(customer("K-1"), customer("K-1 "))
    assert [one.number for one in customers_of(office).values()] == ["K-100", "K-1", "K-1\u200b"]


# --- a dry run


@pytest.fixture
def look(office: GivenOffice) -> Callable[[Path], Counts]:
    """What importing a file would do."""

    def would_do(path: Path) -> Counts:
        table, columns = open_customers(path, path.name, parse_mapping("", ""))
        return preview(office, table, columns)

    return would_do


def test_a_dry_run_says_what_would_happen_and_does_nothing(
    office: GivenOffice, broker: BrokerSoftware, look: Callable[[Path], Counts]
) -> None:
    broker.brings(customer("K-1"), customer("K-2"), customer("K-3"))
    office.edit("K-3", town="Zittau")
    before = [one.model_dump() for one in customers_of(office).values()]
    path = broker.exports(
        customer("K-1"),
        customer("K-2", town="Plauen"),
        customer("K-3", town="Plauen"),
        customer("K-4"),
        customer("K-4"),
        {"number": " "},
    )
    would = look(path)
    assert [one.model_dump() for one in customers_of(office).values()] == before
    assert len(arrivals_of(office)) == 1
    did = broker.imports(path)
    assert (would.rows, would.new, would.changed, would.unchanged, would.conflicts, would.quarantined) == (
        did.rows,
        did.new,
        did.changed,
        did.unchanged,
        did.conflicts,
        did.quarantined,
    )
    assert (did.new, did.changed, did.unchanged, did.conflicts, did.quarantined) == (1, 1, 2, 1, 2)


def listed(office: GivenOffice) -> list[tuple[str, str, str, str]]:
    return [(one.number, one.field, one.source, one.corrected) for one in corrections(office)]


def test_what_was_corrected_here_is_listed_until_the_source_says_the_same(
    office: GivenOffice, broker: BrokerSoftware
) -> None:
    broker.brings(customer("K-1", town="Dresden "), customer("K-2"))
    assert listed(office) == []
    office.edit("K-1", town="Dresden")
    assert listed(office) == [("K-1", "town", "Dresden ", "Dresden")]
    broker.brings(customer("K-1", town="Dresden"), customer("K-2"))
    assert listed(office) == []
