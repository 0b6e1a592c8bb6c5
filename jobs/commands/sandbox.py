"""`leitstand sandbox`: the simulated partners; what it does stands in jobs/sandbox."""

from __future__ import annotations

from pathlib import Path

import click

from core.locale import _
from jobs.commands.frame import Frame
from jobs.commands.grammar import FILE, command, option


@command("sandbox", _("Runs the simulated VEMA extranet on loopback; prints its address when it is ready."), ("table",))
@option("--port", type=click.IntRange(0, 65535), default=0, help=_("The port; 0 takes a free one."))
@option("--faults", type=FILE, help=_("TOML: what goes wrong; may be edited while it runs."))
@option("--config-out", type=FILE, help=_("Writes the lines that leitstand.toml needs, and an account."))
@option("--receipts", type=FILE, help=_("Appends a line of JSON for every hand-over."))
@option("--state", type=FILE, help=_("Remembers its customers in this file, for the next start."))
@option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    help=_("Where its certificates lie, for the next start too."),
)
@option("--fsync", is_flag=True, help=_("Has every line of state and receipts on disk before it answers."))
@option("--with-stdin", is_flag=True, hidden=True, help=_("Stops once standard input is closed."))
def sandbox(frame: Frame, **given: object) -> None:
    """Runs the sandbox in the foreground until it is told to stop."""
    from jobs.sandbox.command import sandbox as served

    if served.callback is not None:
        served.callback(**given)
