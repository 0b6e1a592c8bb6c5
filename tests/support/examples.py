"""How many examples hypothesis tries where each of them costs a database."""

from __future__ import annotations

from hypothesis import settings


def fewer(by: int) -> int:
    """A part of what the profile asks for, so that a nightly run still tries many more."""
    default = settings.default
    return max(8, (default.max_examples if default else 100) // by)
