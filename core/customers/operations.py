"""What can be done to customers: edit, fix, send, leave a field out, resolve a conflict, mute a finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as parameter
from datetime import date

from sqlmodel import select

from core.customers import checking
from core.customers.asking import ASK
from core.customers.conflicts import open_conflicts_of
from core.customers.customer import Customer, ImportConflict, folded_columns, text_of
from core.customers.fields import ATTRIBUTES, FIELD_BY_ATTRIBUTE, customer_from
from core.customers.fixing import fixed_fields
from core.customers.given import Given
from core.customers.names import AREA, KIND
from core.customers.review import review, send, suppressions_of
from core.customers.sending import customer_limits
from core.customers.undoing import CONFLICTS, CUSTOMERS, check_number
from core.errors import Inapplicable, LostUpdate, WrongUsage
from core.locale import Message, _
from core.operation import Act, NoParameters, Operation, always
from core.rulebook.finding import Severity
from core.rulebook.record import FindingRow, Suppression
from core.rulebook.suppressing import SUPPRESSIONS, suppress
from core.work.on_records import operations_on

EDITABLE = (*ATTRIBUTES, "short_name")
ALWAYS_SENT = ("number", "kind", "last_name", "company")


@dataclass(frozen=True, slots=True)
class _Beside:
    """What belongs to the customers of one transaction, by their ids: read for all of them at once."""

    conflicts: Mapping[int, list[ImportConflict]]
    muted: Mapping[int, list[Suppression]]


def _read_beside(act: Act, customers: Sequence[Customer]) -> _Beside:
    ids = [one.id or 0 for one in customers]
    return _Beside(open_conflicts_of(act.session, ids), suppressions_of(act.session, ids))


def _conflicts_of(act: Act, customer: Customer) -> list[ImportConflict]:
    beside: _Beside = act.prepared
    return [one for one in beside.conflicts.get(customer.id or 0, ()) if not one.resolution]


def _change_fields(act: Act, customer: Customer, values: Mapping[str, str]) -> None:
    """Sets text fields, with the columns that follow from them; a change makes a new revision.

    A conflict is settled where this is what the source says. Raises Inapplicable for a number that is taken.
    """
    check_number(act.session, customer, values.get("number", customer.number))
    columns = {**values, **folded_columns(dict(values))}
    if act.change(customer, customer.number, **columns):
        customer.revision += 1
        customer.updated_at = act.now
        for conflict in _conflicts_of(act, customer):
            if values.get(conflict.field) == conflict.theirs:
                _settle(act, customer, conflict, "agreed")


def _settle(act: Act, customer: Customer, conflict: ImportConflict, resolution: str) -> None:
    act.change(
        conflict,
        customer.number,
        resolution=resolution,
        resolved_at=act.now,
        resolved_by=act.operator.name,
    )


def _review(act: Act, customers: Sequence[Customer]) -> None:
    review(act.session, act.office, [one.id or 0 for one in customers], act)


@dataclass(frozen=True, slots=True)
class Editing:
    """New texts by attribute; `revision` is the one that the operator saw (None: whatever is there)."""

    values: Mapping[str, str] = parameter(default_factory=dict[str, str])
    revision: int | None = parameter(
        default=None, metadata={"help": _("The revision that you saw; refused where it has moved on.")}
    )
    reason: str = parameter(default="", metadata={"help": _("Why; kept in the journal.")})


def _edit(act: Act, customer: Customer, given: Editing) -> None:
    if given.revision is not None and given.revision != customer.revision:
        raise LostUpdate(_("{customer} was changed by somebody else meanwhile.", customer=customer.number))
    for name in given.values:
        if name not in EDITABLE:
            raise WrongUsage(_("There is no field {field}.", field=name))
    _check_short_name(act, customer, given.values)
    _change_fields(act, customer, given.values)


def _check_short_name(act: Act, customer: Customer, values: Mapping[str, str]) -> None:
    """It is what the partner reads first, so it has to pass the rules as the company's name does."""
    short = values.get("short_name", "")
    if not short:
        return
    limits = customer_limits(act.office)
    if len(short) > limits.first_company_name:
        limit = limits.first_company_name
        raise Inapplicable(_("A short name has at most {limit} characters.", limit=limit))
    as_sent = customer_from({**text_of(customer), **values, "company": short})
    for found in checking.check(as_sent, Given(act.office.today, limits), checking.all_rules()):
        if found.field == "company" and found.severity is Severity.ERROR:
            raise Inapplicable(_("The short name cannot be sent: {finding}", finding=found.message))


@dataclass(frozen=True, slots=True)
class Fixing:
    """Which fixes: the safe ones, or also those that are only proposals."""

    unsafe: bool = parameter(default=False, metadata={"help": _("Also the fixes that are only proposals.")})


def _fix(act: Act, customer: Customer, given: Fixing) -> None:
    beside: _Beside = act.prepared
    muted = beside.muted.get(customer.id or 0, [])
    values = fixed_fields(
        customer, customer_limits(act.office), act.office.today, unsafe=given.unsafe, muted=muted
    )
    if not values:
        raise Inapplicable(_("There is nothing that could be fixed by itself."))
    _change_fields(act, customer, values)


def _send(_act: Act, _customer: Customer, _given: NoParameters) -> None:
    """Sending is done for all of a transaction together, when they are reviewed."""


def _finish_sending(act: Act, customers: Sequence[Customer]) -> None:
    result = send(act.session, act.office, [one.id or 0 for one in customers], act)
    kept = len(customers) - len({one.subject_id for one in result.made})
    act.tally.update(made=len(result.made), held=result.held, kept=kept)


