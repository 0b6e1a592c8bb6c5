"""The rules for shipments (POS…): what would be lost if nobody did anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from core.locale import Message, _, n_
from core.office import Office
from core.postbox.record import Shipment, ShipmentState
from core.rulebook.finding import Finding, Found, Severity, found
from core.rulebook.rule import Need, Rulebook, apply_rule

WARNED_BEFORE = timedelta(days=5)
OWN = _("Own convention").text
NORM = _("BiPRO norm 430").text
OPEN = (ShipmentState.LISTED, ShipmentState.PUT_BACK)


@dataclass(frozen=True, slots=True)
class ShipmentFacts:
    """What rules may know of a shipment."""

    number: str
    account: str
    state: str
    available_until: date | None = None
    cause: Message | None = None


@dataclass(frozen=True, slots=True)
class PostGiven:
    """What these rules are given beside the shipment."""

    today: date


RULES: Rulebook[ShipmentFacts, PostGiven] = Rulebook("postbox")


@RULES.rule(
    "POS001",
    "shipment-expires",
    Severity.ERROR,
    source=NORM,
    needs={Need.TODAY},
    fields=("available_until",),
)
def shipment_expires(shipment: ShipmentFacts, given: PostGiven) -> Iterator[Found]:
    """Every shipment is fetched before the partner removes it.

    Why: after the day that the partner names (VerfuegbarBis) the shipment is gone, and with it the post.
    Remedy: look at what keeps it back, have it fetched with `leitstand run collect`, else fetch it by hand in
    the partner's portal.
    """
    end = shipment.available_until
    if shipment.state not in OPEN or end is None or end > given.today + WARNED_BEFORE:
        return
    left = (end - given.today).days
    if left < 0:
        message = _("The partner kept the shipment {number} until {date} only.", **_said(shipment, end))
    else:
        message = n_(
            "The shipment {number} is not fetched yet; the partner keeps it until {date}, "
            "another {count} day.",
            "The shipment {number} is not fetched yet; the partner keeps it until {date}, "
            "another {count} days.",
            left,
            **_said(shipment, end),
        )
    yield found("available_until", end.isoformat(), message)


@RULES.rule("POS002", "shipment-put-back", Severity.WARNING, source=OWN, fields=("state",))
def shipment_put_back(shipment: ShipmentFacts, given: PostGiven) -> Iterator[Found]:
    """Every shipment that was fetched can be read.

    Why: what came is none, or not whole; its bytes are kept, and it is fetched again as long as the partner
    has it.
    Remedy: wait for the next run; where it stays like that, look at the arrival and ask the partner.
    """
    if shipment.state == ShipmentState.PUT_BACK:
        reason = shipment.cause or Message("")
        yield found("state", "", _("The shipment {number}: {reason}", number=shipment.number, reason=reason))


def _said(shipment: ShipmentFacts, end: date) -> dict[str, object]:
    return {"number": shipment.number, "date": f"{end:%d.%m.%Y}"}


def shipment_findings(session: Session, office: Office) -> list[Finding]:
    """The findings of all shipments that are still open, computed when they are asked for."""
    given = PostGiven(office.today)
    query = select(Shipment).where(col(Shipment.state).in_(OPEN)).order_by(col(Shipment.available_until))
    return [
        finding
        for one in session.exec(query)
        for rule in RULES
        for finding in apply_rule(rule, _facts(one), given, RULES.area, one.number)
    ]


def _facts(shipment: Shipment) -> ShipmentFacts:
    return ShipmentFacts(
        shipment.number,
        shipment.account,
        shipment.state,
        shipment.available_until,
        shipment.cause_message(),
    )
