"""What a document says of whom it is about: numbers, names, days and places, as filing compares them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from core.contracts.contract import insurer_key, number_key
from core.postbox.deadlines import days_in, read_day
from core.postbox.record import Document
from core.text import folded

READ = 60_000
"""Characters of a document's text that filing looks at."""
MOST_NUMBERS = 400
SHORTEST_NUMBER, LONGEST_NUMBER = 5, 25
MOST_WORDS = 400
_JOINED = 4
"""Parts between blanks that one number is written in, at most."""
_WORD = re.compile(r"[^\W\d_][\w'’.-]*", re.UNICODE)
_POSTCODE = re.compile(r"(?<!\d)\d{5}(?!\d)")
_BORN = re.compile(
    r"(?:geb(?:oren|urtsdatum|urtstag)?\.?|\*)(?:\s*[-:]?dat(?:um|\.))?\s*(?:am|:|ist)?\s*"
    r"(\d{1,2}\.\s?\d{1,2}\.\s?\d{4})",
    re.IGNORECASE,
)
_CUSTOMER_NUMBER = re.compile(
    r"(?:kunden|makler|mandanten|ordnungs)\s?-?(?:nummer|nr\.?|zeichen)\s*:?\s*([\w./-]{2,20})", re.IGNORECASE
)
_GREETED = re.compile(
    r"\b(?:Herrn?|Frau|Familie)\s+(?:(?:Dr|Prof)\.?\s+)*((?:[A-ZÄÖÜ][\w'’-]+\s+){0,2}[A-ZÄÖÜ][\w'’-]+)"
)
_STREET_END = re.compile(r"(?:strasse|str\.?)$")
_BLANKS = re.compile(r"\s+")
NAME_FIELDS = ("Vorname", "Nachname", "Firmenname", "Name", "Name1", "Name2", "Name3")
BIRTH_FIELDS = ("Geburtsdatum",)
ADDRESS_FIELDS = ("Strasse", "Straße", "Hausnummer", "Postleitzahl", "PLZ", "Ort")


@dataclass(frozen=True)
class Letter:
    """A document as filing reads it: fields of the sender and text, both with everything compared folded."""

    contract_key: str
    insurer_key: str
    insurer_name: str
    customer_number: str
    fields: Mapping[str, str]
    """What the sender says beside the file, by element name."""
    names: tuple[str, ...]
    """Whom the sender names: full names, or the parts of one."""
    text: str

    @staticmethod
    def compared(number: str) -> str:
        """A customer number as it compares."""
        return number_key(number)

    @cached_property
    def customer_key(self) -> str:
        """The customer number that the sender gives, as it compares."""
        return self.compared(self.customer_number)

    @cached_property
    def customer_keys(self) -> frozenset[str]:
        """The customer numbers that the text names as such."""
        return frozenset(map(self.compared, self.customer_numbers)) - {""}

    @cached_property
    def customer_numbers(self) -> frozenset[str]:
        """The same as they are written."""
        return frozenset(found.rstrip(".-/") for found in _CUSTOMER_NUMBER.findall(self.text))

    @cached_property
    def numbers(self) -> frozenset[str]:
        """All in the text that could be a contract number, as numbers compare; at most MOST_NUMBERS."""
        found: dict[str, None] = {}
        for number in _numbers_in(self.text):
            found[number] = None
            if len(found) >= MOST_NUMBERS:
                break
        return frozenset(found)

    @cached_property
    def whole(self) -> str:
        """Everything that is said, folded, with single blanks."""
        said = "\n".join([*self.names, *self.fields.values(), self.text])
        return f" {_BLANKS.sub(' ', spelled(said))} "

    @cached_property
    def words(self) -> frozenset[str]:
        """Capitalised words of text and fields, folded: what could be part of a name."""
        said = [*self.names, self.text]
        words = (word for part in said for word in _WORD.findall(part) if word[:1].isupper())
        found: dict[str, None] = {}
        for word in words:
            found[folded(word.rstrip(".-’'"))] = None
            if len(found) >= MOST_WORDS:
                break
        return frozenset(found)

    @cached_property
    def spelled_names(self) -> tuple[str, ...]:
        """The names that the sender gives, as they compare; the parts of one name as one."""
        names = [_name(one) for one in self.names]
        parts = [one for one in names if one]
        if all(" " not in one for one in parts):
            parts = [" ".join(parts)] if parts else []
        return tuple(f" {one} " for one in parts)

    @property
    def is_addressed(self) -> bool:
        """Whether the sender gives a name at all."""
        return bool(self.spelled_names)

    @cached_property
    def greeted(self) -> tuple[str, ...]:
        """Whom the text addresses: what stands behind Herr, Frau, Familie."""
        return tuple(f" {_name(found)} " for found in _GREETED.findall(self.text))

    @cached_property
    def days(self) -> frozenset[date]:
        """Every day that is named."""
        return frozenset(days_in(self.text)) | self.births

    @cached_property
    def births(self) -> frozenset[date]:
        """The days that are named as somebody's birth date."""
        said = [self.fields.get(name, "") for name in BIRTH_FIELDS] + _BORN.findall(self.text)
        return frozenset(day for one in said if (day := read_day(one)) is not None)

    @cached_property
    def postcodes(self) -> frozenset[str]:
        """Every five digits that could be a postcode."""
        return frozenset(_POSTCODE.findall("\n".join([*self.fields.values(), self.text])))

    def is_insurer(self, name: str) -> bool:
        """Whether an insurer of this name may be the sender: their first words are the same."""
        ours, theirs = _name(name).split(), _name(self.insurer_name).split()
        return bool(ours and theirs) and ours[0] == theirs[0] and len(ours[0]) >= _SHORTEST_INSURER

    def has_postcode(self, postcode: str) -> bool:
        """Whether this postcode is named."""
        return bool(postcode) and postcode.strip() in self.postcodes

    def names_person(self, first: str, last: str) -> bool:
        """Whether first and last name stand side by side, or are what the sender names."""
        one, other = _name(first), _name(last)
        if not one or not other:
            return False
        near = {one, one.split(" ", 1)[0]}
        if self.is_addressed:
            return any(
                f" {other} " in said and any(f" {part} " in said for part in near)
                for said in self.spelled_names
            )
        return any(f" {part} {other} " in self.bare or f" {other} {part} " in self.bare for part in near)

    def addresses_another(self, first: str, last: str) -> bool:
        """Whether the sender names somebody of this last name who is called otherwise."""
        name, given = f" {_name(last)} ", _name(first).split(" ", 1)[0]
        for said in self.spelled_names:
            others = [word for word in said.replace(name, " ").split() if word not in _TITLES]
            if name in said and others and given not in others:
                return True
        return False

    def greets_another(self, last: str) -> bool:
        """Whether the text addresses somebody, and nobody of this name; where the sender gives no name."""
        name = f" {_name(last)} "
        return bool(self.greeted) and name not in self.bare and not self.is_addressed

    def names_company(self, company: str) -> bool:
        """Whether a company is named, with or without its legal form."""
        whole = _name(company)
        core = " ".join(word for word in whole.split(" ") if word not in _LEGAL_FORMS)
        wanted = {whole} if len(core) < _SHORTEST_COMPANY else {whole, core}
        where = self.spelled_names if self.is_addressed else (self.bare,)
        return any(one and f" {one} " in said for one in wanted for said in where)

    def names_word(self, name: str) -> bool:
        """Whether a name stands anywhere; where the sender gives names, among these."""
        wanted = _name(name)
        where = self.spelled_names if self.is_addressed else (self.bare,)
        return bool(wanted) and any(f" {wanted} " in said for said in where)

    def names_street(self, street: str, house_number: str) -> bool:
        """Whether street and house number stand side by side."""
        name = _shortened_streets(_name(street))
        number = _name(house_number)
        if not name:
            return False
        wanted = f" {name} {number} " if number else f" {name} "
        return wanted in self.streets

    @cached_property
    def bare(self) -> str:
        """Everything that is said, letters and digits only, between single blanks."""
        return f" {_plain(self.whole)} "

    @cached_property
    def streets(self) -> str:
        """The same with every street shortened alike."""
        return f" {_shortened_streets(self.bare)} "


