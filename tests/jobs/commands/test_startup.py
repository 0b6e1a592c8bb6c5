"""What a call does not import: most calls are commands in scripts, and their start is what they cost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.jobs.commands.conftest import ON_SQLITE
from tests.support.customers import customer
from tests.support.offices import GivenOffice

HEAVY = {
    "alembic",
    "apscheduler.schedulers",
    "httpx",
    "kontocheck",
    "lark",
    "lxml",
    "phonenumbers",
    "python_calamine",
    "regex",
    "schwifty",
    "starlette",
    "textual",
    "xlsxwriter",
}
AFTERWARDS = """
import json, sys
from jobs.commands.cli import run
code = run(sys.argv[1:], None)
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""


def modules_after(*arguments: str, home: Path | None = None) -> set[str]:
    command = [sys.executable, "-c", AFTERWARDS, *arguments, *(["--home", str(home)] if home else [])]
    said = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, check=True)
    code, modules = json.loads(said.stderr.splitlines()[-1])
    assert code == 0, said.stderr
    return set(modules)


@pytest.mark.parametrize(
    "arguments",
    [("status",), ("customers", "list"), ("transfers", "list"), ("jobs", "list"), ("accounts", "list")],
    ids=" ".join,
)
def test_a_listing_imports_nothing_heavy(
    fresh_sqlite_url: str, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    from tests.support.offices import _found, as_toml

    home = tmp_path / "home"
    home.mkdir()
    (home / "leitstand.toml").write_text(as_toml({"database_url": fresh_sqlite_url}))
    _found(home, fresh_sqlite_url)
    assert not modules_after(*arguments, home=home) & HEAVY


def test_help_does_not_even_import_the_database() -> None:
    modules = modules_after("--help")
    assert not modules & (HEAVY | {"sqlmodel", "sqlalchemy", "cryptography"})


def test_the_entry_point_imports_no_screen() -> None:
    code = "import sys, tui.main; print('textual' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


@ON_SQLITE
def test_the_installed_command_lists_customers(desk: GivenOffice) -> None:
    desk.has(customer("K-1"))
    script = Path(sys.executable).with_name("leitstand")
    command = [script, "customers", "list", "--format", "json", "--home", desk.home]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert [one["number"] for one in json.loads(said.stdout)] == ["K-1"]
