"""The first errand in a real terminal, by keyboard alone: see, understand, repair, send, undo, quit."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.sandbox.client import SpawnedSandbox, spawned_sandbox
from tests.real.terminal import LARGE, SMALL, Terminal
from tests.support.waiting import wait_until

pytestmark = pytest.mark.real

PROGRAM = [sys.executable, "-m", "tui.main"]
FILE = """Kundennummer;Kundenart;Vorname;Nachname;Titel;Straße;Hausnummer;PLZ;Ort;Geburtsdatum
K-1;P;Mechthild;Ebel;;Fährgasse;5;01067;Dresden;11.03.1975
K-2;P;Petra;Weiß;Dr. habil.;Lindenweg;9;01067;Dresden;05.06.1969
K-3;P;Jörg;Śliwa ;;Am Bühl;3;01067;Dresden;01.02.1980
"""
FAULTS = """
[[vema.refuse]]
when = 'title:"Dr. habil."'
"""


def leitstand(home: Path, *arguments: str, given: str = "") -> None:
    """Runs a command."""
    command = [*PROGRAM, *arguments, "--home", str(home), "--operator", "mk", "--lang", "de"]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode in (0, 1), done.stderr


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[SpawnedSandbox]:
    """A VEMA that refuses a title, and does not say that it is the title."""
    with spawned_sandbox(tmp_path / "sandbox", FAULTS) as made:
        yield made


@pytest.fixture
def home(tmp_path: Path, sandbox: SpawnedSandbox) -> Path:
    """An office that has tried to send three customers once."""
    home = tmp_path / "home"
    home.mkdir()
    settings = f'[partners.vema]\nbase_url = "{sandbox.base_url}"\nca_file = "{sandbox.ca_file}"\n'
    (home / "leitstand.toml").write_text(settings, encoding="utf-8")
    leitstand(home, "init")
    file = tmp_path / "kunden.csv"
    file.write_text(FILE, encoding="utf-8")
    leitstand(home, "import", "customers", str(file))
    account = sandbox.credentials
    named = ["--user", account.name, "--member-number", account.member, "--application-password"]
    leitstand(home, "accounts", "set", "vema", *named, "--password-stdin", given=account.password + "\n")
    leitstand(home, "accounts", "mode", "vema", "live")
    leitstand(home, "customers", "send", "--all")
    leitstand(home, "run", "deliver-transfers")
    return home


def arrived(sandbox: SpawnedSandbox, number: str, terminal: Terminal, times: int = 1) -> None:
    """Waits until the partner has taken it."""
    try:
        wait_until(lambda: len(sandbox.taken(number)) == times, 30)
    except AssertionError:
        raise AssertionError(f"{number} did not arrive:\n{terminal.text}") from None


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_the_first_errand_by_keyboard_alone(
    home: Path, sandbox: SpawnedSandbox, terminal: Terminal, size: tuple[int, int]
) -> None:
    terminal.start([*PROGRAM, "--home", str(home), "--operator", "mk", "--lang", "de"], size)
    terminal.shows("Übersicht", "Übertragungen")
    # what failed
    terminal.press("3")
    terminal.shows("K-2", "K-3", "Befunde", "Daten")
    # why
    terminal.press("G")
    if size == SMALL:
        terminal.press("Enter")
    terminal.shows("CUS001", "Śliwa␣")
    if size == SMALL:
        terminal.press("Escape")
        terminal.lacks("CUS001")
    # repair what can be repaired by itself; the worker sends it
    terminal.press("f")
    terminal.shows("+ Śliwa", "F2")
    terminal.press("F2")
    arrived(sandbox, "K-3", terminal)
    # repair the other by hand
    terminal.lacks("F2")
    terminal.press("g")
    terminal.press("e")
    terminal.shows("K-2", "Lindenweg", "F2")
    for _character in range(7):
        terminal.press("BSpace")
    terminal.press("F2")
    arrived(sandbox, "K-2", terminal)
    # everything is delivered
    terminal.press("v")
    terminal.shows("Alle")
    terminal.press("Escape")
    terminal.lacks("Alle")
    terminal.press("1")
    terminal.lacks("fehlgeschlagen")
    # an edit, and back
    terminal.press("2")
    terminal.press("/")
    terminal.press("C-u")
    terminal.shows("kundennummer: altkundennummer:")
    terminal.type("kunde:K-1")
    terminal.press("Enter")
    terminal.shows("K-1", "Ebel")
    terminal.press("e")
    terminal.shows("Fährgasse", "F2")
    for _field in range(8):
        terminal.press("Down")
    terminal.type("-Vogt")
    terminal.press("F2")
    terminal.shows("Ebel-Vogt")
    arrived(sandbox, "K-1", terminal, times=2)
    terminal.press("u")
    terminal.lacks("Ebel-Vogt")
    arrived(sandbox, "K-1", terminal, times=3)
    # out
    terminal.press("q")
    terminal.ends()
    wait_until(lambda: str(home) not in _processes(), 30)


def _processes() -> str:
    done = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    return "\n".join(line for line in done.stdout.splitlines() if "tui.main" in line)
