"""Post of an invented office with misleading neighbours: families, namesakes, shared numbers."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.support.customers import Fields

INSURERS = ("5312", "5999", "5077", "5640")
_FIRST = ("Petra", "Ayşe", "Jörg", "Käthe", "Till", "Mechthild", "Björn", "Zoë", "Anna", "Karl", "Jan", "Uwe")
_LAST = ("Weiß", "Müller", "Śliwa", "Öztürk", "Strauß", "Kühn", "Schmidt", "Ahrens", "Vogt", "von der Au")
_STREETS = ("Lindenweg", "Am Bühl", "Hauptstraße", "Fährgasse", "Bahnhofstr.", "Schulstraße")
_TOWNS = (("01067", "Dresden"), ("02763", "Zittau"), ("80331", "München"), ("20457", "Hamburg"))
_TRADES = ("Bau", "Metall", "Holz", "Elektro", "Garten", "Transport")


@dataclass(frozen=True)
class Policy:
    """A contract: where, which number, whose."""

    insurer: str
    number: str
    customer: Fields


@dataclass
class Written:
    """A document as it comes, and whose it really is ("": nobody's)."""

    text: str
    whose: str
    said: dict[str, Any] = field(default_factory=dict[str, Any])
    manner: str = ""


class Town:
    """Customers with contracts, and what insurers write about them; the same for the same seed."""

    def __init__(self, seed: int, families: int) -> None:
        self.random = random.Random(seed)
        self.customers: list[Fields] = []
        self.policies: list[Policy] = []
        for _family in range(families):
            self._settle_family()
        self.by_customer: dict[str, list[Policy]] = {}
        for one in self.policies:
            self.by_customer.setdefault(one.customer["number"], []).append(one)

    # --- who lives here

    def _settle_family(self) -> None:
        """A couple, and by chance a son with his father's name, or a company at the address."""
        pick = self.random.choice
        last, street = pick(_LAST), pick(_STREETS)
        house, (postcode, town) = str(self.random.randint(1, 180)), pick(_TOWNS)
        home = {"street": street, "house_number": house, "postcode": postcode, "town": town}
        one, other = self.random.sample(_FIRST, 2)
        self._add({"kind": "P", "first_name": one, "last_name": last, "birthdate": self._born(40, 80)} | home)
        self._add(
            {"kind": "P", "first_name": other, "last_name": last, "birthdate": self._born(40, 80)} | home
        )
        if self.random.random() < 0.2:
            self._add(
                {"kind": "P", "first_name": one, "last_name": last, "birthdate": self._born(0, 10)} | home
            )
        if self.random.random() < 0.2:
            name = f"{last} {pick(_TRADES)} {pick(('GmbH', 'GmbH & Co. KG', 'e.K.'))}"
            self._add({"kind": "F", "company": name} | home)

    def _born(self, first: int, last: int) -> str:
        day, month = self.random.randint(1, 28), self.random.randint(1, 12)
        return (
            f"{day:02}.{month:02}.{1920 + self.random.randint(first, last) if first else 2000 - last + first}"
        )

    def _add(self, fields: Fields) -> None:
        made = {"number": f"{10_000 + len(self.customers)}"} | fields
        self.customers.append(made)
        for _contract in range(self.random.randint(1, 3)):
            self.policies.append(Policy(self.random.choice(INSURERS), self._number(), made))

    def _number(self) -> str:
        """Sometimes the number that another insurer's contract has already."""
        if self.policies and self.random.random() < 0.05:
            return self.random.choice(self.policies).number
        digits = f"{self.random.randint(10**6, 10**9)}"
        return self.random.choice((digits, f"{digits[:3]}.{digits[3:]}", f"KV {digits}", f"{digits}-01"))

    def unique(self) -> Iterator[Policy]:
        """The contracts, of those with one number at one insurer the first only."""
        seen: set[tuple[str, str]] = set()
        for one in self.policies:
            if (one.insurer, one.number) not in seen:
                seen.add((one.insurer, one.number))
                yield one

    # --- what is written to them

    def letters(self, count: int) -> Iterator[Written]:
        """So many letters, of every manner in the share in which it comes."""
        known = {id(one) for one in self.unique()}
        policies = [one for one in self.policies if id(one) in known]
        manners, shares = zip(*_MANNERS, strict=True)
        for number in range(count):
            manner: Callable[[Town, Policy], Written] = self.random.choices(manners, shares)[0]
            written = manner(self, self.random.choice(policies))
            written.text += f"\n\nUnser Zeichen Z{number:06x}"
            written.manner = manner.__name__
            yield written

    def with_fields(self, policy: Policy) -> Written:
        """The usual: the sender names contract and name, the text is about it."""
        said = {"contract_number": self._respelled(policy.number), "sender": policy.insurer}
        return Written(self._text(policy), _number_of(policy), said | {"names": [_name(policy.customer)]})

    def with_number_only(self, policy: Policy) -> Written:
        """A scan without text, a contract number and nothing else."""
        said = {"contract_number": self._respelled(policy.number), "sender": policy.insurer}
        return Written("", _number_of(policy), said)

    def with_a_third_party(self, policy: Policy) -> Written:
        """A claim: the text names another customer with address and contract."""
        other = self.random.choice(self.policies)
        written = self.with_fields(policy)
        written.text += (
            f"\nUnfallgegner: {_name(other.customer)}, {_address(other.customer)}, "
            f"versichert unter {other.number}, geb. {other.customer.get('birthdate', '')}"
        )
        return written

    def with_a_colliding_number(self, policy: Policy) -> Written:
        """The insurer's own customer number is by chance what another customer has here."""
        written = self.with_fields(policy)
        written.said["customer_number"] = self.random.choice(self.customers)["number"]
        return written

    def without_fields(self, policy: Policy) -> Written:
        """Everything stands in the text alone."""
        return Written(self._text(policy), _number_of(policy), {"sender": policy.insurer})

    def without_a_number(self, policy: Policy) -> Written:
        """To a person by name, address and birth date, without any number."""
        one = policy.customer
        born = f"geboren am {one['birthdate']}" if one.get("birthdate") else ""
        text = f"{_name(one)}\n{_address(one)}\n\nSehr geehrte Damen und Herren, {born} wie gewünscht."
        said = {"sender": policy.insurer, "names": [_name(one)]}
        return Written(text, _number_of(policy), said)

    def with_our_number(self, policy: Policy) -> Written:
        """With the broker's customer number and the name, spelled as on a typewriter."""
        one = policy.customer
        said = {"customer_number": one["number"], "sender": policy.insurer, "names": [_plain(_name(one))]}
        return Written(f"{_plain(_name(one))}\n{_address(one)}\n", _number_of(policy), said)

    def to_a_stranger(self, policy: Policy) -> Written:
        """Of somebody who is no customer, but has the name of one."""
        said = {
            "contract_number": f"9{self.random.randint(10**9, 10**10)}",
            "sender": policy.insurer,
            "names": [_name(policy.customer)],
        }
        return Written(f"{_name(policy.customer)}\nWaldweg 999\n99999 Nirgendwo", "", said)

    def to_everybody(self, policy: Policy) -> Written:
        """A circular."""
        return Written("Rundschreiben: neue Tarife ab Januar.", "", {"sender": policy.insurer})

    def _text(self, policy: Policy) -> str:
        return (
            f"{_name(policy.customer)}\n{_address(policy.customer)}\n\n"
            f"Versicherungsschein-Nr. {policy.number}\n"
            f"Dresden, {self.random.randint(1, 28)}.11.2026\n\nGuten Tag, anbei Ihr Nachtrag."
        )

    def _respelled(self, number: str) -> str:
        return self.random.choice((number, f"00{number}", number.replace(".", "").replace(" ", "")))


_MANNERS: tuple[tuple[Callable[[Town, Policy], Written], int], ...] = (
    (Town.with_fields, 40),
    (Town.with_number_only, 10),
    (Town.with_a_third_party, 10),
    (Town.with_a_colliding_number, 6),
    (Town.without_fields, 14),
    (Town.without_a_number, 6),
    (Town.with_our_number, 6),
    (Town.to_a_stranger, 4),
    (Town.to_everybody, 4),
)


def _number_of(policy: Policy) -> str:
    return policy.customer["number"]


def _name(one: Fields) -> str:
    return one.get("company") or f"{one['first_name']} {one['last_name']}"


def _address(one: Fields) -> str:
    return f"{one['street']} {one['house_number']}\n{one['postcode']} {one['town']}"


def _plain(name: str) -> str:
    """Without umlauts, in capitals."""
    for letter, said in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        name = name.replace(letter, said)
    return name.upper()
