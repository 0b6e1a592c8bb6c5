"""What can stand at the cursor, for the filter line. Reads no grammar, since half a condition has none."""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.rulebook.condition.spelling import written_pattern
from core.rulebook.condition.vocabulary import AnyField, Choice, ChoiceField, Flag, FlagField, Vocabulary
from core.text import folded

_STARTED = re.compile(r"([^:]*):(!=|>=|<=|>|<|~)?\"?(.*)", re.DOTALL)
_KEYWORDS = ("AND", "OR", "NOT")


def suggest(text: str, cursor: int, vocabulary: Vocabulary, lang: str = "de") -> list[str]:
    """What the word before the cursor may become, `lang`'s names first looked at; [] where nothing fits.

    Each proposal replaces `text[word_start(text, cursor):cursor]`; a field's name ends with its colon.
    """
    start = word_start(text, cursor)
    word = text[start:cursor]
    started = _STARTED.fullmatch(word)
    if started is None:
        names = [f"{name}:" for name in _fitting(vocabulary, word, lang)]
        return names + [keyword for keyword in _possible_keywords(text[:start]) if keyword.startswith(word)]
    name, op, value = started.group(1), started.group(2) or "", started.group(3)
    field = vocabulary.find(name)
    if field is None:
        return []
    words = [written_pattern((known,)) for known in _fitting(_values(field), value, lang)]
    if not op and not isinstance(field, FlagField) and "missing".startswith(value):
        words.append("missing")
    return [f"{name}:{op}{known}" for known in words]


def word_start(text: str, cursor: int) -> int:
    """Where the word before the cursor begins: behind a blank or parenthesis outside quotation marks."""
    start, quoted, escaped = 0, False, False
    for position, character in enumerate(text[:cursor]):
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif not quoted and (character.isspace() or character in "()"):
            start = position + 1
    return start


def _possible_keywords(before: str) -> tuple[str, ...]:
    words = before.replace("(", " ( ").split()
    return ("NOT",) if not words or words[-1] in (*_KEYWORDS, "(") else _KEYWORDS


def _values(field: AnyField) -> Iterable[Choice | Flag]:
    if isinstance(field, FlagField):
        return field.flags
    return field.choices if isinstance(field, ChoiceField) else ()


def _fitting(named: Iterable[AnyField | Choice | Flag], beginning: str, lang: str) -> list[str]:
    """Of each the first name that begins so; names in the language `lang` before all others."""
    own: list[str] = []
    others: list[str] = []
    for one in named:
        english = one.english if isinstance(one, Choice | Flag) else one.name
        first, second = (one.german, english) if lang == "de" else (english, one.german)
        names = (first, second, *one.aliases)
        begun = next((name for name in names if folded(name).startswith(folded(beginning))), None)
        if begun is not None:
            (own if begun == first else others).append(begun)
    return own + others
