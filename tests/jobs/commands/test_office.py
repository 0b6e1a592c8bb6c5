from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.jobs.commands.conftest import CallLeitstand


@pytest.fixture(autouse=True)
def database(home: Path, empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if not empty_database_url.startswith("sqlite"):
        monkeypatch.setenv("LEITSTAND_DATABASE_URL", empty_database_url)


def test_init_makes_an_office_whose_files_are_private(call: CallLeitstand, home: Path) -> None:
    assert call("init").code == 0
    assert call("status").code == 0
    assert all(stat.S_IMODE(file.stat().st_mode) & 0o077 == 0 for file in (home, *home.iterdir()))


def test_who_makes_an_office_is_its_admin(call: CallLeitstand) -> None:
    call("init", "--operator", "anna")
    [admin] = call("operators", "list", "--format", "json").json
    assert (admin["name"], admin["role"]) == ("anna", "admin")


def test_init_again_changes_nothing(call: CallLeitstand) -> None:
    call("init")
    before = call("journal", "list", "--format", "json").json
    assert call("init", "--operator", "anna").code == 0
    assert call("journal", "list", "--format", "json").json == before


def test_init_says_where_the_office_is(call: CallLeitstand, home: Path) -> None:
    assert call("init", "--format", "json").json["home"] == str(home)


def test_a_home_that_cannot_be_made_is_no_traceback(call: CallLeitstand, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = call("init", "--home", tmp_path / "file" / "office")
    assert said.code in (2, 3)


def test_an_older_layout_asks_for_migrate(call: CallLeitstand, home: Path, empty_database_url: str) -> None:
    import sqlalchemy as sa

    from core.opening import database_url
    from core.settings import read_settings
    from core.store.engine import Store

    call("init")
    url = empty_database_url if not empty_database_url.startswith("sqlite") else ""
    store = Store(url or database_url(home, read_settings(home, {})))
    with store.write() as session:
        session.connection().execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    said = call("status")
    assert said.code == 3
    assert "leitstand migrate" in said.err
    with store.write() as session:
        session.connection().execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    store.close()
    assert call("migrate").code == 0
    assert call("status").code == 0


def test_migrate_without_an_office_makes_none(
    call: CallLeitstand, home: Path, empty_database_url: str
) -> None:
    if empty_database_url.startswith("sqlite"):
        assert call("migrate").code == 3
        assert not home.exists()
    else:
        assert call("migrate").code == 0
