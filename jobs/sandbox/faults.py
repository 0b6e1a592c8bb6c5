"""What goes wrong on purpose: a TOML file (docs/partners/sandbox.md), counted, so that runs repeat."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from enum import StrEnum
from random import Random

from core.errors import WrongUsage
from core.locale import _
from jobs.sandbox.reading import FIELDS, GERMAN_NAMES, Customer
from jobs.sandbox.table import Table, wrong
from jobs.sandbox.when import parse_when


class Asked(StrEnum):
    """What a request is about."""

    LOG_IN = "log-in"
    HAND_OVER = "hand-over"
    KEY = "key"  # what became of a key
    NUMBER = "number"  # whether a customer number is known


class Moment(StrEnum):
    """Whether something goes wrong before a request is processed, after it, or while the answer is sent."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


class Garbage(StrEnum):
    """Kinds of answers that are none."""

    HTML = "html"
    HALF = "half"
    EMPTY = "empty"
    TEXT = "text"
    HUGE = "huge"
    DOCTYPE = "doctype"
    ESCAPES = "escapes"


@dataclass(frozen=True, slots=True)
class Failure:
    """An error status, as a web server or balancer in front of the extranet gives it."""

    status: int
    retry_after: int | None = None
    retry_as_date: bool = False

    def retry_header(self, now: float) -> str:
        """The value of Retry-After, "" for none; `now` in seconds since 1970."""
        if self.retry_after is None:
            return ""
        if not self.retry_as_date:
            return str(self.retry_after)
        return formatdate(now + self.retry_after, usegmt=True)


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection ends; `reset` sends RST instead of an orderly FIN."""

    reset: bool = True


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing is ever answered."""


@dataclass(frozen=True, slots=True)
class Rubbish:
    """Status 200 with something unreadable; `size` in bytes, for the huge one."""

    garbage: Garbage
    size: int


@dataclass(frozen=True, slots=True)
class Drip:
    """The right answer, one byte every `pause` seconds."""

    pause: float


Trouble = Failure | Cut | Silence | Rubbish | Drip


@dataclass(slots=True)
class Selection:
    """Which requests something strikes; it counts those that fit, from 1."""

    dice: Random
    on: frozenset[Asked] = frozenset({Asked.HAND_OVER})
    when: Callable[[Customer], bool] | None = None
    after: int = 0
    every: int = 1
    first: int = 0
    rate: float = 1.0
    seen: int = 0

    def strikes(self, asked: Asked, customer: Customer | None) -> bool:
        """Whether this request is struck; the request is counted where it fits."""
        if asked not in self.on or (self.when and (customer is None or not self.when(customer))):
            return False
        self.seen += 1
        turn = self.seen - self.after
        if turn <= 0 or turn % self.every:
            return False
        if self.first and turn > self.first * self.every:
            return False
        return self.rate >= 1 or self.dice.random() < self.rate


@dataclass(slots=True)
class Fault:
    """A trouble, a delay in seconds (from, to), or both, and whom it strikes."""

    selection: Selection
    trouble: Trouble | None = None
    moment: Moment = Moment.BEFORE
    latency: tuple[float, float] = (0.0, 0.0)


@dataclass(slots=True)
class Refusal:
    """Refuses as vaguely as everything else; `reason` is for the sandbox's books."""

    selection: Selection
    reason: str


@dataclass(frozen=True, slots=True)
class Account:
    """The one account that the simulated VEMA knows. Nothing here is secret: it guards invented customers."""

    name: str = "probe.makler"
    password: str = "Anwendung-Sandkasten-1"  # noqa: S105
    member: str = "M-4711"
    lock_after: int = 5
    """Refused log-ins in a row until the account is locked; 0 never locks it."""
    refuse: bool = False
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Struck:
    """What happens to one request: a delay in seconds, perhaps a trouble and when."""

    delay: float = 0.0
    trouble: Trouble | None = None
    moment: Moment = Moment.BEFORE


UNTOUCHED = Struck()


