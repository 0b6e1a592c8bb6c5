"""The letter of an inquiry: pure German text, because it goes to customers and advisers, never to operators.

What it says of a customer is partner text: hidden and control characters are taken out, an IBAN is cut short.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from core.inquiries.inquiry import Addressee
from core.text import printable, shortened, tidied

LONGEST_VALUE = 80


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that is missing or wrong: the field, how the letter calls it, what is the matter with it."""

    field: str
    rule: str
    label: str
    text: str
    of_adviser_only: bool = False
    """Whether a customer would not know what is meant."""

    def line(self) -> str:
        """As it stands in the letter."""
        return f"- {self.label}: {self.text}"


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a letter is about, as its text calls them; already fit to be read."""

    number: str
    name: str
    salutation: str = ""
    title: str = ""
    last_name: str = ""
    is_company: bool = False
    place: str = ""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who asks: the operator's full name and the office's name, where they are known."""

    name: str = ""
    office: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter before anybody has sent it. `address` is the mail address, empty where none is known."""

    addressee: Addressee
    name: str
    address: str
    title: str
    text: str
    due: date
    questions: tuple[Question, ...] = field(default=())
    records: tuple[int, ...] = field(default=())
    """The ids of those whom it is about, where they are many."""

    @property
    def asked(self) -> dict[str, list[str]]:
        """The rules that ask, by field."""
        rules: dict[str, list[str]] = {}
        for one in self.questions:
            rules.setdefault(one.field, []).append(one.rule)
        return rules


def quoted(value: str) -> str:
    """A value as a letter shows it."""
    return f"„{shortened(legible(value), LONGEST_VALUE)}“"


def legible(value: str) -> str:
    """A text without anything that cannot be read; what got lost on the way here becomes a question mark."""
    return printable(tidied(value)).replace("\ufffd", "?")


def customer_letter(person: Person, questions: Sequence[Question], due: date, sender: Sender) -> str:
    """What a customer is asked."""
    several = len(questions) > 1
    points = "die folgenden Punkte" if several else "den folgenden Punkt"
    return _paragraphs(
        f"{customer_greeting(person)},",
        f"in Ihren Angaben bei uns (Kundennummer {person.number}) fehlt etwas, oder es kann so nicht "
        f"stimmen. Bitte sehen Sie sich {points} an und teilen Sie uns mit, was richtig ist:",
        _lines(one.line() for one in questions),
        f"Eine kurze Antwort bis zum {due:%d.%m.%Y} genügt. Vielen Dank für Ihre Mühe.",
        _closing(sender),
    )


def adviser_letter(
    adviser: str, asked: Sequence[tuple[Person, Sequence[Question]]], due: date, sender: Sender
) -> str:
    """What an adviser is asked about one customer, or about many in one text."""
    if len(asked) == 1:
        opening = "bei diesem Kunden fehlt etwas, oder es kann so nicht stimmen:"
    else:
        opening = f"bei diesen {len(asked)} Kunden fehlt etwas, oder es kann so nicht stimmen:"
    blocks = [_lines([_about(person), *(one.line() for one in questions)]) for person, questions in asked]
    return _paragraphs(
        f"Guten Tag {adviser}," if adviser else "Guten Tag,",
        opening,
        *blocks,
        f"Bitte bis zum {due:%d.%m.%Y} mitteilen, was richtig ist; wo es nicht bekannt ist, bitte beim "
        "Kunden nachfragen. Vielen Dank.",
        _closing(sender),
    )


def customer_title(person: Person) -> str:
    """The subject line of a letter to a customer."""
    return f"Ihre Angaben bei uns, Kundennummer {person.number}"


def adviser_title(people: Sequence[Person]) -> str:
    """The subject line of a letter to an adviser."""
    if len(people) == 1:
        return f"Rückfrage zu {people[0].number} {people[0].name}".rstrip()
    return f"Rückfrage zu {len(people)} Kunden"


def customer_greeting(person: Person) -> str:
    """How a letter begins: formal where salutation and last name are known, else by name, else plain."""
    if person.is_company:
        return "Sehr geehrte Damen und Herren"
    who = " ".join(part for part in (person.title, person.last_name) if part)
    match person.salutation.casefold() if person.last_name else "":
        case "frau":
            return f"Sehr geehrte Frau {who}"
        case "herr" | "herrn":
            return f"Sehr geehrter Herr {who}"
        case _:
            return f"Guten Tag {person.name}".rstrip()


def _about(person: Person) -> str:
    return ", ".join(part for part in (f"{person.number} {person.name}".rstrip(), person.place) if part)


def _closing(sender: Sender) -> str:
    return _lines(["Mit freundlichen Grüßen", *(part for part in (sender.name, sender.office) if part)])


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines)


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"
