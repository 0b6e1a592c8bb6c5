"""How tests, the demo and benches start a sandbox and look into it.

`running_sandbox` runs in a thread of this process and is quick to start: for tests. `spawned_sandbox` is a
process of its own, with a core of its own, that can be killed: for the demo, benches and chaos.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPSConnection
from pathlib import Path
from ssl import SSLContext, create_default_context
from typing import IO, Any, cast
from urllib.parse import quote, urlsplit

from core.errors import LeitstandError, PartnerUnavailable, WrongUsage
from core.locale import _
from jobs.sandbox.bipro.client import PostSandbox
from jobs.sandbox.book import TAKEN, Effect
from jobs.sandbox.memory import entry_from_json
from jobs.sandbox.reading import Customer

START_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Received:
    """A hand-over as it arrived, and what the simulated VEMA made of it; `at` in seconds since 1970."""

    key: str
    customer: Customer
    effect: Effect
    at: float
    reference: str = ""
    reason: str = ""
    duplicate_of: str = ""

    @property
    def company(self) -> str:
        """The company's name as it was sent."""
        return self.customer.company


@dataclass(frozen=True, slots=True)
class Known:
    """A customer in the books of the simulated VEMA."""

    reference: str
    numbers: tuple[str, ...]
    current: Customer
    names: tuple[str, ...]
    created: int
    updated: int
    duplicate_of: str = ""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a member logs in with."""

    name: str
    password: str
    member: str
    locked: bool = False


class VemaSandbox:
    """A running sandbox, seen through its admin endpoints. Raises PartnerUnavailable where it is gone."""

    def __init__(self, base_url: str, ca_file: Path) -> None:
        self.base_url = base_url
        self.ca_file = ca_file

    @property
    def credentials(self) -> Credentials:
        """The member's account as it is now."""
        found = self._get("account")
        return Credentials(found["name"], found["password"], found["member"], found["locked"])

    @property
    def counts(self) -> Mapping[str, int]:
        """How often what happened: requests, struck, log_ins_refused, customers, duplicates, every effect."""
        return self._get("counts")

    @property
    def book(self) -> list[Known]:
        """Whom the simulated VEMA knows, in the order in which it came to know them."""
        return [_known(values) for values in self._get("book")]

    @cached_property
    def post(self) -> PostSandbox:
        """The postboxes of the same server."""
        return PostSandbox(self.base_url, self._ask)

    @property
    def duplicates(self) -> list[Known]:
        """Customers that exist twice because they came under another number."""
        return [known for known in self.book if known.duplicate_of]

    @property
    def what_is_wrong(self) -> str:
        """What is wrong with the faults file as it stands, "" for nothing."""
        return self._ask("GET", "faults").decode("utf-8")

    def received(self, number: str | None = None) -> list[Received]:
        """What arrived under a customer number (or at all), in order: taken, refused and repeated."""
        query = "" if number is None else f"?number={quote(number, safe='')}"
        return [_received(values) for values in self._get(f"entries{query}")]

    def taken(self, number: str | None = None) -> list[Received]:
        """What arrived and had an effect."""
        return [received for received in self.received(number) if received.effect in TAKEN]

    def set_faults(self, toml: str) -> None:
        """Other faults from now on. Raises WrongUsage where they cannot be understood."""
        self._ask("POST", "faults", toml.encode("utf-8"))

    def preload(self, *customers: Mapping[str, str]) -> None:
        """Customers that VEMA holds beforehand; fields by their English or German names."""
        self._ask("POST", "customers", json.dumps(customers).encode())

    def delete_numbers(self, *numbers: str) -> int:
        """Has customer numbers forgotten, as by a mail to VEMA; how many were known."""
        return int(self._ask("POST", "delete-numbers", json.dumps(numbers).encode()))

    def unlock(self) -> None:
        """Unlocks the account."""
        self._ask("POST", "unlock")

    def reset(self) -> None:
        """As newly started: empty books, the faults of its file."""
        self._ask("POST", "reset")

    def _get(self, what: str) -> Any:
        return json.loads(self._ask("GET", what))

    def _ask(self, method: str, what: str, body: bytes = b"") -> bytes:
        address = urlsplit(self.base_url)
        connection = HTTPSConnection(address.hostname or "", address.port, timeout=60, context=self._trust)
        try:
            connection.request(method, f"/__sandbox__/{what}", body)
            response = connection.getresponse()
            content = response.read()
        except OSError as error:
            raise PartnerUnavailable(_("The sandbox does not answer: {reason}", reason=str(error))) from error
        finally:
            connection.close()
        if response.status >= 400:
            said = content.decode("utf-8", "replace")
            raise WrongUsage(_("The sandbox does not take this: {reason}", reason=said))
        return content

    @cached_property
    def _trust(self) -> SSLContext:
        return create_default_context(cafile=self.ca_file)


