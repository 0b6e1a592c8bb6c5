"""Taking things out of the console over SSH: to the clipboard by OSC 52, to a file on the host."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from core.locale import _
from core.store.paging import in_chunks
from core.tables.write import write_csv
from tui.background import in_background
from tui.reading import READ, read_rows
from tui.shown import Cell, Shown

if TYPE_CHECKING:
    from core.office import Office
    from tui.area import Area
    from tui.listed import AnyWorklist
    from tui.pane import TriagePane

MOST_COPIED = 50_000
"""Characters for the clipboard; terminals drop more than about 75,000 of their base64."""
FOLDER = "exports"


def copied(text: str) -> str:
    """What may go to the clipboard."""
    return text[:MOST_COPIED]


def cells_of(area: Area, row: object, shown: Shown) -> list[str]:
    """A row as texts, by the area's columns."""
    texts = (column.cell(row, shown) for column in area.columns)
    return [(cell.text if isinstance(cell, Cell) else cell).strip() for cell in texts]


def export(office: Office, area: Area, worklist: AnyWorklist, ids: Sequence[int], shown: Shown) -> Path:
    """Writes the rows of a view as CSV into the home's folder `exports`; the file is the owner's alone.

    Raises OSError.
    """
    folder = office.home / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{area.name}-{_stamp(shown.now)}.csv"
    path.touch(mode=0o600)
    headings = [shown.text(column.heading) or column.key for column in area.columns]
    write_csv(path, headings, _rows(office, area, worklist, ids, shown))
    path.chmod(0o600)
    return path


def _stamp(now: datetime) -> str:
    return re.sub(r"[^0-9]", "", now.isoformat(timespec="seconds"))[:14]


def _rows(
    office: Office, area: Area, worklist: AnyWorklist, ids: Sequence[int], shown: Shown
) -> Iterator[list[str]]:
    for chunk in in_chunks(ids, READ):
        rows = read_rows(office, worklist, chunk)
        for id_ in chunk:
            if id_ in rows:
                yield cells_of(area, rows[id_], shown)


def copy(pane: TriagePane) -> None:
    """The row under the cursor to the terminal's clipboard; where the detail covers the list, its text."""
    row = pane.list.current_row
    if pane.has_class("-detail") and pane.detail.plain:
        text = pane.detail.plain
    elif row is not None:
        text = "\t".join(cells_of(pane.area, row, pane.shown))
    else:
        return
    pane.app.copy_to_clipboard(copied(text))  # pyright: ignore[reportUnknownMemberType]
    pane.say(_("Copied, where the terminal allows it (OSC 52)."))


def export_view(pane: TriagePane) -> None:
    """The marked rows, else the whole view, into a file; says where it is."""
    office, area, worklist, shown = pane.office, pane.area, pane.worklist, pane.shown
    ids = pane.selection() if pane.list.marks else pane.list.view.ids

    def then(path: Path) -> None:
        pane.say(_("{count} rows written to {file}", count=len(ids), file=path))

    in_background(
        pane,
        "export",
        lambda _cancelled: export(office, area, worklist, ids, shown),
        then,
        failed=pane.say,
    )
