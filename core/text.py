"""Text as it came from somewhere: what is hidden in it, how it compares, what may be shown of it."""

from __future__ import annotations

import re
import unicodedata

_ESCAPED = {"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"}
_BLANKS = re.compile(r"[\s\u200b-\u200d\u2060\ufeff\u00ad]+")
_TERMINAL_SEQUENCE = re.compile(
    "\x1b\\[[0-?]*[ -/]*[@-~]|\x9b[0-?]*[ -/]*[@-~]"
    "|\x1b[\\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\\\|\x9c)|\x1b[ -/]*[0-~]"
)
_C1_CONTROLS = re.compile("[\x80-\x84\x86-\x9f]")
_CLUSTER_EXTENDERS = {"Mn", "Mc", "Me"}


def folded(text: str) -> str:
    """How text compares: NFC, casefolded (design: condition language)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def squeezed(text: str) -> str:
    """Without blanks at its edges, runs of blanks as one; the invisible ones count as blanks."""
    return _BLANKS.sub(" ", text).strip()


def visible(text: str) -> str:
    """Hidden characters made visible: blanks at the edges and doubled ones as ␣, others as ‹U+200B›.

    Safe to show: no control, format or bidirectional character remains in it.
    """
    edge_start = len(text) - len(text.lstrip(" "))
    edge_end = len(text.rstrip(" "))
    shown: list[str] = []
    for position, character in enumerate(text):
        if character == " ":
            doubled = position > 0 and text[position - 1] == " "
            shown.append("␣" if doubled or position < edge_start or position >= edge_end else " ")
        elif character == "\u00a0" or character.isspace() or unicodedata.category(character) in _ESCAPED:
            shown.append(f"‹U+{ord(character):04X}›")
        else:
            shown.append(character)
    return "".join(shown)


def printable(text: str) -> str:
    """Partner text fit for a screen: control, format and bidirectional characters are replaced by U+FFFD.

    Line breaks and tabs become blanks, so that one value stays on one line.
    """
    if text.isprintable():
        return text
    return "".join(
        " "
        if character in "\t\n\r"
        else "\ufffd"
        if unicodedata.category(character) in _ESCAPED
        else character
        for character in text
    )


def shortened(text: str, length: int) -> str:
    """At most `length` characters, the last of them an ellipsis where something was left out."""
    return text if len(text) <= length else text[: max(0, length - 1)] + "…"


class _HiddenCharacters(dict[int, str | None]):
    """For `str.translate`: every kind of blank becomes a plain one, what cannot be seen goes."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        kind = unicodedata.category(character)
        if character.isspace() or kind in {"Zs", "Zl", "Zp"}:
            plain: str | None = " "
        else:
            plain = None if kind in {"Cc", "Cf"} else character
        self[code] = plain
        return plain


_PLAIN = _HiddenCharacters()


def is_tidy(text: str) -> bool:
    """Whether nothing is hidden in it: no blank at an edge, no doubled one, no other blank than the plain."""
    if "  " in text or text[:1] == " " or text[-1:] == " ":
        return False
    return text.isprintable() or tidied(text) == text


def tidied(text: str) -> str:
    """Without what is hidden; letters, digits and accents stay as they are.

    Tabs, line breaks, no-break and other blanks become plain blanks; zero-width characters, soft hyphens,
    bidirectional marks and control characters go; then blanks go at the edges and runs become one.
    """
    if not text.isprintable():
        text = text.translate(_PLAIN)
    return " ".join(part for part in text.split(" ") if part)


def compacted(text: str) -> str:
    """Without hidden characters and without any blank: how codes such as postcode and IBAN are compared."""
    return tidied(text).replace(" ", "")


def is_blank(text: str) -> bool:
    """Whether there is nothing to be seen in it."""
    return not text or (not text[0].isalnum() and not tidied(text))


def damage_undone(text: str) -> str | None:
    """A proposal for text with terminal sequences, or with CP1252 letters read as control characters.

    None where there are neither. Taking only the hidden characters out would leave "[31m" behind, or
    lose the letter, so somebody has to look at it.
    """
    plain = _C1_CONTROLS.sub(_read_as_cp1252, _TERMINAL_SEQUENCE.sub("", text))
    return None if plain == text else tidied(plain)


def _read_as_cp1252(match: re.Match[str]) -> str:
    return match[0].encode("latin-1").decode("cp1252", errors="ignore")


def cut(text: str, length: int) -> str:
    """At most the first `length` characters, never cut inside what a reader takes for one character.

    An accent stays with its letter, a flag and an emoji with its skin colour stay whole.
    """
    if len(text) <= length:
        return text
    end = max(0, length)
    while end > 0 and _belongs_together(text, end):
        end -= 1
    return text[:end]


def _belongs_together(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if unicodedata.category(after) in _CLUSTER_EXTENDERS or "\u200d" in (before, after):
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff":
        return True
    if "\u1160" <= after <= "\u11ff":
        return True
    return _is_flag_letter(after) and _flag_letters_before(text, at) % 2 == 1


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flag_letters_before(text: str, at: int) -> int:
    start = at
    while start > 0 and _is_flag_letter(text[start - 1]):
        start -= 1
    return at - start
