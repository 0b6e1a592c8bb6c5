"""The command line: the tree of commands, loaded as it is walked, and what every error ends as."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

import click

from core.errors import LeitstandError
from core.locale import Message, _
from jobs.commands.frame import Frame, language_of

OpenConsole = Callable[[Frame], int]

COMMANDS: dict[str, tuple[str, Message]] = {
    "init": ("office:init", _("Creates an office: home, database, key.")),
    "migrate": ("office:migrate", _("Brings the database to the layout of this program.")),
    "doctor": ("doctor:doctor", _("Checks configuration, database, TLS and accounts.")),
    "import": ("importing:import_group", _("Imports customers from a file.")),
    "export": ("exporting:export_group", _("Exports corrections or customers.")),
    "check": ("checking:check_group", _("Checks records, or a file, by the rules.")),
    "explain": ("rules:explain", _("Explains a rule.")),
    "rules": ("rules:rules_group", _("Lists the rules.")),
    "customers": ("customers:customers_group", _("Customers: list, show, edit, fix, send …")),
    "transfers": ("transfers:transfers_group", _("Transfers: list, show, retry, hold, release …")),
    "arrivals": ("arrivals:arrivals_group", _("What came in: list, show, retry, ignore.")),
    "accounts": ("accounts:accounts_group", _("Partner accounts: set, test, mode, pause.")),
    "operators": ("operators:operators_group", _("Who works here: list, add, role.")),
    "journal": ("journal:journal_group", _("Who did what: list, verify, undo.")),
    "jobs": ("jobs:jobs_group", _("What runs by itself: list, pause, resume, history.")),
    "run": ("jobs:run", _("Runs one job now.")),
    "worker": ("jobs:worker", _("Runs the schedule and delivers until it is stopped.")),
    "status": ("status:status", _("What is stuck, and whether the machine runs.")),
    "sandbox": ("sandbox:sandbox", _("Runs the simulated partners on loopback.")),
    "demo": ("demo:demo", _("A synthetic office with simulated partners.")),
}


class Tree(click.Group):
    """The top level; a command's module is loaded when it is called, not for --help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order of a day's work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Loads a command."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module, attribute = entry[0].split(":")
        return getattr(import_module(f"jobs.commands.{module}"), attribute)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list for --help, from the table above."""
        say = language_of(sys.argv[1:], os.environ)
        with formatter.section(say(_("Commands"))):
            formatter.write_dl([(name, say(text)) for name, (_where, text) in COMMANDS.items()])


@click.group(cls=Tree, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="leitstand", message="%(version)s")
@click.pass_context
def leitstand(ctx: click.Context) -> None:
    """Leitstand: see what is stuck at a partner, learn why, repair it, send it again."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
        ctx.exit(2)


def run(arguments: Sequence[str], open_console: OpenConsole | None) -> int:
    """Runs a command line and answers its exit code; `open_console` is what `leitstand` alone opens."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s", stream=sys.stderr)
    say = language_of(arguments, os.environ)
    try:
        result = leitstand.main(
            args=list(arguments), prog_name="leitstand", standalone_mode=False, obj=open_console
        )
    except LeitstandError as error:
        click.echo(say(error.message), err=True)
        return error.exit_code
    except click.exceptions.Abort:
        click.echo(say(_("Cancelled.")), err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return 2
    except BrokenPipeError:
        # The reader went away, as `head` does; that is no error of ours.
        sys.stdout = None
        return 0
    return result if isinstance(result, int) else 0
