"""SQL that keeps a superset of the rows that a condition matches; the predicate decides afterwards.

NOT is pushed down to the tests, so that a row kept too much under a test never becomes a row lost under its
negation, and so that SQL's NULL, which is no yes, is always asked for by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Enum,
    Integer,
    String,
    TypeDecorator,
    and_,
    func,
    not_,
    or_,
    true,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from core.rulebook.condition.checks import (
    COMPARE,
    AgeCheck,
    Check,
    ChoiceCheck,
    ConditionContext,
    DayCheck,
    FlagCheck,
    LengthCheck,
    MissingCheck,
    NumberCheck,
    RegexCheck,
    TextCheck,
    TextOrderCheck,
)
from core.rulebook.condition.tree import And, Comparison, Expression, Missing, Not, Op, Or
from core.rulebook.condition.vocabulary import ChoiceField, ListField

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.sql.compiler import SQLCompiler

    from core.rulebook.condition.condition import Condition
    from core.rulebook.condition.vocabulary import Column

Clause: TypeAlias = "ColumnElement[bool]"

# SQLite refuses expressions deeper than 1000; LIKE patterns with many wildcards cost more than they save.
_MOST_TESTS = 200
_LONGEST_PATTERN = 1000
_MOST_WILDCARDS = 4
# A time without zone may be meant in any: the day before and the day after are looked at, too.
_MARGIN = timedelta(days=1)

_OPPOSITE = {
    Op.IS: Op.IS_NOT,
    Op.IS_NOT: Op.IS,
    Op.ABOVE: Op.AT_MOST,
    Op.AT_MOST: Op.ABOVE,
    Op.BELOW: Op.AT_LEAST,
    Op.AT_LEAST: Op.BELOW,
}


def prefilter(condition: Condition, context: ConditionContext | None) -> Clause | None:
    """What to put into WHERE; None where nothing can be said, or too much to be worth it."""
    narrowing = _Narrowing(context)
    clause = narrowing.keep(condition, condition.expression, negated=False)
    return clause if narrowing.tests <= _MOST_TESTS else None


@dataclass
class _Narrowing:
    context: ConditionContext | None
    tests: int = 0

    def keep(self, condition: Condition, expression: Expression, negated: bool) -> Clause | None:
        match expression:
            case Not(part):
                return self.keep(condition, part, not negated)
            case And(parts) | Or(parts):
                clauses = [self.keep(condition, part, negated) for part in parts]
                return _every(clauses) if isinstance(expression, And) is not negated else _some(clauses)
            case Comparison() | Missing():
                return self._test(condition.checks[expression], negated)

    def _test(self, check: Check, negated: bool) -> Clause | None:
        self.tests += 1
        clause: Clause | None = None
        match check:
            case FlagCheck(means, opposite):
                if not callable(means):
                    clause = self.keep(means, means.expression, negated is not opposite)
                elif check.clause is not None:
                    clause = check.clause() if negated is opposite else not_(check.clause())
            case MissingCheck():
                clause = _missing(check, negated)
            case TextCheck():
                clause = _text(check, negated)
            case ChoiceCheck():
                clause = _choice(check, negated)
            case NumberCheck():
                clause = _number(check, negated)
            case DayCheck():
                clause = _day(check, negated, self.context)
            case AgeCheck():
                clause = _age(check, negated, self.context)
            case TextOrderCheck() | LengthCheck() | RegexCheck():
                # The order of text depends on the collation; the rest differs between databases.
                pass
        return clause


def _every(clauses: list[Clause | None]) -> Clause | None:
    known = [clause for clause in clauses if clause is not None]
    return and_(*known) if known else None


def _some(clauses: list[Clause | None]) -> Clause | None:
    known = [clause for clause in clauses if clause is not None]
    return or_(*known) if len(known) == len(clauses) else None


def _missing(check: MissingCheck, negated: bool) -> Clause | None:
    if isinstance(check.field, ListField):
        return _none_or_some(check.field, wanted=check.negated is not negated)
    column = check.field.column if check.field.column is not None else check.field.folded_column
    if column is None:
        return None
    if check.negated is negated:
        return _empty(column)
    # The column of a day or number may be NULL because the text does not read as one.
    return _filled(column) if _is_text(column) or isinstance(check.field, ChoiceField) else None


def _none_or_some(field: ListField, wanted: bool) -> Clause | None:
    if field.among is None:
        return None
    some = field.among(lambda _column: true())
    return some if wanted else not_(some)


def _in_list(check: TextCheck, field: ListField, negated: bool) -> Clause | None:
    """No text of a list fits the opposite: `!=` wants a list with texts, none of which is it."""
    if field.among is None or not _is_comparable(check.parts):
        return None
    clause: Clause = field.among(lambda column: _fits(column, check.parts))
    if check.negated:
        clause = and_(field.among(lambda _column: true()), not_(clause))
    return not_(clause) if negated else clause


def _text(check: TextCheck, negated: bool) -> Clause | None:
    if isinstance(check.field, ListField):
        return _in_list(check, check.field, negated)
    column = check.field.folded_column
    if column is None or not _is_comparable(check.parts):
        return None
    clause = _fits(column, check.parts) if check.negated is negated else _fits_not(column, check.parts)
    return or_(_empty(column), clause) if negated else and_(_filled(column), clause)


def _fits(column: Column, parts: tuple[str, ...]) -> Clause:
    if len(parts) == 1:
        return column == parts[0]
    like = column.like(_like_pattern(parts), escape="\\")
    if len(parts) == 2 and not parts[1]:
        return _by_dialect(sqlite=_starts_with(column, parts[0]), other=like)
    return _by_dialect(sqlite=or_(like, _holds_nul(column)), other=like)


def _fits_not(column: Column, parts: tuple[str, ...]) -> Clause:
    if len(parts) == 1:
        return column != parts[0]
    unlike = column.not_like(_like_pattern(parts), escape="\\")
    return _by_dialect(sqlite=or_(unlike, _holds_nul(column)), other=unlike)


def _starts_with(column: Column, prefix: str) -> Clause:
    """As a range, which an index serves; SQLite compares bytes, and UTF-8 keeps the order of code points."""
    behind = _successor(prefix)
    return column >= prefix if behind is None else and_(column >= prefix, column < behind)


def _successor(prefix: str) -> str | None:
    """The first text behind all that begin with `prefix`."""
    for length in range(len(prefix), 0, -1):
        code = ord(prefix[length - 1])
        if code < 0x10FFFF:
            return prefix[: length - 1] + chr(0xE000 if code == 0xD7FF else code + 1)
    return None


def _holds_nul(column: Column) -> Clause:
    """SQLite's LIKE stops reading at a NUL character, so rows with one are left to the predicate."""
    return func.instr(column, func.char(0)) > 0


