"""A real OpenSSH server on loopback: one service account, a key and a forced command for each operator."""

from __future__ import annotations

import getpass
import os
import shlex
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.real import require
from tests.support.waiting import wait_until

PACKAGE = "openssh-server"


@dataclass
class SshServer:
    """Where it listens, and whom it lets in."""

    folder: Path
    port: int
    keys: dict[str, Path] = field(default_factory=dict[str, Path])

    def admit(self, operator: str, command: Sequence[str]) -> None:
        """A new key whose holder may do exactly this, whatever he asks for."""
        key = self.folder / f"key-{operator}"
        keygen = require("ssh-keygen", "openssh-client")
        subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        public = key.with_suffix(".pub").read_text(encoding="ascii").strip()
        said = shlex.join(command).replace('"', '\\"')
        with (self.folder / "authorized_keys").open("a", encoding="utf-8") as file:
            file.write(f'command="{said}",restrict,pty {public}\n')
        self.keys[operator] = key

    def command(self, operator: str, *asked: str) -> list[str]:
        """How this operator logs in, in a terminal."""
        options = ["-F", "/dev/null", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
        options += ["-o", "LogLevel=ERROR", "-o", "IdentitiesOnly=yes", "-i", str(self.keys[operator])]
        return ["ssh", "-tt", *options, "-p", str(self.port), f"{getpass.getuser()}@127.0.0.1", *asked]


@pytest.fixture
def ssh_server(tmp_path: Path) -> Iterator[SshServer]:
    """Starts the server; it ends with the test."""
    program = require("sshd", PACKAGE)
    folder = tmp_path / "sshd"
    folder.mkdir(mode=0o700)
    server = SshServer(folder, _free_port())
    keygen = require("ssh-keygen", "openssh-client")
    subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", folder / "host"], check=True)
    (folder / "authorized_keys").touch(mode=0o600)
    if os.getuid() == 0:
        # where it locks itself up before somebody is logged in
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    _write_configuration(folder, server.port)
    log = (folder / "log").open("wb")
    process = subprocess.Popen([program, "-D", "-e", "-f", folder / "config"], stderr=log)
    try:
        wait_until(lambda: _listens(server.port), 15)
        yield server
    finally:
        process.terminate()
        process.wait(15)
        log.close()


def _write_configuration(folder: Path, port: int) -> None:
    settings: Mapping[str, object] = {
        "ListenAddress": "127.0.0.1",
        "Port": port,
        "HostKey": folder / "host",
        "AuthorizedKeysFile": folder / "authorized_keys",
        "PidFile": folder / "pid",
        "StrictModes": "no",
        "UsePAM": "no",
        "PasswordAuthentication": "no",
        "PermitRootLogin": "prohibit-password",
        "AcceptEnv": "LANG LC_*",
    }
    lines = [f"{name} {value}\n" for name, value in settings.items()]
    (folder / "config").write_text("".join(lines), encoding="utf-8")


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
