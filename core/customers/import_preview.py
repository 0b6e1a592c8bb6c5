"""What an import of customers would do (Probelauf), without doing it."""

from __future__ import annotations

from core.customers.importing import CUSTOMERS
from core.importing import preview as previewing
from core.importing.columns import ColumnMap
from core.importing.intake import Counts
from core.office import Office
from core.tables import Table


def preview(office: Office, table: Table, columns: ColumnMap) -> Counts:
    """What an import would do, without doing it: nothing is stored."""
    return previewing.preview(office, CUSTOMERS, table, columns)
