"""What differs between areas whose records come in as tables, and how rows become records of theirs."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from core.importing.columns import ColumnMap, Headings
from core.importing.columns import Mapping as ColumnMapping
from core.importing.three_way import Merge, merge
from core.inbox.arrival import Arrival
from core.inbox.receive import PutBack, quarantine_rows
from core.locale import Message
from core.office import Office
from core.store.statements import execute, table_of
from core.tables import BadRow, Format, Row, Table, open_table

R = TypeVar("R", bound=SQLModel)


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
    """One row as a record: its key, its text by attribute, where it stood."""

    key: str
    text: dict[str, str]
    position: int
    raw: bytes


class Intake(ABC, Generic[R]):
    """An area whose records come in as tables.

    A record has the columns `source_key`, `source`, `batch`, `seen_in`, `seen_at_row`, `revision` and
    `updated_at`, beside one for every field.
    """

    kind: str
    """What its arrivals are called."""
    model: type[R]
    headings: Headings

    @abstractmethod
    def key_of(self, text: Mapping[str, str]) -> str | Message:
        """How the source names the record, or why the row is none."""

    @abstractmethod
    def twice(self, one: Incoming, first: int) -> Message:
        """Why a row is put back whose record stands in row `first` of the same file already."""

    @abstractmethod
    def present(
        self, session: Session, keys: Sequence[str], *, lock: bool = False
    ) -> dict[str, tuple[R, bool]]:
        """The records that the source means by these keys; whether one is found by what was mended here."""

    @abstractmethod
    def new_rows(
        self, session: Session, incoming: Sequence[Incoming], batch: int | None, at: datetime
    ) -> list[dict[str, Any]]:
        """Every column of records that the source names for the first time."""

    @abstractmethod
    def text_of(self, record: R) -> dict[str, str]:
        """The text fields of a record."""

    @abstractmethod
    def computed(self, session: Session, record: R, text: Mapping[str, str]) -> Mapping[str, Any]:
        """The columns that follow from fields which are about to change."""

    @abstractmethod
    def note_clashes(
        self, session: Session, office: Office, record: R, result: Merge, batch: int | None
    ) -> int:
        """Opens, updates and settles conflicts after a comparison; answers how many are new."""

    def open(self, path: Path, name: str, mapping: ColumnMapping) -> tuple[Table, ColumnMap]:
        """A table of such records: a file and the mapping for it. Raises UnreadableInput."""
        table = open_table(
            path,
            name=name,
            encoding=mapping.encoding,
            separator=mapping.separator,
            sheet=mapping.sheet,
            protected=mapping.protected,
        )
        return table, self.headings.recognise(table.columns, mapping, name, sparse=table.format is Format.XML)

    def mapping_of(self, options: Mapping[str, Any], name: str) -> ColumnMapping:
        """How a file is to be read: its mapping file, and what was said beside it, which goes before."""
        mapping = self.headings.parse_mapping(str(options.get("mapping", "")), name)
        csv = [f"{key} = {json.dumps(options[key])}" for key in ("encoding", "separator") if options.get(key)]
        said = self.headings.parse_mapping("\n".join(["[csv]", *csv]), name)
        return replace(
            mapping,
            encoding=said.encoding or mapping.encoding,
            separator=said.separator or mapping.separator,
            sheet=options.get("sheet") or mapping.sheet,
        )

    def open_arrival(self, office: Office, arrival: Arrival) -> tuple[Table, ColumnMap]:
        """The table of an arrival and what its columns mean. Raises UnreadableInput."""
        mapping = self.mapping_of(arrival.options, arrival.name)
        return self.open(office.archive.path(arrival.sha256), arrival.name, mapping)

    def read_rows(self, rows: Iterable[Row | BadRow], columns: ColumnMap) -> Iterator[Incoming | PutBack]:
        """Rows as records, or as rows that must be put back."""
        for row in rows:
            if isinstance(row, BadRow):
                yield PutBack(row.number, row.raw, row.reason)
                continue
            text = columns.text_of(row.cells)
            key = self.key_of(text)
            if isinstance(key, Message):
                yield PutBack(row.number, row.raw, key)
            else:
                yield Incoming(key, text, row.number, row.raw)


class Taking(Generic[R]):
    """One transaction of an import."""

    def __init__(
        self,
        session: Session,
        office: Office,
        intake: Intake[R],
        arrival: Arrival,
        columns: ColumnMap,
        counts: Counts,
    ) -> None:
        self.session, self.office, self.intake, self.arrival = session, office, intake, arrival
        self.columns, self.counts = columns, counts
        self.put_back: list[PutBack] = []

    def take(self, rows: Sequence[Row | BadRow]) -> frozenset[int]:
        """Applies some rows; the positions of those that were put back."""
        self.counts.rows += len(rows)
        incoming: dict[str, Incoming] = {}
        for one in self.intake.read_rows(rows, self.columns):
            if isinstance(one, PutBack):
                self.put_back.append(one)
            elif one.key in incoming:
                self._refuse(one, incoming[one.key].position)
            else:
                incoming[one.key] = one
        present = self._present(list(incoming))
        new: list[Incoming] = []
        seen: list[dict[str, Any]] = []
        for one in incoming.values():
            record: Any = present.get(one.key)
            if record is None:
                new.append(one)
            elif record.seen_in == self.arrival.id and record.seen_at_row != one.position:
                self._refuse(one, record.seen_at_row)
            elif (record.seen_in or 0) > (self.arrival.id or 0):
                # An older file that is read again must not bring back what a newer one has replaced.
                self.counts.unchanged += 1
            else:
                seen.append({"b_id": record.id, "seen_in": self.arrival.id, "seen_at_row": one.position})
                self._merge(record, one)
        self._write(new, seen)
        return frozenset(one.position for one in self.put_back)

    def _refuse(self, one: Incoming, first: int) -> None:
        self.put_back.append(PutBack(one.position, one.raw, self.intake.twice(one, first)))

    def _write(self, new: Sequence[Incoming], seen: Sequence[dict[str, Any]]) -> None:
        table = table_of(self.intake.model)
        if new:
            made = self.intake.new_rows(self.session, new, self.arrival.id, self.office.now)
            execute(self.session, sa.insert(table), made)
        if seen:
            those = sa.update(table).where(table.c.id == sa.bindparam("b_id"))
            values: dict[str, Any] = {
                "seen_in": sa.bindparam("seen_in"),
                "seen_at_row": sa.bindparam("seen_at_row"),
            }
            execute(self.session, those.values(values), seen)
        self.counts.new += len(new)
        self.counts.quarantined += len(self.put_back)
        if self.put_back:
            quarantine_rows(self.session, self.office, self.arrival, self.put_back)

    def _present(self, keys: list[str]) -> dict[str, R]:
        present: dict[str, R] = {}
        for key, (found, is_mended) in self.intake.present(self.session, keys, lock=True).items():
            record: Any = found
            if is_mended:
                if record.seen_in == self.arrival.id:
                    continue
                record.source_key = key
                self.session.add(record)
            present[key] = found
        return present

    def _merge(self, found: R, one: Incoming) -> None:
        record: Any = found
        result = merge(record.source, self.intake.text_of(found), one.text)
        source = {**record.source, **one.text}
        if result.clashes or result.agreed:
            self.counts.conflicts += self.intake.note_clashes(
                self.session, self.office, found, result, self.arrival.id
            )
        if source != record.source:
            record.source = source
            self.session.add(record)
        if not result.take:
            self.counts.unchanged += 1
            return
        self.counts.changed += 1
        for name, value in {**result.take, **self.intake.computed(self.session, found, result.take)}.items():
            setattr(record, name, value)
        record.batch, record.updated_at = self.arrival.id, self.office.now
        record.revision += 1
        self.session.add(record)
