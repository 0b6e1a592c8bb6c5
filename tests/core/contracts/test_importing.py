"""Importing contracts: as customers, three-way, and each finds its customer, now or later."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from core.contracts import importing
from core.contracts.contract import Contract, number_key
from core.contracts.importing import CONTRACTS, KIND
from core.contracts.linking import link_contracts
from core.contracts.operations import EDIT, RESOLVE, Editing, Resolving
from core.errors import UnreadableInput
from core.importing.intake import Counts
from core.importing.preview import preview
from core.inbox.arrival import Arrival
from core.inbox.receive import receive_file
from core.undo import undo
from tests.support.customers import customer
from tests.support.gdv import gdv_file
from tests.support.offices import GivenOffice

HEADING = "Gesellschaftsnummer;Gesellschaft;Vertragsnummer;Kundennummer;Sparte"


def brings(office: GivenOffice, folder: Path, *rows: str, heading: str = HEADING) -> Counts:
    """An export with these rows, imported."""
    return brings_file(office, folder / "vertraege.csv", "\r\n".join([heading, *rows]).encode())


def brings_file(office: GivenOffice, file: Path, content: bytes) -> Counts:
    file.write_bytes(content)
    return importing.apply(office, receive_file(office, KIND, file).arrival)


def contracts(office: GivenOffice) -> list[Contract]:
    with office.store.read() as session:
        return list(session.exec(select(Contract).order_by(col(Contract.id))))


def test_a_contract_keeps_its_number_as_written_and_finds_its_customer(
    office: GivenOffice, tmp_path: Path
) -> None:
    office.has(customer("K-1"))
    counts = brings(office, tmp_path, "05312;Muster Leben AG; 0012.345/6-A ;K-1;010")
    assert counts == Counts(rows=1, new=1, reached=1)
    (one,) = contracts(office)
    assert (one.number, one.number_key, one.insurer_key, one.line) == (
        " 0012.345/6-A ",
        "123456a",
        "5312",
        "010",
    )
    assert one.customer == office.customer("K-1").id


def test_one_number_at_two_insurers_is_two_contracts(office: GivenOffice, tmp_path: Path) -> None:
    counts = brings(office, tmp_path, "5312;A;4711;K-1;", "5999;B;4711;K-2;", "05312;A;47-11;K-3;")
    assert (counts.new, counts.quarantined) == (2, 1)
    with office.store.read() as session:
        back = session.exec(select(Arrival).where(Arrival.position == 3)).one()
    assert "stands in row 1 already" in str(back.reason_message())


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("5312;A;;K-1;", "no contract number"),
        ("5312;A;./-;K-1;", "no contract number"),
        ("5312;A;4711; ;", "no customer number"),
        (f"5312;A;{'9' * 400};K-1;", "more than 300 characters"),
    ],
)
def test_a_row_that_is_no_contract_is_put_back(
    office: GivenOffice, tmp_path: Path, row: str, reason: str
) -> None:
    assert brings(office, tmp_path, row, "5312;A;4711;K-1;").quarantined == 1
    with office.store.read() as session:
        back = session.exec(select(Arrival).where(Arrival.position == 1)).one()
    assert reason in str(back.reason_message())


def test_a_table_without_contract_numbers_is_refused(office: GivenOffice, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="No column holds the field Contract number"):
        brings(office, tmp_path, "K-1;Weiß", heading="Kundennummer;Nachname")


def test_a_contract_moves_to_another_customer_when_the_source_says_so(
    office: GivenOffice, tmp_path: Path
) -> None:
    office.has(customer("K-1"), customer("K-2"))
    brings(office, tmp_path, "5312;A;4711;K-1;")
    assert brings(office, tmp_path, "5312;A;4711;K-2;").changed == 1
    assert contracts(office)[0].customer == office.customer("K-2").id
    assert brings(office, tmp_path, "5312;A;4711;K-2;010").changed == 1


def test_what_was_corrected_here_stays_and_a_contradiction_is_a_conflict_that_somebody_resolves(
    office: GivenOffice, tmp_path: Path
) -> None:
    office.has(customer("K-1"), customer("K-2"), customer("K-3"))
    brings(office, tmp_path, "5312;A;4711;K-1;")
    office.perform(EDIT, [1], Editing({"customer_number": "K-2"}))
    assert contracts(office)[0].customer == office.customer("K-2").id
    assert brings(office, tmp_path, "5312;A;4711;K-1;010").conflicts == 0
    assert brings(office, tmp_path, "5312;A;4711;K-3;010").conflicts == 1
    (one,) = contracts(office)
    assert one.conflicts == {"customer_number": {"before": "K-1", "ours": "K-2", "theirs": "K-3"}}
    done = office.perform(RESOLVE, [1], Resolving("theirs"))
    (one,) = contracts(office)
    assert (one.customer, one.conflicts) == (office.customer("K-3").id, {})
    undo(office, done.entry or 0)
    (one,) = contracts(office)
    assert (one.customer, list(one.conflicts)) == (office.customer("K-2").id, ["customer_number"])


def test_ours_may_hold_too(office: GivenOffice, tmp_path: Path) -> None:
    brings(office, tmp_path, "5312;A;4711;K-1;010")
    office.perform(EDIT, [1], Editing({"line": "020"}))
    brings(office, tmp_path, "5312;A;4711;K-1;030")
    office.perform(RESOLVE, [1], Resolving("ours"))
    (one,) = contracts(office)
    assert (one.line, one.conflicts) == ("020", {})
    assert brings(office, tmp_path, "5312;A;4711;K-1;030", "5312;A;4712;K-1;").conflicts == 0


def test_a_contract_that_came_before_its_customer_finds_it_later(office: GivenOffice, tmp_path: Path) -> None:
    brings(office, tmp_path, "5312;A;4711;k-1;", "5312;A;4712;K-9;")
    assert [one.customer for one in contracts(office)] == [None, None]
    office.has(customer("K-1"))
    assert link_contracts(office) == 1
    assert [one.customer for one in contracts(office)] == [office.customer("K-1").id, None]


def test_a_dry_run_stores_nothing(office: GivenOffice, tmp_path: Path) -> None:
    brings(office, tmp_path, "5312;A;4711;K-1;010")
    file = tmp_path / "neu.csv"
    file.write_text(f"{HEADING}\n5312;A;4711;K-1;020\n5312;A;4712;K-1;\n", encoding="utf-8")
    table, columns = CONTRACTS.open(file, file.name, CONTRACTS.mapping_of({}, file.name))
    counts = preview(office, CONTRACTS, table, columns)
    assert (counts.rows, counts.new, counts.changed) == (2, 1, 1)
    assert len(contracts(office)) == 1


def test_gdv_data_brings_the_contracts_in_it(office: GivenOffice, tmp_path: Path) -> None:
    office.has(customer("K-1"))
    counts = brings_file(
        office,
        tmp_path / "bestand.gdv",
        gdv_file({"number": "4711 ABC", "customer": "K-1"}, {"number": "4712", "customer": ""}),
    )
    assert (counts.new, counts.quarantined) == (1, 1)
    (one,) = contracts(office)
    assert (one.insurer, one.number, one.line, one.customer) == (
        "5312",
        "4711 ABC",
        "050",
        office.customer("K-1").id,
    )


@given(st.text(max_size=40))
def test_a_number_compares_with_itself_however_it_is_set(number: str) -> None:
    key = number_key(number)
    assert number_key(key) == key
    assert number_key(f"00{number}") == key or not key or key == "0"
    assert number_key(".".join(number)) == key


def test_a_mapping_can_say_what_is_what(office: GivenOffice, tmp_path: Path) -> None:
    file = tmp_path / "seltsam.csv"
    file.write_text("Nr;Wer\n4711;K-1\n", encoding="utf-8")
    options: Mapping[str, str] = {"mapping": '[columns]\nNr = "VSNR"\nWer = "Kundennummer"\n'}
    arrival = receive_file(office, KIND, file, options=options).arrival
    assert importing.apply(office, arrival).new == 1