def _sent(tally: Mapping[str, int]) -> Message:
    return _(
        "{made} transfers made, {held} customers held by findings, {kept} need none.",
        made=tally["made"],
        held=tally["held"],
        kept=tally["kept"],
    )


@dataclass(frozen=True, slots=True)
class Withholding:
    """Which field the transfers of these customers leave out; the record keeps it."""

    field: str = parameter(
        default="iban", metadata={"help": _("The field that is left out; IBAN."), "is_field": True}
    )
    again: bool = parameter(default=False, metadata={"help": _("Transmit it again.")})


def _withhold(act: Act, customer: Customer, given: Withholding) -> None:
    if given.field not in FIELD_BY_ATTRIBUTE:
        raise WrongUsage(_("There is no field {field}.", field=given.field))
    label = FIELD_BY_ATTRIBUTE[given.field].label
    if given.field in ALWAYS_SENT:
        raise WrongUsage(_("{field} is always sent: nobody could tell who it is.", field=label))
    if given.field not in customer_limits(act.office).transmitted:
        raise WrongUsage(_("{field} is not sent anyway.", field=label))
    fields = customer.withheld_fields
    fields = fields - {given.field} if given.again else fields | {given.field}
    if not act.change(customer, customer.number, withheld=" ".join(sorted(fields))):
        raise Inapplicable(_("It is so already."))
    customer.revision += 1


@dataclass(frozen=True, slots=True)
class Resolving:
    """Whose value holds: ours (the correction stays) or theirs (the source is right).

    `field` may name several, with blanks between.
    """

    keep: str = parameter(
        default="ours",
        metadata={
            "help": _("ours: the correction made here stays; theirs: the source is right."),
            "choices": ("ours", "theirs"),
            "required": True,
        },
    )
    field: str = parameter(
        default="", metadata={"help": _("Only this field; else every open conflict."), "is_field": True}
    )


def _resolve(act: Act, customer: Customer, given: Resolving) -> None:
    if given.keep not in ("ours", "theirs"):
        raise WrongUsage(_("Say ours or theirs."))
    fields = given.field.split()
    chosen = [one for one in _conflicts_of(act, customer) if not fields or one.field in fields]
    if not chosen:
        raise Inapplicable(_("There is no open conflict."))
    for one in chosen:
        _settle(act, customer, one, given.keep)
    if given.keep == "theirs":
        _change_fields(act, customer, {one.field: one.theirs for one in chosen})


@dataclass(frozen=True, slots=True)
class Muting:
    """A finding to live with: of this rule, in this field (empty: all of its fields), until a day."""

    rule: str = parameter(
        default="", metadata={"help": _("The rule whose finding is lived with."), "required": True}
    )
    reason: str = parameter(default="", metadata={"help": _("Why; kept in the journal.")})
    field: str = parameter(
        default="", metadata={"help": _("Only in this field; else in all."), "is_field": True}
    )
    until: date | None = parameter(default=None, metadata={"help": _("The last day on which it is muted.")})


def _mute(act: Act, customer: Customer, given: Muting) -> None:
    rule = checking.RULES[given.rule].id
    query = select(FindingRow).where(
        FindingRow.area == AREA, FindingRow.record == customer.id, FindingRow.rule == rule
    )
    rows = [row for row in act.session.exec(query) if given.field in ("", row.field)]
    rows = [row for row in rows if not row.suppressed]
    if not rows:
        raise Inapplicable(_("There is no such finding."))
    suppress(act, rows, customer.number, given.reason, given.until)


def _label(customer: Customer) -> str:
    return customer.number


EDIT = Operation(
    AREA,
    "edit",
    _("Edit"),
    Customer,
    always,
    _edit,
    Editing,
    _review,
    describe=_label,
    help=_("Changes fields; what is on its way gets a successor."),
    prepare=_read_beside,
)
FIX = Operation(
    AREA,
    "fix",
    _("Fix"),
    Customer,
    always,
    _fix,
    Fixing,
    _review,
    describe=_label,
    help=_("Applies the fixes that the rules propose, after showing what they change."),
    prepare=_read_beside,
)
SEND = Operation(
    AREA,
    "send",
    _("Send"),
    Customer,
    always,
    _send,
    NoParameters,
    _finish_sending,
    describe=_label,
    summary=_sent,
    help=_("Queues customers whose payload the partner does not have yet; findings hold them."),
)
WITHHOLD = Operation(
    AREA,
    "withhold",
    _("Send without a field"),
    Customer,
    always,
    _withhold,
    Withholding,
    _review,
    describe=_label,
    help=_("Leaves a field out of transfers, such as a foreign IBAN; the record keeps it."),
)
RESOLVE = Operation(
    AREA,
    "resolve",
    _("Resolve import conflicts"),
    Customer,
    always,
    _resolve,
    Resolving,
    _review,
    describe=_label,
    help=_("Says which value holds where a field was changed here and in the source."),
    prepare=_read_beside,
)
MUTE = Operation(
    AREA,
    "mute",
    _("Mute a finding"),
    Customer,
    always,
    _mute,
    Muting,
    _review,
    describe=_label,
    needs_reason=True,
    help=_("Lives with a finding: of this value, for a reason, perhaps until a day."),
)
AMONG_COLLEAGUES = operations_on(AREA, Customer, KIND, _label)
OPERATIONS = (EDIT, FIX, SEND, WITHHOLD, RESOLVE, MUTE, ASK, *AMONG_COLLEAGUES)
REVERSIBLE = (CUSTOMERS, CONFLICTS, SUPPRESSIONS)
