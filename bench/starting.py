"""Starting: headless commands on an empty office against `python -c "import sqlmodel"`.

`python -m bench.starting`; whole processes, in turn, medians; the ratio is what counts. Modules are compiled
beforehand, for both, as those of an installed program are.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial

from bench.offices import medians, temporary_home

ROUNDS = 9
COMMANDS = (
    ("status",),
    ("customers", "list"),
    ("transfers", "list"),
    ("arrivals", "list"),
    ("accounts", "list"),
    ("jobs", "list"),
    ("journal", "list"),
    ("run", "recheck"),
    ("explain", "CUS004"),
    ("--help",),
)


def main() -> None:
    """Prints the time of each command as a multiple of the peer's."""
    with temporary_home() as home:
        office = ["--home", str(home / "office")]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = str(home / "compiled")
        run = partial(_run, environment)
        run([sys.executable, "-m", "tui.main", "init", *office])
        peer = [sys.executable, "-c", "import sqlmodel"]
        lines = [
            [sys.executable, "-m", "tui.main", *command, *_home(command, office)] for command in COMMANDS
        ]
        for line in (peer, *lines):
            run(line)
        found = medians(ROUNDS, *(partial(run, line) for line in (peer, *lines)))
    print(f"starting, whole processes, medians of {ROUNDS} rounds (wanted ≤ 1.60)")
    print(f"  {'import sqlmodel':18} {found[0] * 1000:6.0f} ms")
    for command, took in zip(COMMANDS, found[1:], strict=True):
        print(f"  {' '.join(command):18} {took * 1000:6.0f} ms  {took / found[0]:5.2f}")


def _home(command: Sequence[str], office: list[str]) -> list[str]:
    return [] if command == ("--help",) else office


def _run(environment: Mapping[str, str], line: Sequence[str]) -> float:
    start = time.perf_counter()
    done = subprocess.run(line, stdout=subprocess.DEVNULL, check=False, env=dict(environment))
    assert done.returncode == 0, line
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
