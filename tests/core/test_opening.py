"""Opening an office: what there must be, what is made, who opens it."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import select

from core.errors import DatabaseUnavailable, NoOffice, UnreadableInput, WrongUsage
from core.journal import JournalEntry, verify
from core.opening import create_office, migrate_office, open_office
from core.operators import MACHINE, Operator, OperatorRow, Role
from core.store.engine import Store
from core.store.meta import OfficeRow
from core.vault import KEY_NAME
from tests.support.clock import MONDAY_MORNING, TravelClock


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an office that `leitstand init` has made; tests only look at it."""
    home = tmp_path_factory.mktemp("made") / "home"
    create_office(home, {}, "mk", TravelClock())
    return home


@pytest.fixture
def home(empty_database_url: str, tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A home, and the variables that say where its database is."""
    return tmp_path / "home", {"LEITSTAND_DATABASE_URL": empty_database_url}


def set_version(url: str, version: str) -> None:
    store = Store(url)
    with store.write() as session:
        session.connection().execute(sa.text(f"UPDATE alembic_version SET version_num = '{version}'"))
    store.close()


def test_a_new_office_has_all_that_it_needs(made: Path) -> None:
    office = open_office(made, operator="mk", clock=TravelClock())
    with office.store.read() as session:
        assert str(office.id) == session.exec(select(OfficeRow.id)).one()
        (entry,) = session.exec(select(JournalEntry)).all()
        assert (entry.area, entry.action, entry.operator, entry.at) == (
            "office",
            "init",
            "mk",
            MONDAY_MORNING,
        )
        assert list(verify(session)) == []
    office.store.close()


def test_whoever_makes_it_is_its_admin_and_somebody_unknown_a_viewer(made: Path) -> None:
    roles = {}
    for name in ("mk", "gast"):
        office = open_office(made, operator=name)
        roles[name] = office.operator.role
        office.store.close()
    assert roles == {"mk": Role.ADMIN, "gast": Role.VIEWER}


def test_what_runs_by_itself_is_the_machine(made: Path) -> None:
    office = open_office(made)
    assert office.operator == MACHINE
    office.store.close()


def test_nobody_else_on_the_machine_can_read_it(made: Path) -> None:
    modes = {name: stat.S_IMODE((made / name).stat().st_mode) for name in (".", "leitstand.db", KEY_NAME)}
    assert modes == {".": 0o700, "leitstand.db": 0o600, KEY_NAME: 0o600}
    office = open_office(made, operator="mk")
    with office.store.write() as session:
        session.merge(OperatorRow(name="mk", role=Role.ADMIN, added_at=office.now))
        beside = [one for one in made.iterdir() if one.name.startswith("leitstand.db-")]
        assert beside
        assert {stat.S_IMODE(one.stat().st_mode) for one in beside} == {0o600}
    office.store.close()


def test_making_it_again_is_harmless(home: tuple[Path, dict[str, str]]) -> None:
    create_office(*home, "mk")
    key = (home[0] / KEY_NAME).read_bytes()
    first = open_office(*home)
    create_office(*home, "kb")
    second = open_office(*home, operator="kb")
    assert (first.id, (home[0] / KEY_NAME).read_bytes()) == (second.id, key)
    assert second.operator == Operator("kb", Role.VIEWER)
    for office in (first, second):
        office.store.close()


def test_where_there_is_no_office_it_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NoOffice, match="Run `leitstand init`") as caught:
        open_office(tmp_path)
    assert caught.value.exit_code == 3
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(NoOffice):
        migrate_office(tmp_path, {})


def test_a_database_without_tables_is_no_office(home: tuple[Path, dict[str, str]]) -> None:
    folder, variables = home
    Store(variables["LEITSTAND_DATABASE_URL"]).engine.connect().close()
    with pytest.raises(NoOffice, match="Run `leitstand init`"):
        open_office(folder, variables)


def test_a_database_with_tables_and_nobody_in_it_is_no_office(database_url: str, tmp_path: Path) -> None:
    with pytest.raises(NoOffice, match="Run `leitstand init`"):
        open_office(tmp_path, {"LEITSTAND_DATABASE_URL": database_url})


@pytest.mark.parametrize(
    ("version", "advice"), [("0000", "Run `leitstand migrate`"), ("9999", "Update this program")]
)
def test_a_database_of_another_version_is_not_touched(
    database_url: str, tmp_path: Path, version: str, advice: str
) -> None:
    set_version(database_url, version)
    with pytest.raises(NoOffice, match=advice):
        open_office(tmp_path, {"LEITSTAND_DATABASE_URL": database_url})


def test_migrating_an_office_that_is_up_to_date_changes_nothing(home: tuple[Path, dict[str, str]]) -> None:
    create_office(*home, "mk")
    migrate_office(*home)
    office = open_office(*home, operator="mk")
    assert office.operator.role is Role.ADMIN
    office.store.close()


@pytest.mark.parametrize(
    "address", ["mysql://u:geheim@h/db", "geheim", "sqlite://", "postgresql://h:geheim/d"]
)
def test_an_address_that_is_none_is_refused_without_being_shown(tmp_path: Path, address: str) -> None:
    with pytest.raises(WrongUsage, match=r"postgresql://… or sqlite:///…") as caught:
        open_office(tmp_path, {"LEITSTAND_DATABASE_URL": address})
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("make", [open_office, lambda home, said: create_office(home, said, "mk")])
def test_a_server_that_is_not_there_is_named(tmp_path: Path, make: object) -> None:
    nowhere = {"LEITSTAND_DATABASE_URL": f"postgresql://u:geheim@/db?host={tmp_path}"}
    assert callable(make)
    with pytest.raises(DatabaseUnavailable, match="The database is out of reach") as caught:
        make(tmp_path, nowhere)
    assert "geheim" not in str(caught.value)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "leitstand.db").write_bytes(b"Kundennummer;Name\r\n" * 1000)
    with pytest.raises(DatabaseUnavailable, match="it is no database"):
        open_office(tmp_path)


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_bytes(b"a file in its place")
    with pytest.raises(NoOffice, match="No office can be made in"):
        create_office(tmp_path / "home", {}, "mk")


def test_a_role_for_strangers_that_is_none_is_named(made: Path, tmp_path: Path) -> None:
    (tmp_path / "leitstand.toml").write_text("unknown_operator = 'guest'", encoding="utf-8")
    with pytest.raises(UnreadableInput, match="“unknown_operator”: “guest” is no role"):
        open_office(tmp_path, {"LEITSTAND_DATABASE_URL": f"sqlite:///{made}/leitstand.db"}, operator="gast")


@pytest.mark.parametrize("name", ["half \ud800", "mk\0", "mk\x1b[31m", "mk\n"])
def test_a_name_that_cannot_be_one_opens_nothing(made: Path, name: str) -> None:
    with pytest.raises(WrongUsage, match="is no name of an operator"):
        open_office(made, operator=name)


def test_folders_in_the_settings_start_in_the_home(made: Path, tmp_path: Path) -> None:
    said = "archive = 'ablage'\nvault_key_file = 'keys/vault'\n"
    (tmp_path / "leitstand.toml").write_text(said, encoding="utf-8")
    office = open_office(tmp_path, {"LEITSTAND_DATABASE_URL": f"sqlite:///{made}/leitstand.db"})
    assert (office.archive.folder, office.vault.key_file) == (tmp_path / "ablage", tmp_path / "keys/vault")
    office.store.close()


def test_it_is_the_same_day_as_where_the_office_is(made: Path) -> None:
    clock = TravelClock(datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    office = open_office(made, clock=clock)
    assert (office.today.year, office.now) == (2027, clock.at)
    clock.travel(timedelta(hours=-1))
    assert office.today.year == 2026
    office.store.close()


def test_a_partner_is_read_when_it_is_first_asked_for(made: Path, tmp_path: Path) -> None:
    (tmp_path / "leitstand.toml").write_text("[partners.vema]\nprofile = 'gone.toml'", encoding="utf-8")
    office = open_office(tmp_path, {"LEITSTAND_DATABASE_URL": f"sqlite:///{made}/leitstand.db"})
    with pytest.raises(UnreadableInput, match=r"gone\.toml"):
        office.partner("vema")
    office.store.close()
