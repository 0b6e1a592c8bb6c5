"""`leitstand export`: what the source must mend, and customers, as CSV or XLSX."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import WrongUsage
from core.locale import _, n_
from jobs.commands.findings import field_label
from jobs.commands.frame import Frame
from jobs.commands.grammar import OUTPUT, Group, option
from jobs.commands.printing import Column, Listing, write_json
from jobs.commands.selecting import customer_condition

if TYPE_CHECKING:
    from core.customers.corrections import Correction

export_group = Group("export", _("Writes records as CSV or XLSX, on standard output or into a file."))
FORMATS = ("csv", "xlsx", "json")
Rows = Callable[[], Iterable[Sequence[str]]]


def correction_as_json(one: Correction) -> Mapping[str, object]:
    """For machines."""
    return {
        "adviser": one.adviser,
        "number": one.number,
        "name": one.name,
        "field": one.field,
        "source": one.source,
        "corrected": one.corrected,
        "rules": list(one.rules),
        "changed_at": one.changed_at,
        "changed_by": one.changed_by,
    }


CORRECTIONS: Listing[Correction] = Listing(
    (
        Column(_("Adviser"), lambda one: one.adviser),
        Column(_("Customer number"), lambda one: one.number),
        Column(_("Name"), lambda one: one.name),
        Column(_("Field"), lambda one: field_label(one.field)),
        Column(_("In the source"), lambda one: one.source),
        Column(_("Corrected"), lambda one: one.corrected),
        Column(_("Rules"), lambda one: one.rules),
        Column(_("Changed"), lambda one: one.changed_at),
        Column(_("By"), lambda one: one.changed_by),
    ),
    correction_as_json,
)


@export_group.sub("corrections", _("What must be mended in the source, by adviser."), FORMATS)
@option("--adviser", metavar="NAME", help=_("Only the customers of this adviser."))
@option("--output", type=OUTPUT, help=_("The file to write; else standard output."))
def export_corrections(frame: Frame, adviser: str | None, output: Path | None) -> None:
    """Writes the corrections; XLSX has one sheet with all and one for each adviser."""
    from core.customers.corrections import advisers, corrections

    format_ = _format(frame, output)
    with frame.office() as office:
        if format_ == "json":
            _write_json(frame, output, CORRECTIONS, corrections(office, adviser))
            return
        headings = [frame.text(column.heading) for column in CORRECTIONS.columns]

        def rows_of(name: str | None) -> Rows:
            return lambda: (_cells(frame, one) for one in corrections(office, name))

        sheets = {frame.text(_("All")): rows_of(adviser)}
        if format_ == "xlsx" and adviser is None:
            for name in advisers(office):
                sheets[_sheet_name(name or frame.text(_("without adviser")), sheets)] = rows_of(name)
        _write(frame, format_, output, headings, sheets, protect=True)


def _cells(frame: Frame, one: Correction) -> list[str]:
    from jobs.commands.printing import spoken

    return [spoken(column.cell(one), frame.say, frame.zone) for column in CORRECTIONS.columns]


@export_group.sub("customers", _("Customers as they stand here; the file can be imported again."), FORMATS)
@option("--where", metavar="CONDITION", help=_("Only those that fit this condition."))
@option("--output", type=OUTPUT, help=_("The file to write; else standard output."))
@option("--unprotected", is_flag=True, help=_("CSV without an apostrophe before what may act as a formula."))
def export_customers(frame: Frame, where: str | None, output: Path | None, unprotected: bool) -> None:
    """Writes every field of customers, under headings that an import recognises."""
    from core.customers.fields import FIELDS
    from core.customers.listing import select_customers
    from jobs.commands.customers import CUSTOMERS

    condition, format_ = customer_condition(where), _format(frame, output)
    with frame.office() as office:
        if format_ == "json":
            _write_json(frame, output, CUSTOMERS, select_customers(office, condition))
            return
        headings = [one.english if frame.language == "en" else one.german for one in FIELDS]
        rows: Rows = lambda: (  # noqa: E731
            [getattr(view.customer, one.attribute) for one in FIELDS]
            for view in select_customers(office, condition)
        )
        _write(frame, format_, output, headings, {frame.text(_("Customers")): rows}, protect=not unprotected)


def _format(frame: Frame, output: Path | None) -> str:
    ending = output.suffix.lower().removeprefix(".") if output is not None else ""
    format_ = ending if ending in FORMATS and not frame.format_was_said else frame.format
    if format_ == "xlsx" and output is None and sys.stdout.isatty():
        raise WrongUsage(_("XLSX is no text: say --output FILE."))
    return format_


def _write_json(frame: Frame, output: Path | None, listing: Listing[Any], items: Iterable[Any]) -> None:
    from core.tables.write import replacing_text

    with _writing(output), nullcontext() if output is None else replacing_text(output) as file:
        write_json(listing, items, frame.say, file)


@contextmanager
def _writing(output: Path | None) -> Generator[None]:
    """Names the file where it cannot be written; of standard output whoever called us speaks."""
    try:
        yield
    except OSError as error:
        if output is None:
            raise
        reason = error.strerror or str(error)
        raise WrongUsage(_("{file} cannot be written: {reason}", file=str(output), reason=reason)) from error


def _write(
    frame: Frame,
    format_: str,
    output: Path | None,
    headings: Sequence[str],
    sheets: Mapping[str, Rows],
    *,
    protect: bool,
) -> None:
    from core.tables.write import SheetContent, write_csv, write_xlsx

    sys.stdout.flush()
    target = output if output is not None else sys.stdout.buffer
    with _writing(output):
        if format_ == "xlsx":
            count = write_xlsx(
                target, {name: SheetContent(headings, rows()) for name, rows in sheets.items()}
            )
        else:
            (rows,) = sheets.values()
            count = write_csv(target, headings, rows(), protect=protect)
    frame.tell(n_("{count} row written.", "{count} rows written.", count))


def _sheet_name(name: str, taken: Mapping[str, object]) -> str:
    """A name that XLSX takes: short, without its special characters, not twice."""
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", name).strip("' ")[:31] or "_"
    used = {one.casefold() for one in taken}
    number, chosen = 1, plain
    while chosen.casefold() in used:
        number += 1
        chosen = f"{plain[: 31 - len(str(number)) - 3]} ({number})"
    return chosen
