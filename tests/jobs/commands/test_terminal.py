"""At a real terminal somebody can be asked; a password is never echoed."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from collections.abc import Sequence

from tests.jobs.commands.conftest import ON_SQLITE
from tests.support.customers import company, customer
from tests.support.offices import WHO, GivenOffice

PASSWORD = "Geheim-4711"
WITH_TERMINAL = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "tui.main", *sys.argv[1:]])
"""


def talk(desk: GivenOffice, arguments: Sequence[str], answers: Sequence[tuple[str, str]]) -> tuple[int, str]:
    """Calls leitstand at a terminal and types each answer once its question stands there."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", WITH_TERMINAL, *arguments, "--home", str(desk.home), "--lang", "en"]
    environment = {**os.environ, "LEITSTAND_OPERATOR": WHO}
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        screen = ""
        for question, answer in answers:
            screen += read_until(ours, question)
            os.write(ours, f"{answer}\n".encode())
        screen += read_until(ours, None)
    os.close(ours)
    return process.returncode, screen


def read_until(terminal: int, question: str | None) -> str:
    """What appears until the question does; None: until the program ends."""
    seen = b""
    while select.select([terminal], [], [], 60)[0]:
        try:
            piece = os.read(terminal, 4096)
        except OSError:
            break
        seen += piece
        if not piece or (question and question in seen.decode("utf-8", "replace")):
            break
    text = seen.decode("utf-8", "replace")
    assert question is None or question in text, text
    return text


@ON_SQLITE
def test_an_account_is_asked_for_and_its_password_not_shown(desk: GivenOffice) -> None:
    code, screen = talk(
        desk,
        ["accounts", "set", "vema"],
        [
            ("User name", "mk1"),
            ("Member number", "M-7"),
            ("Password", PASSWORD),
            ("application password?", "n"),
            ("Try to log in", "n"),
        ],
    )
    assert code == 0, screen
    assert PASSWORD not in screen
    assert screen.replace("\r\n", "").count("made at the partner for this program alone") == 1
    with desk.store.read() as session:
        assert desk.vault.take(session, "account:vema:password") == PASSWORD


@ON_SQLITE
def test_who_says_no_changes_nothing_and_who_says_yes_does(desk: GivenOffice) -> None:
    desk.has(customer("K-1", last_name="Weiß "))
    for answer, name in (("", "Weiß "), ("no", "Weiß "), ("j", "Weiß")):
        code, screen = talk(desk, ["customers", "fix", "K-1"], [("1 record? [y/N]", answer)])
        assert code == 0, screen
        assert "“Weiß␣” → “Weiß”" in screen
        assert desk.customer("K-1").last_name == name


@ON_SQLITE
def test_control_c_at_a_question_cancels(desk: GivenOffice) -> None:
    desk.has(customer("K-1", last_name="Weiß "))
    code, screen = talk(desk, ["customers", "fix", "K-1"], [("[y/N]", "\x03")])
    assert code == 130, screen
    assert "Cancelled" in screen
    assert desk.customer("K-1").last_name == "Weiß "


@ON_SQLITE
def test_a_table_fits_the_terminal_and_what_is_wrong_is_said_in_whole_words(desk: GivenOffice) -> None:
    desk.has(
        company("K-1", "Elfenbeinküste Handelsgesellschaft mbH & Co. KG", town="Neustadt an der Weinstraße"),
        customer("K-2", postcode="1067"),
    )
    code, screen = talk(desk, ["customers", "list"], [])
    lines = screen.splitlines()
    assert (code, len(lines)) == (0, 3)
    assert max(map(len, lines)) <= 80
    assert "…" in lines[1]
    _code, screen = talk(desk, ["check", "customers"], [])
    assert max(map(len, screen.splitlines())) <= 80
    assert "four digits; a leading zero seems to be lost." in " ".join(screen.split())
