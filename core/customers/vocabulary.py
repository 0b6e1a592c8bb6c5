"""What conditions can say of customers: their fields, findings, and how they stand at the partner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from core.customers.customer import FOLDED, Customer
from core.customers.fields import FIELDS, Kind
from core.customers.given import NOT_TRANSMITTED
from core.customers.names import KIND
from core.customers.standing import (
    finding_among,
    has_conflict,
    has_short_name_only,
    is_blocked,
    is_clean,
    is_new,
    is_stuck,
)
from core.inquiries.standing import asked_until_column, is_asked
from core.outbox.transfer import STUCK
from core.outbox.vocabulary import STATES, payload_field, transfer_vocabulary
from core.rulebook.condition import (
    AgeField,
    Choice,
    ChoiceField,
    DateField,
    Flag,
    FlagField,
    ListField,
    NumberField,
    TextField,
    Vocabulary,
)
from core.rulebook.condition.vocabulary import AnyField
from core.work.standing import assigned_column, due_column, first_of

ALIASES = {
    "number": ("kunde", "customer"),
    "vema_number": ("vema-kundennummer",),
    "street": ("strasse",),
    "postcode": ("zip",),
    "town": ("city", "stadt"),
    "birthdate": ("geboren", "born"),
    "mobile": ("handy",),
    "email": ("mail",),
}
GERMAN = {"vema_number": "vemanummer", "email": "e-mail", "number": "kundennummer", "street": "straße"}

KINDS = (Choice("P", "private", "privat", ("p",)), Choice("F", "company", "firma", ("f",)))


@dataclass(frozen=True)
class CustomerView:
    """A customer with what lists and conditions say of it beside its own fields."""

    customer: Customer
    rules: tuple[str, ...] = ()
    blocking: tuple[str, ...] = ()
    state: str = ""
    """The worst state of its open transfers, else delivered or discarded; "" where there never was one."""
    conflicts: int = 0
    short_name_only: bool = False
    asked_until: date | None = None
    """When an inquiry that waits for an answer comes up again; None: nothing is waited for."""
    assigned: str = ""
    """Who looks after it; nobody where it is empty."""
    due: date | None = None
    """The first day on which it comes up again, for anybody or for want of an answer."""


def _field(name: str) -> Callable[[CustomerView], str]:
    return lambda view: getattr(view.customer, name)


def _said_kind(view: CustomerView) -> str:
    return Kind.COMPANY if view.customer.is_company else Kind.PRIVATE


@lru_cache(maxsize=1)
def customer_vocabulary() -> Vocabulary:
    """The fields of customers, by their English and German names."""
    return Vocabulary([*_text_fields(), *_other_fields()])


@lru_cache(maxsize=1)
def customer_transfer_vocabulary() -> Vocabulary:
    """The fields of transfers, and those of the customers that they carry, as they were queued.

    Names that transfers have themselves (number, kind of transfer) keep their meaning.
    """
    return transfer_vocabulary(_carried_fields())


def _carried_fields() -> Iterator[AnyField]:
    for one in FIELDS:
        if one.attribute == "number" or one.attribute in NOT_TRANSMITTED:
            continue
        aliases = ALIASES.get(one.attribute, ())
        german = GERMAN.get(one.attribute, one.german.lower())
        carried = payload_field(one.attribute, german, aliases)
        if one.attribute == "kind":
            yield ChoiceField("kind", german, carried.get, choices=KINDS)
        elif one.attribute == "birthdate":
            yield DateField("birthdate", german, carried.get, aliases=aliases)
        else:
            yield carried


def _due_column() -> Any:
    return first_of(due_column(KIND, Customer.id), asked_until_column(KIND, Customer.id))


def _text_fields() -> list[AnyField]:
    fields: list[AnyField] = []
    for one in FIELDS:
        if one.attribute in ("kind", "birthdate"):
            continue
        german = GERMAN.get(one.attribute, one.german.lower())
        column: Any = getattr(Customer, f"{one.attribute}_folded") if one.attribute in FOLDED else None
        aliases = tuple(alias for alias in ALIASES.get(one.attribute, ()))
        fields.append(TextField(one.attribute, german, _field(one.attribute), None, column, aliases=aliases))
    return fields


def _other_fields() -> list[AnyField]:
    changed: Callable[[CustomerView], datetime] = lambda view: view.customer.updated_at  # noqa: E731
    return [
        NumberField("id", "id", lambda view: view.customer.id, Customer.id),  # pyright: ignore
        ChoiceField("kind", "kundenart", _said_kind, choices=KINDS, aliases=("art",)),
        DateField(
            "birthdate", "geburtsdatum", lambda view: view.customer.birthdate, aliases=ALIASES["birthdate"]
        ),
        NumberField("batch", "import", lambda view: view.customer.batch, Customer.batch),  # pyright: ignore
        AgeField("changed", "geändert", changed),
        TextField(
            "assigned",
            "bearbeiter",
            lambda view: view.assigned,
            folded_column=assigned_column(KIND, Customer.id),
            aliases=("zugewiesen",),
        ),
        DateField("due", "wiedervorlage", lambda view: view.due, _due_column(), aliases=("fällig",)),
        ListField(
            "rule", "regel", lambda view: view.rules, aliases=("finding", "befund"), among=finding_among
        ),
        ChoiceField("state", "zustand", lambda view: view.state, choices=STATES),
        FlagField(
            flags=(
                Flag("stuck", "offen", lambda view: view.state in STUCK, ("steckt",), is_stuck),
                Flag("blocked", "blockiert", lambda view: bool(view.blocking), clause=is_blocked),
                Flag("clean", "sauber", lambda view: not view.rules, clause=is_clean),
                Flag("conflict", "konflikt", lambda view: view.conflicts > 0, clause=has_conflict),
                Flag(
                    "short-name-only",
                    "nur-kurzname",
                    lambda view: view.short_name_only,
                    clause=has_short_name_only,
                ),
                Flag("new", "neu", lambda view: view.state == "", clause=is_new),
                Flag(
                    "asked",
                    "gefragt",
                    lambda view: view.asked_until is not None,
                    ("waiting", "wartet"),
                    lambda: is_asked(KIND, Customer.id),
                ),
                Flag("due", "fällig", "due:<=today"),
            )
        ),
    ]
