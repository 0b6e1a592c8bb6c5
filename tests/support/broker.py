"""The broker software that an office's customers come from: it writes exports, the office imports them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import col, select

from core.customers.customer import Customer, ImportConflict
from core.customers.fields import FIELD_BY_ATTRIBUTE
from core.customers.importing import KIND, Counts, apply
from core.customers.review import review_stale
from core.inbox.arrival import Arrival
from core.inbox.receive import receive_file
from core.office import Office
from core.rulebook.record import FindingRow
from tests.support.customers import Fields
from tests.support.offices import GivenOffice


@dataclass
class BrokerSoftware:
    """Writes exports into `folder`, one after the other under one name, and has `office` import them."""

    office: GivenOffice
    folder: Path

    def exports(self, *customers: Fields, name: str = "kunden.csv") -> Path:
        """A CSV with a column for every field that any of the customers has."""
        columns = list(dict.fromkeys(field for one in customers for field in one))
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
        writer.writerow([FIELD_BY_ATTRIBUTE[column].german for column in columns])
        writer.writerows([one.get(column, "") for column in columns] for one in customers)
        return self.writes(text.getvalue().encode(), name)

    def writes(self, content: bytes, name: str = "kunden.csv") -> Path:
        """A file with these bytes."""
        path = self.folder / name
        path.write_bytes(content)
        return path

    def brings(self, *customers: Fields) -> Counts:
        """An export of these customers, imported."""
        return self.imports(self.exports(*customers))

    def imports(self, path: Path, **options: str) -> Counts:
        """Has a file imported, as `leitstand import` does; the same once more is not read again."""
        return self._import(self.office, path, options)

    def imports_by(self, office: Office, path: Path) -> Callable[[], Counts]:
        """The same in somebody else's hands, to be done later."""
        return lambda: self._import(office, path, {})

    @staticmethod
    def _import(office: Office, path: Path, options: dict[str, str]) -> Counts:
        received = receive_file(office, KIND, path, options=options)
        if received.again:
            return Counts.of(received.arrival.counts)
        return apply(office, received.arrival)


def recheck(office: GivenOffice) -> int:
    """Reviews all that moved; how many customers that were."""
    told = list(review_stale(office))
    assert not told or told[-1][0] == told[-1][1]
    return told[-1][0] if told else 0


def customers_of(office: Office) -> dict[str, Customer]:
    """All customers, by what their source calls them."""
    with office.store.read() as session:
        return {one.source_key: one for one in session.exec(select(Customer).order_by(col(Customer.id)))}


def findings_of(office: Office, number: str | None = None) -> list[FindingRow]:
    """What is found of all customers, or of one, in the order in which it was found."""
    query = select(FindingRow).order_by(col(FindingRow.id))
    with office.store.read() as session:
        return [one for one in session.exec(query) if number in (None, one.subject)]


def conflicts_of(office: Office) -> Sequence[ImportConflict]:
    """Every conflict, settled or not."""
    with office.store.read() as session:
        return session.exec(select(ImportConflict).order_by(col(ImportConflict.id))).all()


def arrivals_of(office: Office) -> Sequence[Arrival]:
    """Everything that came in, files and rows."""
    with office.store.read() as session:
        return session.exec(select(Arrival).order_by(col(Arrival.id))).all()
