"""Filing (Zuordnung): whose a document is, with reasons and a confidence from 0 to 99.

What the sender says in fields of its own counts most, what stands in the text less, what contradicts takes
away; where two customers are about as likely, nobody is sure. It files by itself only from a threshold on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session

from core.contracts.contract import Contract
from core.customers.customer import Customer
from core.locale import Message, _
from core.postbox.candidates import Found, candidates_of
from core.postbox.evidence import Letter, letter_of
from core.postbox.record import Document
from core.text import shortened, visible

SUREST = 99
RIVALRY = 15
"""Points by which the best must lead, to be believed."""
DOUBTFUL = 60
"""How sure the machine may be where another customer is about as likely."""

CONTRACT, CONTRACT_WITHOUT_INSURER, CONTRACT_UNDER_ANOTHER_INSURER, NO_CONTRACT = 90, 72, 60, 20
LONG_NUMBER = 7
"""Characters from which on a contract number is unlikely to be that of somebody else by chance."""
CONTRACT_IN_TEXT = 62
NUMBER, NUMBER_IN_TEXT = 35, 25
FULL_NAME, COMPANY, LAST_NAME = 35, 40, 15
BIRTHDATE = 45
ADDRESS, POSTCODE = 22, 5
NOT_NAMED, BORN_OTHERWISE = -40, -50


@dataclass(frozen=True, slots=True)
class Proposal:
    """Whose a document may be; nobody's where `customer` is None."""

    customer: int | None = None
    contract: int | None = None
    confidence: int = 0
    reasons: tuple[Message, ...] = ()


@dataclass
class _Score:
    customer: Customer
    points: int = 0
    said_by_sender: bool = False
    """Whether a field of the shipment speaks for it, not only the text."""
    contract: int | None = None
    reasons: list[Message] = field(default_factory=list[Message])

    def add(self, points: int, reason: Message) -> None:
        self.points += points
        self.reasons.append(reason)


NOBODY = Proposal()


def propose(session: Session, document: Document) -> Proposal:
    """The customer that the document is most likely of."""
    letter = letter_of(document)
    found = candidates_of(session, letter)
    scores = sorted(
        (_judge(letter, customer, found) for customer in found.customers.values()),
        key=lambda one: (-one.points, one.customer.id or 0),
    )
    return _best(scores)


def _best(scores: Sequence[_Score]) -> Proposal:
    """Whom the sender names goes before whom only the text names: letters name others, too."""
    if not scores or scores[0].points <= 0:
        return NOBODY
    said = [one for one in scores if one.said_by_sender]
    if said and said[0].points >= DOUBTFUL:
        best, rivals = said[0], _rivals(said)
    else:
        best, rivals = scores[0], _rivals(scores) or [one for one in said if one is not scores[0]]
    confidence = min(SUREST, best.points)
    reasons = tuple(best.reasons)
    if rivals:
        confidence = min(DOUBTFUL, confidence)
        other = visible(rivals[0].customer.number)
        reasons += (_("The customer {number} is about as likely.", number=other),)
    return Proposal(best.customer.id, best.contract, confidence, reasons)


def _rivals(scores: Sequence[_Score]) -> list[_Score]:
    """Who is about as likely as the first."""
    best, *others = scores
    return [one for one in others if one.points > best.points - RIVALRY]


def _judge(letter: Letter, customer: Customer, found: Found) -> _Score:
    score = _Score(customer)
    _by_contract(score, letter, found)
    _by_number(score, letter)
    _by_name(score, letter)
    _by_birth(score, letter)
    _by_address(score, letter)
    return score


def _by_contract(score: _Score, letter: Letter, found: Found) -> None:
    mine = found.contracts.get(score.customer.id or 0, ())
    said = [one for one in mine if one.number_key == letter.contract_key]
    if said:
        points = max(_worth(one, letter, found) for one in said)
        best = next(one for one in said if _worth(one, letter, found) == points)
        score.contract, score.said_by_sender = best.id, points > NO_CONTRACT
        score.add(points, _("The contract {number} is this customer's.", number=_shown(best.number)))
        return
    written = [one for one in mine if one.number_key in letter.numbers]
    agreed = [one for one in written if not _is_of_another_insurer(one, letter)]
    if agreed:
        score.contract = agreed[0].id
        number = _shown(agreed[0].number)
        score.add(CONTRACT_IN_TEXT, _("The text names the contract {number}.", number=number))


