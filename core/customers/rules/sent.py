"""Which fields of a customer go to the partner, and how they are read quickly."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter

from core.customers.fields import ATTRIBUTES, CustomerFields
from core.customers.given import Given

Values = tuple[str, ...]


def is_sent(given: Given, field: str) -> bool:
    """Whether the field is transmitted and was not left out for this customer."""
    return field in given.limits.transmitted and field not in given.withheld


def sent_names(given: Given) -> tuple[str, ...]:
    """The attributes that are transmitted, in the order of the record."""
    return _selection(given.limits.transmitted, given.withheld)[0]


def sent_values(customer: CustomerFields, given: Given) -> Values:
    """The texts that are transmitted, beside `sent_names`."""
    return _selection(given.limits.transmitted, given.withheld)[1](customer)


@lru_cache(maxsize=256)
def _selection(
    transmitted: frozenset[str], withheld: frozenset[str]
) -> tuple[tuple[str, ...], Callable[[CustomerFields], Values]]:
    names = tuple(name for name in ATTRIBUTES if name in transmitted and name not in withheld)
    if len(names) > 1:
        return names, attrgetter(*names)
    return names, lambda customer: tuple(getattr(customer, name) for name in names)
