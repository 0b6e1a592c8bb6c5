"""What an import would do (Probelauf), without doing it."""

from __future__ import annotations

from itertools import islice
from typing import Any

from core.importing.applying import CHUNK
from core.importing.columns import ColumnMap
from core.importing.intake import Counts, Incoming, Intake
from core.importing.three_way import merge
from core.inbox.receive import PutBack
from core.office import Office
from core.tables import Table


def preview(office: Office, intake: Intake[Any], table: Table, columns: ColumnMap) -> Counts:
    """What an import would do, without doing it: nothing is stored."""
    counts = Counts()
    seen: set[int] = set()
    rows = table.rows()
    while chunk := list(islice(rows, CHUNK)):
        counts.rows += len(chunk)
        incoming: dict[str, Incoming] = {}
        for one in intake.read_rows(chunk, columns):
            if isinstance(one, PutBack) or hash(one.key) in seen:
                counts.quarantined += 1
            else:
                seen.add(hash(one.key))
                incoming[one.key] = one
        with office.store.read() as session:
            present = intake.present(session, list(incoming))
        for key, one in incoming.items():
            record, _is_mended = present.get(key, (None, False))
            _count(counts, intake, record, one)
    return counts


def _count(counts: Counts, intake: Intake[Any], record: Any, one: Incoming) -> None:
    if record is None:
        counts.new += 1
        return
    result = merge(record.source, intake.text_of(record), one.text)
    counts.conflicts += len(result.clashes)
    if result.take:
        counts.changed += 1
    else:
        counts.unchanged += 1
