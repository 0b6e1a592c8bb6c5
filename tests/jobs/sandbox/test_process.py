"""The sandbox as a process of its own: ready, stopped, killed, started again."""

from __future__ import annotations

import json
import signal
import ssl
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from click.testing import CliRunner

from core.errors import LeitstandError, PartnerUnavailable, UnreadableInput, WrongUsage
from core.settings import read_settings
from jobs.sandbox.book import Book
from jobs.sandbox.certificates import write_private
from jobs.sandbox.client import SpawnedSandbox, VemaSandbox, running_sandbox, spawn_sandbox, spawned_sandbox
from jobs.sandbox.memory import Lines, Memory
from tests.jobs.sandbox.member import Member


def member_of(sandbox: VemaSandbox) -> Member:
    trust = ssl.create_default_context(cafile=sandbox.ca_file)
    connection = httpx.Client(base_url=sandbox.base_url, verify=trust, timeout=20)
    return Member(connection, sandbox.credentials)


def test_a_killed_sandbox_still_knows_its_customers_when_it_starts_again(tmp_path: Path) -> None:
    state, receipts = tmp_path / "state.jsonl", tmp_path / "receipts.jsonl"
    first = spawn_sandbox(tmp_path, state=state, receipts=receipts)
    first.preload({"art": "P", "Nachname": "Alt", "kundennummer": "ALT-1"})
    taken = member_of(first).hands_over("K-17", key="a")
    first.delete_numbers("ALT-1")
    book, port = first.book, urlsplit(first.base_url).port or 0
    first.kill()
    with spawned_sandbox(tmp_path, state=state, receipts=receipts, port=port) as second:
        again = member_of(second).hands_over("K-17", key="a")
        assert (second.base_url, second.book) == (first.base_url, book)
    assert (again.status, again.reference) == ("bereits-verarbeitet", taken.reference)
    lines = [json.loads(line) for line in receipts.read_text().splitlines()]
    assert [(line["key"], line["number"], line["effect"]) for line in lines] == [
        ("a", "K-17", "created"),
        ("a", "K-17", "repeated"),
    ]


def test_a_sandbox_stops_when_it_is_told_to_even_if_a_request_hangs(tmp_path: Path) -> None:
    with spawned_sandbox(tmp_path, faults="[[vema.fault]]\nnever = 'before'\non = 'log-in'") as sandbox:
        hanging = _hangs(sandbox)
        assert sandbox.stop() == 0
        assert "RemoteProtocolError" in hanging.communicate(timeout=20)[0]


def _hangs(sandbox: SpawnedSandbox) -> subprocess.Popen[str]:
    """A process that waits for an answer; it says that it has asked, later what it got."""
    program = f"""
import httpx, ssl
client = httpx.Client(verify=ssl.create_default_context(cafile={str(sandbox.ca_file)!r}), timeout=20)
print(client.get({sandbox.base_url + "/nirgends"!r}).status_code, flush=True)
try:
    client.get({sandbox.base_url + "/anmeldung"!r})
except httpx.HTTPError as error:
    print(type(error).__name__)
"""
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "401\n"
    while sandbox.counts["struck"] == 0:
        assert process.poll() is None
    return process


def test_a_sandbox_ends_with_whoever_started_it(tmp_path: Path) -> None:
    sandbox = spawn_sandbox(tmp_path)
    assert sandbox.process.stdin is not None
    sandbox.process.stdin.close()
    assert sandbox.process.wait(20) == 0
    with pytest.raises(PartnerUnavailable):
        sandbox.book  # noqa: B018


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_says_its_address_and_ends_well_on_a_signal(
    tmp_path: Path, number: signal.Signals
) -> None:
    configuration = tmp_path / "leitstand.toml"
    command = [sys.executable, "-m", "jobs.sandbox", "--config-out", str(configuration)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    process.send_signal(number)
    assert process.wait(20) == 0
    assert address.startswith("https://127.0.0.1:")
    settings = read_settings(tmp_path, {}).partner("vema")
    assert (settings.base_url, settings.ca_file) == (address, str(tmp_path / "sandbox-ca.pem"))
    assert configuration.stat().st_mode & 0o777 == 0o600
    assert "probe.makler" in configuration.read_text()


def test_the_configuration_of_an_office_is_not_overwritten(tmp_path: Path) -> None:
    from jobs.sandbox.command import sandbox

    configuration = tmp_path / "leitstand.toml"
    configuration.write_text('language = "de"')
    result = CliRunner().invoke(sandbox, ["--config-out", str(configuration)])
    assert isinstance(result.exception, WrongUsage)
    assert configuration.read_text() == 'language = "de"'


def test_keys_are_for_the_owner_alone(tmp_path: Path) -> None:
    with running_sandbox(tmp_path):
        assert (tmp_path / "sandbox-server.pem").stat().st_mode & 0o777 == 0o600


def test_certificates_are_kept_for_the_next_start(tmp_path: Path) -> None:
    with running_sandbox(tmp_path) as first:
        certificate = first.ca_file.read_bytes()
    with running_sandbox(tmp_path) as second:
        assert second.ca_file.read_bytes() == certificate
        assert member_of(second).log_in().code == 200


def test_a_stranger_does_not_trust_the_sandbox(vema: VemaSandbox) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"{vema.base_url}/anmeldung")


