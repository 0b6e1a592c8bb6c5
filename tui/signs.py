"""Signs and tones: state is a sign and a word, never colour alone; ASCII where the terminal knows no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """How something is meant; what that looks like is the stylesheet's affair."""

    PLAIN = "plain"
    GOOD = "good"
    WARNING = "warning"
    ERROR = "error"
    DIM = "dim"
    ACCENT = "accent"
    TITLE = "title"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs of one terminal; each one cell wide."""

    failed: str = "✗"
    held: str = "⏸"
    uncertain: str = "?"
    pending: str = "…"
    sending: str = "→"
    delivered: str = "✓"
    discarded: str = "–"
    warning: str = "⚠"
    unread: str = "●"
    mark: str = "▌"
    dot: str = "·"
    ellipsis: str = "…"
    bar: str = "█"
    rest: str = "░"
    asked: str = "↺"
    person: str = "✎"
    up: str = "▲"
    down: str = "▼"

    def of_state(self, state: str) -> str:
        """The sign of a transfer's state."""
        return str(getattr(self, state, " "))


RICH = Signs()
ASCII = Signs("x", "=", "?", ".", ">", "+", "-", "!", "*", "|", "-", "~", "#", ".", "<", "@", "^", "v")
STATE_TONES = {
    "failed": Tone.ERROR,
    "uncertain": Tone.WARNING,
    "held": Tone.WARNING,
    "sending": Tone.ACCENT,
    "delivered": Tone.GOOD,
    "discarded": Tone.DIM,
}


def signs_of(variables: Mapping[str, str]) -> Signs:
    """The signs that a terminal shows, by what its locale says; LEITSTAND_SIGNS=ascii asks for plain ones."""
    if variables.get("LEITSTAND_SIGNS") == "ascii":
        return ASCII
    locale = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := variables.get(name))), "C")
    plain = locale.split(".")[0] in ("C", "POSIX") and "UTF" not in locale.upper()
    return ASCII if plain else RICH
