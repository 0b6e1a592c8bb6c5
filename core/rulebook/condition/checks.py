"""Tests that know their field and what their value means; each makes the function that judges a record.

What a test says of a field without value is always no, except `missing`; NOT turns every no into a yes.
A value that does not read as the field's number, day or time answers no to comparisons, and is not missing.
"""

from __future__ import annotations

import operator
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from core.locale import _
from core.rulebook.condition.errors import ConditionTooSlow, Source
from core.rulebook.condition.tree import Op
from core.rulebook.condition.values import age_of, day_of, number_of, text_of
from core.rulebook.condition.vocabulary import Field, ListField
from core.text import folded

if TYPE_CHECKING:
    from regex import Pattern as CompiledRegex
    from sqlalchemy import ColumnElement

    from core.rulebook.condition.condition import Condition


@dataclass(frozen=True, slots=True)
class ConditionContext:
    """What a condition is judged with: an aware time, the date of today, and the limit of a regex."""

    now: datetime
    today: date
    regex_seconds: float = 0.05

    def __post_init__(self) -> None:
        if self.now.utcoffset() is None:
            raise ValueError("now knows its time zone")


Predicate: TypeAlias = Callable[[Any, ConditionContext], bool]
HoldsOf: TypeAlias = Callable[[str, ConditionContext], bool]

COMPARE: dict[Op, Callable[[Any, Any], bool]] = {
    Op.IS: operator.eq,
    Op.IS_NOT: operator.ne,
    Op.ABOVE: operator.gt,
    Op.BELOW: operator.lt,
    Op.AT_LEAST: operator.ge,
    Op.AT_MOST: operator.le,
}


@dataclass(frozen=True, slots=True, eq=False)
class MissingCheck:
    """The field has no value; `negated`: it has one, whatever it is."""

    field: Field
    negated: bool = False

    def predicate(self) -> Predicate:
        """What judges a record."""
        present = _presence(self.field)
        wanted = self.negated
        return lambda record, context: present(record) is wanted


@dataclass(frozen=True, slots=True, eq=False)
class TextCheck:
    """The text fits a pattern, `parts` being folded; `negated`: there is text, and it does not."""

    field: Field
    parts: tuple[str, ...]
    negated: bool

    def predicate(self) -> Predicate:
        """What judges a record."""
        fits = fitting(self.parts)
        return _on_texts(self.field, lambda text, context: fits(folded(text)), self.negated)


@dataclass(frozen=True, slots=True, eq=False)
class TextOrderCheck:
    """The folded text stands before or behind another one, by code points."""

    field: Field
    op: Op
    bound: str

    def predicate(self) -> Predicate:
        """What judges a record."""
        compare, bound = COMPARE[self.op], self.bound
        return _on_texts(self.field, lambda text, context: compare(folded(text), bound))


@dataclass(frozen=True, slots=True, eq=False)
class RegexCheck:
    """A regular expression finds something in the text; raises ConditionTooSlow where it takes too long."""

    field: Field
    expression: CompiledRegex[str]
    source: Source
    position: int

    def predicate(self) -> Predicate:
        """What judges a record."""
        return _on_texts(self.field, self._found)

    def _found(self, text: str, context: ConditionContext) -> bool:
        try:
            found = self.expression.search(unicodedata.normalize("NFC", text), timeout=context.regex_seconds)
        except TimeoutError:
            milliseconds = round(context.regex_seconds * 1000)
            reason = _(
                "The regular expression needs longer than {milliseconds} ms on one value: simplify it.",
                milliseconds=milliseconds,
            )
            raise ConditionTooSlow(reason, self.source.text, self.position) from None
        return found is not None


@dataclass(frozen=True, slots=True, eq=False)
class LengthCheck:
    """The number of characters (NFC) compares with a number; of a list, the number of its values."""

    field: Field
    op: Op
    bound: int

    def predicate(self) -> Predicate:
        """What judges a record."""
        compare, bound, get = COMPARE[self.op], self.bound, self.field.get
        if isinstance(self.field, ListField):
            return lambda record, context: bool(count := len(_texts(get(record)))) and compare(count, bound)
        return _on_texts(self.field, lambda text, _: compare(len(unicodedata.normalize("NFC", text)), bound))


