"""The syntax tree of a condition; `str` of a node is its canonical text, which reads as the same tree."""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import field as attribute
from enum import StrEnum
from typing import TypeAlias

from core.rulebook.condition.spelling import written_pattern, written_regex


class Op(StrEnum):
    """How a test compares; IS is what stands between a field and a value without an operator."""

    IS = ""
    IS_NOT = "!="
    ABOVE = ">"
    BELOW = "<"
    AT_LEAST = ">="
    AT_MOST = "<="
    MATCHES = "~"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A value: its text, cut where a wildcard stands; one part means that there is none.

    `80*` is ("80", ""), `*` is ("", ""). Neighbouring wildcards are one.
    """

    parts: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError("a pattern has at least one part")
        inner = tuple(part for part in self.parts[1:-1] if part)
        object.__setattr__(self, "parts", (self.parts[0], *inner, *self.parts[1:][-1:]))

    @property
    def literal(self) -> str | None:
        """The text, where no wildcard is in it."""
        return self.parts[0] if len(self.parts) == 1 else None

    @property
    def is_anything(self) -> bool:
        """Whether it is a wildcard and nothing else."""
        return self.parts == ("", "")

    def __str__(self) -> str:
        return written_pattern(self.parts)


_ESCAPED_OR_QUOTE = re.compile(r'\\.|"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Regex:
    """A regular expression as it is written, its backslashes untouched; a quotation mark in it is escaped."""

    source: str

    def __post_init__(self) -> None:
        if re.fullmatch(r"(?:\\.|[^\\])*", self.source, re.DOTALL) is None:
            raise ValueError("a regular expression does not end with a single backslash")
        object.__setattr__(self, "source", _ESCAPED_OR_QUOTE.sub(_escaped_quote, self.source))

    def __str__(self) -> str:
        return written_regex(self.source)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field compared with a value, or (`length`) the number of its characters.

    `position` and `value_position` count characters from the start of the text it was read from.
    """

    field: str
    op: Op
    value: Pattern | Regex
    length: bool = False
    position: int = attribute(default=0, compare=False, repr=False)
    value_position: int = attribute(default=0, compare=False, repr=False)

    def __post_init__(self) -> None:
        if isinstance(self.value, Regex) != (self.op is Op.MATCHES):
            raise ValueError("~ and only ~ takes a regular expression")
        if self.length and self.op is Op.IS:
            raise ValueError("a length is compared with an operator")

    def __str__(self) -> str:
        return f"{self.field}:{'len' if self.length else ''}{self.op}{self.value}"


@dataclass(frozen=True, slots=True)
class Missing:
    """The field has no value."""

    field: str
    position: int = attribute(default=0, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.field}:missing"


@dataclass(frozen=True, slots=True)
class Not:
    """What does not match `part`."""

    part: Expression

    def __str__(self) -> str:
        return f"NOT {_enclosed(self.part)}"


@dataclass(frozen=True, slots=True)
class And:
    """What matches all parts; at least two, none of them an And itself."""

    parts: tuple[Expression, ...]

    def __post_init__(self) -> None:
        flat: list[Expression] = []
        for part in self.parts:
            flat.extend(part.parts if isinstance(part, And) else (part,))
        object.__setattr__(self, "parts", _two_or_more(flat))

    def __str__(self) -> str:
        return " AND ".join(str(part) if not isinstance(part, Or) else f"({part})" for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """What matches one of the parts; at least two, none of them an Or itself."""

    parts: tuple[Expression, ...]

    def __post_init__(self) -> None:
        flat: list[Expression] = []
        for part in self.parts:
            flat.extend(part.parts if isinstance(part, Or) else (part,))
        object.__setattr__(self, "parts", _two_or_more(flat))

    def __str__(self) -> str:
        return " OR ".join(str(part) for part in self.parts)


Leaf: TypeAlias = Comparison | Missing
Expression: TypeAlias = Comparison | Missing | Not | And | Or


def all_of(*parts: Expression) -> Expression:
    """The conjunction of one or more parts."""
    return parts[0] if len(parts) == 1 else And(parts)


def any_of(*parts: Expression) -> Expression:
    """The disjunction of one or more parts."""
    return parts[0] if len(parts) == 1 else Or(parts)


def children(expression: Expression) -> tuple[Expression, ...]:
    """The parts of a node, none of a leaf."""
    match expression:
        case And(parts) | Or(parts):
            return parts
        case Not(part):
            return (part,)
        case _:
            return ()


def depth(expression: Expression) -> int:
    """How many nodes lie above one another; works on trees too deep for recursion."""
    levels = 0
    level: tuple[Expression, ...] = (expression,)
    while level:
        levels += 1
        level = tuple(part for node in level for part in children(node))
    return levels


def _escaped_quote(found: re.Match[str]) -> str:
    return '\\"' if found.group() == '"' else found.group()


def _two_or_more(parts: list[Expression]) -> tuple[Expression, ...]:
    if len(parts) < 2:
        raise ValueError("a conjunction or disjunction has at least two parts")
    return tuple(parts)


def _enclosed(part: Expression) -> str:
    return f"({part})" if isinstance(part, And | Or) else str(part)
