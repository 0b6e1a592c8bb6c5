"""`leitstand import customers|contracts`: files come in, are stored, and become records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import LeitstandError, UnreadableInput
from core.locale import Message, _, n_
from jobs.commands.frame import Frame
from jobs.commands.grammar import FILE, Group, argument, option
from jobs.commands.printing import Column, Listing

if TYPE_CHECKING:
    from core.importing.intake import Counts, Intake
    from core.inbox.arrival import Arrival
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


def _as_files_are_read(function: Callable[..., Any]) -> Callable[..., Any]:
    """The arguments that every import has."""
    for add in (
        option("--sheet", help=_("The sheet of a spreadsheet; else the first.")),
        option("--separator", help=_("The separator of a CSV file; else it is found out.")),
        option("--encoding", help=_("The encoding of a CSV file; else it is found out.")),
        option("--dry-run", is_flag=True, help=_("Says what would happen; nothing is stored.")),
        option("--mapping", type=FILE, help=_("Says which column is which field, where headings do not.")),
        argument("files", nargs=-1, required=True, type=FILE, metavar="FILE…"),
    ):
        function = add(function)
    return function


@import_group.sub("customers", _("Imports customers from CSV, XLSX, XLS, ODS or XML."))
@_as_files_are_read
def import_customers(frame: Frame, **given: Any) -> int:
    """Imports each file; one that cannot be read does not stop the others."""
    from core.customers.importing import CUSTOMERS

    return _Importing(frame, CUSTOMERS, **given).carry_out()


@import_group.sub("contracts", _("Imports contracts from CSV, XLSX, XLS, ODS, XML or GDV data."))
@_as_files_are_read
def import_contracts(frame: Frame, **given: Any) -> int:
    """Imports each file; contracts without a customer yet find it later."""
    from core.contracts.importing import CONTRACTS
    from core.contracts.linking import link_contracts

    return _Importing(frame, CONTRACTS, **given).carry_out(link_contracts)


class _Importing:
    """One call of `leitstand import`."""

    def __init__(
        self,
        frame: Frame,
        intake: Intake[Any],
        *,
        files: Sequence[Path],
        mapping: Path | None,
        dry_run: bool,
        **said: str | None,
    ) -> None:
        self.frame, self.intake, self.files, self.dry_run = frame, intake, files, dry_run
        self.options = reading_options(mapping, **said)

    def carry_out(self, finish: Callable[[Office], object] | None = None) -> int:
        """Imports the files and says what became of them; the exit code."""
        from core.operators import Role

        frame = self.frame
        done: list[Imported] = []
        unreadable = False
        with frame.office() as office:
            if not self.dry_run:
                office.require(Role.CLERK)
            for file in self.files:
                try:
                    done.append(self._preview(office, file) if self.dry_run else self._import(office, file))
                except UnreadableInput as error:
                    frame.tell(error.message)
                    unreadable = True
            if finish is not None and not self.dry_run:
                finish(office)
        frame.list(LISTING, done)
        for one in done:
            frame.tell(_summary(one))
        put_back = any(one.counts.quarantined for one in done)
        return 2 if unreadable else int(put_back)

    def _import(self, office: Office, file: Path) -> Imported:
        from core.importing import applying
        from core.importing.intake import Counts
        from core.inbox.receive import receive_file

        received = receive_file(office, self.intake.kind, file, options=self.options)
        arrival = received.arrival
        if received.again:
            return Imported(str(file), arrival.id, _unchanged(Counts.of(arrival.counts)), again=True)
        told = reading(self.frame, file.name)
        counts = applying.apply(office, self.intake, arrival, told, self.frame.tell, journalled=True)
        return Imported(str(file), arrival.id, counts)

    def _preview(self, office: Office, file: Path) -> Imported:
        from core.importing.preview import preview

        mapping = self.intake.mapping_of(self.options, file.name)
        table, columns = self.intake.open(file, file.name, mapping)
        for note in (*table.notes, *columns.notes()):
            self.frame.tell(note)
        return Imported(str(file), None, preview(office, self.intake, table, columns))


def reading(frame: Frame, name: str) -> Callable[[int, int], None]:
    """What tells how far a file has been read."""
    told = frame.progress(_("Importing {file}", file=name))

    def tell(read: int, size: int) -> None:
        told(read, size)

    return tell


def apply_files(frame: Frame, office: Office, files: Iterable[Arrival]) -> bool:
    """Applies stored files at once, each as what it is, and lists what became of them; is all well?"""
    from core.importing import applying
    from jobs.intakes import intake_of

    done: list[Imported] = []
    well = True
    for file in files:
        try:
            intake, told = intake_of(file.kind), reading(frame, file.name)
            counts = applying.apply(office, intake, file, told, frame.tell, journalled=True)
        except LeitstandError as error:
            frame.tell(error.message)
            well = False
            continue
        done.append(Imported(file.name, file.id, counts))
        well = well and not counts.quarantined
    if frame.format == "table":
        frame.list(LISTING, done)
    return well


def _unchanged(counts: Counts) -> Counts:
    from core.importing.intake import Counts

    left = counts.rows - counts.quarantined
    return Counts(rows=counts.rows, unchanged=left, quarantined=counts.quarantined)


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
