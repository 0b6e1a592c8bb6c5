"""Two operators on one service account, told apart by their keys, through a real OpenSSH server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import select

from core.journal import JournalEntry
from core.opening import open_office
from tests.real.sshd import SshServer
from tests.real.terminal import SMALL, Terminal
from tests.support.waiting import wait_until

pytestmark = pytest.mark.real

PROGRAM = [sys.executable, "-m", "tui.main"]
FILE = """Kundennummer;Kundenart;Vorname;Nachname;Straße;Hausnummer;PLZ;Ort;Geburtsdatum
K-1;P;Jörg;Śliwa ;Gartenweg;3;80331;München;01.02.1980
K-2;P;Ayşe;Yılmaz;Am Hang;7;8033;München;03.04.1981
"""


def leitstand(home: Path, *arguments: str, operator: str = "mk") -> str:
    """Runs a command on the host itself."""
    command = [*PROGRAM, *arguments, "--home", str(home), "--operator", operator, "--lang", "de"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An office with two customers that have findings, and two operators."""
    home = tmp_path / "home"
    leitstand(home, "init")
    leitstand(home, "operators", "add", "al", "--role", "clerk")
    file = tmp_path / "customers.csv"
    file.write_text(FILE, encoding="utf-8")
    leitstand(home, "import", "customers", str(file))
    leitstand(home, "run", "recheck")
    return home


@pytest.fixture
def consoles(home: Path, ssh_server: SshServer, terminals: Callable[[], Terminal]) -> Callable[..., Terminal]:
    """Opens a console for an operator by his key; what he asks for beside does not count."""
    for operator in ("mk", "al"):
        ssh_server.admit(operator, [*PROGRAM, "--home", str(home), "--operator", operator, "--lang", "de"])

    def open_console(operator: str, *asked: str, size: tuple[int, int] = SMALL) -> Terminal:
        terminal = terminals()
        terminal.start(ssh_server.command(operator, *asked), size)
        return terminal

    return open_console


def deeds(home: Path) -> list[tuple[str, str]]:
    """Who did what, as the journal has it."""
    office = open_office(home)
    try:
        with office.store.read() as session:
            return [(one.operator, one.action) for one in session.exec(select(JournalEntry))]
    finally:
        office.store.close()


def test_each_key_is_its_operator_whatever_else_is_asked_for(
    home: Path, consoles: Callable[..., Terminal]
) -> None:
    first = consoles("mk")
    second = consoles("al", "leitstand", "--operator", "mk")
    assert "mk" in first.shows("Kunden", "mk").splitlines()[0]
    assert "al" in second.shows("Kunden", "al").splitlines()[0]


def test_what_one_repairs_the_other_sees_within_moments_and_the_journal_knows_who(
    home: Path, consoles: Callable[..., Terminal]
) -> None:
    one, other = consoles("mk"), consoles("al")
    for console in (one, other):
        console.shows("Übersicht")
        console.press("2")
        console.shows("K-1", "CUS001")
    other.press("f")
    other.shows("+ Śliwa", "F2")
    other.press("F2")
    one.lacks("CUS001")
    assert ("al", "fix") in deeds(home)


def test_a_console_says_that_a_colleague_works_on_a_row(consoles: Callable[..., Terminal]) -> None:
    one, other = consoles("mk"), consoles("al")
    for console in (one, other):
        console.shows("Übersicht")
        console.press("2")
        console.shows("K-1")
    assert "✎" in one.shows("✎")


def test_a_line_that_breaks_leaves_no_process_behind(home: Path, consoles: Callable[..., Terminal]) -> None:
    console = consoles("mk")
    console.shows("Worker")
    console.close()
    wait_until(lambda: not _processes_of(home), 40)


def _processes_of(home: Path) -> list[str]:
    found = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in found.splitlines() if str(home) in line and "tui.main" in line]
