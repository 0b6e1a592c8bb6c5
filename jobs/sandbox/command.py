"""`leitstand sandbox`: the simulated partners as a server in the foreground, until it is told to stop."""

from __future__ import annotations

import json
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from jobs.sandbox.certificates import Certificates
    from jobs.sandbox.server import Server

_FILE = click.Path(dir_okay=False, path_type=Path)
_EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command("sandbox")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port; 0 takes a free one.")
@click.option("--faults", type=_EXISTING, help="TOML: what goes wrong; may be edited while it runs.")
@click.option("--config-out", type=_FILE, help="Writes the lines that leitstand.toml needs, and an account.")
@click.option("--receipts", type=_FILE, help="Appends a line of JSON for every hand-over.")
@click.option("--state", type=_FILE, help="Remembers its customers in this file, for the next start.")
@click.option("--directory", type=_FOLDER, help="Where its certificates lie, for the next start too.")
@click.option("--fsync", is_flag=True, help="Has every line of state and receipts on disk before it answers.")
@click.option("--with-stdin", is_flag=True, hidden=True, help="Stops once standard input is closed.")
def sandbox(
    port: int,
    faults: Path | None,
    config_out: Path | None,
    receipts: Path | None,
    state: Path | None,
    directory: Path | None,
    fsync: bool,
    with_stdin: bool,
) -> None:
    """Runs the simulated VEMA extranet on loopback; prints its address when it is ready."""
    from jobs.sandbox.opening import open_server

    with ExitStack() as stack:
        folder = _folder(directory, config_out, stack)
        server, made = open_server(folder, port, faults, receipts, state, _announce, fsync)
        if config_out:
            _write_configuration(config_out, server, made)
        if with_stdin:
            threading.Thread(target=_stop_after_stdin, args=(server,), daemon=True).start()
        server.serve_until_stopped()


def _folder(directory: Path | None, config_out: Path | None, stack: ExitStack) -> Path:
    """Where the certificates go: beside the configuration that names them, else somewhere temporary."""
    if directory:
        return directory
    if config_out:
        return config_out.parent
    return Path(stack.enter_context(TemporaryDirectory(prefix="leitstand-sandbox-")))


def _announce(base_url: str) -> None:
    click.echo(base_url)
    sys.stdout.flush()


def _stop_after_stdin(server: Server) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    server.should_exit = True


def _write_configuration(file: Path, server: Server, made: Certificates) -> None:
    from jobs.sandbox.certificates import write_private

    account = server.account
    write_private(
        file,
        f"""\
# The simulated VEMA extranet, for as long as `leitstand sandbox` runs.
[partners.vema]
base_url = {json.dumps(server.base_url)}
ca_file = {json.dumps(str(made.ca_file.resolve()), ensure_ascii=False)}

# Its account, for `leitstand accounts set vema`:
#   name              {account.name}
#   password          {account.password}
#   Mitgliedsnummer   {account.member}
""".encode(),
    )
