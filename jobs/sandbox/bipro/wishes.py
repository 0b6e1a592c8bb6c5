"""What the faults file says of the postboxes: `[bipro]` and the tables below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import TypeVar

from core.locale import _
from jobs.sandbox.account import Account, read_account
from jobs.sandbox.bipro.files import read_file
from jobs.sandbox.bipro.kinds import EVERYTHING, KINDS
from jobs.sandbox.bipro.reading import Step
from jobs.sandbox.bipro.shelf import How, Shipment
from jobs.sandbox.bipro.style import STANDARD, STYLES, VEMA
from jobs.sandbox.counting import Counting
from jobs.sandbox.table import Table, wrong
from jobs.sandbox.trouble import (
    BIPRO_TROUBLES,
    Fault,
    Shape,
    Struck,
    everywhere,
    read_steps,
    read_trouble,
    what_strikes,
)

E = TypeVar("E", bound=StrEnum)


class Expires(StrEnum):
    """How the end of a token is written."""

    ZULU = "zulu"
    OFFSET = "offset"
    LOCAL = "local"  # no zone at all
    BLANK = "blank"  # a blank instead of the T, no zone
    ABSENT = "absent"


class Empty(StrEnum):
    """How a list without shipments is answered."""

    HINT = "hint"  # OK and 04001
    PLAIN = "plain"  # OK and 04000
    REFUSAL = "refusal"  # NOK and 04001


@dataclass(frozen=True, slots=True)
class Manner:
    """How one service behaves."""

    token_seconds: float = 600.0
    expires: Expires = Expires.ZULU
    token_refusal: Shape = Shape.NOK
    log_in_refusal: Shape = Shape.FAULT
    empty: Empty = Empty.HINT
    acknowledge: bool = True
    """False: acknowledging is a function that is not implemented."""
    keep_acknowledged: bool = False
    """What was acknowledged is sent and, where the list asks for it, listed again."""
    category_filter: bool = False
    sparse: bool = False
    """The status block says no more than it has to."""
    no_prefixes: bool = False
    consumer_id: str = ""
    """The only one that is taken; "" takes any."""


@dataclass(slots=True)
class PostSelection(Counting):
    """Which requests to a postbox something strikes."""

    on: frozenset[Step] = frozenset({Step.GET})
    at: str = "any"
    shipments: frozenset[str] = frozenset()

    def strikes(self, at: str, step: Step, shipment: str) -> bool:
        """Whether this request is struck; the request is counted where it fits."""
        fits = step in self.on and self.at in ("any", at)
        if not fits or (self.shipments and shipment not in self.shipments):
            return False
        return self.turn()


@dataclass(slots=True)
class Post:
    """Everything that a faults file says of the postboxes; dictionaries by the service's name."""

    manners: Mapping[str, Manner] = field(default_factory=lambda: {name: Manner() for name in STYLES})
    insurer: Account = STANDARD.account
    faults: list[Fault[PostSelection]] = field(default_factory=list[Fault[PostSelection]])
    shipments: list[tuple[str, Shipment]] = field(default_factory=list[tuple[str, Shipment]])
    """What lies there beforehand, and where."""

    def strike(self, at: str, step: Step, shipment: str) -> Struck:
        """What happens to a request; all faults that fit it are counted."""
        return what_strikes([one for one in self.faults if one.selection.strikes(at, step, shipment)])


def read_post(table: Table) -> Post:
    """What a `[bipro]` table says. Raises WrongUsage."""
    seed = table.whole("seed", 1)
    post = Post(faults=everywhere(table, seed, PostSelection, Step))
    services = {name: table.table(name) for name in STYLES}
    post.insurer = read_account(services[STANDARD.name].table("account"), STANDARD.account)
    post.manners = {name: _manner(service) for name, service in services.items()}
    for number, one in enumerate(table.tables("fault"), 1):
        post.faults.append(_fault(one, Random(f"bipro {seed} {number}")))
    post.shipments = read_shipments(table.tables("shipment"))
    table.done()
    return post


def read_shipments(tables: Sequence[Table], prefix: str = "S") -> list[tuple[str, Shipment]]:
    """`shipment` tables, each perhaps for many; numbers that are not named are made up. Raises WrongUsage."""
    found: list[tuple[str, Shipment]] = []
    for number, table in enumerate(tables, 1):
        kind = table.text("kind", "pdf")
        kinds = EVERYTHING if kind == "everything" else [kind]
        for one in kinds:
            if one not in KINDS:
                raise wrong(table, "kind", _("{value} is none of {known}", value=one, known=", ".join(KINDS)))
            name = f"{prefix}{number}-{one}" if len(kinds) > 1 else f"{prefix}{number}"
            found += _shipments(table.over(KINDS[one]), name)
    return found


