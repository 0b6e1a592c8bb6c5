"""Importing customers (Kundenimport): an arrival with a table becomes customers, by three-way comparison.

The file is read row by row in constant memory; each transaction takes 500 rows and notes how far it came, so
that an import that was killed goes on where it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Sequence
from collections.abc import Mapping as StringMapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from core.customers.columns import ColumnMap, Mapping, parse_mapping, recognise
from core.customers.conflicts import note_clashes
from core.customers.customer import NUMBER_LENGTH, Customer, folded_columns, new_row, text_of
from core.customers.three_way import merge
from core.errors import DatabaseUnavailable, UnreadableInput
from core.inbox.arrival import Arrival, ArrivalState
from core.inbox.receive import PutBack, put_back_where_it_fails, quarantine_rows, settle_rows
from core.journal import Deed
from core.locale import Message, _, n_
from core.office import Office
from core.store.statements import execute, table_of
from core.tables import BadRow, Format, Row, Table, open_table
from core.text import folded

KIND = "customers"
IMPORT = "import"
"""What the journal calls it."""
CHUNK = 500
Progress = Callable[[int, int], None]
"""Told bytes read and bytes in all."""


@dataclass
class Counts:
    """What an import did, by row; `conflicts` counts fields."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    conflicts: int = 0
    quarantined: int = 0
    reached: int = 0
    """The last row that is done; where a killed import goes on."""

    @staticmethod
    def of(stored: dict[str, Any]) -> Counts:
        """As noted with the arrival."""
        known = {one.name for one in fields(Counts)}
        return Counts(**{name: value for name, value in stored.items() if name in known})


@dataclass(frozen=True, slots=True)
class Incoming:
    """One row as a customer: its key, its text by attribute, where it stood."""

    key: str
    text: dict[str, str]
    position: int
    raw: bytes


def open_arrival(office: Office, arrival: Arrival) -> tuple[Table, ColumnMap]:
    """The table of an arrival and what its columns mean. Raises UnreadableInput."""
    mapping = mapping_of(arrival.options, arrival.name)
    return open_customers(office.archive.path(arrival.sha256), arrival.name, mapping)


def mapping_of(options: StringMapping[str, Any], name: str) -> Mapping:
    """How a file is to be read: its mapping file, and what was said beside it, which goes before."""
    mapping = parse_mapping(str(options.get("mapping", "")), name)
    csv = [f"{key} = {json.dumps(options[key])}" for key in ("encoding", "separator") if options.get(key)]
    said = parse_mapping("\n".join(["[csv]", *csv]), name)
    return replace(
        mapping,
        encoding=said.encoding or mapping.encoding,
        separator=said.separator or mapping.separator,
        sheet=options.get("sheet") or mapping.sheet,
    )


def open_customers(path: Any, name: str, mapping: Mapping) -> tuple[Table, ColumnMap]:
    """A table of customers: a file and the mapping for it. Raises UnreadableInput."""
    table = open_table(
        path,
        name=name,
        encoding=mapping.encoding,
        separator=mapping.separator,
        sheet=mapping.sheet,
        protected=mapping.protected,
    )
    return table, recognise(table.columns, mapping, name, sparse=table.format is Format.XML)


def apply(
    office: Office,
    arrival: Arrival,
    progress: Progress | None = None,
    tell: Callable[[Message], None] | None = None,
    *,
    journalled: bool = False,
) -> Counts:
    """Applies a stored arrival, to its end or to where it cannot be: then it is put back, and this raises.

    `tell` is told what an operator should know of how the file was read; `journalled` says that an operator
    has it applied. Raises UnreadableInput, or DatabaseUnavailable, after which it may be gone on with.
    """
    deed = Deed(office.operator.name, KIND, IMPORT) if journalled else None
    try:
        return _apply(office, arrival, progress, tell, deed)
    except UnreadableInput:
        with office.store.write() as session:
            _close(session, session.get_one(Arrival, arrival.id), deed)
        raise


def _apply(
    office: Office,
    arrival: Arrival,
    progress: Progress | None,
    tell: Callable[[Message], None] | None,
    deed: Deed | None,
) -> Counts:
    with put_back_where_it_fails(office, arrival):
        table, columns = open_arrival(office, arrival)
    if tell is not None:
        for note in (*table.notes, *columns.notes()):
            tell(note)
    reached = Counts.of(arrival.counts).reached
    rows = (row for row in table.rows() if row.number > reached)
    while True:
        with put_back_where_it_fails(office, arrival), _saying_what_stands(arrival, reached):
            chunk = list(islice(rows, CHUNK))
            counts = _take(office, arrival, columns, chunk, deed) if chunk else None
            if counts is None:
                return _finish(office, arrival, deed)
        if counts.reached < chunk[-1].number:
            # Meanwhile it is to be read anew, perhaps with another mapping: that begins at its first row.
            return counts
        reached = counts.reached
        if progress:
            progress(table.position, table.size)


