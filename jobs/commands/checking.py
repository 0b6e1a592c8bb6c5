"""`leitstand check customers`: the office's records, or a file, by the rules; and their fixes."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import UnreadableInput, WrongUsage
from core.locale import Message, _, n_
from core.tables import BadRow
from core.tables.write import write_csv
from core.text import visible
from jobs.commands.findings import FINDINGS, WHOLE_FINDINGS, Tally
from jobs.commands.fixes import show_changes
from jobs.commands.frame import Frame
from jobs.commands.grammar import FILE, Group, Whole, option
from jobs.commands.importing import reading_options

if TYPE_CHECKING:
    from core.customers.file_check import CheckedRow
    from core.customers.given import Given
    from core.office import Office
    from core.rulebook.finding import Finding

check_group = Group(
    "check", _("Checks records, or a file, by the rules; exit code 1 where errors are found.")
)


@check_group.sub("customers", _("Checks customers: those of the office, or with --file those of a file."))
@option("--file", type=FILE, help=_("Checks this file instead; no office is needed, nothing is stored."))
@option("--where", metavar="CONDITION", help=_("Only the customers that fit this condition."))
@option("--fix", is_flag=True, help=_("Applies the safe fixes, after showing what they change."))
@option("--unsafe", is_flag=True, help=_("With --fix: also the fixes that are only proposals."))
@option("--yes", is_flag=True, help=_("Does not ask before anything is written."))
@option("--output", type=FILE, help=_("With --file --fix: writes a corrected copy as CSV."))
@option("--mapping", type=FILE, help=_("With --file: says which column is which field."))
@option("--encoding", help=_("With --file: the encoding of a CSV file."))
@option("--separator", help=_("With --file: the separator of a CSV file."))
@option("--sheet", help=_("With --file: the sheet of a spreadsheet."))
@option("--limit", type=Whole(), help=_("At most so many findings."))
def check_customers(
    frame: Frame,
    file: Path | None,
    where: str | None,
    fix: bool,
    unsafe: bool,
    yes: bool,
    output: Path | None,
    limit: int | None,
    **reading: object,
) -> int:
    """Checks, fixes where asked to, and lists what is found."""
    if unsafe and not fix:
        raise WrongUsage(_("--unsafe goes with --fix."))
    if file is None:
        if output or any(reading.values()):
            raise WrongUsage(_("--output, --mapping, --encoding, --separator and --sheet go with --file."))
        return _check_office(frame, where, fix, unsafe, yes, limit)
    if where is not None:
        raise WrongUsage(_("--where asks the office; it does not go with --file."))
    if output is not None and not fix:
        raise WrongUsage(_("--output goes with --fix."))
    if output == Path("-"):
        raise WrongUsage(_("Standard output shows what is found; --output needs a file of its own."))
    checked = _File(frame, file, reading_options(**reading))  # pyright: ignore[reportArgumentType]
    return checked.run(fix, unsafe, yes, output, limit)


def _check_office(
    frame: Frame, where: str | None, fix: bool, unsafe: bool, yes: bool, limit: int | None
) -> int:
    from core.customers.listing import findings_of
    from core.customers.review import review_stale
    from core.operators import MACHINE
    from jobs.commands.selecting import customer_condition

    condition = customer_condition(where)
    with frame.office() as office:
        told = frame.progress(_("Checking"))
        # Whoever only looks makes no transfers: what checking leads to is the machine's doing.
        for done, total in review_stale(office.acting_as(MACHINE)):
            told(done, total)
        if fix:
            _fix_office(frame, office, where, unsafe, yes)
        tally = Tally()
        _print(frame, tally.passing(findings_of(office, condition)), limit)
    frame.tell(tally.message())
    return int(tally.has_errors)


def _print(frame: Frame, findings: Iterator[Finding], limit: int | None) -> None:
    """Lists findings; what is beyond the limit is counted all the same."""
    frame.list(WHOLE_FINDINGS if frame.format == "csv" else FINDINGS, findings, limit)
    deque(findings, maxlen=0)


def _fix_office(frame: Frame, office: Office, where: str | None, unsafe: bool, yes: bool) -> None:
    from core.customers.operations import FIX, Fixing
    from core.customers.proposals import proposals
    from jobs.commands.selecting import customer_condition
    from jobs.commands.verbs import tell_report

    office.require(FIX.role)
    ids: list[int] = []
    for proposal in proposals(office, customer_condition(where), unsafe=unsafe):
        ids.append(proposal.id)
        show_changes(frame, proposal.number, proposal.changes)
    if not ids:
        frame.tell(_("There is nothing that could be fixed by itself."))
        return
    question = n_("Change {count} customer like this?", "Change {count} customers like this?", len(ids))
    if frame.confirm(question, yes=yes):
        report = office.perform(FIX, ids, Fixing(unsafe), progress=frame.progress(_("Fixing")))
        tell_report(frame, report)
    else:
        frame.tell(_("Nothing was changed."))


class _File:
    """One file, checked row by row; what cannot be known of it is said first."""

    def __init__(self, frame: Frame, file: Path, options: dict[str, str]) -> None:
        from core.customers.file_check import FileCheck
        from core.customers.importing import mapping_of, open_customers

        self.frame = frame
        self.table, self.columns = open_customers(file, str(file), mapping_of(options, str(file)))
        self.check = FileCheck(self.columns, _given(frame))
        self.tally = Tally()
        self.bad = 0

    def run(self, fix: bool, unsafe: bool, yes: bool, output: Path | None, limit: int | None) -> int:
        """Checks the file, and fixes a copy of it where asked to; the exit code."""
        for note in (*self.table.notes, *self.columns.notes(), *_restrictions()):
            self.frame.tell(note)
        written = fix and self._fix(unsafe, yes, output)
        _print(self.frame, self.tally.passing(self._findings(written, unsafe)), limit)
        self.frame.tell(self.tally.message())
        return int(self.tally.has_errors or self.bad > 0)

    def _findings(self, fixed: bool, unsafe: bool) -> Iterator[Finding]:
        """What is found; of the corrected rows, where those were written."""
        seen: set[int] = set()
        for checked in self._rows():
            if isinstance(checked, BadRow):
                self._complain(_("Row {row} is no row: {reason}", row=checked.number, reason=checked.reason))
                continue
            number = hash(checked.customer.number)
            if number in seen:
                text = visible(checked.customer.number)
                self._complain(
                    _(
                        "Row {row}: the number {number} stood there before.",
                        row=checked.row.number,
                        number=text,
                    )
                )
            seen.add(number)
            changes = self.check.changes(checked, unsafe=unsafe) if fixed else []
            if changes:
                checked = self.check.checked(self.check.corrected(checked.row, changes))  # noqa: PLW2901
            yield from checked.findings

    def _rows(self) -> Iterator[CheckedRow | BadRow]:
        told = self.frame.progress(_("Checking"))
        for checked in self.check.rows(self.table):
            yield checked
            told(self.table.position, self.table.size + 1)

    def _complain(self, message: Message) -> None:
        self.bad += 1
        self.frame.tell(message)

    def _fix(self, unsafe: bool, yes: bool, output: Path | None) -> bool:
        """Shows what would change and writes the copy; whether it was written."""
        for checked in self._rows():
            if not isinstance(checked, BadRow):
                changes = self.check.changes(checked, unsafe=unsafe)
                show_changes(self.frame, checked.customer.number, changes)
        if output is None:
            self.frame.tell(_("Nothing was changed; --output FILE writes a corrected copy."))
            return False
        question = _("Write a corrected copy to {file}?", file=str(output))
        if not self.frame.confirm(question, yes=yes):
            return False
        try:
            write_csv(output, self.table.columns, self._corrected(unsafe))
        except OSError as error:
            raise UnreadableInput(str(output), _("{reason}", reason=error.strerror or str(error))) from error
        return True

    def _corrected(self, unsafe: bool) -> Iterator[tuple[str, ...]]:
        for checked in self._rows():
            if isinstance(checked, BadRow):
                self.frame.tell(_("Row {row} is not in the copy.", row=checked.number))
            else:
                changes = self.check.changes(checked, unsafe=unsafe)
                yield self.check.corrected(checked.row, changes).cells


def _given(frame: Frame) -> Given:
    """Today, and the limits of the partner as the home sets it, or as it is shipped."""
    from core.clock import host_clock, local_day
    from core.customers.given import Given
    from core.customers.names import PARTNER
    from core.customers.sending import CustomerPartner
    from core.opening import known_partners
    from core.settings import read_settings

    settings = read_settings(frame.home, os.environ)
    partner: CustomerPartner = known_partners(frame.home, settings)[PARTNER]()  # pyright: ignore
    return Given(local_day(host_clock(), settings.time_zone), partner.customer_limits)


def _restrictions() -> Iterator[Message]:
    from core.customers.file_check import rules_needing
    from core.rulebook.rule import Need

    if first := rules_needing(Need.PARTNER):
        yield _("Every transfer is taken for the first one ({rules}).", rules=first)
    if part := rules_needing(Need.NEIGHBOURS):
        yield _("Not compared with other records, which takes an office: {rules}.", rules=part)
