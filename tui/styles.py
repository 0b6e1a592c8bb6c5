"""Where the stylesheet lies: inside tui/ in a wheel, at the top level in a checkout."""

from __future__ import annotations

from pathlib import Path

NAME = "screens.tcss"


def stylesheet() -> Path:
    """The file that says how the console looks."""
    here = Path(__file__).parent
    inside = here / NAME
    return inside if inside.exists() else here.parent / NAME