def _take(
    office: Office, arrival: Arrival, columns: ColumnMap, chunk: Sequence[Row | BadRow], deed: Deed | None
) -> Counts | None:
    """One transaction; answers how far the arrival has come, None where somebody else has finished it."""
    with office.store.write() as session:
        present = _take_turns(session, arrival)
        if present is None:
            return None
        # Somebody else may be applying the same arrival: whoever comes second skips what is done.
        counts = Counts.of(present.counts)
        if present.options != arrival.options or counts.reached < chunk[0].number - 1:
            return replace(counts, reached=0)
        todo = [row for row in chunk if row.number > counts.reached]
        _Import(session, office, present, columns, counts).take(todo)
        counts.reached = max(counts.reached, chunk[-1].number)
        present.counts = asdict(counts)
        session.add(present)
        if deed is not None:
            deed.tell(session, office.now, _told_of(present))
    return counts


@contextmanager
def _saying_what_stands(arrival: Arrival, reached: int) -> Generator[None]:
    try:
        yield
    except DatabaseUnavailable as error:
        if not reached:
            raise
        message = n_(
            "{what} {count} row of {file} is imported and stands; importing it again goes on there.",
            "{what} {count} rows of {file} are imported and stand; importing it again goes on there.",
            reached,
            what=error.what,
            file=arrival.name,
        )
        raise DatabaseUnavailable(message, error.what) from error


def _told_of(arrival: Arrival) -> dict[str, Any]:
    """What the journal is told of an import."""
    counts = {name: number for name, number in arrival.counts.items() if name != "reached"}
    return {"file": arrival.name, "arrival": arrival.id, **counts}


def _close(session: Session, arrival: Arrival, deed: Deed | None) -> None:
    if deed is not None:
        counts = Counts.of(arrival.counts)
        deed.close(session, arrival.name, counts.quarantined, counts.rows - counts.quarantined)


def _take_turns(session: Session, arrival: Arrival) -> Arrival | None:
    """Locks every file of customers that is to be applied, so that two of them cannot both bring the same
    new customer; answers ours, None where somebody else has finished it.
    """
    query = select(Arrival).where(Arrival.kind == arrival.kind, Arrival.state == ArrivalState.STORED)
    waiting = session.exec(query.order_by(col(Arrival.id)).with_for_update())
    return next((one for one in waiting if one.id == arrival.id), None)


def _finish(office: Office, arrival: Arrival, deed: Deed | None) -> Counts:
    with office.store.write() as session:
        present = session.get_one(Arrival, arrival.id, with_for_update=True)
        counts = Counts.of(present.counts)
        if present.state == ArrivalState.STORED:
            present.state, present.settled_at = ArrivalState.APPLIED, office.now
            present.counts = asdict(counts)
            session.add(present)
            if deed is not None:
                deed.tell(session, office.now, _told_of(present))
        _close(session, present, deed)
    return counts


def read_rows(
    rows: Sequence[Row | BadRow] | Iterator[Row | BadRow], columns: ColumnMap
) -> Iterator[Incoming | PutBack]:
    """Rows as customers, or as rows that must be put back."""
    for row in rows:
        if isinstance(row, BadRow):
            yield PutBack(row.number, row.raw, row.reason)
            continue
        text = columns.text_of(row.cells)
        key = text.get("number", "")
        if not key.strip():
            yield PutBack(row.number, row.raw, _("The row has no customer number."))
        elif len(key) > NUMBER_LENGTH:
            reason = _("The customer number has more than {limit} characters.", limit=NUMBER_LENGTH)
            yield PutBack(row.number, row.raw, reason)
        else:
            yield Incoming(key, text, row.number, row.raw)


def by_mended_number(session: Session, keys: Sequence[str]) -> dict[int, str]:
    """Customers whose number was corrected here to what the source has now mended it to: they are the same.

    Their ids, with the number. A number that several customers have says nothing, nor does one that the
    source has given to another customer already.
    """
    query = select(Customer.number, Customer.id).where(
        col(Customer.number_folded).in_([folded(key) for key in keys]),
        col(Customer.number).in_(keys),
        col(Customer.source_key) != col(Customer.number),
    )
    found: dict[str, list[int]] = {}
    for number, id_ in session.exec(query):
        found.setdefault(number, []).append(id_ or 0)
    return {ids[0]: number for number, ids in found.items() if len(ids) == 1}


