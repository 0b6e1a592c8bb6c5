"""The entry point `leitstand`. Imports no textual: most calls are commands, and those must start quickly."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobs.commands.frame import Frame


GARBAGE = 50_000
"""Objects after which Python looks for cycles among the new ones."""


def main() -> None:
    """Runs the command line; without a command it opens the console."""
    # loading makes many objects and no garbage: looking for some in between is a tenth of a short command
    gc.set_threshold(GARBAGE)
    from jobs.commands.cli import run

    sys.exit(run(sys.argv[1:], open_console=_open_console))


def _open_console(frame: Frame) -> int:
    from tui.opening import open_console

    return open_console(frame)


if __name__ == "__main__":
    main()