@dataclass(frozen=True, slots=True, eq=False)
class NumberCheck:
    """The number compares with another one."""

    field: Field
    op: Op
    bound: Decimal

    def predicate(self) -> Predicate:
        """What judges a record."""
        compare, bound, get = COMPARE[self.op], self.bound, self.field.get

        def judge(record: Any, context: ConditionContext) -> bool:
            number = number_of(get(record))
            return number is not None and compare(number, bound)

        return judge


@dataclass(frozen=True, slots=True, eq=False)
class DayCheck:
    """The day compares with another one, or with one so many days from today."""

    field: Field
    op: Op
    bound: date | int

    def predicate(self) -> Predicate:
        """What judges a record."""
        compare, get, resolve = COMPARE[self.op], self.field.get, self.day

        def judge(record: Any, context: ConditionContext) -> bool:
            day = day_of(get(record), context.now)
            return day is not None and compare(day, resolve(context))

        return judge

    def day(self, context: ConditionContext) -> date:
        """The day compared with."""
        return self.bound if isinstance(self.bound, date) else context.today + timedelta(days=self.bound)


@dataclass(frozen=True, slots=True, eq=False)
class AgeCheck:
    """The age compares with a span; `:` and `!=` count whole units, as ages are shown."""

    field: Field
    op: Op
    span: timedelta
    unit: timedelta

    def predicate(self) -> Predicate:
        """What judges a record."""
        compare, span, get = COMPARE[self.op], self.span, self.field.get
        unit = self.unit if self.op in (Op.IS, Op.IS_NOT) else None

        def judge(record: Any, context: ConditionContext) -> bool:
            age = age_of(get(record), context.now, context.today)
            if age is None:
                return False
            return compare(age if unit is None else age // unit * unit, span)

        return judge


@dataclass(frozen=True, slots=True, eq=False)
class ChoiceCheck:
    """The value is one of these; `negated`: there is one, and it is another."""

    field: Field
    values: tuple[object, ...]
    negated: bool

    def predicate(self) -> Predicate:
        """What judges a record."""
        values, wanted, get = self.values, not self.negated, self.field.get

        def judge(record: Any, context: ConditionContext) -> bool:
            value = get(record)
            return value is not None and value != "" and (value in values) is wanted

        return judge


@dataclass(frozen=True, slots=True, eq=False)
class FlagCheck:
    """What a flag stands for holds; `negated`: it does not."""

    means: Condition | Callable[[Any], bool]
    negated: bool
    clause: Callable[[], ColumnElement[bool]] | None = None

    def predicate(self) -> Predicate:
        """What judges a record."""
        means, wanted = self.means, not self.negated
        if callable(means):
            return lambda record, context: bool(means(record)) is wanted
        matches = means.matches
        return lambda record, context: matches(record, context) is wanted


Check: TypeAlias = (
    MissingCheck
    | TextCheck
    | TextOrderCheck
    | RegexCheck
    | LengthCheck
    | NumberCheck
    | DayCheck
    | AgeCheck
    | ChoiceCheck
    | FlagCheck
)


def fitting(parts: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether a text is made of these parts with anything between them; linear in the text's length."""
    if len(parts) == 1:
        whole = parts[0]
        return lambda text: text == whole
    first, *middle, last = parts
    least = sum(map(len, parts))

    def fits(text: str) -> bool:
        if len(text) < least or not text.startswith(first) or not text.endswith(last):
            return False
        at, end = len(first), len(text) - len(last)
        for part in middle:
            at = text.find(part, at, end)
            if at < 0:
                return False
            at += len(part)
        return True

    return fits


def _on_texts(field: Field, holds: HoldsOf, negated: bool = False) -> Predicate:
    get, wanted = field.get, not negated
    if isinstance(field, ListField):

        def judge_all(record: Any, context: ConditionContext) -> bool:
            texts = _texts(get(record))
            return bool(texts) and any(holds(text, context) for text in texts) is wanted

        return judge_all

    def judge(record: Any, context: ConditionContext) -> bool:
        text = get(record)
        if not isinstance(text, str):
            text = text_of(text)
        return text != "" and holds(text, context) is wanted

    return judge


def _texts(values: Any) -> list[str]:
    listed: Iterable[object] = () if values is None else values
    return [text for text in map(text_of, listed) if text]


def _presence(field: Field) -> Callable[[Any], bool]:
    get = field.get
    if isinstance(field, ListField):
        return lambda record: bool(_texts(get(record)))
    return lambda record: (value := get(record)) is not None and value != ""
