"""`python -m jobs.sandbox`: the sandbox as a process of its own, for whoever starts one."""

from __future__ import annotations

import sys

import click

from core.errors import LeitstandError
from jobs.sandbox.command import sandbox


def main() -> None:
    """Runs the command; a foreseeable error is one line on stderr."""
    try:
        sandbox()
    except LeitstandError as error:
        click.echo(str(error), err=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
