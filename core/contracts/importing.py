"""Importing contracts (Vertragsimport): how rows of a table, or GDV data, become contracts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from core.contracts.contract import (
    ATTRIBUTES,
    LONGEST_KEY,
    Contract,
    computed_columns,
    key_of,
    text_of,
)
from core.contracts.fields import HEADINGS
from core.contracts.gdv import contracts_of, is_gdv_file
from core.customers.customer import Customer
from core.importing import applying
from core.importing import preview as previewing
from core.importing.applying import Progress
from core.importing.columns import ColumnMap
from core.importing.columns import Mapping as ColumnMapping
from core.importing.intake import Counts, Incoming, Intake
from core.importing.three_way import Merge
from core.inbox.arrival import Arrival
from core.locale import Message, _
from core.office import Office
from core.store.paging import in_chunks
from core.tables import BadRow, Format, Row, Table
from core.tables.rows import Meter
from core.text import folded

KIND = "contracts"
_GDV_COLUMNS = ("number", "insurer", "line", "customer_number")


class ContractIntake(Intake[Contract]):
    """Contracts, which the source knows by insurer and number."""

    kind = KIND
    model = Contract
    headings = HEADINGS

    def open(self, path: Path, name: str, mapping: ColumnMapping) -> tuple[Table, ColumnMap]:
        """A table of contracts, or GDV data. Raises UnreadableInput."""
        if not is_gdv_file(path):
            return super().open(path, name, mapping)
        columns = {attribute: position for position, attribute in enumerate(_GDV_COLUMNS)}
        meter = Meter(path.stat().st_size)
        table = Table(name, Format.CSV, _GDV_COLUMNS, lambda its: _gdv_rows(path, its), meter)
        return table, ColumnMap(columns)

    def key_of(self, text: Mapping[str, str]) -> str | Message:
        """Insurer and number as they compare."""
        key = key_of(text)
        if not key:
            return _("The row has no contract number.")
        if len(key) > LONGEST_KEY:
            return _("The contract number has more than {limit} characters.", limit=LONGEST_KEY)
        if not text.get("customer_number", "").strip():
            return _("The row has no customer number.")
        return key

    def twice(self, one: Incoming, first: int) -> Message:
        """Two rows with one number at one insurer."""
        number = one.text.get("number", "")
        return _("The contract {number} stands in row {first} already.", number=number, first=first)

    def present(
        self, session: Session, keys: Sequence[str], *, lock: bool = False
    ) -> dict[str, tuple[Contract, bool]]:
        """By insurer and number as the source wrote them."""
        query = select(Contract).where(col(Contract.source_key).in_(keys)).order_by(col(Contract.id))
        found = session.exec(query.with_for_update() if lock else query)
        return {one.source_key: (one, False) for one in found}

    def new_rows(
        self, session: Session, incoming: Sequence[Incoming], batch: int | None, at: datetime
    ) -> list[dict[str, Any]]:
        """Contracts with the rows of their customers, where these are known."""
        whose = customers_numbered(session, [one.text.get("customer_number", "") for one in incoming])
        return [self._new_row(one, whose, batch, at) for one in incoming]

    @staticmethod
    def _new_row(one: Incoming, whose: Mapping[str, int], batch: int | None, at: datetime) -> dict[str, Any]:
        whole = {**dict.fromkeys(ATTRIBUTES, ""), **one.text}
        return {
            **whole,
            **computed_columns(whole),
            "source_key": one.key,
            "source": one.text,
            "conflicts": {},
            "customer": whose.get(whole["customer_number"]),
            "batch": batch,
            "seen_in": batch,
            "seen_at_row": one.position,
            "revision": 1,
            "created_at": at,
            "updated_at": at,
        }

    def text_of(self, record: Contract) -> dict[str, str]:
        """Every field."""
        return text_of(record)

    def computed(self, session: Session, record: Contract, text: Mapping[str, str]) -> Mapping[str, Any]:
        """Numbers as they compare, and the customer."""
        return computed(session, text)

    def note_clashes(
        self, session: Session, office: Office, record: Contract, result: Merge, batch: int | None
    ) -> int:
        """On the contract itself; a clash that is known already is brought up to date."""
        kept = {name: one for name, one in record.conflicts.items() if name not in result.agreed}
        new = 0
        for clash in result.clashes:
            before = kept.get(clash.field, {}).get("before", clash.before)
            new += clash.field not in kept
            kept[clash.field] = {"before": before, "ours": clash.ours, "theirs": clash.theirs}
        record.conflicts = kept
        session.add(record)
        return new


CONTRACTS = ContractIntake()


def computed(session: Session, text: Mapping[str, str]) -> dict[str, Any]:
    """The columns that follow from fields, the customer's row among them; only for fields that are given."""
    columns: dict[str, Any] = dict(computed_columns(text))
    if "customer_number" in text:
        number = text["customer_number"]
        columns["customer"] = customers_numbered(session, [number]).get(number)
    return columns


def customers_numbered(session: Session, numbers: Sequence[str]) -> dict[str, int]:
    """The rows of customers by number; exactly so written goes before written otherwise."""
    keys = {number: folded(number.strip()) for number in numbers if number.strip()}
    exact: dict[str, int] = {}
    alike: dict[str, int] = {}
    for chunk in in_chunks(sorted(set(keys.values()))):
        query = select(Customer.number, Customer.number_folded, Customer.id)
        for number, key, id_ in session.exec(query.where(col(Customer.number_folded).in_(chunk))):
            exact[number], alike[key] = id_ or 0, id_ or 0
    return {
        number: found
        for number, key in keys.items()
        if (found := exact.get(number) or alike.get(key)) is not None
    }


def _gdv_rows(path: Path, meter: Meter) -> Iterator[Row | BadRow]:
    for number, one in enumerate(contracts_of(path), 1):
        cells = (one.number, one.insurer, one.line, one.customer_number)
        yield Row(number, cells, ";".join(cells).encode())
    meter.position = meter.size


def apply(
    office: Office,
    arrival: Arrival,
    progress: Progress | None = None,
    tell: Callable[[Message], None] | None = None,
    *,
    journalled: bool = False,
) -> Counts:
    """Applies a stored arrival of contracts; see `core.importing.applying.apply`."""
    return applying.apply(office, CONTRACTS, arrival, progress, tell, journalled=journalled)


def preview(office: Office, table: Table, columns: ColumnMap) -> Counts:
    """What an import would do, without doing it: nothing is stored."""
    return previewing.preview(office, CONTRACTS, table, columns)
