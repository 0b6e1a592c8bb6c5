"""Bad input on its whole way: from the file to findings, and to the partner or into a hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from core.customers.importing import Counts
from core.customers.operations import FIX, Fixing
from core.errors import UnreadableInput
from jobs.sandbox.client import VemaSandbox
from tests.support.broker import BrokerSoftware, arrivals_of, customers_of, findings_of
from tests.support.customers import Fields, company, customer
from tests.support.offices import GivenOffice, OpenAnOffice

TEN_MEGABYTES = 10_000_000
ALMOST_TOO_LONG = 1_000_000
FAMILY = "👩\u200d👩\u200d👧"


@dataclass(frozen=True)
class Oddity:
    """A field that is odd, the errors that are found, and what the safe fixes make of it (None: nothing)."""

    name: str
    fields: Fields
    errors: tuple[str, ...] = ()
    fixed: str | None = None


def person(field: str, value: str, *errors: str, fixed: str | None = None) -> Oddity:
    return Oddity(field, {field: value}, errors, fixed)


def firm(value: str, *errors: str, fixed: str | None = None) -> Oddity:
    return Oddity("company", company("F", value), errors, fixed)


ODDITIES = (
    person("last_name", "W"),
    person("last_name", "W" * 500, "CUS019"),
    person("last_name", "Ä" * ALMOST_TOO_LONG, "CUS019"),
    person("last_name", "<W&\"']]>"),
    person("last_name", "Mu\u0308ller", fixed="Müller"),
    person("last_name", "W" + "\u0301" * 30, fixed="Ẃ" + "\u0301" * 29),
    person("last_name", f"Weiß {FAMILY}", "CUS001", fixed="Weiß 👩👩👧"),
    person("last_name", "Weiß 🌻"),
    person("last_name", "\u202eßieW\u202c", "CUS001", fixed="ßieW"),
    person("last_name", "Weiß\u200f", "CUS001", fixed="Weiß"),
    person("last_name", "We\u200biß\ufeff", "CUS001", fixed="Weiß"),
    person("last_name", "Wei\u00adß", "CUS001", fixed="Weiß"),
    person("last_name", "Weiß\x1b", "CUS001", fixed="Weiß"),
    person("last_name", "Weiß\x7f", "CUS001", fixed="Weiß"),
    person("last_name", "Wei\ue000", "CUS018"),
    person("last_name", "Wei\ufffe", "CUS018"),
    person("last_name", "\u00a0", "CUS001", "CUS010", fixed=""),
    person("town", "Dres\tden\nNord", "CUS001", fixed="Dres den Nord"),
    person("street", "Am\u00a0Bühl", "CUS001", fixed="Am Bühl"),
    person("street", '=HYPERLINK("http://a.invalid")'),
    person("postcode", "1067", "CUS002"),
    person("postcode", "D-01067", "CUS002", fixed="01067"),
    person("postcode", "０１０６７", "CUS002"),
    person("postcode", "٠١٠٦٧", "CUS002"),
    person("postcode", "A-1010", "CUS002"),
    person("postcode", "".join(Random(1).choices("0123456789", k=20_000)), "CUS002"),
    person("iban", "DE０２120300000000202051", "CUS004"),
    person("iban", "AT611904300234573201", "CUS004"),
    person("iban", "de02 1203 0000 0000 2020 51", "CUS004", fixed="DE02120300000000202051"),
    person("birthdate", "01.01.0001", "CUS008"),
    person("birthdate", "01.01.0000", "CUS007"),
    person("birthdate", "29.02.1900", "CUS007"),
    person("birthdate", "31.02.1980", "CUS007"),
    person("birthdate", "1980-02-01", "CUS007", fixed="01.02.1980"),
    person("birthdate", "０1.02.1980", "CUS007"),
    firm("\x1b[31mRot\x1b[0m GmbH", "CUS001"),
    firm("\x1b]0;Hallo\x07Rot GmbH", "CUS001"),
    firm("\x9b2J Bau", "CUS001"),
    firm(f"{FAMILY} GmbH", "CUS001", fixed="👩👩👧 GmbH"),
    firm("Bau " * 125 + "GmbH", "CUS019"),
    firm("B"),
)


def rows() -> list[Fields]:
    return [
        {**(customer(f"K-{at}") if "kind" not in one.fields else {}), **one.fields, "number": f"K-{at}"}
        for at, one in enumerate(ODDITIES)
    ]


def errors(office: GivenOffice) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {f"K-{at}": set() for at in range(len(ODDITIES))}
    for row in findings_of(office):
        if row.severity == "error":
            found[row.subject].add(row.rule)
    return found


@pytest.fixture
def office(open_an_office: OpenAnOffice) -> GivenOffice:
    """An office that sends everybody."""
    return open_an_office(send="all")


def test_a_file_full_of_oddities(office: GivenOffice, broker: BrokerSoftware, vema: VemaSandbox) -> None:
    """Nothing is lost: each customer is there as it came, and either at the partner or held with a reason."""
    counts = broker.brings(*rows())
    assert counts == Counts(rows=len(ODDITIES), new=len(ODDITIES), reached=len(ODDITIES))
    kept = customers_of(office)
    assert all(getattr(kept[row["number"]], name) == value for row in rows() for name, value in row.items())
    for job in ("recheck", "deliver-transfers", "recheck", "deliver-transfers"):
        office.run(job)

    expected = {f"K-{at}": set(one.errors) for at, one in enumerate(ODDITIES)}
    assert errors(office) == expected
    states = {number: {one.state for one in office.transfers(number) if one.is_open} for number in expected}
    assert states == {number: {"held"} if found else set() for number, found in expected.items()}
    at_vema = {number for one in vema.book for number in one.numbers}
    assert at_vema == {number for number, found in expected.items() if not found}

    for row in findings_of(office):
        assert str(row.finding().message).isprintable()
    for one in office.transfers():
        assert str(one.cause_message()).isprintable()


def test_what_can_be_mended_safely_is_mended_and_goes_out(
    office: GivenOffice, broker: BrokerSoftware, vema: VemaSandbox
) -> None:
    broker.brings(*rows())
    office.recheck()
    fixable = {f"K-{at}": one for at, one in enumerate(ODDITIES) if one.fixed is not None}
    report = office.perform(FIX, [one.id or 0 for one in customers_of(office).values()], Fixing())
    after = customers_of(office)
    assert {number: getattr(after[number], one.name) for number, one in fixable.items()} == {
        number: one.fixed for number, one in fixable.items()
    }
    assert set(report.done) == {after[number].id for number in fixable}
    for job in ("recheck", "deliver-transfers", "recheck", "deliver-transfers"):
        office.run(job)
    at_vema = {number for one in vema.book for number in one.numbers}
    left = errors(office)
    assert at_vema == {number for number, found in left.items() if not found}
    assert {number for number in fixable if left[number]} == {"K-16"}, "whose name was nothing but a blank"


# --- files


HEADING = b"Kundennummer;Nachname\r\n"
GOOD = b"K-1;Vogt\r\n"


@pytest.mark.parametrize(
    ("name", "content", "imported", "put_back"),
    [
        ("nothing but a heading", HEADING, 0, 0),
        (
            "a cell of ten megabytes",
            HEADING + GOOD + b"K-2;" + b"x" * TEN_MEGABYTES + b"\r\nK-3;Ebel\r\n",
            2,
            1,
        ),
        ("a NUL", HEADING + GOOD + b"K-2;We\x00i\xc3\x9f\r\nK-3;Ebel\r\n", 2, 1),
        ("nothing but NULs in a row", HEADING + GOOD + b"\x00;\x00\r\n", 1, 1),
        ("two encodings in one file", HEADING + GOOD + b"K-2;Wei\xc3\x9f\r\nK-3;Wei\xdf\r\n", 2, 1),
        ("a number three times", HEADING + GOOD * 3, 1, 2),
        ("formulas", HEADING + b"=1+1;\"=cmd|' /C calc'!A0\"\r\n", 1, 0),
        ("a quote that never ends", HEADING + GOOD + b'K-2;"Ebel\r\n', 1, 1),
        ("too many and too few cells", HEADING + GOOD + b"K-2\r\nK-3;Ebel;7\r\n", 1, 2),
        ("a number of blanks", HEADING + GOOD + b"  ;Ebel\r\n", 1, 1),
        ("a number that never ends", HEADING + GOOD + b"9" * 5000 + b";Ebel\r\n", 1, 1),
    ],
)
def test_every_row_of_a_bad_file_is_imported_or_put_back_as_it_stood(
    office: GivenOffice, broker: BrokerSoftware, name: str, content: bytes, imported: int, put_back: int
) -> None:
    counts = broker.imports(broker.writes(content))
    assert (counts.new, counts.quarantined) == (imported, put_back), name
    assert counts.rows == counts.new + counts.quarantined == imported + put_back
    assert len(customers_of(office)) == imported
    file, *back = arrivals_of(office)
    assert Counter(one.state for one in back) == Counter({"quarantined": put_back} if put_back else {})
    assert office.archive.path(file.sha256).read_bytes() == content
    for one in back:
        assert one.raw
        assert one.raw[:1000] in content
        assert str(one.reason_message()).isprintable()
    office.recheck()
    assert len({one.subject for one in office.transfers()}) == imported


FILES_THAT_ARE_NONE = (
    (b"", "The file is empty"),
    (b"\r\n\r\n", "."),
    (b"Kundennummer,Nachname;Vogt|x\r\n", "No column holds the field Customer number"),
    (b"\x00" * 1000, "."),
    (b"\xff\xfe\xfd" * 100, "."),
    (b"PK\x03\x04 torn", "."),
    (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "."),
)


def test_a_file_that_is_none_is_put_back_whole(office: GivenOffice, broker: BrokerSoftware) -> None:
    for content, reason in FILES_THAT_ARE_NONE:
        with pytest.raises(UnreadableInput, match=reason):
            broker.imports(broker.writes(content))
        one = arrivals_of(office)[-1]
        assert (one.state, customers_of(office)) == ("quarantined", {})
        assert office.archive.path(one.sha256).read_bytes() == content
    assert len(arrivals_of(office)) == len(FILES_THAT_ARE_NONE)


def test_a_wrong_separator_is_no_table_until_somebody_says_it(
    office: GivenOffice, broker: BrokerSoftware
) -> None:
    path = broker.writes("Kundennummer~Nachname\r\nK-1~Weiß\r\n".encode())
    with pytest.raises(UnreadableInput):
        broker.imports(path)
    assert broker.imports(path, separator="~").new == 1
    assert customers_of(office)["K-1"].last_name == "Weiß"


def test_a_file_from_nowhere_is_named(office: GivenOffice, broker: BrokerSoftware) -> None:
    with pytest.raises(UnreadableInput, match="no such file"):
        broker.imports(Path("/nowhere/kunden.csv"))
