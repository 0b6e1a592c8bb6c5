"""An operation's parameters as fields of a form, made from the dataclass that declares them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, fields
from datetime import date
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from core.errors import NotAllowed
from core.locale import Message, _
from core.operation import Operation
from core.text import visible
from tui.dialogs.fields import Asks, read_day, read_whole
from tui.dialogs.form import Form
from tui.shown import Shown

if TYPE_CHECKING:
    from core.office import Office
    from tui.keys import Deed

LABELS = {
    "again": _("Send it again"),
    "anyway": _("All the same"),
    "arrived": _("Has it arrived?"),
    "field": _("Field"),
    "keep": _("Which holds"),
    "known": _("Known there?"),
    "note": _("Note"),
    "on": _("On"),
    "only_these": _("Only these"),
    "reason": _("Reason"),
    "reference": _("Reference"),
    "rule": _("Rule"),
    "text": _("Text"),
    "to": _("To"),
    "unsafe": _("Proposals, too"),
    "until": _("Until"),
}
CHOICES = {
    "ours": _("ours"),
    "theirs": _("the source's"),
    "customer": _("customer"),
    "adviser": _("adviser"),
}
NO, YES = (False, _("No")), (True, _("Yes"))


def operation_form(
    shown: Shown,
    office: Office,
    operation: Operation[Any, Any] | Deed,
    title: Message,
    *,
    defaults: Mapping[str, Any] | None = None,
    last_reason: str = "",
    operators: Sequence[str] = (),
) -> Form:
    """The form of an operation; it ends with the parameters. `operators`: who may be named in it."""

    def parameters(values: Mapping[str, Any]) -> Any:
        given = operation.parameters(**values)
        if isinstance(operation, Operation):
            from core.office import checked

            return checked(office, operation, given)
        return given

    asked = list(fields_of(operation, defaults or {}, last_reason, operators))
    return Form(shown, title, asked, parameters, does=operation.label, blamed="reason")


def may(office: Office, operation: Operation[Any, Any] | Deed) -> Message | None:
    """Why this operator may not do it at all; it is said before anything is asked."""
    if isinstance(operation, Operation):
        try:
            office.require(operation.role)
        except NotAllowed as error:
            return error.message
    return None


def fields_of(
    operation: Operation[Any, Any] | Deed,
    defaults: Mapping[str, Any],
    last_reason: str,
    operators: Sequence[str] = (),
) -> Iterator[Asks]:
    """A field for each parameter that an operator can give by hand."""
    hints = get_type_hints(operation.parameters)
    for one in fields(operation.parameters):
        if get_origin(hints[one.name]) is Mapping:
            continue
        if one.metadata.get("is_operator") and operators:
            yield _asks_for_operator(one, operators)
        else:
            yield _asks(operation, one, hints[one.name], defaults, last_reason)


def _asks_for_operator(one: Field[Any], operators: Sequence[str]) -> Asks:
    said = one.metadata
    required = bool(said.get("required"))
    names = [(name, Message("{name}", values={"name": name})) for name in operators]
    options = names if required else [("", _("myself")), *names]
    label, value = LABELS.get(one.name, Message(one.name)), None if required else ""
    return Asks(one.name, label, said.get("help"), value, required, options=options)


def _asks(
    operation: Operation[Any, Any] | Deed,
    one: Field[Any],
    hint: Any,
    defaults: Mapping[str, Any],
    last_reason: str,
) -> Asks:
    said = one.metadata
    required = bool(said.get("required")) or (one.name == "reason" and operation.needs_reason)
    spoken: Message | None = said.get("help")
    label = LABELS.get(one.name) or spoken or Message(one.name)
    value = defaults.get(one.name, None if required else _default(one))
    options = _options(one, hint, required)
    if options:
        return Asks(one.name, label, spoken, value, required, options=options)
    kinds = set(get_args(hint)) or {hint}
    read = read_day if date in kinds else read_whole if int in kinds else str
    proposal = visible(last_reason) if one.name == "reason" else ""
    return Asks(one.name, label, spoken, _written(value), required, read=read, proposal=proposal)


def _default(one: Field[Any]) -> Any:
    return one.default if one.default is not MISSING else None


def _written(value: Any) -> str:
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    return "" if value is None else str(value)


def _options(one: Field[Any], hint: Any, required: bool) -> Sequence[tuple[Any, Message]]:
    said = one.metadata
    if hint is bool:
        yes, no = (True, said.get("yes", YES[1])), (False, said.get("no", NO[1]))
        return (yes, no) if required else (no, yes)
    if "choices" in said:
        return [(choice, CHOICES.get(choice, Message(choice))) for choice in said["choices"]]
    if said.get("is_field"):
        from core.customers.fields import FIELDS

        every = [("", _("all of them"))] if one.default == "" else []
        return every + [(field.attribute, field.label) for field in FIELDS]
    return ()
