"""The offending value as a message shows it: hidden characters visible, never longer than a line."""

from __future__ import annotations

from core.customers.fields import FIELD_BY_ATTRIBUTE
from core.locale import Message
from core.text import shortened, visible

WINDOW = 60
"""How many characters of a long value are shown."""


def shown(text: str, at: int = 0) -> str:
    """The value with everything hidden made visible; of a long one the part around position `at`."""
    if len(text) <= WINDOW:
        return visible(text)
    start = max(0, min(at - WINDOW // 2, len(text) - WINDOW))
    end = start + WINDOW
    before = "…" if start else ""
    after = "…" if end < len(text) else ""
    return shortened(visible(before + text[start:end] + after), 4 * WINDOW)


def label(field: str) -> Message:
    """How the field is called on the screen."""
    return FIELD_BY_ATTRIBUTE[field].label
