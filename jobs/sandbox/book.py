"""Whom the simulated VEMA knows, by which numbers, and what became of every key.

Nothing here waits or talks: one call, one step. What happens is an `Entry`; entries, replayed, are the book.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from jobs.sandbox.checks import FIRST_COMPANY_NAME, why_refused
from jobs.sandbox.reading import Customer


class Effect(StrEnum):
    """What a hand-over did to the book."""

    CREATED = "created"
    UPDATED = "updated"
    REPEATED = "repeated"  # the same key and body again: nothing done
    REFUSED = "refused"
    FOREIGN = "foreign"  # a vemanummer that this member does not have
    CONFLICT = "conflict"  # another body under a key that was used before


TAKEN = frozenset({Effect.CREATED, Effect.UPDATED})


@dataclass(frozen=True, slots=True)
class Entry:
    """One hand-over as it arrived and what came of it; `at` in seconds since 1970."""

    key: str
    digest: str
    effect: Effect
    at: float
    customer: Customer
    reference: str = ""
    """The vemanummer in the answer."""
    reason: str = ""
    """Why it was refused; a member is never told."""
    duplicate_of: str = ""


@dataclass(slots=True)
class Held:
    """A customer in the books of the simulated VEMA."""

    reference: str
    current: Customer
    numbers: list[str] = field(default_factory=list[str])
    names: list[str] = field(default_factory=list[str])
    """Every name received, in order, without repetitions in a row."""
    created: int = 0
    """1 where a hand-over created it, 0 where VEMA held it before."""
    updated: int = 0
    duplicate_of: str = ""


class Book:
    """Customers, numbers and keys; what changes them is `enter`, `preload` and `delete_numbers`."""

    def __init__(self) -> None:
        self.held: dict[str, Held] = {}
        self.entries: list[Entry] = []
        self._by_number: dict[str, str] = {}
        self._by_identity: dict[tuple[str, ...], dict[str, None]] = {}
        self._by_key: dict[str, Entry] = {}
        self._preloaded: set[Customer] = set()
        self._last = 0

    def number_known(self, number: str) -> str:
        """The vemanummer behind a member's customer number, "" where it is unknown."""
        return self._by_number.get(number, "")

    def outcome_of(self, key: str) -> Entry | None:
        """What became of a key: taken or refused; None where it never arrived."""
        return self._by_key.get(key)

    def decide(self, key: str, digest: str, at: float, customer: Customer, refused: str = "") -> Entry:
        """What a hand-over does; nothing changes before it is entered. `refused`: a reason found before."""
        before = self._by_key.get(key)
        if before and before.digest != digest:
            return Entry(key, digest, Effect.CONFLICT, at, customer, reason="another body under a used key")
        if before and before.effect in TAKEN:
            return Entry(key, digest, Effect.REPEATED, at, customer, before.reference)
        if refused:
            return Entry(key, digest, Effect.REFUSED, at, customer, reason=refused)
        return self._weigh(key, digest, at, customer)

    def enter(self, entry: Entry) -> None:
        """Makes an entry true."""
        self.entries.append(entry)
        if entry.effect in TAKEN or (entry.effect is Effect.REFUSED and entry.key):
            self._by_key[entry.key] = entry
        if entry.effect in TAKEN:
            self._take(entry)

    def preload(self, customers: Iterable[Customer]) -> list[Customer]:
        """Adds customers that VEMA holds beforehand, and returns those that it did not know yet."""
        new = [customer for customer in customers if not self._knows(customer)]
        for customer in new:
            self._preloaded.add(customer)
            self._hold(Held(customer.vema_number or self._next(), customer), customer)
        return new

    def delete_numbers(self, numbers: Collection[str]) -> int:
        """Forgets customer numbers, as VEMA does when asked by mail; returns how many were known."""
        references = [self._by_number.pop(number) for number in numbers if number in self._by_number]
        for reference in references:
            held = self.held[reference]
            held.numbers = [number for number in held.numbers if number not in numbers]
        return len(references)

    def _weigh(self, key: str, digest: str, at: float, customer: Customer) -> Entry:
        if customer.vema_number and customer.vema_number not in self.held:
            return Entry(key, digest, Effect.FOREIGN, at, customer, reason="vemanummer unknown")
        reference, duplicate_of = self._find(customer)
        reason = why_refused(customer, is_known=bool(reference)) or self._taken_number(customer, reference)
        if reason:
            return Entry(key, digest, Effect.REFUSED, at, customer, reason=reason)
        if reference:
            return Entry(key, digest, Effect.UPDATED, at, customer, reference)
        return Entry(key, digest, Effect.CREATED, at, customer, self._next(), duplicate_of=duplicate_of)

    def _knows(self, customer: Customer) -> bool:
        by_number = bool(customer.number) and customer.number in self._by_number
        return by_number or customer.vema_number in self.held or customer in self._preloaded

    def _taken_number(self, customer: Customer, reference: str) -> str:
        owner = self._by_number.get(customer.number, reference)
        return "" if owner == reference else "the number belongs to another customer"

    def _find(self, customer: Customer) -> tuple[str, str]:
        """Whom a hand-over means ("" for a new one), and whom a new one would duplicate."""
        reference = customer.vema_number or self._by_number.get(customer.number, "")
        if reference:
            return reference, ""
        candidates = self._by_identity.get(_identity(customer), ())
        alike = [candidate for candidate in candidates if _same_name(self.held[candidate], customer)]
        for candidate in alike:
            if not self.held[candidate].numbers:
                return candidate, ""
        return "", alike[0] if alike else ""

    def _take(self, entry: Entry) -> None:
        held = self.held.get(entry.reference)
        if held is None:
            made = Held(entry.reference, entry.customer, created=1, duplicate_of=entry.duplicate_of)
            self._hold(made, entry.customer)
            return
        self._by_identity.get(_identity(held.current), {}).pop(held.reference, None)
        held.updated += 1
        self._hold(held, entry.customer)

    def _hold(self, held: Held, customer: Customer) -> None:
        held.current = customer
        self.held[held.reference] = held
        self._by_identity.setdefault(_identity(customer), {})[held.reference] = None
        if not held.names or held.names[-1] != customer.name:
            held.names.append(customer.name)
        if customer.number and customer.number not in held.numbers:
            held.numbers.append(customer.number)
            self._by_number[customer.number] = held.reference

    def _next(self) -> str:
        while (reference := f"V{self._last + 1:07}") in self.held:
            self._last += 1
        return reference


def _identity(customer: Customer) -> tuple[str, ...]:
    if customer.kind == "F":
        return ("F", customer.postcode, _folded(f"{customer.street} {customer.house_number}"))
    names = (_folded(customer.first_name), _folded(customer.last_name))
    return ("P", *names, customer.birthdate, customer.postcode)


def _same_name(held: Held, customer: Customer) -> bool:
    if customer.kind != "F":
        return True
    name, current = customer.company, held.current.company
    alike = {*held.names, _short(current)}
    return _folded(name) in map(_folded, alike) or _folded(_short(name)) == _folded(current)


def _short(name: str) -> str:
    return name[:FIRST_COMPANY_NAME].strip()


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()).casefold())
