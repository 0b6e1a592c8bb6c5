"""`leitstand import customers`: files come in, are stored, and become customers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import UnreadableInput
from core.locale import Message, _, n_
from jobs.commands.frame import Frame
from jobs.commands.grammar import FILE, Group, argument, option
from jobs.commands.printing import Column, Listing

if TYPE_CHECKING:
    from core.customers.importing import Counts
    from core.office import Office

import_group = Group("import", _("Imports records from files; the same file twice changes nothing."))


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one file; `arrival` is None for a dry run; `again`: it was the last one anyway."""

    file: str
    arrival: int | None
    counts: Counts
    again: bool = False

    def as_json(self) -> Mapping[str, object]:
        """For machines."""
        counts = self.counts
        return {
            "file": self.file,
            "arrival": self.arrival,
            "rows": counts.rows,
            "new": counts.new,
            "changed": counts.changed,
            "unchanged": counts.unchanged,
            "conflicts": counts.conflicts,
            "quarantined": counts.quarantined,
            "again": self.again,
        }


LISTING: Listing[Imported] = Listing(
    (
        Column(_("File"), lambda one: one.file),
        Column(_("Arrival"), lambda one: one.arrival),
        Column(_("Rows"), lambda one: one.counts.rows),
        Column(_("New"), lambda one: one.counts.new),
        Column(_("Changed"), lambda one: one.counts.changed),
        Column(_("Unchanged"), lambda one: one.counts.unchanged),
        Column(_("Conflicts"), lambda one: one.counts.conflicts),
        Column(_("Put back"), lambda one: one.counts.quarantined),
    ),
    Imported.as_json,
)


def reading_options(mapping: Path | None, **said: str | None) -> dict[str, str]:
    """How files are to be read, as it is kept with an arrival. Raises UnreadableInput."""
    options = {name: value for name, value in said.items() if value}
    if mapping is not None:
        options["mapping"] = text_of_file(mapping)
    return options


def text_of_file(file: Path) -> str:
    """A small text file. Raises UnreadableInput."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableInput(str(file), _("It is not UTF-8.")) from error
    except OSError as error:
        raise UnreadableInput(str(file), _("{reason}", reason=error.strerror or str(error))) from error


@import_group.sub("customers", _("Imports customers from CSV, XLSX, XLS, ODS or XML."))
@argument("files", nargs=-1, required=True, type=FILE, metavar="FILE…")
@option("--mapping", type=FILE, help=_("Says which column is which field, where headings do not."))
@option("--dry-run", is_flag=True, help=_("Says what would happen; nothing is stored."))
@option("--encoding", help=_("The encoding of a CSV file; else it is found out."))
@option("--separator", help=_("The separator of a CSV file; else it is found out."))
@option("--sheet", help=_("The sheet of a spreadsheet; else the first."))
def import_customers(
    frame: Frame,
    files: Sequence[Path],
    mapping: Path | None,
    dry_run: bool,
    encoding: str | None,
    separator: str | None,
    sheet: str | None,
) -> int:
    """Imports each file; one that cannot be read does not stop the others."""
    from core.operators import Role

    options = reading_options(mapping, encoding=encoding, separator=separator, sheet=sheet)
    done: list[Imported] = []
    unreadable = False
    with frame.office() as office:
        if not dry_run:
            office.require(Role.CLERK)
        for file in files:
            try:
                take = _preview if dry_run else _import
                done.append(take(frame, office, file, options))
            except UnreadableInput as error:
                frame.tell(error.message)
                unreadable = True
    frame.list(LISTING, done)
    for one in done:
        frame.tell(_summary(one))
    put_back = any(one.counts.quarantined for one in done)
    return 2 if unreadable else int(put_back)


def _import(frame: Frame, office: Office, file: Path, options: dict[str, Any]) -> Imported:
    from core.customers import importing
    from core.inbox.receive import receive_file

    received = receive_file(office, importing.KIND, file, options=options)
    arrival = received.arrival
    if received.again:
        return Imported(str(file), arrival.id, _unchanged(importing.Counts.of(arrival.counts)), again=True)
    counts = importing.apply(office, arrival, reading(frame, file.name), frame.tell, journalled=True)
    return Imported(str(file), arrival.id, counts)


def reading(frame: Frame, name: str) -> Callable[[int, int], None]:
    """What tells how far a file has been read."""
    told = frame.progress(_("Importing {file}", file=name))

    def tell(read: int, size: int) -> None:
        told(read, size)

    return tell


def _unchanged(counts: Counts) -> Counts:
    from core.customers.importing import Counts

    left = counts.rows - counts.quarantined
    return Counts(rows=counts.rows, unchanged=left, quarantined=counts.quarantined)


def _preview(frame: Frame, office: Office, file: Path, options: dict[str, Any]) -> Imported:
    from core.customers import importing
    from core.customers.import_preview import preview

    table, columns = importing.open_customers(file, file.name, importing.mapping_of(options, file.name))
    for note in (*table.notes, *columns.notes()):
        frame.tell(note)
    return Imported(str(file), None, preview(office, table, columns))


def _summary(one: Imported) -> Message:
    if one.again:
        return _("{file}: exactly this came last and is applied already.", file=one.file)
    if one.counts.quarantined:
        return n_(
            "{file}: {count} row was put back; `leitstand arrivals list` says why.",
            "{file}: {count} rows were put back; `leitstand arrivals list` says why.",
            one.counts.quarantined,
            file=one.file,
        )
    if one.arrival is None:
        return _("{file}: nothing was stored (dry run).", file=one.file)
    return _(
        "{file}: imported. `leitstand check customers` looks for what a partner would refuse.", file=one.file
    )