def present_customers(
    session: Session, keys: Sequence[str], *, lock: bool = False
) -> dict[str, tuple[Customer, bool]]:
    """The customers that the source means by these numbers; whether one is found by its mended number."""
    mended = by_mended_number(session, keys)
    query = select(Customer).where(sa.or_(col(Customer.source_key).in_(keys), col(Customer.id).in_(mended)))
    query = query.order_by(col(Customer.id))
    customers = list(session.exec(query.with_for_update() if lock else query))
    wanted = set(keys)
    present = {one.source_key: (one, False) for one in customers if one.source_key in wanted}
    for one in customers:
        number = mended.get(one.id or 0, "")
        if one.source_key not in wanted and one.number == number and number not in present:
            present[number] = (one, True)
    return present


class _Import:
    """One transaction of an import."""

    def __init__(
        self, session: Session, office: Office, arrival: Arrival, columns: ColumnMap, counts: Counts
    ) -> None:
        self.session, self.office, self.arrival = session, office, arrival
        self.columns, self.counts = columns, counts
        self.put_back: list[PutBack] = []

    def take(self, rows: Sequence[Row | BadRow]) -> None:
        """Applies some rows."""
        self.counts.rows += len(rows)
        incoming: dict[str, Incoming] = {}
        for one in read_rows(rows, self.columns):
            if isinstance(one, PutBack):
                self.put_back.append(one)
            elif one.key in incoming:
                self.put_back.append(_twice(one, incoming[one.key].position))
            else:
                incoming[one.key] = one
        present = self._present(list(incoming))
        new: list[dict[str, Any]] = []
        seen: list[dict[str, Any]] = []
        for one in incoming.values():
            customer = present.get(one.key)
            if customer is None:
                new.append(
                    new_row(one.text, at=self.office.now, batch=self.arrival.id, position=one.position)
                )
            elif customer.seen_in == self.arrival.id and customer.seen_at_row != one.position:
                self.put_back.append(_twice(one, customer.seen_at_row))
            elif (customer.seen_in or 0) > (self.arrival.id or 0):
                # An older file that is read again must not bring back what a newer one has replaced.
                self.counts.unchanged += 1
            else:
                seen.append({"b_id": customer.id, "seen_in": self.arrival.id, "seen_at_row": one.position})
                self._merge(customer, one)
        if new:
            execute(self.session, sa.insert(table_of(Customer)), new)
        if seen:
            execute(self.session, _SEEN, seen)
        self.counts.new += len(new)
        self.counts.quarantined += len(self.put_back)
        if self.put_back:
            quarantine_rows(self.session, self.office, self.arrival, self.put_back)
        refused = {one.position for one in self.put_back}
        settle_rows(
            self.session, self.office, self.arrival, [row.number for row in rows if row.number not in refused]
        )

    def _present(self, keys: list[str]) -> dict[str, Customer]:
        present: dict[str, Customer] = {}
        for key, (customer, is_mended) in present_customers(self.session, keys, lock=True).items():
            if is_mended:
                if customer.seen_in == self.arrival.id:
                    continue
                customer.source_key = key
                self.session.add(customer)
            present[key] = customer
        return present

    def _merge(self, customer: Customer, one: Incoming) -> None:
        result = merge(customer.source, text_of(customer), one.text)
        source = {**customer.source, **one.text}
        if result.clashes or result.agreed:
            self.counts.conflicts += note_clashes(
                self.session, self.office, customer, result, self.arrival.id
            )
        if source != customer.source:
            customer.source = source
            self.session.add(customer)
        if not result.take:
            self.counts.unchanged += 1
            return
        self.counts.changed += 1
        for name, value in {**result.take, **folded_columns(dict(result.take))}.items():
            setattr(customer, name, value)
        customer.batch, customer.updated_at = self.arrival.id, self.office.now
        customer.revision += 1
        self.session.add(customer)


_SEEN = (
    sa.update(table_of(Customer))
    .where(table_of(Customer).c.id == sa.bindparam("b_id"))
    .values(seen_in=sa.bindparam("seen_in"), seen_at_row=sa.bindparam("seen_at_row"))
)


def _twice(one: Incoming, first: int) -> PutBack:
    reason: Message = _(
        "The customer number {number} stands in row {first} already.", number=one.key, first=first
    )
    return PutBack(one.position, one.raw, reason)
