"""Text to syntax tree, with lark; imported only where a condition is read, since lark is slow to load."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedInput, UnexpectedToken

from core.locale import Message, _
from core.rulebook.condition.errors import ConditionError
from core.rulebook.condition.spelling import Misspelt, is_reserved, read_pattern, read_regex
from core.rulebook.condition.tree import (
    Comparison,
    Expression,
    Missing,
    Not,
    Op,
    Pattern,
    Regex,
    all_of,
    any_of,
)

_KEYWORDS = {"and": "AND", "und": "AND", "or": "OR", "oder": "OR", "not": "NOT", "nicht": "NOT"}
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"', re.DOTALL)
_BRACKETS = re.compile(r'"(?:\\.|[^"\\])*"|\\.|[()]', re.DOTALL)
_LAST_WORD = re.compile(r"[\w.-]+\s*\Z")


def read(text: str) -> Expression:
    """The tree of a condition, its fields not looked up yet; raises ConditionError."""
    try:
        return cast("Expression", _parser().parse(text))  # pyright: ignore[reportUnknownMemberType]
    except UnexpectedInput as error:
        position, expected = _place(error, len(text))
        reason, position = _explained(text, position, expected)
        raise ConditionError(reason, text, position) from None
    except Misspelt as error:
        raise ConditionError(error.reason, text, error.position) from None


class _Builder(Transformer[Token, Expression]):
    def start(self, parts: list[Expression]) -> Expression:
        return parts[0]

    def disjunction(self, parts: list[Expression]) -> Expression:
        return any_of(*parts)

    def conjunction(self, parts: list[Expression]) -> Expression:
        return all_of(*parts)

    def negated(self, parts: list[Expression]) -> Expression:
        return Not(parts[0])

    def missing(self, tokens: list[Token]) -> Expression:
        return Missing(str(tokens[0]), _start(tokens[0]))

    def equal(self, tokens: list[Token]) -> Expression:
        return _test(tokens[0], Op.IS, tokens[1])

    def compared(self, tokens: list[Token]) -> Expression:
        return _test(tokens[0], Op(tokens[1]), tokens[2])

    def length(self, tokens: list[Token]) -> Expression:
        return _test(tokens[0], Op(tokens[2]), tokens[3], length=True)


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", transformer=_Builder())


def _test(field: Token, op: Op, value: Token, length: bool = False) -> Comparison:
    start = _start(value)
    if op is Op.MATCHES:
        return Comparison(str(field), op, Regex(read_regex(value)), length, _start(field), start)
    if is_reserved(value):
        raise Misspelt(_reserved(field, value), start)
    return Comparison(str(field), op, Pattern(read_pattern(value, start)), length, _start(field), start)


def _reserved(field: str, value: str) -> Message:
    if value.casefold() != "missing":
        return _("There is no operator =; an exact length is {field}:len>=5 {field}:len<=5.", field=field)
    return _("Write NOT {field}:missing, or put {word} in quotation marks.", field=field, word=value)


def _start(token: Token) -> int:
    return token.start_pos or 0


def _place(error: Any, end: int) -> tuple[int, Collection[str]]:
    """Where lark stopped, and the names of the terminals that it would have taken there."""
    if isinstance(error, UnexpectedToken):
        token = cast("Token", error.token)  # pyright: ignore[reportUnknownMemberType]
        return (end if token.type == "$END" else _start(token)), error.expected
    return error.pos_in_stream, error.allowed or ()


def _explained(text: str, position: int, expected: Collection[str]) -> tuple[Message, int]:
    rest = text[position:]
    if not text.strip():
        return _("The condition is empty."), 0
    if rest.startswith('"') and _QUOTED.match(rest) is None:
        return _("The quotation mark is not closed."), position
    if "COLON" in expected:
        return _without_colon(text, position)
    if "WORD" in expected:
        return _without_value(rest), position
    if not rest.strip():
        return _at_the_end(text, expected)
    return _misplaced(rest[0], expected), position


def _misplaced(character: str, expected: Collection[str]) -> Message:
    if character == ")" and ("_AND" in expected or "FIELD" not in expected):
        return _("No parenthesis is open here.")
    if character == ":":
        return _("A value with a colon in it needs quotation marks.")
    if character == "\\":
        return _("A backslash is written {escaped}.", escaped="\\\\")
    return _("A test such as field:value is expected here; a value with blanks needs quotation marks.")


def _without_colon(text: str, position: int) -> tuple[Message, int]:
    found = _LAST_WORD.search(text, 0, position)
    word = found.group().strip() if found else ""
    start = found.start() if found else position
    keyword = _KEYWORDS.get(word.casefold())
    if keyword:
        return _("Write {keyword} in capital letters instead of {word}.", keyword=keyword, word=word), start
    if text[position : position + 1] in tuple("!=<>~"):
        return _("A colon is missing after {word}, as in {word}:>10.", word=word), position
    return _(
        "{word} belongs to no test: write field:{word}, and a value with blanks in quotation marks.",
        word=word,
    ), start


def _without_value(rest: str) -> Message:
    if rest.startswith("="):
        return _("There is no operator =; write field:value.")
    if rest[:1] in tuple("!<>~"):
        return _("A value that begins with an operator needs quotation marks.")
    if rest[:1] in ("(", ":"):
        return _("A value with {character} in it needs quotation marks.", character=rest[0])
    return _("A value is missing here.")


def _at_the_end(text: str, expected: Collection[str]) -> tuple[Message, int]:
    if "RPAR" in expected:
        return _("A parenthesis is not closed."), _last_open(text)
    return _("After AND, OR, NOT or an opening parenthesis a test such as field:value is missing."), len(text)


def _last_open(text: str) -> int:
    opened: list[int] = []
    for found in _BRACKETS.finditer(text):
        if found.group() == "(":
            opened.append(found.start())
        elif found.group() == ")":
            opened.pop()
    return opened[-1]
