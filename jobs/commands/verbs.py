"""Operations as commands: `leitstand customers fix`, `transfers retry` …, made of what core declares.

The records are named, or chosen by a condition, or all; the selection is frozen before anything is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import Field, dataclass, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

import click

from core.errors import WrongUsage
from core.locale import Message, _, n_
from core.registry import operations_of
from core.text import visible
from jobs.commands.frame import Frame
from jobs.commands.grammar import FILE, Day, OneOf, Option, Whole, command
from jobs.commands.printing import Column, Listing

if TYPE_CHECKING:
    from core.office import Office
    from core.operation import Operation, Refusal, Report

Selected = Callable[["Office"], Iterable[int]]
Show = Callable[[Frame, "Office", list[int], Any], list[int]]


@dataclass(frozen=True)
class Face:
    """How the records of an area are named and chosen on the command line."""

    area: str
    metavar: str
    find: Callable[[Office, Sequence[str]], list[int]]
    """Ids by what was written."""
    choose: Callable[[str | None], Selected]
    """What chooses ids by a condition (None: all); raises ConditionError before an office is opened."""
    shows: Mapping[str, Show] | None = None
    """By operation: shows what will change, and answers with the ids for which anything will."""
    after: Mapping[str, Callable[[Frame, Office, list[int]], bool]] | None = None
    """By operation: what follows at once; answers whether all went well."""
    attribute: Callable[[str], str] | None = None
    """The attribute of a field, by whatever name it is known; None: those of customers. Raises WrongUsage."""


def verbs(face: Face) -> Iterator[click.Command]:
    """A command for each operation of an area."""
    for operation in operations_of(face.area):
        yield _command(face, operation)


def _command(face: Face, operation: Operation[Any, Any]) -> click.Command:
    parameters = list(fields(operation.parameters))
    hints = get_type_hints(operation.parameters)
    assigns = any(_is_mapping(hints[one.name]) for one in parameters)
    verb = _Verb(face, operation, assigns)

    def called(frame: Frame, **given: Any) -> int:
        return verb.run(frame, given)

    made = command(operation.name, operation.help or operation.label, ("table", "json"))(called)
    metavar = f"[{face.metavar}]… FIELD=VALUE…" if assigns else f"[{face.metavar}]…"
    own: list[click.Parameter] = [click.Argument(["names"], nargs=-1, metavar=metavar)]
    own += [
        _option(operation, one, hints[one.name]) for one in parameters if not _is_mapping(hints[one.name])
    ]
    made.params = [*own, *_selecting_options(), *made.params]
    return made


def _selecting_options() -> list[Option]:
    return [
        Option(["--where"], metavar="CONDITION", spoken=_("All that fit this condition.")),
        Option(["--all", "everything"], is_flag=True, spoken=_("All of them.")),
        Option(["--dry-run"], is_flag=True, spoken=_("Lists what would be touched; nothing is done.")),
        Option(["--yes"], is_flag=True, spoken=_("Does not ask.")),
    ]


def _is_mapping(hint: Any) -> bool:
    return get_origin(hint) is Mapping


def _option(operation: Operation[Any, Any], one: Field[Any], hint: Any) -> Option:
    name, said = one.name.replace("_", "-"), one.metadata
    required = bool(said.get("required")) or (one.name == "reason" and operation.needs_reason)
    spoken: Message = said.get("help", operation.label)
    if hint is bool:
        declared = f"--{name}/--not-{name}" if required else f"--{name}"
        return Option([declared, one.name], is_flag=True, required=required, spoken=spoken)
    return Option([f"--{name}", one.name], type=_type(said, hint), required=required, spoken=spoken)


def _type(said: Mapping[Any, Any], hint: Any) -> Any:
    kinds = set(get_args(hint)) or {hint}
    if "choices" in said:
        return OneOf(said["choices"])
    if said.get("is_field"):
        return FieldOfCustomer()
    if said.get("file"):
        return FILE
    if date in kinds:
        return Day()
    return Whole() if int in kinds else str


class FieldOfCustomer(click.ParamType[Any]):
    """A field of customers, by its German or English name."""

    name = "field"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The attribute. Raises WrongUsage."""
        return attribute_named(str(value))


def attribute_named(name: str) -> str:
    """The attribute of a customer's field, by whatever name it is known. Raises WrongUsage."""
    from core.customers.columns import attribute_of, plain

    if plain(name) in ("shortname", "kurzname"):
        return "short_name"
    attribute = attribute_of(name)
    if attribute is None:
        raise WrongUsage(_("There is no field {field}.", field=visible(name)))
    return attribute