def _shipments(table: Table, name: str) -> list[tuple[str, Shipment]]:
    at = table.choice("at", STYLES) if "at" in table else VEMA.name
    count, number = table.whole("count", 1, least=1), table.text("id", name)
    numbers = [number] if count == 1 else [f"{number}-{turn}" for turn in range(1, count + 1)]
    return [(at, _shipment(table.again(), one)) for one in numbers]


def _shipment(table: Table, number: str) -> Shipment:
    for key in ("kind", "at", "count", "id"):
        table.ignore(key)
    shipment = Shipment(
        number[:25],
        category=table.text("category", "100007000"),
        particulars={xml: table.text(key, "") for key, xml in PARTICULARS.items()},
        how=How(table.choice("how", How)) if "how" in table else How.MTOM,
        charset=table.choice("charset", _CHARSETS) if "charset" in table else "utf-8",
        odd_headers=table.flag("odd_headers", False),
        dangling=table.flag("dangling", False),
        vanished=table.flag("vanished", False),
        expired=table.flag("expired", False),
        offered_at=table.text("offered_at", "2026-01-05T06:30:00"),
        available_until=table.text("available_until", ""),
        line=table.text("line", ""),
        sort=table.text("sort", "1004"),
        confidential=table.text("confidential", ""),
    )
    text = table.text("text", "") or _letter(shipment)
    files = enumerate(table.tables("file"), 1)
    shipment.files = tuple(read_file(one, place, text, shipment.boundary) for place, one in files)
    table.done()
    return shipment


def _letter(shipment: Shipment) -> str:
    """What a file says where nobody says anything else: everything that is known."""
    lines = [f"{xml}: {text}" for xml, text in shipment.particulars.items() if text]
    return "\n".join(["Sandkasten Versicherung", *lines])


def _manner(table: Table) -> Manner:
    default = Manner()
    manner = Manner(
        token_seconds=table.number("token_seconds", default.token_seconds),
        expires=_one_of(table, "expires", default.expires),
        token_refusal=_one_of(table, "token_refusal", default.token_refusal),
        log_in_refusal=_one_of(table, "log_in_refusal", default.log_in_refusal),
        empty=_one_of(table, "empty", default.empty),
        acknowledge=table.flag("acknowledge", True),
        keep_acknowledged=table.flag("keep_acknowledged", False),
        category_filter=table.flag("category_filter", False),
        sparse=table.flag("sparse", False),
        no_prefixes=table.flag("no_prefixes", False),
        consumer_id=table.text("consumer_id", ""),
    )
    table.done()
    return manner


def _one_of(table: Table, key: str, default: E) -> E:
    return type(default)(table.choice(key, type(default))) if key in table else default


def _fault(table: Table, dice: Random) -> Fault[PostSelection]:
    trouble, moment, latency = read_trouble(table, BIPRO_TROUBLES)
    selection = PostSelection(
        dice,
        after=table.whole("after", 0),
        every=table.whole("every", 1, least=1),
        first=table.whole("first", 0),
        rate=table.number("rate", 1.0),
        on=read_steps(table, Step, "get"),
        at=table.choice("at", [*STYLES, "any"]) if "at" in table else "any",
        shipments=frozenset(table.texts("shipment", ["any"])) - {"any"},
    )
    table.done()
    return Fault(selection, trouble, moment, latency)


_CHARSETS = ("utf-8", "iso-8859-1")
PARTICULARS = {
    "note": "Freitext",
    "sender": "Unternehmensnummer",
    "sender_name": "Unternehmensname",
    "contract_number": "Versicherungsscheinnummer",
    "customer_number": "Kundennummer",
    "agent": "Vermittlernummer",
    "salutation": "Anrede",
    "first_name": "Vorname",
    "last_name": "Nachname",
    "company": "Firmenname",
    "birthdate": "Geburtsdatum",
    "street": "Strasse",
    "postcode": "Postleitzahl",
    "town": "Ort",
    "dated": "Erstelldatum",
}
"""Keys of a `shipment` table, and the element of the Transfer that they become."""
