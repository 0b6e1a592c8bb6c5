"""What goes wrong on purpose: a TOML file (docs/partners/sandbox.md), counted, so that runs repeat."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from core.errors import WrongUsage
from core.locale import _
from jobs.sandbox.account import Account, read_account
from jobs.sandbox.bipro.wishes import Post, read_post
from jobs.sandbox.counting import Counting
from jobs.sandbox.reading import FIELDS, GERMAN_NAMES, Customer
from jobs.sandbox.table import Table, wrong
from jobs.sandbox.trouble import TROUBLES, Fault, Struck, everywhere, read_steps, read_trouble, what_strikes
from jobs.sandbox.when import parse_when


class Asked(StrEnum):
    """What a request is about."""

    LOG_IN = "log-in"
    HAND_OVER = "hand-over"
    KEY = "key"  # what became of a key
    NUMBER = "number"  # whether a customer number is known


@dataclass(slots=True)
class Selection(Counting):
    """Which requests something strikes; it counts those that fit, from 1."""

    on: frozenset[Asked] = frozenset({Asked.HAND_OVER})
    when: Callable[[Customer], bool] | None = None

    def strikes(self, asked: Asked, customer: Customer | None) -> bool:
        """Whether this request is struck; the request is counted where it fits."""
        if asked not in self.on or (self.when and (customer is None or not self.when(customer))):
            return False
        return self.turn()


@dataclass(slots=True)
class Refusal:
    """Refuses as vaguely as everything else; `reason` is for the sandbox's books."""

    selection: Selection
    reason: str


@dataclass(slots=True)
class Faults:
    """Everything a faults file says."""

    account: Account = field(default_factory=Account)
    faults: list[Fault[Selection]] = field(default_factory=list[Fault[Selection]])
    refusals: list[Refusal] = field(default_factory=list[Refusal])
    customers: list[Customer] = field(default_factory=list[Customer])
    """Whom VEMA knows beforehand."""
    post: Post = field(default_factory=Post)
    """The postboxes."""

    @property
    def need_customer(self) -> bool:
        """Whether a fault asks about the customer before the request is processed."""
        return any(fault.selection.when for fault in self.faults)

    def strike(self, asked: Asked, customer: Customer | None) -> Struck:
        """What happens to a request: delays add up, the first trouble in the file wins; all are counted."""
        return what_strikes([fault for fault in self.faults if fault.selection.strikes(asked, customer)])

    def refusal(self, customer: Customer) -> str:
        """The reason of the first refusal that strikes, "" for none."""
        reasons = [r.reason for r in self.refusals if r.selection.strikes(Asked.HAND_OVER, customer)]
        return reasons[0] if reasons else ""


def read_faults(text: str, file: str) -> Faults:
    """What a faults file says. Raises WrongUsage that names the table and the key, or the line."""
    try:
        tables = Table(tomllib.loads(text), file)
    except tomllib.TOMLDecodeError as error:
        raise WrongUsage(_("{file} is not valid TOML: {reason}", file=file, reason=str(error))) from error
    vema, post = tables.table("vema"), read_post(tables.table("bipro"))
    tables.done()
    seed = vema.whole("seed", 1)
    account = read_account(vema.table("account"), Account())
    faults = Faults(account, everywhere(vema, seed, Selection, Asked), post=post)
    for number, table in enumerate(vema.tables("fault"), 1):
        faults.faults.append(_fault(table, Random(f"fault {seed} {number}")))
    for number, table in enumerate(vema.tables("refuse"), 1):
        reason = f"faults file: {table.text('when', 'all')}"
        faults.refusals.append(Refusal(_selection(table, Random(f"refuse {seed} {number}")), reason))
        table.done()
    faults.customers = [read_known(table) for table in vema.tables("customer")]
    vema.done()
    return faults


def read_known(table: Table) -> Customer:
    """A customer that VEMA knows beforehand; fields by their English or German names."""
    german = {name.casefold(): field for name, field in GERMAN_NAMES.items()}
    values: dict[str, str] = {}
    for key in table:
        name = german.get(key.casefold(), key)
        if name not in FIELDS:
            raise wrong(table, key, _("a customer has no such field"))
        values[name] = table.text(key, "")
    return Customer(**values)


def _fault(table: Table, dice: Random) -> Fault[Selection]:
    trouble, moment, latency = read_trouble(table, TROUBLES)
    fault = Fault(_selection(table, dice), trouble, moment, latency)
    table.done()
    return fault


def _selection(table: Table, dice: Random) -> Selection:
    condition = table.text("when", "")
    selection = Selection(
        dice,
        on=read_steps(table, Asked, "hand-over"),
        when=parse_when(condition, table.where) if condition else None,
        after=table.whole("after", 0),
        every=table.whole("every", 1, least=1),
        first=table.whole("first", 0),
        rate=table.number("rate", 1.0),
    )
    if selection.when and selection.on != frozenset({Asked.HAND_OVER}):
        raise wrong(table, "on", _("a condition asks about a customer, and only a hand-over has one"))
    return selection