class _Verb:
    """One operation, carried out for one call."""

    def __init__(self, face: Face, operation: Operation[Any, Any], assigns: bool) -> None:
        self.face, self.operation, self.assigns = face, operation, assigns

    def run(self, frame: Frame, given: dict[str, Any]) -> int:
        """Chooses, shows, asks and does; the exit code."""
        names, where = list(given.pop("names")), given.pop("where")
        everything, dry_run, yes = given.pop("everything"), given.pop("dry_run"), given.pop("yes")
        parameters = self._parameters(names, given)
        chosen = self._chosen(names, where, everything)
        with frame.office() as office:
            office.require(self.operation.role)
            ids = list(dict.fromkeys(chosen(office)))
            show = (self.face.shows or {}).get(self.operation.name)
            if show is not None:
                ids = show(frame, office, ids, parameters)
            if dry_run:
                if show is None or frame.format == "json":
                    frame.list(TOUCHED, _touched(office, self.operation, ids))
                return 0
            if not self._is_sure(frame, ids, shown=show is not None, yes=yes):
                frame.tell(_("Nothing was changed."))
                return 0
            report = office.perform(
                self.operation, ids, parameters, progress=frame.progress(self.operation.label)
            )
            tell_report(frame, report, on_stdout=True, undoable=self.operation.undoable)
            follow = (self.face.after or {}).get(self.operation.name)
            well = follow(frame, office, ids) if follow and report.done else True
        return int(bool(report.refused) or not well)

    def _parameters(self, names: list[str], given: dict[str, Any]) -> Any:
        said = {name: value for name, value in given.items() if value is not None}
        for name, value in said.items():
            if isinstance(value, Path):
                from jobs.commands.importing import text_of_file

                said[name] = text_of_file(value)
        if self.assigns:
            said["values"] = _take_assignments(names, self.face.attribute or attribute_named)
            if said.get("revision") is not None and len(names) != 1:
                raise WrongUsage(_("--revision goes with one record."))
        return self.operation.parameters(**said)

    def _chosen(self, names: list[str], where: str | None, everything: bool) -> Selected:
        if [bool(names), where is not None, everything].count(True) != 1:
            raise WrongUsage(_("Name records, or choose them with --where, or take --all."))
        if names:
            return lambda office: self.face.find(office, names)
        return self.face.choose(where)

    def _is_sure(self, frame: Frame, ids: list[int], *, shown: bool, yes: bool) -> bool:
        """What can be undone is done at once; what was shown, or cannot be undone, is asked for."""
        if not ids or (self.operation.undoable and not shown):
            return True
        question = n_(
            "{operation}: {count} record?",
            "{operation}: {count} records?",
            len(ids),
            operation=self.operation.label,
        )
        return frame.confirm(question, yes=yes)


def _take_assignments(names: list[str], attribute: Callable[[str], str]) -> dict[str, str]:
    """Takes FIELD=VALUE out of the names. Raises WrongUsage where there is none."""
    values: dict[str, str] = {}
    for name in [one for one in names if "=" in one and not one.startswith("#")]:
        field, _equals, value = name.partition("=")
        values[attribute(field)] = value
        names.remove(name)
    if not values:
        raise WrongUsage(_("Say what to change: FIELD=VALUE."))
    return values


@dataclass(frozen=True, slots=True)
class Touched:
    """A record that an operation would be tried on, and why it would be left alone, if so."""

    id: int
    subject: str
    reason: Message | None

    def as_json(self) -> Mapping[str, object]:
        """For machines."""
        return {"id": self.id, "subject": self.subject, "reason": self.reason}


TOUCHED: Listing[Touched] = Listing(
    (
        Column(_("Id"), lambda one: one.id),
        Column(_("Subject"), lambda one: visible(one.subject)),
        Column(_("Left alone because"), lambda one: one.reason, sentence=True),
    ),
    Touched.as_json,
)


def _touched(office: Office, operation: Operation[Any, Any], ids: list[int]) -> Iterator[Touched]:
    from sqlmodel import col, select

    from core.store.paging import in_chunks

    for chunk in in_chunks(ids):
        with office.store.read() as session:
            query = select(operation.model).where(col(operation.model.id).in_(chunk))
            records = list(session.exec(query.order_by(col(operation.model.id))))
        for record in records:
            yield Touched(record.id, operation.describe(record), operation.applies(record))


def report_as_json(report: Report) -> Mapping[str, object]:
    """For machines."""
    return {
        "operation": report.operation,
        "done": list(report.done),
        "refused": [_refusal_as_json(one) for one in report.refused],
        "entry": report.entry,
        "cancelled": report.cancelled,
        "notes": list(report.notes),
    }


def _refusal_as_json(refusal: Refusal) -> Mapping[str, object]:
    return {"id": refusal.id, "subject": refusal.subject, "reason": refusal.reason}


def tell_report(frame: Frame, report: Report, *, on_stdout: bool = False, undoable: bool = True) -> None:
    """What was done and what was not, on stderr; `on_stdout` also as data where --format json asks for it."""
    if on_stdout and frame.format == "json":
        frame.json(report_as_json(report))
    for refusal in report.refused:
        frame.tell(
            _("{subject}: left alone. {reason}", subject=visible(refusal.subject), reason=refusal.reason)
        )
    for note in report.notes:
        frame.tell(note)
    frame.tell(n_("{count} record done.", "{count} records done.", len(report.done)))
    if report.entry is not None and undoable:
        frame.tell(_("`leitstand journal undo {entry}` takes it back.", entry=report.entry))