def test_a_port_that_is_taken_is_said(vema: VemaSandbox, tmp_path: Path) -> None:
    port = urlsplit(vema.base_url).port or 0
    with pytest.raises(WrongUsage, match=f"Port {port} cannot be used"), running_sandbox(tmp_path, port=port):
        pass


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--port", "70000"], "Port 70000 cannot be used"),
        (["--faults", "nowhere.toml"], "nowhere.toml cannot be read"),
    ],
)
def test_what_cannot_be_done_is_said(tmp_path: Path, options: list[str], said: str) -> None:
    from jobs.sandbox.command import sandbox

    result = CliRunner().invoke(sandbox, ["--directory", str(tmp_path), *options])
    assert isinstance(result.exception, WrongUsage)
    assert said in str(result.exception)


def test_a_child_that_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(LeitstandError, match=r"faults\.toml is not valid TOML"):
        spawn_sandbox(tmp_path, faults="[vema")


def test_a_state_that_cannot_be_read_names_the_line(tmp_path: Path) -> None:
    state = tmp_path / "state.jsonl"
    state.write_text('{"preload": []}\nrubbish\n')
    with pytest.raises(UnreadableInput, match="row 2"), running_sandbox(tmp_path, state=state):
        pass


def test_a_folder_that_is_missing_is_said(tmp_path: Path) -> None:
    receipts = tmp_path / "nowhere" / "receipts.jsonl"
    with pytest.raises(WrongUsage, match="nowhere"), running_sandbox(tmp_path, receipts=receipts):
        pass


def test_a_full_disk_refuses_a_hand_over_and_forgets_nothing(tmp_path: Path) -> None:
    """/dev/full takes no byte."""
    with running_sandbox(tmp_path, receipts=Path("/dev/full")) as sandbox:
        response = member_of(sandbox).sends(b"")
        assert (response.status_code, sandbox.received()) == (500, [])


def test_without_the_extra_the_command_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobs.sandbox.command import sandbox

    monkeypatch.setitem(sys.modules, "uvicorn", None)
    result = CliRunner().invoke(sandbox, ["--directory", str(tmp_path)])
    assert isinstance(result.exception, WrongUsage)
    assert "pip install leitstand[sandbox]" in str(result.exception)


def test_the_command_itself_needs_nothing_heavy() -> None:
    heavy = ("uvicorn", "starlette", "trustme", "lark", "sqlalchemy")
    program = f"import sys, jobs.sandbox.command; print([m for m in {heavy} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_an_emptied_sandbox_is_empty_after_a_restart_too(tmp_path: Path) -> None:
    state = tmp_path / "state.jsonl"
    with running_sandbox(tmp_path, state=state) as first:
        member_of(first).hands_over("K-17")
        first.reset()
        assert first.counts == {
            "requests": 0,
            "struck": 0,
            "log_ins_refused": 0,
            "customers": 0,
            "duplicates": 0,
        }
    with running_sandbox(tmp_path, state=state) as second:
        assert second.book == []


def test_a_line_that_does_not_fit_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    lines = Lines(tmp_path / "lines.jsonl")
    lines.append({"number": 1})
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, line: write(descriptor, line[:4]))
    with pytest.raises(OSError, match="No space left"):
        lines.append({"number": 2})
    monkeypatch.undo()
    assert list(lines.read()) == [{"number": 1}]


def test_a_memory_without_files_remembers_nothing() -> None:
    book = Book()
    Memory().replay(book)
    assert book.held == {}


def test_a_private_file_is_replaced_whole(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    write_private(file, b"old")
    write_private(file, b"new")
    assert (file.read_bytes(), [found.name for found in tmp_path.iterdir()]) == (b"new", ["key.pem"])