def _like_pattern(parts: tuple[str, ...]) -> str:
    escaped = (part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for part in parts)
    return "%".join(escaped)


def _is_comparable(parts: tuple[str, ...]) -> bool:
    """Whether both databases take these texts as parameters, and LIKE is worth its price."""
    text = "".join(parts)
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        return False
    return len(parts) == 1 or (len(text) <= _LONGEST_PATTERN and len(parts) - 1 <= _MOST_WILDCARDS)


def _choice(check: ChoiceCheck, negated: bool) -> Clause | None:
    column = check.field.column
    if column is None:
        return None
    clause = column.in_(check.values) if check.negated is negated else column.not_in(check.values)
    return or_(_empty(column), clause) if negated else and_(_filled(column), clause)


def _number(check: NumberCheck, negated: bool) -> Clause | None:
    column = check.field.column
    if column is None or not isinstance(_type(column), Integer):
        return None
    largest = 2**63 if isinstance(_type(column), BigInteger) else 2**31
    if check.bound != int(check.bound) or not -largest <= check.bound < largest:
        return None
    return _compared(column, check.op, int(check.bound), negated)


def _day(check: DayCheck, negated: bool, context: ConditionContext | None) -> Clause | None:
    column = check.field.column
    if column is None or (context is None and isinstance(check.bound, int)):
        return None
    day = check.bound if isinstance(check.bound, date) else check.day(cast("ConditionContext", context))
    if isinstance(_type(column), Date):
        return _compared(column, check.op, day, negated)
    return _within(column, check.op, datetime.combine(day, time(), UTC), timedelta(days=1), negated)


