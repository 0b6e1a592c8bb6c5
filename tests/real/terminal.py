"""A real terminal: tmux on a socket of its own, so that what an operator would see can be read."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from tests.real import require
from tests.support.waiting import wait_until

SMALL, LARGE = (80, 24), (160, 50)


class Terminal:
    """One window; `press` types, `text` is what stands on it."""

    def __init__(self, program: Path, socket: Path) -> None:
        self.program, self.socket = program, socket

    def start(
        self,
        command: Sequence[str],
        size: tuple[int, int] = SMALL,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        """Runs a command in the window; it closes when the command ends."""
        width, height = size
        environment = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(variables or {})}
        # a size that somebody else's terminal has
        environment = {name: value for name, value in environment.items() if name not in ("COLUMNS", "LINES")}
        arguments = ["new-session", "-d", "-s", "main", "-x", str(width), "-y", str(height)]
        said = [f"{name}={value}" for name, value in (variables or {}).items()]
        self._tmux(*arguments, shlex.join(["env", *said, *command]), environment=environment)
        self._tmux("set-option", "-g", "escape-time", "0")

    def press(self, *keys: str) -> None:
        """Presses keys, by tmux's names."""
        for key in keys:
            self._tmux("send-keys", "-t", "main", key)

    def type(self, text: str) -> None:
        """Types text as it is."""
        self._tmux("send-keys", "-t", "main", "-l", "--", text)

    @property
    def text(self) -> str:
        """What can be read; empty once the command has ended."""
        done = self._run("capture-pane", "-p", "-t", "main")
        return done.stdout if done.returncode == 0 else ""

    @property
    def is_open(self) -> bool:
        """Whether the command still runs."""
        return self._run("has-session", "-t", "main").returncode == 0

    def shows(self, *texts: str, seconds: float = 20.0) -> str:
        """Waits until all of these stand on the screen, and answers what stands there."""
        return self.waits(lambda screen: all(text in screen for text in texts), f"{texts}", seconds)

    def lacks(self, *texts: str, seconds: float = 20.0) -> str:
        """Waits until none of these stands on the screen."""
        return self.waits(lambda screen: not any(text in screen for text in texts), f"no {texts}", seconds)

    def waits(self, fits: Callable[[str], bool], wanted: str, seconds: float = 20.0) -> str:
        """Waits until the screen fits."""
        screens: list[str] = [""]

        def looks() -> bool:
            screens[0] = self.text
            return fits(screens[0])

        try:
            wait_until(looks, seconds)
        except AssertionError:
            raise AssertionError(f"{wanted} not seen within {seconds} s:\n{screens[0]}") from None
        return screens[0]

    def ends(self, seconds: float = 30.0) -> None:
        """Waits until the command has ended."""
        wait_until(lambda: not self.is_open, seconds)

    def close(self) -> None:
        """Ends the window and what runs in it."""
        self._run("kill-server")

    def _tmux(self, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        done = self._run(*arguments, environment=environment)
        assert done.returncode == 0, done.stderr

    def _run(
        self, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        command = [str(self.program), "-S", str(self.socket), "-f", "/dev/null", *arguments]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            env=dict(environment or os.environ),
            timeout=30,
        )


@pytest.fixture
def terminals(tmp_path: Path) -> Iterator[Callable[[], Terminal]]:
    """Makes terminals; all are closed at the end."""
    program = require("tmux", "tmux")
    made: list[Terminal] = []

    def make() -> Terminal:
        terminal = Terminal(program, tmp_path / f"tmux-{len(made)}")
        made.append(terminal)
        return terminal

    yield make
    for terminal in made:
        terminal.close()


@pytest.fixture
def terminal(terminals: Callable[[], Terminal]) -> Terminal:
    """One terminal."""
    return terminals()
