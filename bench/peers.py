"""Other ways to show the same queue, as programs: `python -m bench.peers static|datatable|fastdatatable URL`.

Each imports sqlmodel, and the lists read through the engine that the console reads through.
"""

from __future__ import annotations

import sys
from typing import Any, cast

import sqlmodel  # noqa: F401  # pyright: ignore[reportUnusedImport]
from textual.app import App, ComposeResult
from textual.widgets import DataTable, Static

READY = "ready to be read"
COLUMNS = ("state", "subject", "subject_name", "cause_code", "attempts", "updated_at")


class One(App[None]):
    """One Static: the least that Textual can show."""

    def compose(self) -> ComposeResult:
        """The text."""
        yield Static(READY)


def rows_of(url: str) -> list[tuple[Any, ...]]:
    """The whole queue, in the columns that the console shows."""
    import sqlalchemy as sa

    from core.outbox.transfer import Transfer
    from core.store.engine import Store
    from core.store.statements import table_of

    columns = table_of(Transfer).c
    query = sa.select(*(columns[name] for name in COLUMNS)).order_by(columns.id)
    with Store(url).read() as session:
        return [tuple(map(str, row)) for row in session.connection().execute(query)]


class Textuals(App[None]):
    """Textual's DataTable."""

    def compose(self) -> ComposeResult:
        """The table."""
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        """Filled as its handbook says."""
        table = cast("DataTable[str]", self.query_one(DataTable))
        table.add_columns(*COLUMNS)
        table.add_rows(rows_of(sys.argv[2]))
        table.focus()


def fast() -> App[None]:
    """textual-fastdatatable over an Arrow table."""
    import pyarrow as pa  # pyright: ignore[reportMissingTypeStubs]
    from textual_fastdatatable import ArrowBackend
    from textual_fastdatatable import DataTable as Fast

    class Fasts(App[None]):
        def compose(self) -> ComposeResult:
            cells = zip(*rows_of(sys.argv[2]), strict=True)
            make: Any = cast("Any", pa).table
            table = make({name: list(texts) for name, texts in zip(COLUMNS, cells, strict=True)})
            yield Fast(backend=ArrowBackend(table), cursor_type="row")

        def on_mount(self) -> None:
            self.query_one(Fast).focus()

    return Fasts()


def main() -> None:
    """Runs one of them."""
    makers: dict[str, Any] = {"static": One, "datatable": Textuals, "fastdatatable": fast}
    makers[sys.argv[1]]().run(mouse=False)


if __name__ == "__main__":
    main()
