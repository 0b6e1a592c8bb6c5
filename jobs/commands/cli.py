"""The command line: the tree of commands, loaded as it is walked, and what every error ends as."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import click

from core.errors import LeitstandError, NotAllowed
from core.locale import Message, Say, _
from core.redaction import RedactingFilter
from jobs.commands import output
from jobs.commands.frame import Call, Frame, OpenConsole, language_of
from jobs.commands.grammar import LANGUAGE, Group, Option, ReaderGone, misuse_of, say_of

COMMANDS: Mapping[str, tuple[str, Message]] = {
    "init": ("office:init", _("Creates an office: home, database, key.")),
    "migrate": ("office:migrate", _("Brings the database to the layout of this program.")),
    "doctor": ("doctor:doctor", _("Checks configuration, database, TLS and accounts.")),
    "import": ("importing:import_group", _("Imports customers or contracts from files.")),
    "export": ("exporting:export_group", _("Exports customers, or what the source must mend.")),
    "check": ("checking:check_group", _("Checks records, or a file, by the rules.")),
    "explain": ("rules:explain", _("Explains a rule.")),
    "rules": ("rules:rules_group", _("Lists the rules.")),
    "customers": ("customers:customers_group", _("Customers: list, show, edit, fix, send …")),
    "transfers": ("transfers:transfers_group", _("Transfers: list, show, retry, hold, release …")),
    "contracts": ("contracts:contracts_group", _("Contracts: list, show, edit.")),
    "postbox": ("postbox:postbox_group", _("Post: list, show, file, export, done …")),
    "arrivals": ("arrivals:arrivals_group", _("What came in: list, show, retry, ignore.")),
    "inquiries": ("inquiries:inquiries_group", _("What was asked of customers and advisers.")),
    "work": ("work:work_group", _("What there is to do, and for whom.")),
    "accounts": ("accounts:accounts_group", _("Partner accounts: set, test, mode, pause.")),
    "operators": ("operators:operators_group", _("Who works here: list, add, role.")),
    "journal": ("journal:journal_group", _("Who did what: list, verify, undo.")),
    "bulk": ("bulk:bulk_group", _("Bulk actions that the worker carries out: list, show, cancel.")),
    "jobs": ("jobs:jobs_group", _("What runs by itself: list, pause, resume, history.")),
    "run": ("jobs:run", _("Runs one job now.")),
    "worker": ("jobs:worker", _("Runs the schedule and delivers until it is stopped.")),
    "status": ("status:status", _("What is stuck, and whether the machine runs.")),
    "sandbox": ("jobs.sandbox.command:sandbox", _("Runs the simulated partners on loopback.")),
    "demo": ("demo:demo", _("A synthetic office with simulated partners.")),
}


class Tree(Group):
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
        return getattr(import_module(module if "." in module else f"jobs.commands.{module}"), attribute)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list for --help, from the table above."""
        say = say_of(ctx)
        with formatter.section(say(_("Commands"))):
            formatter.write_dl([(name, say(text)) for name, (_where, text) in COMMANDS.items()])


def _begin(**options: Any) -> int:
    """What `leitstand` alone does: it opens the console, where there is one."""
    ctx = click.get_current_context()
    call = ctx.ensure_object(Call)
    call.options = options
    if ctx.invoked_subcommand is not None:
        return 0
    if call.open_console is not None:
        return call.open_console(Frame.of(call, None, None, None, "table"))
    click.echo(ctx.get_help(), err=True)
    return 2


def _only_one(_ctx: click.Context, _param: click.Parameter, names: tuple[str, ...]) -> str | None:
    """The first name holds: what follows a forced command must not make somebody else of its caller."""
    if any(name != names[0] for name in names):
        raise NotAllowed(_("This access belongs to {operator}.", operator=names[0]))
    return names[0] if names else None


def _show_version(ctx: click.Context, _param: click.Parameter, asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        click.echo(version("leitstand"))
        ctx.exit()


leitstand = Tree(
    "leitstand",
    _("Leitstand: see what is stuck at a partner, learn why, repair it, send it again."),
    callback=_begin,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    params=[
        Option(["--home"], metavar="DIR", spoken=_("The office's folder, for the console or any command.")),
        Option(["--lang"], metavar="de|en", type=LANGUAGE, spoken=_("The language of all texts.")),
        Option(
            ["--operator"],
            metavar="NAME",
            multiple=True,
            callback=_only_one,
            spoken=_("Who calls; set it in authorized_keys."),
        ),
        Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_show_version,
            spoken=_("Shows the version."),
        ),
    ],
)


@output.named_stdout()
def run(arguments: Sequence[str], open_console: OpenConsole | None) -> int:
    """Runs a command line and answers its exit code; `open_console` is what `leitstand` alone opens."""
    _log_to_stderr()
    say = language_of(arguments)
    try:
        result = leitstand.main(
            list(arguments), prog_name="leitstand", standalone_mode=False, obj=Call(say, open_console)
        )
        sys.stdout.flush()
    except LeitstandError as error:
        _say_on_stderr(say, error.message)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        _say_on_stderr(say, _("Cancelled."))
        return 130
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return 2
    except click.ClickException as error:
        misuse = misuse_of(error)
        _say_on_stderr(say, *(one for one in (misuse.message, misuse.help) if one is not None))
        return 2
    except (ReaderGone, BrokenPipeError):
        output.give_up_stdout()
        return 0
    except OSError as error:
        if error.filename == output.NAME:
            output.give_up_stdout()
        _say_on_stderr(say, _what_failed(error))
        return 3
    except Exception as error:
        if "LEITSTAND_DEBUG" in os.environ:
            raise
        kind = type(error).__name__
        _say_on_stderr(say, _("An error of our own: {kind}. LEITSTAND_DEBUG=1 shows where.", kind=kind))
        return 1
    return result if isinstance(result, int) else 0


def _what_failed(error: OSError) -> Message:
    reason = error.strerror or str(error)
    if error.filename == output.NAME:
        return _("Standard output cannot be written: {reason}", reason=reason)
    if error.filename:
        return _("{file}: {reason}", file=str(error.filename), reason=reason)
    return _("The system refused: {reason}", reason=reason)


def _log_to_stderr() -> None:
    """Warnings and errors, redacted: a filter of the handler sees what every logger says."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(RedactingFilter())
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


def _say_on_stderr(say: Say, *messages: Message) -> None:
    from jobs.commands.printing import lines

    for message in messages:
        click.echo(lines(say(message)), err=True)
