"""What can go wrong with one request, and how a faults file says it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from enum import StrEnum
from random import Random
from typing import Generic, TypeVar

from core.locale import _
from jobs.sandbox.counting import Counting
from jobs.sandbox.table import Table, wrong

S = TypeVar("S", bound=Counting)
E = TypeVar("E", bound=StrEnum)


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
    BOMB = "bomb"
    DEEP = "deep"


class Shape(StrEnum):
    """The three ways in which a BiPRO service says that something is wrong, and the one of HTTP."""

    NOK = "nok"
    FAULT = "fault"  # soap:Fault with a BiproException
    BARE = "bare"  # soap:Fault with a sentence only
    HTTP = "http"  # 401 and nothing else


@dataclass(frozen=True, slots=True)
class Failure:
    """An error status, as a web server or balancer in front of a partner gives it."""

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
    """The right answer, `piece` bytes every `pause` seconds."""

    pause: float
    piece: int = 1


@dataclass(frozen=True, slots=True)
class Truncated:
    """Only this share of the right answer, which claims to be all: a length that fits, an end too early."""

    share: float


@dataclass(frozen=True, slots=True)
class Said:
    """A refusal in the words of BiPRO: codes of five digits, and how they are wrapped."""

    codes: tuple[str, ...]
    shape: Shape
    text: str = ""


Trouble = Failure | Cut | Silence | Rubbish | Drip | Truncated | Said
Readers = Mapping[str, Callable[[Table], tuple[Trouble, Moment]]]


@dataclass(frozen=True, slots=True)
class Struck:
    """What happens to one request: a delay in seconds, perhaps a trouble and when."""

    delay: float = 0.0
    trouble: Trouble | None = None
    moment: Moment = Moment.BEFORE


UNTOUCHED = Struck()


@dataclass(slots=True)
class Fault(Generic[S]):
    """A trouble, a delay in seconds (from, to), or both, and whom it strikes."""

    selection: S
    trouble: Trouble | None = None
    moment: Moment = Moment.BEFORE
    latency: tuple[float, float] = (0.0, 0.0)


def what_strikes(struck: Sequence[Fault[S]]) -> Struck:
    """What several faults do to one request: delays add up, the first trouble wins."""
    if not struck:
        return UNTOUCHED
    delay = sum(fault.selection.dice.uniform(*fault.latency) for fault in struck)
    for fault in struck:
        if fault.trouble:
            return Struck(delay, fault.trouble, fault.moment)
    return Struck(delay)


def everywhere(table: Table, seed: int, selects: Callable[..., S], steps: type[StrEnum]) -> list[Fault[S]]:
    """`maintenance` and `latency` of a whole partner, for all the steps that it knows. Raises WrongUsage."""
    faults: list[Fault[S]] = []
    closed, failure = table.flag("maintenance", False), Failure(503, table.seconds("retry_after"))
    if closed:
        faults.append(Fault(selects(Random(), on=frozenset(steps)), failure))
    if "latency" in table:
        slow = selects(Random(f"all {seed}"), on=frozenset(steps))
        faults.append(Fault(slow, latency=table.span("latency")))
    return faults


def read_steps(table: Table, steps: type[E], default: str) -> frozenset[E]:
    """The key `on`: one step, several, or "any". Raises WrongUsage."""
    named = table.texts("on", [default])
    if named == ["any"]:
        return frozenset(steps)
    for name in named:
        if name not in list(steps):
            known = ", ".join([*steps, "any"])
            raise wrong(table, "on", _("{value} is none of {known}", value=name, known=known))
    return frozenset(steps(name) for name in named)


def read_trouble(table: Table, readers: Readers) -> tuple[Trouble | None, Moment, tuple[float, float]]:
    """What a `fault` table says goes wrong, when, and how long it waits before. Raises WrongUsage."""
    named = [name for name in readers if name in table]
    if len(named) > 1:
        known = ", ".join(readers)
        raise wrong(table, named[1], _("only one of {known} goes into one fault", known=known))
    trouble, moment = readers[named[0]](table) if named else (None, Moment.BEFORE)
    latency = table.span("latency")
    if trouble is None and latency == (0.0, 0.0):
        known = ", ".join([*readers, "latency"])
        raise wrong(table, "status", _("a fault needs one of {known}", known=known))
    return trouble, moment, latency


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
    return Drip(table.number("drip", 0.1), table.whole("piece", 1, least=1)), Moment.AFTER


def _truncated(table: Table) -> tuple[Trouble, Moment]:
    return Truncated(min(1.0, table.number("truncate", 0.5))), Moment.AFTER


def _said(table: Table) -> tuple[Trouble, Moment]:
    shape = Shape(table.choice("shape", Shape)) if "shape" in table else Shape.NOK
    said = Said(tuple(table.texts("code", [])), shape, table.text("text", ""))
    return said, _moment_by_flag(table, False)


def _moment_by_flag(table: Table, default: bool) -> Moment:
    return Moment.AFTER if table.flag("processed", default) else Moment.BEFORE


TROUBLES: Readers = {
    "status": _failure,
    "cut": _cut,
    "never": _silence,
    "garbage": _rubbish,
    "drip": _drip,
}
BIPRO_TROUBLES: Readers = {**TROUBLES, "truncate": _truncated, "code": _said}