class SpawnedSandbox(VemaSandbox):
    """A sandbox in a process of its own, which ends with its parent."""

    def __init__(self, base_url: str, ca_file: Path, process: subprocess.Popen[str]) -> None:
        super().__init__(base_url, ca_file)
        self.process = process

    def stop(self) -> int:
        """Asks it to stop and waits; its exit code."""
        self.process.terminate()
        return self._ended()

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self._ended()

    def _ended(self) -> int:
        code = self.process.wait(START_SECONDS)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()
        return code


@contextmanager
def running_sandbox(
    directory: Path,
    faults: str = "",
    preload: Collection[Mapping[str, str]] = (),
    receipts: Path | None = None,
    state: Path | None = None,
    port: int = 0,
    certificate: str = "none",
) -> Generator[VemaSandbox]:
    """A sandbox in a thread of this process; certificates and faults.toml lie in the directory.

    With a `certificate` that nobody may accept (expired, self-signed, other-host) its books are out of reach.
    """
    from jobs.sandbox.opening import open_server

    directory.mkdir(parents=True, exist_ok=True)
    faults_file = _write_faults(directory, faults)
    started = threading.Event()
    server, made = open_server(
        directory, port, faults_file, receipts, state, lambda _: started.set(), certificate=certificate
    )
    thread = threading.Thread(target=server.serve_until_stopped, name="vema-sandbox", daemon=True)
    thread.start()
    started.wait(START_SECONDS)
    sandbox = VemaSandbox(server.base_url, made.ca_file)
    try:
        if preload:
            sandbox.preload(*preload)
        yield sandbox
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)


@contextmanager
def spawned_sandbox(
    directory: Path,
    faults: str = "",
    preload: Collection[Mapping[str, str]] = (),
    receipts: Path | None = None,
    state: Path | None = None,
    port: int = 0,
) -> Generator[SpawnedSandbox]:
    """A sandbox as a child process; it is stopped at the end, and by itself where this process dies."""
    sandbox = spawn_sandbox(directory, faults, receipts, state, port)
    try:
        sandbox.preload(*preload)
        yield sandbox
    finally:
        if sandbox.process.poll() is None:
            sandbox.stop()


def spawn_sandbox(
    directory: Path,
    faults: str = "",
    receipts: Path | None = None,
    state: Path | None = None,
    port: int = 0,
) -> SpawnedSandbox:
    """Starts a child process and waits until it listens. Raises LeitstandError with what it said instead."""
    directory.mkdir(parents=True, exist_ok=True)
    faults_file = _write_faults(directory, faults)
    files = {"--faults": faults_file, "--receipts": receipts, "--state": state, "--directory": directory}
    options = [str(part) for option, file in files.items() if file for part in (option, file)]
    command = [sys.executable, "-m", "jobs.sandbox", "--port", str(port), "--with-stdin", *options]
    log = directory / "sandbox.log"
    said_before = log.stat().st_size if log.exists() else 0
    process = _start(command, log)
    base_url = cast(IO[str], process.stdout).readline().strip()
    if not base_url:
        process.wait(START_SECONDS)
        said = log.read_bytes()[said_before:].decode("utf-8", "replace").strip()
        raise LeitstandError(_("The sandbox did not start: {reason}", reason=said))
    return SpawnedSandbox(base_url, directory / "sandbox-ca.pem", process)


def _start(command: Sequence[str], log: Path) -> subprocess.Popen[str]:
    root = str(Path(__file__).parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    with log.open("ab") as stderr:
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True, env=environment
        )


def _write_faults(directory: Path, faults: str) -> Path:
    file = directory / "faults.toml"
    file.write_text(faults, encoding="utf-8")
    return file


def _received(values: Mapping[str, Any]) -> Received:
    entry = entry_from_json(values)
    return Received(
        entry.key,
        entry.customer,
        entry.effect,
        entry.at,
        entry.reference,
        entry.reason,
        entry.duplicate_of,
    )


def _known(values: Mapping[str, Any]) -> Known:
    plain = dict(values)
    current, numbers, names = plain.pop("current"), plain.pop("numbers"), plain.pop("names")
    return Known(current=Customer(**current), numbers=tuple(numbers), names=tuple(names), **plain)
