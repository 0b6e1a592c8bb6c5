"""A condition: read against a vocabulary, asked of records, or turned into SQL that narrows them down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from core.locale import _
from core.rulebook.condition.checks import AgeCheck, Check, ConditionContext, DayCheck, FlagCheck, Predicate
from core.rulebook.condition.errors import Source
from core.rulebook.condition.plain import read_plain
from core.rulebook.condition.resolve import Resolver
from core.rulebook.condition.tree import And, Comparison, Expression, Leaf, Missing, Not, Or, depth
from core.rulebook.condition.vocabulary import Vocabulary

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

_DEEPEST = 100


@dataclass(frozen=True)
class Condition:
    """A condition that knows its vocabulary; equal to another one with the same canonical text."""

    expression: Expression
    checks: Mapping[Leaf, Check] = field(repr=False, compare=False)

    def __str__(self) -> str:
        """The canonical text: English names, one spelling, safe to store and to read again."""
        return str(self.expression)

    @cached_property
    def matches(self) -> Predicate:
        """`matches(record, context) -> bool`; raises ConditionTooSlow."""
        return _predicate(self.expression, self.checks)

    def prefilter(self, context: ConditionContext | None = None) -> ColumnElement[bool] | None:
        """SQL that keeps every row that matches, and perhaps more; None where it can say nothing.

        With the context that the rows are judged with afterwards, ages and `today` narrow down, too.
        """
        from core.rulebook.condition.sql import prefilter

        return prefilter(self, context)

    @cached_property
    def fields(self) -> frozenset[str]:
        """The names of the fields that it looks at, those behind flags included."""
        return frozenset(leaf.field for condition in self.parts() for leaf in condition.checks)

    @cached_property
    def depends_on_time(self) -> bool:
        """Whether an unchanged record may match tomorrow and not today."""
        checks = [check for condition in self.parts() for check in condition.checks.values()]
        return any(
            isinstance(check, AgeCheck) or (isinstance(check, DayCheck) and isinstance(check.bound, int))
            for check in checks
        )

    def parts(self) -> Iterator[Condition]:
        """The condition itself, and those that its flags stand for."""
        yield self
        for check in self.checks.values():
            if isinstance(check, FlagCheck) and isinstance(check.means, Condition):
                yield from check.means.parts()


def parse(text: str, vocabulary: Vocabulary) -> Condition:
    """The condition that an operator wrote; raises ConditionError, which knows the place."""
    return parse_within(text, vocabulary, frozenset())


def parse_within(text: str, vocabulary: Vocabulary, within: frozenset[str]) -> Condition:
    """Like `parse`, for the meaning of a flag: `within` names the flags that are being explained."""
    expression = read_plain(text)
    if expression is None:
        from core.rulebook.condition.syntax import read

        expression = read(text)
    return _resolved(expression, Resolver(vocabulary, Source(text), within))


def resolve(expression: Expression, vocabulary: Vocabulary) -> Condition:
    """A condition from a tree that was built, not written; raises ConditionError."""
    _not_too_deep(expression, Source(""))
    return _resolved(expression, Resolver(vocabulary, Source(str(expression))))


def _resolved(expression: Expression, resolver: Resolver) -> Condition:
    _not_too_deep(expression, resolver.source)
    checks: dict[Leaf, Check] = {}

    def named(node: Expression) -> Expression:
        match node:
            case And(parts):
                return And(tuple(named(part) for part in parts))
            case Or(parts):
                return Or(tuple(named(part) for part in parts))
            case Not(part):
                return Not(named(part))
            case Comparison() | Missing():
                leaf, check = resolver.resolve(node)
                checks.setdefault(leaf, check)
                return leaf

    return Condition(named(expression), checks)


def _not_too_deep(expression: Expression, source: Source) -> None:
    if depth(expression) > _DEEPEST:
        raise source.error(_("The condition is nested too deeply."), 0)


def _predicate(expression: Expression, checks: Mapping[Leaf, Check]) -> Predicate:
    match expression:
        case And(parts):
            return _all([_predicate(part, checks) for part in parts])
        case Or(parts):
            return _any([_predicate(part, checks) for part in parts])
        case Not(part):
            inner = _predicate(part, checks)
            return lambda record, context: not inner(record, context)
        case Comparison() | Missing():
            return checks[expression].predicate()


def _all(parts: list[Predicate]) -> Predicate:
    def judge(record: Any, context: ConditionContext) -> bool:
        for part in parts:  # noqa: SIM110 - three times as fast as all() over a generator
            if not part(record, context):
                return False
        return True

    return judge


def _any(parts: list[Predicate]) -> Predicate:
    def judge(record: Any, context: ConditionContext) -> bool:
        for part in parts:  # noqa: SIM110
            if part(record, context):
                return True
        return False

    return judge
