"""The command line, called in this process as it is called from outside, on an office of either database."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from core.operators import OperatorRow, Role
from jobs.commands.cli import run
from tests.support.offices import WHO, GivenOffice, OpenAnOffice

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what has nothing to do with the database: once is enough."""


@dataclass(frozen=True)
class Said:
    """What a call answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its standard output as JSON."""
        return json.loads(self.out)


class CallLeitstand(Protocol):
    """Calls `leitstand` with these arguments; an Office is named by the environment."""

    def __call__(self, *arguments: object, stdin: str = "") -> Said: ...


@pytest.fixture
def call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> CallLeitstand:
    """Calls the command line in English, as mk, with the office in `tmp_path / "office"`."""
    monkeypatch.setenv("LEITSTAND_HOME", str(tmp_path / "office"))
    monkeypatch.setenv("LEITSTAND_LANG", "en")
    monkeypatch.setenv("LEITSTAND_OPERATOR", WHO)
    monkeypatch.setenv("LEITSTAND_DEBUG", "1")
    monkeypatch.chdir(tmp_path)

    def leitstand(*arguments: object, stdin: str = "") -> Said:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        code = run([str(one) for one in arguments], None)
        out, err = capsys.readouterr()
        return Said(code, out, err)

    return leitstand


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the office is."""
    return tmp_path / "office"


@pytest.fixture
def desk(open_an_office: OpenAnOffice) -> GivenOffice:
    """An office that sends whom it is told to, with the right time; mk is its admin. No account is set."""
    return open_an_office(send="chosen", clock=None, account=False)


@pytest.fixture
def clerk_and_viewer(desk: GivenOffice) -> GivenOffice:
    """The same office with a clerk (cl) and a viewer (vi)."""
    with desk.store.write() as session:
        session.add(OperatorRow(name="cl", role=Role.CLERK, added_at=desk.now))
        session.add(OperatorRow(name="vi", role=Role.VIEWER, added_at=desk.now))
    return desk
