"""What a customer's hand-over should look like: its payload, and whether a company goes out in two steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from core.customers.company_name import short_company_name
from core.customers.customer import Customer
from core.customers.fields import ATTRIBUTES, CustomerFields, Kind
from core.customers.given import Known, Limits
from core.customers.names import PARTNER
from core.errors import WrongUsage
from core.locale import _
from core.office import Office
from core.outbox.outcome import Partner
from core.outbox.planning import Hold, Wanted
from core.outbox.transfer import CauseCode, PartnerCopy, Step
from core.text import folded

POSTCODE_IN_KEY = 50
"""Characters of a postcode that are compared; what is longer is none, and too long for an index."""


class CustomerPartner(Partner, Protocol):
    """A partner that takes customers."""

    customer_limits: Limits


def customer_limits(office: Office) -> Limits:
    """What the partner that customers go to takes of them. Raises UnreadableInput for a faulty profile."""
    partner: CustomerPartner = office.partner(PARTNER)  # pyright: ignore[reportAssignmentType]
    return partner.customer_limits


def payload_of(customer: CustomerFields, limits: Limits, withheld: frozenset[str]) -> dict[str, str]:
    """The fields that are transmitted, by attribute; empty ones and those withheld are left out."""
    fields = {
        name: value
        for name in ATTRIBUTES
        if name in limits.transmitted and name not in withheld and (value := getattr(customer, name))
    }
    fields["kind"] = Kind.COMPANY if customer.is_company else Kind.PRIVATE
    return fields


def known_to_partner(customer: CustomerFields, copy: PartnerCopy | None) -> Known:
    """Known: a customer number of the partner, something delivered, or found by look-up."""
    if customer.vema_number.strip() or (copy is not None and (copy.reference or copy.accepted)):
        return Known.KNOWN
    return Known(copy.known) if copy is not None else Known.UNASKED


def short_name_of(customer: Customer, limits: Limits) -> str:
    """What a company is called at its first transfer: the operator's proposal, else the computed one."""
    return customer.short_name or short_company_name(customer.company, limits.first_company_name)


def goes_out_in_two_steps(customer: CustomerFields, limits: Limits, known: Known) -> bool:
    """Whether the name is too long for a first transfer, and this would be one."""
    too_long = customer.is_company and len(customer.company) > limits.first_company_name
    return too_long and known is not Known.KNOWN


def short_key_of(customer: Customer, limits: Limits, known: Known) -> str:
    """What two companies share that VEMA could not tell apart by their short names; else empty."""
    if not goes_out_in_two_steps(customer, limits, known):
        return ""
    postcode = customer.postcode_folded[:POSTCODE_IN_KEY]
    return f"{postcode} {folded(short_name_of(customer, limits))}"


def wanted_for(customer: Customer, known: Known, limits: Limits) -> tuple[list[Wanted], Hold | None]:
    """The transfers that would bring the partner up to date, and why they may not go out as they are."""
    fields = payload_of(customer, limits, customer.withheld_fields)
    if not goes_out_in_two_steps(customer, limits, known):
        return [Wanted(Step.WHOLE, fields)], None
    if known is Known.UNASKED:
        cause = _(
            "It is not known whether the partner already has this company. A first transfer takes a name of "
            "at most {limit} characters; a company that is there already would be renamed by it.",
            limit=limits.first_company_name,
        )
        return [Wanted(Step.WHOLE, fields)], Hold(CauseCode.FIRST_UNKNOWN, cause)
    short = {**fields, "company": short_name_of(customer, limits)}
    return [Wanted(Step.SHORT, short), Wanted(Step.FULL, fields)], None


def sending_rule(office: Office, wanted: str) -> Callable[[Customer], bool]:
    """What the setting `send` means: "chosen" (nobody by itself), "all", or a condition on customers' fields.

    Raises WrongUsage where it is none of these.
    """
    if wanted in ("", "chosen"):
        return lambda _customer: False
    if wanted == "all":
        return lambda _customer: True
    from core.customers.vocabulary import CustomerView, customer_vocabulary
    from core.rulebook.condition import ConditionContext, parse

    condition = parse(wanted, customer_vocabulary())
    others = condition.fields - set(ATTRIBUTES)
    if others:
        raise WrongUsage(
            _(
                "The setting send speaks of a customer's own fields only, not of {fields}.",
                fields=tuple(sorted(others)),
            )
        )
    context = ConditionContext(office.now, office.today)
    return lambda customer: condition.matches(CustomerView(customer), context)
