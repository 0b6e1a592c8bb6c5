"""Opens the console on an office: the hook that the command line calls when it is called alone."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from typing import TYPE_CHECKING

from core.locale import _
from tui.first_light import first_light

if TYPE_CHECKING:
    from jobs.commands.frame import Frame

QUIET_LINE = {"TEXTUAL_ANIMATIONS": "none", "TEXTUAL_SMOOTH_SCROLL": "0", "TEXTUAL_FPS": "30"}
"""A console over SSH sends no animation; Textual reads these when it is imported."""
TAKES_TURNS = 0.001
"""Seconds after which a thread that reads a long list lets the one that answers keys go on; Python's own
5 ms would be felt several times in each key."""


def open_console(frame: Frame, *, area: int | None = None, starts_worker: bool = True) -> int:
    """Runs the console until the operator quits; the exit code.

    `area` is the number of the one to begin with. Where nobody leads, the console starts a worker.
    """
    for name, value in QUIET_LINE.items():
        os.environ.setdefault(name, value)
    # what is loaded now stays: looking through it for garbage would take a tenth of the start
    gc.disable()
    greeting = f" Leitstand  {frame.text(_('The office is being opened …'))}"
    try:
        with first_light(greeting, shutil.get_terminal_size().columns):
            result = _run(frame, area, starts_worker)
    finally:
        gc.enable()
    sys.stdout.flush()
    return result or 0


def _run(frame: Frame, area: int | None, starts_worker: bool) -> int | None:
    from tui.app import Console
    from tui.logbook import logged_to_file
    from tui.shown import Shown
    from tui.signs import signs_of

    sys.setswitchinterval(TAKES_TURNS)
    with frame.office() as office, logged_to_file(office.home):
        shown = Shown(frame.say, frame.language, frame.zone, signs_of(os.environ))
        return Console(office, shown, opening=area, starts_worker=starts_worker).run(mouse=False)
