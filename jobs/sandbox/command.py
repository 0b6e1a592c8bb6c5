"""`leitstand sandbox`: the simulated partners as a server in the foreground, until it is told to stop."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from core.errors import WrongUsage
from core.locale import Message, _
from jobs.commands.frame import Frame
from jobs.commands.grammar import FILE, Whole, command, option

if TYPE_CHECKING:
    from jobs.sandbox.certificates import Certificates
    from jobs.sandbox.server import Server

_FOLDER = click.Path(file_okay=False, path_type=Path)
_FLAWS = click.Choice(["none", "expired", "self-signed", "other-host"])
_OURS = "# The simulated VEMA extranet"


@command("sandbox", _("Runs the simulated partners on loopback; prints an address once they are ready."))
@option("--port", type=Whole(), default=0, help=_("The port; 0 takes a free one."))
@option("--faults", type=FILE, help=_("TOML: what goes wrong; may be edited meanwhile."))
@option("--config-out", type=FILE, help=_("Writes what leitstand.toml needs, and an account."))
@option("--receipts", type=FILE, help=_("Appends a line of JSON for every hand-over."))
@option("--state", type=FILE, help=_("Remembers its customers in this file."))
@option("--directory", type=_FOLDER, help=_("Where its certificates lie, for the next start too."))
@option("--certificate", type=_FLAWS, default="none", help=_("A certificate that nobody may accept."))
@option("--fsync", is_flag=True, help=_("State and receipts are on disk before it answers."))
@option("--with-stdin", is_flag=True, hidden=True, help=_("Stops once standard input is closed."))
def sandbox(
    frame: Frame,
    port: int,
    faults: Path | None,
    config_out: Path | None,
    receipts: Path | None,
    state: Path | None,
    directory: Path | None,
    fsync: bool,
    **how: Any,
) -> None:
    """Serves until a signal comes."""
    from jobs.sandbox.opening import open_server

    if config_out:
        _need_ours(config_out)
    with ExitStack() as stack:
        folder = _folder(directory, config_out, stack)
        server, made = open_server(
            folder, port, faults, receipts, state, _announce, fsync, how["certificate"]
        )
        if config_out:
            _write_configuration(config_out, server, made)
        frame.tell(_account(server, made))
        if how["with_stdin"]:
            threading.Thread(target=_stop_after_stdin, args=(server,), daemon=True).start()
        _stop_on_signals(server)
        server.serve_until_stopped()


def _folder(directory: Path | None, config_out: Path | None, stack: ExitStack) -> Path:
    """Where the certificates go: beside the configuration that names them, else somewhere temporary."""
    if directory:
        return directory
    if config_out:
        return config_out.parent
    return Path(stack.enter_context(TemporaryDirectory(prefix="leitstand-sandbox-")))


def _account(server: Server, made: Certificates) -> Message:
    account = server.account
    return _(
        "Account {name}, password {password}, Mitgliedsnummer {member}; certificate: {file}",
        name=account.name,
        password=account.password,
        member=account.member,
        file=made.ca_file,
    )


def _announce(base_url: str) -> None:
    click.echo(base_url)
    sys.stdout.flush()


def _stop_on_signals(server: Server) -> None:
    """uvicorn raises the signal that ended it once more afterwards; with these handlers that ends well."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def _stop_after_stdin(server: Server) -> None:
    # not through sys.stdin: its lock, held here, would abort the interpreter at its end
    while os.read(sys.stdin.fileno(), 4096):
        pass
    server.should_exit = True


def _need_ours(file: Path) -> None:
    """The configuration of a real office is never overwritten."""
    if file.exists() and not file.read_text(encoding="utf-8", errors="replace").startswith(_OURS):
        raise WrongUsage(_("{file} is there already and does not come from a sandbox.", file=file))


def _write_configuration(file: Path, server: Server, made: Certificates) -> None:
    from jobs.sandbox.bipro.style import STANDARD, VEMA
    from jobs.sandbox.certificates import write_private

    account, insurer = server.account, server.insurer
    ca_file = json.dumps(str(made.ca_file.resolve()), ensure_ascii=False)
    write_private(
        file,
        f"""\
{_OURS}, for as long as `leitstand sandbox` runs.
[partners.vema]
base_url = {json.dumps(server.base_url)}
postbox_login_url = {json.dumps(server.root + VEMA.log_in_path)}
postbox_url = {json.dumps(server.root + VEMA.transfer_path)}
ca_file = {ca_file}

# Its account, of extranet and postbox alike, for `leitstand accounts set vema`:
#   name              {account.name}
#   password          {account.password}
#   Mitgliedsnummer   {account.member}

[partners.insurer]
postbox_login_url = {json.dumps(server.root + STANDARD.log_in_path)}
postbox_url = {json.dumps(server.root + STANDARD.transfer_path)}
ca_file = {ca_file}

# Its account, for `leitstand accounts set insurer`:
#   name              {insurer.name}
#   password          {insurer.password}
""".encode(),
    )
