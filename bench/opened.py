"""The console as `leitstand` opens it, but on the queue and without a worker: `python -m bench.opened …`."""

from __future__ import annotations

import sys

from jobs.commands.cli import run
from tui.opening import open_console

QUEUE = 3


def main() -> None:
    """The entry point, with an area to begin with."""
    sys.exit(
        run(sys.argv[1:], open_console=lambda frame: open_console(frame, area=QUEUE, starts_worker=False))
    )


if __name__ == "__main__":
    main()
