r"""How values are written: as a bare word or in quotation marks, with `*` as wildcard and escapes.

Escapes of a value: \* \" \\ \t \n \r \uXXXX \UXXXXXXXX. In a regular expression a backslash belongs to the
expression; it only keeps a quotation mark from ending it.
"""

from __future__ import annotations

import re
import unicodedata

from core.locale import Message, _

_TOKEN = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)|(\*)|[^\\*]+", re.DOTALL)
_SIMPLE = {"*": "*", '"': '"', "\\": "\\", "t": "\t", "n": "\n", "r": "\r"}
_WRITTEN = {plain: f"\\{letter}" for letter, plain in _SIMPLE.items()}
_BARE = re.compile(r'(?![!=<>~])(?:\\\S|[^\s()":\\])+')
_RESERVED_CAPITALS = {"AND", "OR", "NOT"}
_RESERVED_WORD = re.compile(r"missing\Z|len\s*=", re.IGNORECASE)


class Misspelt(Exception):
    """A value that cannot be read; `position` counts from the start of the text being read."""

    def __init__(self, reason: Message, position: int) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.position = position


def read_pattern(token: str, position: int) -> tuple[str, ...]:
    """The parts of a value between its wildcards; `token` with its quotation marks, raises Misspelt."""
    quoted = token.startswith('"')
    start = position + 1 if quoted else position
    parts = [""]
    for found in _TOKEN.finditer(token[1:-1] if quoted else token):
        escape, wildcard = found.groups()
        if wildcard:
            parts.append("")
        elif escape is None:
            parts[-1] += found.group()
        else:
            parts[-1] += _unescaped(escape, start + found.start())
    return tuple(parts)


def read_regex(token: str) -> str:
    """The regular expression in a token, which may have quotation marks."""
    return token[1:-1] if token.startswith('"') else token


def written_pattern(parts: tuple[str, ...]) -> str:
    """The shortest text that `read_pattern` reads as these parts; hidden characters become escapes."""
    text = "*".join(
        "".join(_WRITTEN.get(character) or _shown(character) for character in part) for part in parts
    )
    return text if "\\" not in text and _stands_bare(text) else f'"{text}"'


def written_regex(source: str) -> str:
    """The text of a regular expression, in quotation marks where it needs them."""
    return source if _stands_bare(source) else f'"{source}"'


def is_reserved(word: str) -> bool:
    """Whether a bare word reads as something else than a value, or nearly does."""
    return word in _RESERVED_CAPITALS or _RESERVED_WORD.match(word) is not None


def _stands_bare(text: str) -> bool:
    return _BARE.fullmatch(text) is not None and not is_reserved(text)


def _unescaped(escape: str, position: int) -> str:
    if len(escape) > 1:
        code = int(escape[1:], 16)
        if code > 0x10FFFF:
            raise Misspelt(_("There is no character {escape}.", escape=f"\\{escape}"), position)
        return chr(code)
    if escape not in _SIMPLE:
        raise Misspelt(_("A backslash is written {escaped}.", escaped="\\\\"), position)
    return _SIMPLE[escape]


def _shown(character: str) -> str:
    if character == " " or unicodedata.category(character)[0] not in "CZ":
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
