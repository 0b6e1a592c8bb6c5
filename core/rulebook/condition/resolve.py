"""From what a test says to what it means: names looked up, values read by the kind of their field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING

from core.locale import Message, _
from core.rulebook.condition.checks import (
    AgeCheck,
    Check,
    ChoiceCheck,
    DayCheck,
    FlagCheck,
    LengthCheck,
    MissingCheck,
    NumberCheck,
    RegexCheck,
    TextCheck,
    TextOrderCheck,
    fitting,
)
from core.rulebook.condition.errors import ConditionError, Source
from core.rulebook.condition.tree import Comparison, Leaf, Missing, Op, Pattern, Regex
from core.rulebook.condition.values import RELATIVE_DAYS, is_ambiguous, read_day, read_number, read_span
from core.rulebook.condition.vocabulary import (
    AgeField,
    AnyField,
    Choice,
    ChoiceField,
    DateField,
    Field,
    Flag,
    FlagField,
    NumberField,
    Vocabulary,
    nearest,
)
from core.text import folded, printable, visible

if TYPE_CHECKING:
    from regex import Pattern as CompiledRegex

    from core.rulebook.condition.condition import Condition

_LONGEST_REGEX = 1000
_LARGEST_REGEX = 500_000
_REPEAT = re.compile(r"\{[^}0-9]*([0-9]{1,9})")
_LENGTH = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Resolver:
    """Looks up and reads the tests of one condition; `within` names the flags whose meaning is being read."""

    vocabulary: Vocabulary
    source: Source
    within: frozenset[str] = frozenset()

    def resolve(self, leaf: Leaf) -> tuple[Leaf, Check]:
        """The test in canonical words, and what it means; raises ConditionError."""
        field = self._field(leaf)
        if isinstance(field, FlagField):
            return self._flag(field, leaf)
        if isinstance(leaf, Missing):
            return replace(leaf, field=field.name), MissingCheck(field)
        if isinstance(field, ChoiceField):
            return self._choice(field, leaf)
        return replace(leaf, field=field.name), self._check(field, leaf)

    def _field(self, leaf: Leaf) -> AnyField:
        field = self.vocabulary.find(leaf.field)
        if field is None:
            names = self.vocabulary.near(leaf.field)
            unknown = _("There is no field {field} here.", field=leaf.field)
            raise self.source.error(_with_proposal(unknown, names), leaf.position)
        return field

    def _check(self, field: Field, test: Comparison) -> Check:
        if isinstance(field, AgeField) and (test.length or isinstance(test.value, Regex)):
            raise self._wrong(test, _("The field {field} cannot be compared in this way.", field=test.field))
        if isinstance(test.value, Regex):
            return self._regex(field, test, test.value)
        if test.length:
            return LengthCheck(field, test.op, self._length(test, test.value))
        if test.value.parts == ("",):
            raise self._wrong(test, _("An empty value is written {field}:missing.", field=test.field))
        if test.value.is_anything:
            return self._anything(field, test)
        return self._compared(field, test, test.value)

    def _compared(self, field: Field, test: Comparison, value: Pattern) -> Check:
        if isinstance(field, AgeField):
            return self._age(field, test, self._literal(test, value))
        if isinstance(field, NumberField | DateField) and value.literal is not None:
            return self._by_value(field, test, value.literal)
        return self._text(field, test, value)

    def _text(self, field: Field, test: Comparison, value: Pattern) -> Check:
        if test.op in (Op.IS, Op.IS_NOT):
            return TextCheck(field, tuple(map(folded, value.parts)), test.op is Op.IS_NOT)
        return TextOrderCheck(field, test.op, folded(self._literal(test, value)))

    def _anything(self, field: Field, test: Comparison) -> Check:
        if test.op is not Op.IS:
            raise self._wrong(test, _("An empty value is written {field}:missing.", field=test.field))
        return MissingCheck(field, negated=True)

    def _by_value(self, field: Field, test: Comparison, text: str) -> Check:
        if isinstance(field, DateField):
            day = RELATIVE_DAYS.get(folded(text), read_day(text))
            if day is None:
                raise self._wrong(
                    test, _("{value} is no date; write 01.02.2026 or 2026-02-01.", value=visible(text))
                )
            return DayCheck(field, test.op, day)
        number = read_number(text)
        if number is None and is_ambiguous(text):
            reason = _("{value} can be read in two ways; write 1234 or 1,2340.", value=visible(text))
            raise self._wrong(test, reason)
        if number is None:
            raise self._wrong(test, _("{value} is no number.", value=visible(text)))
        return NumberCheck(field, test.op, number)

    def _age(self, field: Field, test: Comparison, text: str) -> Check:
        try:
            read = read_span(text)
        except OverflowError:
            read = None
        if read is None:
            raise self._wrong(test, _("{value} is no age; write 30min, 12h, 2d or 3w.", value=visible(text)))
        span, unit = read
        if test.op in (Op.IS, Op.IS_NOT) and span % unit:
            raise self._wrong(test, _("An age is compared with > or <, or with a whole number of its unit."))
        return AgeCheck(field, test.op, span, unit)

    def _length(self, test: Comparison, value: Pattern) -> int:
        if value.literal is None or _LENGTH.fullmatch(value.literal) is None:
            raise self._wrong(
                test, _("A length is compared with a whole number, as in {field}:len>10.", field=test.field)
            )
        return int(value.literal)

    def _literal(self, test: Comparison, value: Pattern) -> str:
        if value.literal is None:
            reason = _(
                "The wildcard * cannot be used here; a real asterisk is written {escaped}.", escaped="\\*"
            )
            raise self._wrong(test, reason)
        return value.literal

    def _regex(self, field: Field, test: Comparison, value: Regex) -> Check:
        if test.length:
            raise self._wrong(test, _("A length is compared with a number, not with a regular expression."))
        try:
            compiled = _compiled(value.source)
        except _UnfitRegex as error:
            quoted = self.source.text[test.value_position : test.value_position + 1] == '"'
            raise self.source.error(error.reason, test.value_position + quoted + error.position) from None
        return RegexCheck(field, compiled, self.source, test.value_position)

    def _choice(self, field: ChoiceField, test: Comparison) -> tuple[Comparison, Check]:
        pattern = self._word(test)
        named = replace(test, field=field.name)
        if pattern.is_anything:
            return named, self._anything(field, test)
        chosen = field.chosen(pattern, fitting(tuple(map(folded, pattern.parts))))
        if not chosen:
            raise self._unknown_word(test, pattern, field.choices)
        english = Pattern((chosen[0].english,))
        same = pattern.literal is not None and field.chosen(english, bool) == chosen
        canonical = replace(named, value=english) if same else named
        return canonical, ChoiceCheck(field, tuple(choice.value for choice in chosen), test.op is Op.IS_NOT)

    def _flag(self, field: FlagField, leaf: Leaf) -> tuple[Leaf, Check]:
        if isinstance(leaf, Missing):
            raise self.source.error(_("{field} is never missing.", field=leaf.field), leaf.position)
        word = self._word(leaf)
        flag = field.flag(word.literal) if word.literal is not None else None
        if flag is None:
            raise self._unknown_word(leaf, word, field.flags)
        canonical = replace(leaf, field=field.name, value=Pattern((flag.english,)))
        means = self._meaning(flag, flag.means) if isinstance(flag.means, str) else flag.means
        return canonical, FlagCheck(means, leaf.op is Op.IS_NOT, flag.clause)

    def _meaning(self, flag: Flag, text: str) -> Condition:
        from core.rulebook.condition.condition import parse_within

        if flag.english in self.within:
            raise ValueError(f"the flag {flag.english} is explained by itself")
        return parse_within(text, self.vocabulary, self.within | {flag.english})

    def _word(self, test: Comparison) -> Pattern:
        if isinstance(test.value, Regex) or test.length or test.op not in (Op.IS, Op.IS_NOT):
            raise self._wrong(test, _("The field {field} cannot be compared in this way.", field=test.field))
        return test.value

    def _unknown_word(
        self, test: Comparison, word: Pattern, known: Iterable[Choice | Flag]
    ) -> ConditionError:
        words = [both for choice in known for both in (choice.english, choice.german)]
        unknown = _(
            "{field} is never {value}; known are {known}.",
            field=test.field,
            value=str(word),
            known=tuple(dict.fromkeys(words)),
        )
        return self._wrong(test, _with_proposal(unknown, nearest(str(word), words)))

    def _wrong(self, test: Comparison, reason: Message) -> ConditionError:
        return self.source.error(reason, test.value_position)


class _UnfitRegex(Exception):
    def __init__(self, reason: Message, position: int = 0) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.position = position


@lru_cache(maxsize=64)
def _compiled(source: str) -> CompiledRegex[str]:
    import regex

    # Fixed repeats are unrolled when compiled: a{1000000000} would take all memory before any time limit.
    size = len(source) * prod(max(1, int(count)) for count in _REPEAT.findall(source))
    if len(source) > _LONGEST_REGEX or size > _LARGEST_REGEX:
        raise _UnfitRegex(_("The regular expression is too long, or repeats too often."))
    try:
        return regex.compile(unicodedata.normalize("NFC", source), regex.IGNORECASE | regex.FULLCASE)
    except regex.error as error:
        reason = _(
            "The regular expression cannot be read: {reason}.", reason=printable(getattr(error, "msg", ""))
        )
        raise _UnfitRegex(reason, min(getattr(error, "pos", None) or 0, len(source))) from None
    except (RecursionError, OverflowError, ValueError, MemoryError) as error:
        reason = _("The regular expression cannot be read: {reason}.", reason=printable(str(error)))
        raise _UnfitRegex(reason) from None


def _with_proposal(sentence: Message, names: tuple[str, ...]) -> Message:
    if not names:
        return sentence
    return _("{sentence} Did you mean {names}?", sentence=sentence, names=names)
