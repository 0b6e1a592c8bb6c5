"""What stands on the screen before anything heavy is loaded; afterwards the terminal is as before."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
import termios
from collections.abc import Iterator

import pytest

from tui.first_light import ALTERNATE, BACK, first_light


@pytest.fixture
def terminal() -> Iterator[tuple[int, io.TextIOWrapper]]:
    """The master's descriptor, and the terminal itself."""
    master, slave = pty.openpty()
    with os.fdopen(slave, "w", encoding="utf-8") as opened:
        yield master, opened
    os.close(master)


def echoes(terminal: io.TextIOWrapper) -> bool:
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)


def test_a_line_is_painted_and_what_is_typed_is_not_shown(terminal: tuple[int, io.TextIOWrapper]) -> None:
    master, screen = terminal
    with first_light("Leitstand", 20, screen):
        painted = os.read(master, 1000).decode()
        assert painted.startswith(ALTERNATE)
        assert f"{'Leitstand':<20}" in painted
        assert not echoes(screen)
    assert BACK in os.read(master, 1000).decode()
    assert echoes(screen)


def test_an_error_leaves_the_terminal_as_it_was(terminal: tuple[int, io.TextIOWrapper]) -> None:
    master, screen = terminal
    with pytest.raises(KeyError), first_light("Leitstand", 20, screen):
        raise KeyError
    assert BACK in os.read(master, 1000).decode()
    assert echoes(screen)


def test_nothing_is_painted_where_nobody_looks() -> None:
    nowhere = io.StringIO()
    with first_light("Leitstand", 20, nowhere):
        pass
    assert nowhere.getvalue() == ""


def test_neither_textual_nor_the_database_is_loaded_for_it() -> None:
    program = (
        "import sys, tui.main, tui.opening, jobs.commands.cli; "
        "sys.exit(any(name in sys.modules for name in ('textual', 'rich', 'sqlmodel', 'sqlalchemy', 'lxml')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