def _worth(contract: Contract, letter: Letter, found: Found) -> int:
    """How much it says that the sender names the number of this contract."""
    if contract.insurer_key and contract.insurer_key == letter.insurer_key:
        return CONTRACT
    holders = {
        one.customer
        for contracts in found.contracts.values()
        for one in contracts
        if one.number_key == contract.number_key
    }
    is_only_one = len(holders) == 1
    if _is_of_another_insurer(contract, letter):
        # Groups have several numbers, and some broker software has numbers of its own.
        sure = is_only_one and len(contract.number_key) >= LONG_NUMBER
        return CONTRACT_UNDER_ANOTHER_INSURER if sure else NO_CONTRACT
    if letter.is_insurer(contract.insurer_name):
        return CONTRACT
    return CONTRACT_WITHOUT_INSURER if is_only_one else NO_CONTRACT


def _is_of_another_insurer(contract: Contract, letter: Letter) -> bool:
    both = contract.insurer_key and letter.insurer_key
    return bool(both) and contract.insurer_key != letter.insurer_key


def _by_number(score: _Score, letter: Letter) -> None:
    customer = score.customer
    numbers = {letter.compared(one) for one in (customer.number, customer.old_number, customer.vema_number)}
    numbers.discard("")
    shown = _shown(customer.number)
    if letter.customer_key and letter.customer_key in numbers:
        score.add(NUMBER, _("The sender names the customer number {number}.", number=shown))
    elif numbers & letter.customer_keys:
        score.add(NUMBER_IN_TEXT, _("The text names the customer number {number}.", number=shown))


def _by_name(score: _Score, letter: Letter) -> None:
    customer = score.customer
    if customer.is_company:
        if letter.names_company(customer.company):
            score.add(COMPANY, _("The company {name} is named.", name=_shown(customer.company)))
        elif letter.is_addressed or letter.greets_another(customer.company):
            score.add(NOT_NAMED, _("Somebody else is named."))
        return
    if letter.names_person(customer.first_name, customer.last_name):
        name = f"{customer.first_name} {customer.last_name}"
        score.add(FULL_NAME, _("{name} is named.", name=_shown(name)))
    elif letter.addresses_another(customer.first_name, customer.last_name) or letter.greets_another(
        customer.last_name
    ):
        score.add(NOT_NAMED, _("Somebody else is named."))
    elif letter.names_word(customer.last_name):
        score.add(LAST_NAME, _("The last name {name} is named.", name=_shown(customer.last_name)))
    elif letter.is_addressed:
        score.add(NOT_NAMED, _("Somebody else is named."))


def _by_birth(score: _Score, letter: Letter) -> None:
    born = score.customer.born
    if born is None:
        return
    if born in letter.days:
        score.add(BIRTHDATE, _("The birth date {day} agrees.", day=f"{born:%d.%m.%Y}"))
    elif letter.births and not (score.said_by_sender and score.points >= CONTRACT + FULL_NAME):
        # Whom the sender names by contract and name need not be who was born then: letters name others, too.
        score.add(BORN_OTHERWISE, _("Another birth date is named."))


def _by_address(score: _Score, letter: Letter) -> None:
    customer = score.customer
    if not letter.has_postcode(customer.postcode):
        return
    if letter.names_street(customer.street, customer.house_number):
        score.add(ADDRESS, _("The address agrees."))
    else:
        score.add(POSTCODE, _("The postcode {postcode} agrees.", postcode=_shown(customer.postcode)))


def _shown(text: str) -> str:
    return shortened(visible(text), 60)


def reasons_of(document: Document) -> tuple[Message, ...]:
    """Why it was filed, or is proposed, where it is."""
    return tuple(map(Message.load, document.reasons))


def dumped(reasons: Iterable[Message]) -> list[str]:
    """Reasons as a document keeps them."""
    return [one.dump() for one in reasons]


def proposed_columns(proposal: Proposal) -> Mapping[str, object]:
    """What a document keeps of a proposal."""
    return {
        "customer": proposal.customer,
        "contract": proposal.contract,
        "confidence": proposal.confidence,
        "reasons": dumped(proposal.reasons),
    }