_SHORTEST_COMPANY = 6
_SHORTEST_INSURER = 3
_LEGAL_FORMS = frozenset(
    ("gmbh", "mbh", "ag", "kg", "ohg", "gbr", "ug", "ek", "e", "k", "co", "und", "se", "ev", "eg", "partg")
)
_TITLES = frozenset(("herr", "herrn", "frau", "firma", "dr", "prof", "dipl", "ing", "und", "med", "jur"))
_NOT_IN_NAMES = re.compile(r"[\W_]+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def spelled(text: str) -> str:
    """Text as names compare: folded, umlauts and ß spelled out, since partners often write them so."""
    return folded(text).translate(_UMLAUTS)


def _shortened_streets(text: str) -> str:
    return " ".join(_STREET_END.sub("str", word) for word in text.split())


def _plain(text: str) -> str:
    return _NOT_IN_NAMES.sub(" ", spelled(text)).strip()


@lru_cache(maxsize=20_000)
def _name(text: str) -> str:
    return _plain(text)


def _numbers_in(text: str) -> Iterator[str]:
    for line in text[:READ].splitlines():
        parts = [part.strip(".,;:()[]") for part in line.split()]
        for start, first in enumerate(parts):
            if not (any(map(str.isdigit, first)) or _may_begin(first)):
                continue
            joined = ""
            for part in parts[start : start + _JOINED]:
                if joined and not any(map(str.isdigit, part)):
                    break
                joined += part
                key = number_key(joined) if len(joined) <= 2 * LONGEST_NUMBER else ""
                if SHORTEST_NUMBER <= len(key) <= LONGEST_NUMBER and any(map(str.isdigit, key)):
                    yield key


def _may_begin(part: str) -> bool:
    """Whether letters before digits may be part of a number: `KV 123 456`."""
    return 1 <= len(part) <= 4 and part.isalpha() and part.isupper()


def letter_of(document: Document) -> Letter:
    """What a document says."""
    fields = {name: str(value) for name, value in document.details.items() if isinstance(value, str)}
    return Letter(
        contract_key=document.contract_key or number_key(document.contract_number),
        insurer_key=insurer_key(document.sender),
        insurer_name=document.sender_name,
        customer_number=document.customer_number,
        fields={name: value for name, value in fields.items() if name in (*BIRTH_FIELDS, *ADDRESS_FIELDS)},
        names=tuple(_names(document.names, fields)),
        text=document.text[:READ],
    )


def _names(said: Iterable[str], fields: Mapping[str, str]) -> list[str]:
    named = [one for one in said if one.strip()]
    return named or [fields[name] for name in NAME_FIELDS if fields.get(name, "").strip()]