@dataclass(slots=True)
class Faults:
    """Everything a faults file says."""

    account: Account = field(default_factory=Account)
    faults: list[Fault] = field(default_factory=list[Fault])
    refusals: list[Refusal] = field(default_factory=list[Refusal])
    customers: list[Customer] = field(default_factory=list[Customer])
    """Whom VEMA knows beforehand."""

    @property
    def need_customer(self) -> bool:
        """Whether a fault asks about the customer before the request is processed."""
        return any(fault.selection.when for fault in self.faults)

    def strike(self, asked: Asked, customer: Customer | None) -> Struck:
        """What happens to a request: delays add up, the first trouble in the file wins; all are counted."""
        struck = [fault for fault in self.faults if fault.selection.strikes(asked, customer)]
        if not struck:
            return UNTOUCHED
        delay = sum(fault.selection.dice.uniform(*fault.latency) for fault in struck)
        for fault in struck:
            if fault.trouble:
                return Struck(delay, fault.trouble, fault.moment)
        return Struck(delay)

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
    vema = tables.table("vema")
    tables.done()
    seed = vema.whole("seed", 1)
    faults = Faults(_account(vema.table("account")), _everywhere(vema, seed))
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


def _account(table: Table) -> Account:
    default = Account()
    account = Account(
        name=table.text("name", default.name),
        password=table.text("password", default.password),
        member=table.text("member", default.member),
        lock_after=table.whole("lock_after", default.lock_after),
        refuse=table.flag("refuse", False),
        locked=table.flag("locked", False),
    )
    table.done()
    return account


def _everywhere(vema: Table, seed: int) -> list[Fault]:
    """`maintenance` and `latency` of the whole extranet."""
    faults: list[Fault] = []
    closed, failure = vema.flag("maintenance", False), Failure(503, vema.seconds("retry_after"))
    if closed:
        faults.append(Fault(Selection(Random(), on=frozenset(Asked)), failure))
    if "latency" in vema:
        slow = Selection(Random(f"all {seed}"), on=frozenset(Asked))
        faults.append(Fault(slow, latency=vema.span("latency")))
    return faults


def _fault(table: Table, dice: Random) -> Fault:
    latency = table.span("latency")
    trouble, moment = _trouble(table)
    if trouble is None and latency == (0.0, 0.0):
        raise wrong(table, "status", _("a fault needs one of status, cut, never, garbage, drip, latency"))
    fault = Fault(_selection(table, dice), trouble, moment, latency)
    table.done()
    return fault


def _trouble(table: Table) -> tuple[Trouble | None, Moment]:
    named = [name for name in _TROUBLES if name in table]
    if len(named) > 1:
        raise wrong(table, named[1], _("only one of status, cut, never, garbage, drip goes into one fault"))
    return _TROUBLES[named[0]](table) if named else (None, Moment.BEFORE)


def _failure(table: Table) -> tuple[Trouble, Moment]:
    again, as_date = table.seconds("retry_after"), table.flag("retry_as_date", False)
    return Failure(table.status(), again, as_date), _moment_by_flag(table, False)


def _cut(table: Table) -> tuple[Trouble, Moment]:
    moment = Moment(table.choice("cut", Moment))
    return Cut(table.flag("reset", moment is not Moment.DURING)), moment


def _silence(table: Table) -> tuple[Trouble, Moment]:
    return Silence(), Moment(table.choice("never", (Moment.BEFORE, Moment.AFTER)))


def _rubbish(table: Table) -> tuple[Trouble, Moment]:
    garbage = Garbage(table.choice("garbage", Garbage))
    return Rubbish(garbage, table.whole("size", 32 * 1024 * 1024)), _moment_by_flag(table, True)


def _drip(table: Table) -> tuple[Trouble, Moment]:
    return Drip(table.number("drip", 0.1)), Moment.AFTER


_TROUBLES: dict[str, Callable[[Table], tuple[Trouble, Moment]]] = {
    "status": _failure,
    "cut": _cut,
    "never": _silence,
    "garbage": _rubbish,
    "drip": _drip,
}


def _moment_by_flag(table: Table, default: bool) -> Moment:
    return Moment.AFTER if table.flag("processed", default) else Moment.BEFORE


def _selection(table: Table, dice: Random) -> Selection:
    condition = table.text("when", "")
    selection = Selection(
        dice,
        on=_asked(table),
        when=parse_when(condition, table.where) if condition else None,
        after=table.whole("after", 0),
        every=table.whole("every", 1, least=1),
        first=table.whole("first", 0),
        rate=table.number("rate", 1.0),
    )
    if selection.when and selection.on != frozenset({Asked.HAND_OVER}):
        raise wrong(table, "on", _("a condition asks about a customer, and only a hand-over has one"))
    return selection


def _asked(table: Table) -> frozenset[Asked]:
    named = table.texts("on", ["hand-over"])
    if named == ["any"]:
        return frozenset(Asked)
    for name in named:
        if name not in list(Asked):
            known = ", ".join([*Asked, "any"])
            raise wrong(table, "on", _("{value} is none of {known}", value=name, known=known))
    return frozenset(Asked(name) for name in named)
