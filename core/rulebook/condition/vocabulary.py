"""What a condition can speak of: the fields of one area, their names and words, as the area declares them.

A field answers to its English and its German name and to its aliases, in any case; ä may be written ae.
`get` takes the value from a record; None and "" mean that there is none.

What a field promises to the database, where it names columns:
`column` holds what `get` returns, and NULL (or "") where that is nothing;
`folded_column` holds `core.text.folded` of it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from core.rulebook.condition.tree import Pattern
from core.text import folded

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.sql.elements import SQLCoreOperations

    Column: TypeAlias = SQLCoreOperations[Any]

Get: TypeAlias = Callable[[Any], object]

_NAME = re.compile(r"[^\W\d_][\w.-]*")
_WITHOUT_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


@dataclass(frozen=True, eq=False, kw_only=True)
class _Named:
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Field(_Named):
    """What all fields with a value have; areas use the kinds below."""

    name: str
    german: str
    get: Get
    column: Column | None = None
    folded_column: Column | None = None


class TextField(Field):
    """Text: compared NFC-normalised and casefolded, ordered by code point."""


class NumberField(Field):
    """A number, or text that reads as one: `-5`, `10,5`, `1.234,56`."""


class DateField(Field):
    """A day, or text that reads as one: `01.02.2026`, `2026-02-01`; a time counts as its day."""


class AgeField(Field):
    """How long ago a time was: `get` returns the time, the condition says `2d`, `90min`."""


@dataclass(frozen=True, eq=False)
class ListField(Field):
    """Several texts, of which any may match; `!=` means that none is it, `len` counts them.

    `among` promises the database's answer: SQL that is true where a text of the record fits what is said of
    the folded column of the texts.
    """

    among: Callable[[Callable[[Column], ColumnElement[bool]]], ColumnElement[bool]] | None = None


@dataclass(frozen=True, eq=False)
class Choice:
    """One value that a choice field can have, as the record holds it, and the words it answers to."""

    value: object
    english: str
    german: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class ChoiceField(Field):
    """One of a few values; each answers to its English and its German word."""

    choices: tuple[Choice, ...] = ()

    def chosen(self, pattern: Pattern, fits: Callable[[str], bool]) -> tuple[Choice, ...]:
        """The choices one of whose words is meant: exactly, or through a wildcard."""
        if pattern.literal is None:
            return tuple(choice for choice in self.choices if any(map(fits, spellings(choice))))
        return tuple(choice for choice in self.choices if folded(pattern.literal) in spellings(choice))


@dataclass(frozen=True, eq=False)
class Flag:
    """A name for a condition on the same vocabulary, or for what a function says of a record."""

    english: str
    german: str
    means: str | Callable[[Any], bool]
    aliases: tuple[str, ...] = ()
    clause: Callable[[], ColumnElement[bool]] | None = None
    """SQL that says the same as a function in `means`, never NULL."""


@dataclass(frozen=True, eq=False)
class FlagField(_Named):
    """A pseudo field (`is`), whose values are flags."""

    flags: tuple[Flag, ...]
    name: str = "is"
    german: str = "ist"

    def __post_init__(self) -> None:
        words = [word for flag in self.flags for word in spellings(flag)]
        if len(words) != len(set(words)):
            raise ValueError("two flags have one name")

    def flag(self, word: str) -> Flag | None:
        """The flag with this English or German name."""
        return next((flag for flag in self.flags if folded(word) in spellings(flag)), None)


AnyField: TypeAlias = Field | FlagField


class Vocabulary:
    """The fields of one area; two fields with one name are an error of ours (ValueError)."""

    def __init__(self, fields: Iterable[AnyField]) -> None:
        self.fields = tuple(fields)
        self._by_name: dict[str, AnyField] = {}
        for field in self.fields:
            if not all(_NAME.fullmatch(name) for name in (field.name, field.german, *field.aliases)):
                raise ValueError(f"a field's name is one word: {field.name}")
            for name in spellings(field):
                if self._by_name.setdefault(name, field) is not field:
                    raise ValueError(f"two fields are called {name}")

    def __iter__(self) -> Iterator[AnyField]:
        return iter(self.fields)

    def find(self, name: str) -> AnyField | None:
        """The field with this English or German name or alias, in any case."""
        return self._by_name.get(folded(name))

    def near(self, name: str) -> tuple[str, ...]:
        """Names of fields that look like this one, the likeliest first."""
        return nearest(
            name, [name for field in self.fields for name in (field.name, field.german, *field.aliases)]
        )


def spellings(named: AnyField | Choice | Flag) -> frozenset[str]:
    """All words that something answers to, folded, with and without umlauts."""
    first = named.english if isinstance(named, Choice | Flag) else named.name
    words = {folded(word) for word in (first, named.german, *named.aliases)}
    return frozenset(words | {word.translate(_WITHOUT_UMLAUTS) for word in words})


def nearest(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """Up to three of the known words that look like `word`."""
    by_folded = {folded(name): name for name in known}
    return tuple(
        by_folded[name] for name in difflib.get_close_matches(folded(word), by_folded, n=3, cutoff=0.6)
    )