def _age(check: AgeCheck, negated: bool, context: ConditionContext | None) -> Clause | None:
    column = check.field.column
    if column is None or context is None:
        return None
    older = {Op.ABOVE: Op.BELOW, Op.AT_LEAST: Op.AT_MOST, Op.BELOW: Op.ABOVE, Op.AT_MOST: Op.AT_LEAST}
    try:
        start = context.now.astimezone(UTC) - check.span - check.unit
    except OverflowError:
        return None
    return _within(column, older.get(check.op, check.op), start, check.unit, negated)


def _within(column: Column, op: Op, start: datetime, length: timedelta, negated: bool) -> Clause | None:
    """Times compared with a stretch of time, with a margin on both sides."""
    if not _is_time(column):
        return None
    try:
        low, high = _for_column(column, start - _MARGIN), _for_column(column, start + length + _MARGIN)
    except OverflowError:
        return None
    clauses: dict[Op, Callable[[], Clause]] = {
        Op.IS: lambda: column.between(low, high),
        Op.ABOVE: lambda: column >= low,
        Op.AT_LEAST: lambda: column >= low,
        Op.BELOW: lambda: column <= high,
        Op.AT_MOST: lambda: column <= high,
    }
    effective = _OPPOSITE[op] if negated else op
    if effective not in clauses:
        return None
    clause = clauses[effective]()
    return or_(_empty(column), clause) if negated else clause


def _compared(column: Column, op: Op, bound: object, negated: bool) -> Clause:
    if negated:
        return or_(_empty(column), COMPARE[_OPPOSITE[op]](column, bound))  # pyright: ignore
    return cast("Clause", COMPARE[op](column, bound))


def _empty(column: Column) -> Clause:
    return or_(column.is_(None), column == "") if _is_text(column) else column.is_(None)


def _filled(column: Column) -> Clause:
    return and_(column.is_not(None), column != "") if _is_text(column) else column.is_not(None)


def _type(column: Column) -> TypeEngine[Any]:
    kind = cast("ColumnElement[Any]", column).type
    return kind.impl_instance if isinstance(kind, TypeDecorator) else kind


def _is_text(column: Column) -> bool:
    return isinstance(_type(column), String) and not isinstance(_type(column), Enum)


def _is_time(column: Column) -> bool:
    return isinstance(_type(column), DateTime)


def _for_column(column: Column, moment: datetime) -> datetime:
    kind = _type(column)
    return moment if isinstance(kind, DateTime) and kind.timezone else moment.replace(tzinfo=None)


class _ByDialect(FunctionElement[bool]):
    """One clause for SQLite, another one for all else."""

    type = Boolean()
    inherit_cache = True


def _by_dialect(sqlite: Clause, other: Clause) -> Clause:
    return _ByDialect(sqlite, other)


@compiles(_ByDialect)
def _compile_other(element: _ByDialect, compiler: SQLCompiler, **options: Any) -> str:
    return _compiled(tuple(element.clauses)[1], compiler, options)


@compiles(_ByDialect, "sqlite")
def _compile_sqlite(element: _ByDialect, compiler: SQLCompiler, **options: Any) -> str:
    return _compiled(next(iter(element.clauses)), compiler, options)


def _compiled(clause: ColumnElement[Any], compiler: SQLCompiler, options: dict[str, Any]) -> str:
    return f"({compiler.process(clause, **options)})"
