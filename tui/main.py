"""The entry point `leitstand`. Imports no textual: most calls are commands, and those must start quickly."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line; without a command it opens the console."""
    from jobs.commands.cli import run

    sys.exit(run(sys.argv[1:], open_console=None))


if __name__ == "__main__":
    main()
