"""Opens the console on an office: the hook that the command line calls when it is called alone."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobs.commands.frame import Frame

QUIET_LINE = {"TEXTUAL_ANIMATIONS": "none", "TEXTUAL_SMOOTH_SCROLL": "0", "TEXTUAL_FPS": "30"}
"""A console over SSH sends no animation; Textual reads these when it is imported."""


def open_console(frame: Frame) -> int:
    """Runs the console until the operator quits; the exit code."""
    for name, value in QUIET_LINE.items():
        os.environ.setdefault(name, value)
    from tui.app import Console
    from tui.shown import Shown
    from tui.signs import signs_of

    with frame.office() as office:
        shown = Shown(frame.say, frame.language, frame.zone, signs_of(os.environ))
        result = Console(office, shown).run(mouse=False)
    sys.stdout.flush()
    return result or 0
