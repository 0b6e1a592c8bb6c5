"""The first thing that an operator sees: a header, painted before anything heavy is loaded.

Textual and the database's libraries take most of a second on a small machine. Until the console itself
paints, this stands on the alternate screen, and what is typed waits unseen for the console.
"""

from __future__ import annotations

import sys
import termios
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import TextIO

ALTERNATE, BACK = "\x1b[?1049h", "\x1b[?1049l"
CLEAR, REVERSE, PLAIN = "\x1b[H\x1b[2J\x1b[?25l", "\x1b[7m", "\x1b[0m"
SHOW_CURSOR = "\x1b[?25h"


@contextmanager
def first_light(text: str, width: int, terminal: TextIO = sys.stdout) -> Generator[None]:
    """Paints a line of text over the screen; whatever ends the block, the terminal is as it was before.

    Where `terminal` is none, nothing is painted.
    """
    if not terminal.isatty():
        yield
        return
    before = termios.tcgetattr(terminal)
    quiet = termios.tcgetattr(terminal)
    quiet[3] &= ~(termios.ECHO | termios.ICANON)
    try:
        termios.tcsetattr(terminal, termios.TCSANOW, quiet)
        _write(terminal, f"{ALTERNATE}{CLEAR}{REVERSE}{text[:width]:<{width}}{PLAIN}")
        yield
    finally:
        _write(terminal, f"{BACK}{SHOW_CURSOR}")
        with suppress(termios.error):
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _write(terminal: TextIO, text: str) -> None:
    with suppress(OSError):
        terminal.write(text)
        terminal.flush()
