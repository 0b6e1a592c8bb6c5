"""What a customer rule is given beside the record: today, the partner's limits, what the partner has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from core.customers.fields import ATTRIBUTES
from core.rulebook.finding import Severity

NOT_TRANSMITTED = frozenset({"old_number", "adviser"})


class Known(StrEnum):
    """Whether the partner already knows this customer under our number."""

    UNASKED = "unasked"  # it could be looked up but was not yet, or it cannot be known
    ABSENT = "absent"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a partner takes, from its profile. The defaults are the VEMA seed's and our invented ones."""

    transmitted: frozenset[str] = frozenset(ATTRIBUTES) - NOT_TRANSMITTED
    first_company_name: int = 10
    lengths: Mapping[str, int] = field(default_factory=dict[str, int])
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, "tuple[str, ...]"])
    countries: tuple[str, ...] = ()
    """Countries that can be transmitted, as they are spelt ("", "D", "DE", "Deutschland"); empty = all."""
    characters: str = "utf-8"
    """Name of the encoding that holds every character the partner takes."""
    severities: Mapping[str, Severity] = field(default_factory=dict[str, Severity])


@dataclass(frozen=True, slots=True)
class Given:
    """What rules may ask for; `known` is per record, the rest per run."""

    today: date
    limits: Limits = field(default_factory=Limits)
    known: Known = Known.UNASKED
    withheld: frozenset[str] = frozenset()
    """Fields that this customer's transfers leave out, by an operator's decision."""
    same_short_name: int = 0
    """How many other companies of the same postcode would go out first under the same short name."""
    short_name: str = ""
    """An operator's own short name for a company's first transfer; empty: computed."""
    towns_of: Callable[[str], frozenset[str]] | None = None
    """The towns (folded) that are known to have a postcode, an empty set where nothing is known of it."""

    def is_first_transfer(self) -> bool:
        """Whether a transfer would be the first one; `check --file` takes every one for it."""
        return self.known is not Known.KNOWN
