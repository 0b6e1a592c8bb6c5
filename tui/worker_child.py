"""The worker that a console starts where nobody runs the schedule, and ends when it quits.

The child reads a pipe that nobody writes to: when the console is gone, however it went, the pipe closes and
the worker ends after what is in flight. No process stays behind.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.office import Office

ENDS_WITHIN = 20.0
"""Seconds that a worker has for what is in flight."""
LOG_NAME = "worker.log"


def nobody_leads(office: Office) -> bool:
    """Whether no worker runs the schedule."""
    from jobs.leading import leader

    with office.store.read() as session:
        return leader(session, office.now) is None


class WorkerChild:
    """One worker process of one console."""

    def __init__(self, home: Path, operator: str, variables: Mapping[str, str]) -> None:
        command = [sys.executable, "-m", "tui.main", "worker", "--while-stdin"]
        command += ["--home", str(home), "--operator", operator]
        with _private(home / LOG_NAME) as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=dict(variables),
                # ^C in the console's terminal is the console's affair
                start_new_session=True,
            )

    @property
    def is_running(self) -> bool:
        """Whether it still works."""
        return self.process.poll() is None

    def stop(self) -> None:
        """Asks it to end, and waits for what is in flight."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.terminate()
        try:
            self.process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _private(path: Path):
    path.touch(mode=0o600, exist_ok=True)
    return path.open("ab")
